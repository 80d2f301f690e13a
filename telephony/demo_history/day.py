"""One day of a demo's past: callers arrive, wait for agents who are really busy, and hang up in the end."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from telephony.demo_history.rows import Rows, Shift, legs_of
from telephony.models import Agent, Call, Disposition, Entry, Offer, Queue, QueueStay

OPENS, CLOSES = time(9), time(18)
RING_SECONDS = 20
MISSED_SHARE = 0.03
# How busy each hour from opening on is, against the mean.
SHAPE = (0.8, 1.4, 1.5, 0.9, 0.7, 1.2, 1.3, 1.1, 0.7)
WEEKDAY_CALLS, WEEKEND_CALLS = 60, 20


@dataclass
class Day:
    day: date
    zone: ZoneInfo
    entry: Entry
    agents: list[Agent]
    numbers: Sequence[str]
    chance: random.Random
    rows: Rows

    def __post_init__(self) -> None:
        self.opens = datetime.combine(self.day, OPENS, tzinfo=self.zone)
        self.closes = datetime.combine(self.day, CLOSES, tzinfo=self.zone)
        self.queue: Queue = self.entry.queue
        self.dispositions = list(Disposition.objects.filter(children=None, is_active=True))
        self.shifts = [
            Shift(agent, self.opens, self._lunch_at(position))
            for position, agent in enumerate(self.chance.sample(self.agents, self._seats()))
        ]

    def _seats(self) -> int:
        """Few are on the telephone at a time, and some days one of them is ill: the callers notice."""
        return min(len(self.agents), max(1, len(self.agents) // 3 + self.chance.choice((0, 0, 1))))

    def play(self) -> None:
        for shift in self.shifts:
            shift.be(self.opens - timedelta(minutes=3), "idle", cause="agent")
        for at in self._arrivals():
            self._call(at)
        for shift in self.shifts:
            leaves = max(self.closes, shift.free_at) + timedelta(minutes=self.chance.randint(1, 9))
            shift.be(leaves, "idle", ready=False, online=False, cause="agent")
            self.rows.states += shift.states

    def _lunch_at(self, position: int) -> datetime:
        """One after another, half an hour each."""
        return self.opens + timedelta(hours=2.5, minutes=25 * position)

    def _arrivals(self) -> Iterator[datetime]:
        """Gaps of a Poisson stream whose pace follows the hours."""
        a_day = WEEKDAY_CALLS if self.day.weekday() < 5 else WEEKEND_CALLS
        at = self.opens
        while True:
            hour = min(int((at - self.opens) / timedelta(hours=1)), len(SHAPE) - 1)
            a_second = a_day / len(SHAPE) * SHAPE[hour] / 3600
            at += timedelta(seconds=self.chance.expovariate(a_second))
            if at >= self.closes:
                return
            yield at

    def _call(self, at: datetime) -> None:
        number = self.chance.choice(self.numbers)
        queued_at = at + timedelta(seconds=self.chance.uniform(3, 6))
        patience = queued_at + timedelta(seconds=4 + self.chance.expovariate(1 / 110))
        call = Call(
            id=uuid.UUID(int=self.chance.getrandbits(128), version=4),
            direction="inbound",
            state="ended",
            number=self.entry.number_e164,
            caller_number=number,
            caller_raw=number,
            queue=self.queue,
            hours_id=self.queue.hours_id,
            is_within_hours=True,
            arrived_at=at,
            queued_at=queued_at,
            version=1,
        )
        stay = QueueStay(
            call=call,
            queue=self.queue,
            entered_at=queued_at,
            sl_seconds=self.queue.sl_seconds,
            short_abandon_seconds=self.queue.short_abandon_seconds,
        )
        self.rows.calls.append(call)
        self.rows.stays.append(stay)
        self._serve(call, stay, patience)
        self.rows.legs += legs_of(call, self.rows.offers[-1] if call.agent else None)

    def _serve(self, call: Call, stay: QueueStay, patience: datetime) -> None:
        """The agent free longest is rung; who does not answer is passed over until the caller has had enough."""
        limit = stay.entered_at + timedelta(seconds=self.queue.max_wait_seconds)
        until, at = min(patience, limit), stay.entered_at
        while True:
            shift = self._next_free(at)
            offered_at = max(at, shift.free_at)
            if offered_at >= until:
                return self._leave(call, stay, until, voicemail=until == limit)
            is_missed = self.chance.random() < MISSED_SHARE
            rings = timedelta(seconds=RING_SECONDS if is_missed else self.chance.uniform(2, 8))
            if offered_at + rings >= until:
                self._rang(call, stay, shift, offered_at, until, "caller_left")
                return self._leave(call, stay, until, voicemail=until == limit)
            if not is_missed:
                return self._talk(call, stay, shift, offered_at, offered_at + rings)
            at = offered_at + rings
            self._rang(call, stay, shift, offered_at, at, "missed")

    def _next_free(self, at: datetime) -> Shift:
        for shift in self.shifts:
            if shift.lunch_at and shift.lunch_at <= max(at, shift.free_at):
                began = max(shift.lunch_at, shift.free_at)
                shift.be(began, "idle", ready=False, cause="agent")
                shift.free_at = began + timedelta(minutes=30)
                shift.be(shift.free_at, "idle", cause="agent")
                shift.lunch_at = None
        return min(self.shifts, key=lambda shift: shift.free_at)

    def _rang(
        self, call: Call, stay: QueueStay, shift: Shift, began: datetime, ended: datetime, outcome: str
    ) -> None:
        self.rows.offers.append(self._offer(call, stay, shift, began, ended_at=ended, outcome=outcome))
        shift.be(began, "ringing")
        shift.be(ended, "idle", cause="system:no_answer" if outcome == "missed" else "call")
        # Passed over for now: the next is whoever has been free longer.
        shift.free_at = ended + timedelta(seconds=1)

    def _offer(self, call: Call, stay: QueueStay, shift: Shift, at: datetime, **fields) -> Offer:
        return Offer(
            id=uuid.UUID(int=self.chance.getrandbits(128), version=4),
            call=call,
            stay=stay,
            agent=shift.agent,
            offered_at=at,
            expires_at=at + timedelta(seconds=RING_SECONDS),
            **fields,
        )

    def _talk(
        self, call: Call, stay: QueueStay, shift: Shift, offered_at: datetime, answered_at: datetime
    ) -> None:
        talk = round(30 + self.chance.expovariate(1 / 170))
        hold = self.chance.choice((0, 0, 0, 0, 25, 60))
        wrap_up = self.chance.randint(5, max(6, self.queue.wrap_up_seconds))
        hold_at = answered_at + timedelta(seconds=talk / 2)
        ended_at = answered_at + timedelta(seconds=talk + hold)
        done_at = ended_at + timedelta(seconds=wrap_up)
        stay.left_at = stay.answered_at = call.answered_at = answered_at
        stay.exit = call.exit = "answered"
        stay.agent = call.agent = shift.agent
        call.talk_seconds, call.hold_seconds, call.wrap_up_seconds = talk, hold, wrap_up
        call.ended_at, call.hangup_cause = ended_at, "NORMAL_CLEARING"
        call.ended_by = self.chance.choice(("caller", "caller", "agent"))
        if self.dispositions:
            call.disposition, call.disposed_at = self.chance.choice(self.dispositions), done_at
        self.rows.offers.append(
            self._offer(
                call,
                stay,
                shift,
                offered_at,
                answered_at=answered_at,
                talk_ended_at=ended_at,
                ended_at=ended_at,
                outcome="bridged",
                talk_seconds=talk,
                hold_seconds=hold,
                wrap_up_started_at=ended_at,
                wrap_up_ended_at=done_at,
                wrap_up_seconds=wrap_up,
            )
        )
        shift.be(offered_at, "ringing")
        shift.be(answered_at, "talking")
        if hold:
            shift.be(hold_at, "hold")
            shift.be(hold_at + timedelta(seconds=hold), "talking")
        shift.be(ended_at, "wrap_up")
        shift.be(done_at, "idle")
        shift.free_at = done_at

    def _leave(self, call: Call, stay: QueueStay, at: datetime, *, voicemail: bool) -> None:
        stay.left_at = call.ended_at = at
        stay.exit = call.exit = "voicemail" if voicemail else "abandoned"
        call.ended_by, call.hangup_cause = "caller", "NORMAL_CLEARING"
