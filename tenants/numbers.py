"""Telephone numbers: one spelling inside (E.164, or bare digits for 400/95 service numbers), the country's outside."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

LONGEST_RAW = 40
# Chinese service numbers have no E.164 form: 400/800 (10 digits), 95/96 (5-8), 10xxx and 12xxx (5-6).
_SERVICE_NUMBER = {"CN": re.compile(r"(?:[48]00\d{7}|9[56]\d{3,6}|1[02]\d{3,4})")}


@lru_cache(maxsize=20_000)
def to_e164(raw: str | None, country: str) -> str | None:
    """The stored spelling of what was typed or dialled, or None when it is no number of any kind.

    `country` is the ISO code whose national spellings are understood. Callers keep the raw text themselves.
    """
    text = (raw or "").strip()
    if not text or len(text) > LONGEST_RAW:
        return None
    digits = re.sub(r"[\s().\-]", "", text)
    service = _SERVICE_NUMBER.get(country)
    if service and service.fullmatch(digits):
        return digits
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _parsed(stored: str) -> phonenumbers.PhoneNumber | None:
    if not stored.startswith("+") or len(stored) > LONGEST_RAW:
        return None
    try:
        return phonenumbers.parse(stored)
    except phonenumbers.NumberParseException:
        return None


def format_number(stored: str | None, country: str | None = None) -> str:
    """Grouped as in its country; national spelling when the reader is in that country."""
    text = stored or ""
    number = _parsed(text)
    if number is None:
        return f"{text[:3]} {text[3:6]} {text[6:]}" if re.fullmatch(r"[48]00\d{7}", text) else text
    at_home = country and phonenumbers.region_code_for_number(number) == country
    shape = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, shape)


@lru_cache(maxsize=20_000)
def national_digits(stored: str) -> str:
    """Digits as dialled at home: `+8613812342211` → `13812342211`, `+442079460958` → `02079460958`.

    Every row of a call that is shown asks it of the same number.
    """
    number = _parsed(stored)
    shown = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL) if number else stored[:LONGEST_RAW]
    return re.sub(r"\D", "", shown)


@dataclass(frozen=True)
class Reach:
    """What a call to a number means, seen from `country`."""

    is_real: bool
    is_abroad: bool
    is_premium: bool
    """Premium-rate or shared-cost: whoever is called there earns by it."""


_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def takes_texts(stored: str) -> bool:
    """A mobile number, or one of a country where nobody can tell."""
    number = _parsed(stored)
    return (
        number is not None
        and phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) in _MOBILE
    )


_DEAR = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)


def reach_of(stored: str, country: str) -> Reach:
    """Of an E.164 number; anything else, service numbers and emergency numbers too, is not real."""
    number = _parsed(stored)
    if number is None or not phonenumbers.is_valid_number(number):
        return Reach(is_real=False, is_abroad=False, is_premium=False)
    return Reach(
        is_real=True,
        is_abroad=phonenumbers.region_code_for_number(number) != country,
        is_premium=phonenumbers.number_type(number) in _DEAR,
    )
