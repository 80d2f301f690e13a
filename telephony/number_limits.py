"""Whether a number may be used for a call, by its permitted use and regions. Pure; what to do is the number's policy.

Who calls without a number, or from one that belongs nowhere we know, is let in and listed: nobody is turned away for
what the carrier did not say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from babel import Locale

from telephony.regions import chinese_regions, country_words, is_region, origin_of, region_words
from tenants.numbers import to_e164

NOT_PERMITTED = "not_permitted"
FINE, FLAGGED, REFUSED = "fine", "flagged", "refused"
INBOUND, OUTBOUND = "inbound", "outbound"
MOST_REGIONS = 40


class Limited(Protocol):
    """A number of the inventory."""

    @property
    def use(self) -> str: ...
    @property
    def regions(self) -> Sequence[str]: ...
    @property
    def outside(self) -> str: ...


@dataclass(frozen=True)
class Verdict:
    """`kind`: fine, flagged or refused; `why`: "", "use" or "region"; `place`: where the other is."""

    kind: str = FINE
    why: str = ""
    place: str = ""


def verdict_on(number: Limited | None, *, direction: str, other: str, home: str) -> Verdict:
    """Of a call of this number with `other` (as stored); `home` is the tenant's country."""
    if number is None:
        return Verdict()
    outside = REFUSED if number.outside == "refuse" else FLAGGED
    if number.use not in ("both", direction):
        return Verdict(outside, "use")
    if not number.regions:
        return Verdict()
    origin = origin_of(other, home)
    if not origin.country:
        return Verdict(FLAGGED if direction == INBOUND else outside, "region")
    if any(_holds(region, origin.country, origin.region) for region in number.regions):
        return Verdict()
    return Verdict(outside, "region", origin.region or origin.country)


def may_come_in(number: Limited, caller: str, home: str) -> bool:
    """`caller` as the switch says it."""
    other = to_e164(caller, home) or ""
    return verdict_on(number, direction=INBOUND, other=other, home=home).kind != REFUSED


def _holds(permitted: str, country: str, region: str) -> bool:
    return permitted in (country, region) or region.startswith(f"{permitted}/")


def place_words(place: str, language: str) -> str:
    """Of a region or a country's code."""
    return country_words(place, language) if len(place) == 2 else region_words(place, language)


def regions_of(typed: str) -> tuple[tuple[str, ...], list[str]]:
    """(regions known by what was typed, in either language, separated by commas or lines; what is none)."""
    known: list[str] = []
    unknown: list[str] = []
    for word in filter(
        None, (part.strip() for part in typed.replace("，", ",").replace("\n", ",").split(","))
    ):
        found = _region(word)
        (known if found else unknown).append(found or word[:60])
    return tuple(dict.fromkeys(known))[:MOST_REGIONS], unknown


def _region(word: str) -> str:
    if len(word) == 2 and word.isascii():
        return word.upper() if word.upper() in Locale("en").territories else ""
    by_name = {name.casefold(): name for name in chinese_regions()}
    by_word = {region_words(name, "zh"): name for name in chinese_regions()}
    countries = {
        str(name).casefold(): code
        for language in ("en", "zh")
        for code, name in Locale(language).territories.items()
        if len(code) == 2
    }
    found = by_name.get(word.casefold()) or by_word.get(word) or countries.get(word.casefold())
    return found or (word if is_region(word) else "")
