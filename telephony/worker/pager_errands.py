"""What the pager rings for: a page of an urgent case, or an operator who tries their own telephone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from telephony.queries.routes import switch_language
from telephony.worker import pager_sound
from tenants.service.actions.ring_tests import Result, begin_test, end_test, hinder_test
from tenants.service.actions.ringing import begin_call, end_call
from tenants.service.queries.ring_tests import AskedRing, own_rings_due, own_rings_without_end
from tenants.service.queries.ringing import Ring, Running, calls_without_end, rings_due


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One telephone to ring. `begin` writes the call down and gives its number, "" when it is not to be rung any more;
    `hinder` is told why it could not be tried.
    """

    call_id: UUID
    phone: str = field(repr=False)
    language: str
    phrase: str
    lay: Callable[[Mapping[str, Any]], Path | None]
    begin: Callable[..., str]
    end: Callable[..., None]
    hinder: Callable[[Result], None]

    def begin_at(self, node: str) -> str:
        return self.begin(call_id=self.call_id, node=node, at=datetime.now(UTC))


def errands_due(at: datetime) -> list[Errand]:
    """Cases first: nobody waits for somebody else's test."""
    return [*map(_for_page, rings_due(at)), *map(_for_test, own_rings_due(at))]


def _for_page(due: Ring) -> Errand:
    call_id, language = uuid4(), _language(due.language)
    lay = partial(pager_sound.lay, call_id=call_id, language=language, number=due.number, subject=due.subject)
    return Errand(
        call_id=call_id, phone=due.phone, language=language, phrase=pager_sound.URGENT, lay=lay, end=end_call,
        begin=partial(begin_call, page_id=due.page_id),
        # The next look tries again; what lasts is said in the case (note_unmade).
        hinder=lambda why: None,
    )  # fmt: skip


def _for_test(asked: AskedRing) -> Errand:
    language = _language(asked.language)
    return Errand(
        call_id=asked.call_id, phone=asked.phone, language=language, phrase=pager_sound.TEST, begin=begin_test,
        lay=partial(pager_sound.lay_test, call_id=asked.call_id, language=language), end=end_test,
        hinder=lambda why: hinder_test(call_id=asked.call_id, why=why),
    )  # fmt: skip


def _language(chosen: str) -> str:
    return switch_language(chosen or settings.LANGUAGE_CODE)


def begun_before(nodes: Mapping[str, Any], at: datetime) -> list[tuple[Running, Callable[..., None]]]:
    """Calls without an end, each with what ends it."""
    return [
        *((one, end_call) for one in calls_without_end(nodes, at)),
        *((one, end_test) for one in own_rings_without_end(nodes, at)),
    ]
