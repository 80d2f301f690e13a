"""Where a telephone number belongs, by its first digits: offline, from a table of 300 kB that is read once.

A region is a word a rule can name: `Guangdong/Guangzhou`, `Beijing`, `London`, `NY`; a province means all its cities.
A Chinese mobile belongs to the city its block of ten thousand was given to, wherever its owner lives today.
"""

import csv
import gzip
from array import array
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import phonenumbers
from babel import Locale

WIDTH = 9
"""Digits that are looked at, the country's code among them."""
NUMBERS = Path(__file__).with_name("numbers.bin.gz")
PLACES = Path(__file__).with_name("places.csv")


class Origin(NamedTuple):
    """`country` is ISO 3166 or "", `region` the word for rules or "", `at_home` the digits as dialled there."""

    country: str = ""
    region: str = ""
    at_home: str = ""


@lru_cache(maxsize=20_000)
def origin_of(number: str | None, home: str) -> Origin:
    """Of a stored number: E.164, or the bare digits of a service number of the country `home`."""
    text = (number or "").strip()
    if not text.startswith("+"):
        return Origin(home if text.isdigit() else "", "", text if text.isdigit() else "")
    try:
        parsed = phonenumbers.parse(text[:40])
    except phonenumbers.NumberParseException:
        return Origin()
    country = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(
        parsed.country_code or 0
    )
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = "".join(filter(str.isdigit, national))
    return Origin("" if country in ("ZZ", "001") else country, _region(text), digits)


def _region(e164: str) -> str:
    digits = e164[1 : WIDTH + 1]
    if not digits.isdigit():
        return ""
    starts, places = _numbers()
    place = places[bisect_right(starts, int(digits.ljust(WIDTH, "0"))) - 1]
    return _places()[place - 1][0] if place else ""


def region_words(region: str, language: str) -> str:
    """What a page calls it: `广东广州` or `Guangzhou, Guangdong`."""
    if language.startswith("zh"):
        return _chinese_words().get(region) or region
    return ", ".join(reversed(region.split("/")))


def country_words(country: str, language: str) -> str:
    locale = Locale("zh" if language.startswith("zh") else "en")
    return str(locale.territories.get(country, country))


def is_region(word: str) -> bool:
    """A word this table can give, in any case."""
    return word.casefold() in _known()


def chinese_regions() -> list[str]:
    """Provinces and cities, each province before its cities: what an editor offers."""
    return [place for place, word in _places() if word]


@cache
def _numbers() -> tuple[array, array]:
    data = gzip.decompress(NUMBERS.read_bytes())
    count = int.from_bytes(data[:4], "little")
    starts, places = array("I"), array("H")
    starts.frombytes(data[4 : 4 + 4 * count])
    places.frombytes(data[4 + 4 * count :])
    return starts, places


@cache
def _places() -> list[tuple[str, str]]:
    with PLACES.open(encoding="utf-8", newline="") as file:
        return [(place, word) for place, word in csv.reader(file)]


@cache
def _known() -> frozenset[str]:
    return frozenset(place.casefold() for place, _word in _places())


@cache
def _chinese_words() -> dict[str, str]:
    return dict(_places())
