"""The waiting list: every waiting call in the order it will be taken, what it asks for, and why not yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import actions, policies, queries
from telephony.console import routing_words as words
from telephony.console.explanations import ToldChange, told_changes
from telephony.console.names import Names, read_names
from telephony.console.verdict_words import (
    SOONEST_FIRST,
    ToldVerdict,
    told_counts,
    told_now,
    told_outcome,
    told_verdicts,
)
from telephony.errors import CallWaitsNoLonger
from telephony.queries.routables import asks_of
from telephony.queries.waiting import Waiter, WaitingLine, expectation_accuracy, waiting_line
from tenants.masking import mask_number
from tenants.people.console.access import member_required
from tenants.templatetags.shell import duration
from tenants.typed import whole

MOST_SHOWN = 100
"""Rows of one page: nobody reads more while they change; the rest is counted, and a queue can be chosen."""
MOST_AHEAD = 20
"""Callers before one that are named; the rest is counted."""


@dataclass(frozen=True)
class Row:
    """One waiting call as the list shows it."""

    waiter: Waiter
    place: int
    caller: str
    level: str
    tags: list[str]
    priority: str
    expected: str
    step: str
    asks: str
    next_step: str
    why: str
    changes: int


@dataclass(frozen=True)
class Ahead:
    call_id: UUID
    caller: str
    queue: str
    waited: str


@dataclass(frozen=True)
class Standing:
    """Why one call waits: what it asks at each step, every agent, who comes first, who changed what."""

    row: Row
    steps: list[tuple[str, str, bool]]
    agents: list[tuple[str, list[ToldVerdict]]]
    ahead: list[Ahead]
    ahead_more: int
    changes: list[ToldChange]


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def waiting_list(request: HttpRequest) -> HttpResponse:
    return render(request, "telephony/waiting.html", _seen(request) | {"queues": queries.queues()})


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def waiting_rows(request: HttpRequest) -> HttpResponse:
    """The same list without its frame, for a page that has heard news."""
    return render(request, "telephony/_waiting_rows.html", _seen(request))


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def why_not_yet(request: HttpRequest, call_id: UUID) -> HttpResponse:
    now = timezone.now()
    line = waiting_line(now)
    waiter = line.of_call(call_id)
    if waiter is None:
        actions.waiting_stay(call_id)
        raise CallWaitsNoLonger
    names = read_names()
    return render(request, "telephony/_waiting_why.html", {"standing": standing(line, waiter, names)})


def _seen(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    chosen = whole(request.GET.get("queue", ""))
    line = waiting_line(now)
    places = list(enumerate(line.waiters, start=1))
    chosen_ones = [one for one in places if chosen in (None, one[1].stay.queue_id)]
    names = read_names()
    return {
        "rows": [_row(waiter, place, names, now) for place, waiter in chosen_ones[:MOST_SHOWN]],
        "more": max(0, len(chosen_ones) - MOST_SHOWN),
        "chosen": chosen,
        "total": len(chosen_ones),
        "accuracy": _told_accuracy(now, chosen),
        "now": now,
    }


def _row(waiter: Waiter, place: int, names: Names, now: datetime) -> Row:
    stay, asks = waiter.stay, asks_of(waiter.stay)
    facts = stay.routing.get("facts") or {}
    steps = sorted(asks.get("steps", ()), key=lambda step: step["after"])
    following = steps[waiter.step] if waiter.step < len(steps) else None
    return Row(
        waiter=waiter,
        place=place,
        caller=mask_number(stay.call.caller_number or stay.call.caller_raw) or _("Unknown caller"),
        level=words.told_level(str(facts.get("level") or "")),
        tags=[str(tag) for tag in facts.get("tags") or ()],
        priority=words.told_priority(stay.priority) if stay.priority else "",
        expected=_told_expected(waiter),
        step=_("Step %(n)s of %(all)s") % {"n": waiter.step + 1, "all": len(steps) + 1} if steps else "",
        asks=words.told_step(asks, waiter.step, names),
        next_step=_told_next(following, names) if following else "",
        why=_told_why(waiter),
        changes=len(stay.routing.get("changes") or ()),
    )


def _told_expected(waiter: Waiter) -> str:
    return words.told_expectation(waiter.expected_seconds)


def _told_next(step: dict[str, Any], names: Names) -> str:
    told = {"time": duration(step["after"]), "asks": words.told_asking(step, names)}
    return _("from %(time)s on: %(asks)s") % told


def _told_why(waiter: Waiter) -> str:
    """The shortest true reason: it rings, callers come before it, or nobody who suits is free."""
    if waiter.ringing is not None:
        return _("Ringing at %(agent)s") % {"agent": waiter.ringing.agent.name}
    prospect = waiter.prospect
    if not prospect.suited:
        return _("No agent may take it as it asks now")
    told = told_counts({name: n for name, n in prospect.counts.items() if name.value in SOONEST_FIRST[:9]})
    if waiter.ahead:
        before = ngettext("%(n)s caller before it", "%(n)s callers before it", waiter.ahead)
        told.insert(0, before % {"n": waiter.ahead})
    return _(", ").join(told)


def _told_accuracy(now: datetime, queue_id: int | None) -> str:
    """How far today's expected waits were off, in words."""
    found = expectation_accuracy(now, queue_id)
    if found.median_error is None:
        return _("No call was answered after a wait today that the expected wait could be compared with.")
    told = ngettext(
        "Today half of the expected waits were off by %(percent)s %% or less (%(n)s answered call).",
        "Today half of the expected waits were off by %(percent)s %% or less (%(n)s answered calls).",
        found.calls,
    )
    return told % {"percent": round(100 * found.median_error), "n": found.calls}


