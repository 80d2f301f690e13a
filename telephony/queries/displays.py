"""Which number those we call see. Never one that is not the tenant's: a carrier refuses it, and so do we, before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from telephony.dial_errors import NumberNotForThere, NumberNotForThis
from telephony.models import DisplayPool, Entry, PoolNumber, VirtualNumber
from telephony.number_limits import OUTBOUND, REFUSED, Verdict, place_words, verdict_on
from telephony.queries.routes import display_number
from telephony.regions import origin_of
from tenants import queries as tenant_queries
from tenants.context import current_tenant, enter_public
from tenants.desk.queries import known_number

MOST_SHOWN = 5
"""A flow that shows the number dialled is judged by so many of them."""


@dataclass(frozen=True)
class Shown:
    """`pool_number_id`: the place in a pool it was taken from, to be noted as used."""

    number: str = ""
    pool_number_id: int | None = None


def own_numbers() -> frozenset[str]:
    """What is lent to the current tenant at this moment."""
    tenant = current_tenant()
    with enter_public():
        return frozenset(tenant_queries.numbers_of(tenant))


def number_to_show(
    dialled: str,
    *,
    agent_id: int | None = None,
    queue_id: int | None = None,
    to: str = "",
    at: datetime | None = None,
) -> str:
    """To somebody outside who is called or sent on: the agent's virtual number, one of the queue's pool, the one the
    tenant chose for all, else the one the customer dialled.
    """
    return chosen_to_show(dialled, agent_id=agent_id, queue_id=queue_id, to=to, at=at).number


def chosen_to_show(
    dialled: str,
    *,
    agent_id: int | None = None,
    queue_id: int | None = None,
    to: str = "",
    at: datetime | None = None,
) -> Shown:
    """`at` is now unless given: numbers that rest then come last."""
    wanted = [
        Shown(_virtual(agent_id)), *_of_pool(queue_id, to, at or timezone.now()), Shown(display_number())
    ]  # fmt: skip
    wanted = [one for one in wanted if one.number]
    if not wanted:
        return Shown(dialled)
    own = own_numbers()
    fitting = (one for one in wanted if one.number in own and _may_call(one.number, to))
    return next(fitting, Shown(dialled))


def _virtual(agent_id: int | None) -> str:
    if agent_id is None:
        return ""
    return VirtualNumber.objects.filter(agent_id=agent_id).values_list("number_e164", flat=True).first() or ""


def _of_pool(queue_id: int | None, to: str, at: datetime) -> list[Shown]:
    """The numbers of the pool in the order they are to be shown in. Where all of them rest, the first to be rested:
    nobody goes uncalled for it.
    """
    pool = pool_for(queue_id)
    if pool is None:
        return []
    numbers = list(pool.numbers.order_by(F("shown_at").asc(nulls_first=True), "number_e164"))
    if pool.way == DisplayPool.Way.SAME_REGION and to:
        numbers = _nearest_first(numbers, to)
    awake = [one for one in numbers if not one.is_resting(at)]
    resting = [one for one in numbers if one.is_resting(at)]
    resting.sort(key=lambda one: one.resting_until or at)
    return [Shown(one.number_e164, one.pk) for one in (*awake, *resting)]


def _nearest_first(numbers: Iterable[PoolNumber], to: str) -> list[PoolNumber]:
    """The customer's city, then their province, then any; sorting keeps the order among equals."""
    home = str(current_tenant().country)
    region = origin_of(to, home).region

    def distance(one: PoolNumber) -> int:
        own = origin_of(one.number_e164, home).region
        if not region or not own:
            return 2
        return 0 if own == region else (1 if own.split("/")[0] == region.split("/")[0] else 2)

    return sorted(numbers, key=distance)


def pool_for(queue_id: int | None) -> DisplayPool | None:
    active = DisplayPool.objects.filter(is_active=True)
    own = active.filter(queue_id=queue_id).first() if queue_id is not None else None
    return own or active.filter(queue=None).first()


def _may_call(number: str, to: str) -> bool:
    return verdict_on_calling(number, to).kind != REFUSED if to else True


def verdict_on_calling(number: str, to: str) -> Verdict:
    """Whether `number` may be shown to `to`, by its terms."""
    return verdict_on(known_number(number), direction=OUTBOUND, other=to, home=str(current_tenant().country))


def refuse_outside_terms(number: str, to: str) -> None:
    """Raises NumberNotForThis or NumberNotForThere where the terms of `number` do not let it be shown to `to`."""
    verdict = verdict_on_calling(number, to)
    if verdict.kind != REFUSED:
        return
    if verdict.why == "use":
        raise NumberNotForThis(number=number)
    place = place_words(verdict.place, get_language() or "en") or "–"
    raise NumberNotForThere(number=number, place=place)


def forbidden_numbers(dialled: Iterable[str]) -> frozenset[str]:
    """Of these the ones a flow may not dial: whatever it would show there, by its terms it may not be shown."""
    wanted = list(dialled)
    if not wanted:
        return frozenset()
    chosen = display_number()
    own = [chosen] if chosen else list(Entry.objects.values_list("number_e164", flat=True)[:MOST_SHOWN])
    refused = {one for one in wanted if own and all(_refuses(number, one) for number in own)}
    return frozenset(refused)


def _refuses(number: str, to: str) -> bool:
    return verdict_on_calling(number, to).kind == REFUSED


def display_pools() -> QuerySet[DisplayPool]:
    return DisplayPool.objects.select_related("queue").prefetch_related("numbers")


def virtual_numbers() -> QuerySet[VirtualNumber]:
    return VirtualNumber.objects.select_related("agent").order_by("number_e164", "agent__name")


__all__: list[Any] = [
    "Shown", "chosen_to_show", "display_pools", "forbidden_numbers", "number_to_show", "own_numbers", "pool_for",
    "refuse_outside_terms", "verdict_on_calling",
    "virtual_numbers",
]  # fmt: skip
