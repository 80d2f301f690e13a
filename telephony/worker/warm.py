"""What is worked out once in a process, before the first caller comes, who waited a tenth of a second for it."""

from collections.abc import Iterable

from telephony.regions import origin_of
from tenants.numbers import to_e164
from tenants.prepared import compile_all

ANY_NUMBER = "+8613800000000"


def warm_up(countries: Iterable[str]) -> None:
    """Statements put into SQL; the tables by which numbers of these countries are read and placed."""
    compile_all()
    origin_of(ANY_NUMBER, "")
    for country in countries:
        to_e164("13800000000", country)
