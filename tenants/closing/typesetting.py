"""Fonts of printed papers: Latin in Helvetica, everything else in a Chinese font.

Both are named and not carried along, so no font has to be there and the bytes are the same on every machine; who reads
the paper has them. An operator who wants a font carried inside names a TrueType file in BILL_FONT.
"""

from functools import cache
from itertools import groupby
from operator import itemgetter
from xml.sax.saxutils import escape

import structlog
from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

log = structlog.get_logger()

LATIN, LATIN_BOLD = "Helvetica", "Helvetica-Bold"
NAMED_FONT = "STSong-Light"
CARRIED_FONT = "BillFont"
# The Chinese fonts have these too, and beside Chinese they have to be as wide as a Chinese character. The point in the
# middle and the cross are not among them: not every reader's Chinese font has them under these codes.
_WIDE = set("“”‘’…—")


@cache
def chinese_font() -> str:
    """Its name, ready to be used."""
    path = settings.BILL_FONT
    if path:
        try:
            pdfmetrics.registerFont(TTFont(CARRIED_FONT, path))
            return CARRIED_FONT
        except (TTFError, OSError, ValueError) as problem:
            log.warning("BILL_FONT cannot be used, Chinese is set by name", problem=type(problem).__name__)
    pdfmetrics.registerFont(UnicodeCIDFont(NAMED_FONT))
    return NAMED_FONT


def is_latin(sign: str, before: str = "", after: str = "") -> bool:
    """Helvetica has it: the signs of Windows' western alphabet. A quotation mark follows what it stands beside."""
    if ord(sign) < 128:
        return True
    if sign in _WIDE and not all(is_latin(beside) for beside in (before + after) if beside not in _WIDE):
        return False
    return bool(sign.encode("cp1252", "ignore"))


def runs(text: str) -> list[tuple[bool, str]]:
    """(is it Latin, the signs), in order; what cannot be printed at all is left out."""
    plain = "".join(sign for sign in text if sign.isprintable())
    beside = zip(plain, " " + plain, plain[1:] + " ", strict=False)
    told = [(is_latin(*signs), signs[0]) for signs in beside]
    return [(latin, "".join(sign for _latin, sign in signs)) for latin, signs in groupby(told, itemgetter(0))]


def marked(text: object, *, is_bold: bool = False) -> str:
    """The text as a paragraph's markup, each run in its font. Whatever a person typed is only text here."""
    latin = LATIN_BOLD if is_bold else LATIN
    return "".join(
        f'<font name="{latin if plain else chinese_font()}">{escape(part)}</font>'
        for plain, part in runs(str(text))
    )
