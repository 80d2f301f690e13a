"""What came as text, in an address, a form or a header, read as a number; what is none is nothing, never an error."""

MOST_DIGITS = 18
"""More than a row's key has, fewer than Python or the database refuse to read."""


def whole(text: str, most_digits: int = MOST_DIGITS) -> int | None:
    """`²` is a digit and no number: plain 0 to 9 alone."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most_digits else None
