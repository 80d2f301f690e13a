"""permissions.txt: who may GET and who may POST each address.

A line is who may GET, who may POST, and the address. A letter is a role, a dash nothing: o owner, a administrator,
s supervisor, g agent, i inspector, f finance, t team lead, h operations, m project manager, p project member. "May" is
not being turned away (401, 403, 405, or sent to sign in); what is found there may still be nothing.
"""

from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("permissions.txt")
LETTERS = {
    "owner": "o", "admin": "a", "supervisor": "s", "agent": "g", "inspector": "i", "finance": "f",
    "team_lead": "t", "operations": "h", "project_manager": "m", "project_member": "p",
}  # fmt: skip
EVERYBODY = "".join(LETTERS.values())

Line = tuple[str, str, str]


def table() -> list[Line]:
    return [_line(text) for text in TABLE.read_text().split("\n")[:-1]]


def _line(text: str) -> Line:
    """Letters in any order, and as many dashes as one likes: a line says the same to whoever wrote it."""
    reading, writing, *pattern = text.split(" ", 2)
    return sorted_letters(reading), sorted_letters(writing), pattern[0] if pattern else ""


def sorted_letters(text: str) -> str:
    return "".join(letter for letter in LETTERS.values() if letter in text)


def methods_open_to(role: str, pattern: str) -> list[str]:
    """ "get" and "post", as far as the table lets the role in.

    Of a model's pages in the settings the table has the list: who may not see it sees no form or history of it either.
    Where the table says nothing everybody asks.
    """
    reading, writing = _by_pattern().get(_listed(pattern), (EVERYBODY, EVERYBODY))
    letter = LETTERS[role]
    return [method for method, may in (("get", reading), ("post", writing)) if letter in may]


def _listed(pattern: str) -> str:
    """ "admin/people/member/add/" → "admin/people/member/" """
    parts = pattern.split("/")
    return "/".join(parts[:3]) + "/" if parts[0] == "admin" and len(parts) > 3 else pattern


@cache
def _by_pattern() -> dict[str, tuple[str, str]]:
    return {pattern: (reading, writing) for reading, writing, pattern in table()}
