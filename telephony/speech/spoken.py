"""Figures as callers hear them: a value → the pieces that say it, in the order they are played. Pure.

Pieces are files `<language>/words/<piece>.wav` beside the switch's sounds; WORDS says what is spoken in each. What
cannot be said as a number, money or a date is said digit by digit; what has no digit says nothing.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ENGLISH = (  # noqa: SIM905 - words are read more easily than quotes
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_ENGLISH_TENS = {
    30: "thirty",
    40: "forty",
    50: "fifty",
    60: "sixty",
    70: "seventy",
    80: "eighty",
    90: "ninety",
}
_ORDINALS = (  # noqa: SIM905
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
_CHINESE = "零一二三四五六七八九十"

WORDS: dict[str, dict[str, str]] = {
    "zh": {str(figure): word for figure, word in enumerate(_CHINESE)}
    | {
        "hundred": "百",
        "thousand": "千",
        "ten-thousand": "万",
        "hundred-million": "亿",
        "point": "点",
        "minus": "负",
    }
    | {
        "yuan": "元",
        "dollars": "美元",
        "year": "年",
        "month": "月",
        "day": "日",
        "star": "星号键",
        "hash": "井号键",
    },
    "en": {str(figure): word for figure, word in enumerate(_ENGLISH)}
    | {str(figure): word for figure, word in _ENGLISH_TENS.items()}
    | {"hundred": "hundred", "thousand": "thousand", "million": "million", "billion": "billion"}
    | {
        "point": "point",
        "minus": "minus",
        "yuan": "yuan",
        "dollars": "dollars",
        "star": "star",
        "hash": "hash",
    }
    | {f"month-{place}": name for place, name in enumerate(_MONTHS, start=1)}
    | {f"day-{place}": name for place, name in enumerate(_ORDINALS, start=1)},
}
LARGEST = 10**12
MOST_DIGITS = 32


def say(value: str, kind: str, language: str) -> list[str]:
    """`kind` is digits, number, money or date; `language` "zh" or "en"."""
    text = str(value).strip()
    spoken: list[str] | None = None
    if kind in ("number", "money"):
        spoken = _amount(text, language)
        if spoken is not None and kind == "money":
            spoken = [*spoken, "words/yuan"]
    elif kind == "date":
        spoken = _date(text, language)
    return spoken if spoken is not None else digits(text)


def digits(text: str) -> list[str]:
    return [f"words/{figure}" for figure in re.sub(r"[^0-9]", "", text)[:MOST_DIGITS]]


def number(value: int, language: str) -> list[str]:
    """A whole number from 0 below 10^12."""
    if not 0 <= value < LARGEST:
        return digits(str(value))
    pieces = _chinese(value) if language == "zh" else _english(value)
    return [f"words/{piece}" for piece in pieces]


def _amount(text: str, language: str) -> list[str] | None:
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", text):
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    whole, _point, fraction = format(abs(amount), "f").partition(".")
    said = ["words/minus"] if amount < 0 else []
    said += number(int(whole), language)
    fraction = fraction.rstrip("0")
    return [*said, "words/point", *digits(fraction)] if fraction else said


def _date(text: str, language: str) -> list[str] | None:
    found = re.fullmatch(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T ].*)?", text)
    if found is None:
        return None
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return None
    if language == "zh":
        parts = [*digits(f"{day.year:04}"), "words/year", *number(day.month, "zh"), "words/month"]
        return [*parts, *number(day.day, "zh"), "words/day"]
    return [f"words/month-{day.month}", f"words/day-{day.day}", *_english_year(day.year)]


def _english_year(year: int) -> list[str]:
    """2026 is twenty twenty-six; 2005 and 1900 are said as numbers."""
    if year % 100 < 10:
        return number(year, "en")
    return [*number(year // 100, "en"), *number(year % 100, "en")]


def _english(value: int) -> list[str]:
    if value <= 20:
        return [str(value)]
    if value < 100:
        tens, ones = divmod(value, 10)
        return [str(tens * 10), *([str(ones)] if ones else [])]
    for size, word in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= size:
            many, rest = divmod(value, size)
            return [*_english(many), word, *(_english(rest) if rest else [])]
    raise AssertionError(value)


def _chinese(value: int) -> list[str]:
    """No leading one before ten: ten, and a hundred thousand as ten ten-thousands; a gap is said as one zero."""
    said = _chinese_below(value)
    return said[1:] if said[:2] == ["1", "10"] else said


def _chinese_below(value: int) -> list[str]:
    if value < 10:
        return [str(value)]
    units = (
        (10**8, "hundred-million"),
        (10**4, "ten-thousand"),
        (1000, "thousand"),
        (100, "hundred"),
        (10, "10"),
    )
    size, word = next((size, word) for size, word in units if value >= size)
    many, rest = divmod(value, size)
    gap = ["0"] if 0 < rest < size // 10 else []
    return [*_chinese_below(many), word, *gap, *(_chinese_below(rest) if rest else [])]
