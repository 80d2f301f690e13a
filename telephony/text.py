"""What strangers send as numbers and names, made fit to be kept and shown.

One line, no control characters.
"""

import re
import unicodedata

ONLY_A_NUMBER = re.compile(r"[+\d\s().*#/-]*")


def plain_line(text: str | None, length: int) -> str:
    """At most `length` characters without controls, line ends or direction marks.

    Shown as text, never run.
    """
    kept = (character if unicodedata.category(character)[0] != "C" else " " for character in text or "")
    return " ".join("".join(kept).split())[:length]


def name_or_nothing(text: str | None, length: int) -> str:
    """A caller's name; nothing when it is a number: switches send the number where they know no name.

    Kept as a name it would show to everyone what the mask hides.
    """
    line = plain_line(text, length)
    return "" if ONLY_A_NUMBER.fullmatch(line) else line