# ---- one call


def standing(line: WaitingLine, waiter: Waiter, names: Names) -> Standing:
    place = line.waiters.index(waiter) + 1
    told, asks = line.explain(waiter), asks_of(waiter.stay)
    verdicts = [verdict.as_dict() for verdict in told.verdicts] if told else []
    by_work = {other.work.id: other for other in line.waiters}
    ahead = [by_work[work] for work in (told.ahead if told else ()) if work in by_work]
    return Standing(
        row=_row(waiter, place, names, line.now),
        steps=[(*step, number == waiter.step) for number, step in enumerate(words.told_steps(asks, names))],
        agents=_by_outcome(line, verdicts, names) if waiter.ringing is None else _told_ringing(waiter, names),
        ahead=[_told_ahead(other, line.now) for other in ahead[:MOST_AHEAD]],
        ahead_more=max(0, (told.ahead_count if told else 0) - MOST_AHEAD),
        changes=told_changes(waiter.stay.routing),
    )


def _told_ringing(waiter: Waiter, names: Names) -> list[tuple[str, list[ToldVerdict]]]:
    assert waiter.ringing is not None, "Asked only of a call that rings."
    verdict = {"agent": waiter.ringing.agent_id, "outcome": "on_offer"}
    return [(told_counts({"on_offer": 1})[0], told_verdicts([verdict], names))]


def _told_ahead(waiter: Waiter, now: datetime) -> Ahead:
    stay = waiter.stay
    return Ahead(
        call_id=stay.call_id,
        caller=mask_number(stay.call.caller_number or stay.call.caller_raw) or _("Unknown caller"),
        queue=stay.queue.name,
        waited=duration(now - stay.waiting_since),
    )


def _by_outcome(
    line: WaitingLine, verdicts: list[dict[str, Any]], names: Names
) -> list[tuple[str, list[ToldVerdict]]]:
    """(how many and what, the agents), those first who could take it soonest."""
    groups: dict[str, list[ToldVerdict]] = {}
    for verdict in verdicts:
        agent = line.agents.get(verdict["agent"])
        said = told_now(agent, verdict, line.now) if agent else ""
        told = said or told_outcome(verdict, names)
        name = agent.name if agent else names.agent(verdict["agent"])
        groups.setdefault(verdict["outcome"], []).append(ToldVerdict(name, verdict["outcome"], told))
    return [(told_counts({key: len(groups[key])})[0], groups[key]) for key in SOONEST_FIRST if key in groups]
