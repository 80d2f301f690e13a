"""Keeps the demo's phones registered: after a restart of the switch they come back, as real phones do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

import structlog

from contactcenter.demo.line import Line
from contactcenter.demo.part import Part, PhoneAccount

log = structlog.get_logger()

_CREW = "mode=auto answer_after=2-5 talk=25-60"
_PEOPLE = "mode=manual"
_CALLED = "auto answer_after=3-9 talk=20-90"
"""Whoever an agent calls: lets it ring for a while, and hangs up some day."""


def register_missing(line: Line, cast: Iterable[Part]) -> int:
    """Registers each phone the switch does not know; returns how many. Raises LineDown."""
    listed = json.loads(line.ask("rehearsal list"))["phones"]
    known = {(phone["user"], phone["domain"]) for phone in listed}
    missing = [phone for part in cast for phone in part.phones if (phone.username, phone.domain) not in known]
    return sum(_register(line, phone) for phone in missing)


def teach_the_called(line: Line) -> None:
    """How those who are called from here behave; a switch that was started anew has forgotten it. Raises LineDown."""
    line.ask(f"rehearsal carrier {_CALLED}")


def _register(line: Line, phone: PhoneAccount) -> bool:
    habits = _CREW if phone.is_crew else _PEOPLE
    address = f"{phone.username}@{phone.domain}"
    answer = line.ask(
        f"rehearsal phone {address} register password={quote(phone.password, safe='')} {habits}"
    )
    if answer.startswith("+OK"):
        return True
    log.warning("A demo phone could not register.", address=address, answer=answer.strip())
    return False
