"""What strangers send as numbers and names, made fit to be kept and shown.

One line, no control characters.
"""

import unicodedata


def plain_line(text: str | None, length: int) -> str:
    """At most `length` characters without controls, line ends or direction marks.

    Shown as text, never run.
    """
    kept = (character if unicodedata.category(character)[0] != "C" else " " for character in text or "")
    return " ".join("".join(kept).split())[:length]
