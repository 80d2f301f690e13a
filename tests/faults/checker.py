"""Decides from three histories that know nothing of each other whether a fault cost anybody anything.

What the switch told the test's own ears (history.py), what lies in the spool as call records, and what stands in the
rows: assignments, legs, charges. Logs decide nothing.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.faults.history import History, SeenLeg, overlapping

SAME_MOMENT = timedelta(milliseconds=50)
"""Two who came within one tick of the switch's clock have no order between them."""
END_OF_STORY = "MANAGER_REQUEST"
"""The cause with which the last calls of a story are ended."""
MOST_BEHIND = timedelta(seconds=1)
UNHEARD_WITHIN = timedelta(seconds=0.3)
"""What a switch told in its last moment dies with it on its way out: one of two ears may have heard it."""
EARLIEST = 0.1
"""Seconds by which a phone's own clock may be ahead of the switch's, which ticks."""
MOST_SILENCE = timedelta(seconds=3)
"""Between an agent's answer and the caller's voice, on a machine busy with everything else as well."""
HEARD_WITHIN = timedelta(seconds=3)
"""An offer that failed is heard of a little later than it ended."""


@dataclass
class Verdict:
    """Numbers of what was seen, and lists of what went wrong; none of the lists may hold anything."""

    seen: dict[str, int]
    wrong: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not any(self.wrong.values())

    def __str__(self) -> str:
        seen = ", ".join(f"{count} {what}" for what, count in self.seen.items())
        wrong = ", ".join(f"{len(found)} {what}" for what, found in self.wrong.items())
        examples = [f"\n  {what}: {found[:3]}" for what, found in self.wrong.items() if found]
        return f"{seen}: {wrong}{''.join(examples)}"


def judge(
    history: History,
    rows: Any,
    spool: Path,
    *,
    ended_from: datetime,
    least_talk: float,
    without_record: Iterable[UUID] = (),
) -> Verdict:
    """`rows(query)` asks the database. Before `ended_from` only the phones end calls, `least_talk` seconds after they
    were picked up.

    `without_record`: legs that a killed switch could not write a record of.
    """
    history.look()
    gone = set(without_record)
    everyone, offers = history.callers(), history.offers()
    calls = [leg for leg in everyone if leg.leg_id not in gone]
    records, last_words = records_in(spool), _last_words(everyone, gone, rows)
    without_a_call, heard_once = _without_a_call(everyone, rows, last_words)
    seen = {"calls": len(everyone), "offers": len(offers), "records": sum(records.values())}
    return Verdict(
        seen=seen | ({"callers of a switch's last moment heard by one ear": heard_once} if gone else {}),
        wrong={
            "dropped": [
                _name(leg)
                for leg in calls
                if _was_dropped(leg, picked_up_at(leg, history.legs), ended_from, least_talk)
            ],
            "lost": [_name(leg) for leg in calls if _was_lost(leg, ended_from)],
            "picked up in silence": [
                _name(leg) for leg in offers if leg.leg_id not in gone and _heard_nobody(leg)
            ],
            "without a call": without_a_call,
            "offered twice at once": _offered_twice(offers),
            "out of order": out_of_order(everyone, offers_in(rows)),
            "records lost": _records_lost(set(history.legs) - gone, set(records), rows),
            "records doubled": [str(leg) for leg, count in records.items() if count > 1],
            "charges": _wrong_charges(everyone, free_in(spool), rows, last_words),
        },
    )


def _name(leg: SeenLeg) -> str:
    return (
        f"{leg.leg_id} {leg.cause} answered {leg.answered_at} bridged {leg.bridged_at} ended {leg.ended_at}"
        f" fell back {leg.fell_back_at}"
    )


def picked_up_at(caller: SeenLeg, legs: Mapping[UUID, SeenLeg]) -> datetime | None:
    """When the phone was that this caller talked with: it counts from then on until it hangs up.

    Never after the two were joined; that moment itself, if nobody heard the phone's answer.
    """
    answers = [legs[one].answered_at for one in caller.partners if one in legs]
    return min((at for at in (*answers, caller.bridged_at) if at is not None), default=None)


def _was_dropped(leg: SeenLeg, picked_up: datetime | None, ended_from: datetime, least_talk: float) -> bool:
    """Two talked, and it ended before the phone wanted it to, or with more than one partner."""
    if leg.bridged_at is None or leg.ended_at is None or picked_up is None:
        return False
    if len(leg.partners) > 1:
        return True
    taken = (leg.ended_at - picked_up).total_seconds()
    return _ended_before(leg, ended_from) and taken < least_talk - EARLIEST


def _heard_nobody(offer: SeenLeg) -> bool:
    """An agent who picked up and was joined late, or with nobody and had to find out by themselves."""
    until = offer.bridged_at or offer.ended_at
    return bool(offer.answered_at and until and until - offer.answered_at > MOST_SILENCE)


def _was_lost(leg: SeenLeg, ended_from: datetime) -> bool:
    """A caller who waited and got nobody."""
    return bool(leg.fell_back_at) or (_ended_before(leg, ended_from) and not leg.bridged_at)


def _ended_before(leg: SeenLeg, ended_from: datetime) -> bool:
    """Before we ended what was left. A switch's clock may be behind ours: what we ended ourselves says so."""
    ours_from = ended_from - MOST_BEHIND if leg.cause == END_OF_STORY else ended_from
    return leg.ended_at is not None and leg.ended_at < ours_from


