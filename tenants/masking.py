"""How much of a number, a name or an identity paper is shown by default."""

import re

from tenants.numbers import national_digits

STARS = "****"


def mask_number(number: str | None) -> str:
    """`+8613812342211` → `138****2211`; short numbers keep their last two digits only."""
    digits = national_digits(number or "")
    if len(digits) >= 9:
        return f"{digits[:3]}{STARS}{digits[-4:]}"
    if len(digits) >= 6:
        return f"{digits[:2]}{STARS}{digits[-2:]}"
    return f"{STARS}{digits[-2:]}" if digits else ""


def mask_name(name: str | None) -> str:
    """`王小芳` → `王**`, `Alice Jones` → `A*** J***`."""
    words = (name or "").split()
    if len(words) == 1 and re.match(r"[\u3400-\u9fff]", words[0]):
        return words[0][0] + "*" * (len(words[0]) - 1)
    return " ".join(word[0] + "***" for word in words)


def mask_id_number(value: str | None) -> str:
    """Keeps the first three and last four characters; anything short is hidden whole."""
    text = (value or "").strip()
    if len(text) < 10:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 7) + text[-4:]
