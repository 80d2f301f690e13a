"""The log as a sheet that proves itself: each line with the exact text its hash is of, and the hashes.

What people read is neutralised; `content` begins with a bracket and is left as it is, since a hash hangs on it.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from openpyxl import Workbook

from tenants.exports import neutralise
from tenants.trust.chain import Line, lines
from tenants.trust.hashing import genesis_content
from tenants.trust.models import AuditGenesis

COLUMNS = (
    "position", "entry", "at", "who", "address", "verb", "subject", "name", "before", "after", "reason",
    "content", "content_hash", "before_hash", "hash",
)  # fmt: skip
MOST_IN_A_SHEET = 100_000
"""Lines of one xlsx; a csv has no end."""
LONGEST_CELL = 32_000
"""What a cell of a spreadsheet holds; of a longer content the sheet keeps the hash alone, the csv has all."""


def rows(first: int = 0, last: int | None = None) -> Iterator[list[object]]:
    yield list(COLUMNS)
    for line in lines(first, last):
        yield row_of(line)


def row_of(line: Line) -> list[object]:
    """`content` is empty when the entry is gone: the line then says itself that it cannot be proved."""
    content = _beginning() if line.position == 0 else line.said or ""
    said = json.loads(content) if content.startswith("[") else [None] * 11
    _id, at, _actor, who, address, verb, subject, name, before, after, reason = said
    shown = [at, who, address, verb, subject, name, _as_text(before), _as_text(after), reason]
    # It is text in JSON, so it begins with a bracket: nothing that a spreadsheet would run.
    return [
        line.position,
        line.entry_id if line.entry_id is not None else "",
        *(neutralise(value if value is not None else "") for value in shown),
        content,
        # Hexadecimal, unless somebody wrote over the chain itself.
        *map(neutralise, (line.content_hash, line.before_hash, line.hash)),
    ]


def _beginning() -> str:
    known = AuditGenesis.objects.order_by("pk").first()
    return genesis_content(known.entries, known.last_id, known.digest) if known else ""


def _as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value is not None else ""


def as_csv(given: Iterable[list[object]]) -> Iterator[bytes]:
    """Piece by piece, with the mark by which spreadsheets know UTF-8."""
    yield b"\xef\xbb\xbf"
    for row in given:
        text = io.StringIO()
        csv.writer(text).writerow(row)
        yield text.getvalue().encode()


def as_xlsx(given: Iterable[list[object]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("audit log")
    for row in given:
        sheet.append([value if not _is_too_long(value) else "" for value in row])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _is_too_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > LONGEST_CELL