def _without_a_call(
    calls: list[SeenLeg], rows: Any, last_words: Collection[UUID] = ()
) -> tuple[list[str], int]:
    """And how many of those who came in the last moment of a switch that died only one of us has heard of."""
    told = dict(rows("select id, ended_at from acme.telephony_call"))
    seen, ended = {leg.leg_id for leg in calls}, {call_id for call_id, at in told.items() if at is not None}
    heard_once = seen.symmetric_difference(told).intersection(last_words)
    wrong = [f"{leg} has no ended call" for leg in seen - ended - heard_once]
    return wrong + [f"{leg} was never seen" for leg in ended - seen - heard_once], len(heard_once)


def _offered_twice(offers: list[SeenLeg]) -> list[str]:
    """The switch itself had two legs at once for one caller, or for one agent."""
    groups: dict[Any, list[SeenLeg]] = defaultdict(list)
    for leg in offers:
        groups["caller", leg.call_id].append(leg)
        groups["agent", leg.agent_id].append(leg)
    pairs = ((who, pair) for who, legs in groups.items() for pair in overlapping(legs))
    return [f"{who[0]} {who[1]}: {one.leg_id} {other.leg_id}" for who, (one, other) in pairs]


@dataclass(frozen=True)
class OfferRow:
    call_id: UUID
    offered_at: datetime
    ended_at: datetime | None


def offers_in(rows: Any) -> list[OfferRow]:
    asked = "select call_id, offered_at, ended_at from acme.telephony_offer order by offered_at"
    return [OfferRow(*row) for row in rows(asked)]


def out_of_order(calls: list[SeenLeg], offers: list[OfferRow]) -> list[str]:
    """Offers made while somebody who had come earlier could have had them.

    Everyone waits in one line for agents who are all alike, so the order of coming is the only right one. Offers
    written in one go pass over nobody among themselves.
    """
    since = {leg.leg_id: leg.queued_at for leg in calls if leg.queued_at}
    open_until = {leg.leg_id: leg.bridged_at or leg.ended_at or leg.fell_back_at for leg in calls}
    free_from = dict(since)
    wrong = []
    for at, made in groupby(offers, key=lambda offer: offer.offered_at):
        together = [offer for offer in made if offer.call_id in since]
        served = {offer.call_id for offer in together}
        latest = max((since[call_id] for call_id in served), default=at)
        for other, came in since.items():
            gone_at = open_until[other]
            is_there = free_from[other] <= at and (gone_at is None or gone_at > at)
            if other not in served and came < latest - SAME_MOMENT and is_there:
                passed = [call_id for call_id in served if came < since[call_id] - SAME_MOMENT]
                wrong += [f"{call_id} before {other} at {at}" for call_id in passed]
        for offer in together:
            free_from[offer.call_id] = _free_again(offer)
            if offer.ended_at is None:
                since.pop(offer.call_id, None)
    return wrong


def _free_again(offer: OfferRow) -> datetime:
    return (offer.ended_at or offer.offered_at) + HEARD_WITHIN


def records_in(spool: Path) -> Counter[UUID]:
    """How many records there are of each leg: waiting, settled, or put aside."""
    found: Counter[UUID] = Counter()
    for file in spool.rglob("*.json"):
        record = json.loads(file.read_bytes())
        found[UUID(record["variables"]["uuid"])] += 1
    return found


def _records_lost(legs: set[UUID], records: set[UUID], rows: Any) -> list[str]:
    settled = {row[0] for row in rows("select id from acme.telephony_leg where settled_at is not null")}
    return [f"{leg} has no record" for leg in legs - records] + [
        f"{leg} was not settled" for leg in legs & records - settled
    ]


def free_in(spool: Path) -> set[UUID]:
    """Legs that were over before their first whole second, by the switch's own count: nobody pays for them."""
    found = (json.loads(file.read_bytes())["variables"] for file in spool.rglob("*.json"))
    return {UUID(variables["uuid"]) for variables in found if variables.get("billsec") == "0"}


def _last_words(calls: list[SeenLeg], gone: set[UUID], rows: Any) -> set[UUID]:
    """Callers whose coming, or whose answer, was told in the last moment of a switch that died: perhaps not to us, or
    not to our worker.
    """
    died = [leg for leg in calls if leg.leg_id in gone and leg.ended_at]
    deaths = {leg.ended_at for leg in died}
    began = {leg.leg_id: leg.answered_at or leg.created_at for leg in died}
    began = dict(rows("select id, arrived_at from acme.telephony_call")) | began if died else {}
    return {leg_id for leg_id, at in began.items() if any(_is_just_before(at, death) for death in deaths)}


def _is_just_before(at: datetime, death: datetime) -> bool:
    return timedelta(0) <= death - at < UNHEARD_WITHIN


def _wrong_charges(
    calls: list[SeenLeg], free: set[UUID], rows: Any, last_words: Collection[UUID] = ()
) -> list[str]:
    charged = Counter(row[0] for row in rows("select leg_id from public.billing_charge"))
    due = {leg.leg_id for leg in calls if leg.answered_at} - free
    doubled = [f"{leg} charged {count} times" for leg, count in charged.items() if count > 1]
    missing = [f"{leg} not charged" for leg in due - set(charged) - set(last_words)]
    return doubled + missing + [f"{leg} charged for nothing" for leg in set(charged) - due - set(last_words)]
