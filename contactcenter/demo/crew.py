"""Agents who work by themselves: they sign in, get ready, may hold or pass a call on, and finish their wrap-up."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contactcenter.demo.part import Part
from telephony import orders, queries

Act = Callable[[], orders.Order | None]

NOTES = {
    "zh-hans": (
        "已登记，等待上门。",
        "客户询问价格，已说明优惠到本月底。",
        "安装时间改到周六上午。",
        "已致歉并安排复检。",
        "",
        "",
    ),
    "en": (
        "Sent the offer by mail.",
        "Asked about the price; told about the June discount.",
        "Wants Saturday instead; changed.",
        "Apologised and promised a call back.",
        "",
        "",
    ),
}
BREAK_CHANCE, HOLD_CHANCE, PASS_ON_CHANCE = 0.05, 0.15, 0.06


@dataclass
class Intention:
    """What an agent means to do, and when; `about` is the situation it was meant for."""

    about: tuple[Any, ...]
    at: float
    act: Act


@dataclass
class Crew:
    """The crew of one tenant. Looks at the rows each time, so it can be restarted at any moment."""

    part: Part
    chance: random.Random = field(default_factory=random.Random)
    _intentions: dict[int, Intention] = field(default_factory=dict)

    def work(self, now: float) -> int:
        """One look at the floor, inside the tenant's schema; returns how many orders were given.

        Raises TelephonyUnreachable when no worker listens.
        """
        given = 0
        for agent in self._agents():
            intention = self._intention(agent, now)
            if intention is None or now < intention.at:
                continue
            order = intention.act()
            # Once done it is not done again for the same situation, unless that stays: then after a while.
            self._intentions[agent.pk] = Intention(intention.about, now + 15, intention.act)
            if order is not None:
                orders.send_order(order, member=agent.member)
                given += 1
        return given

    def _agents(self) -> Iterator[Any]:
        for agent in queries.agents_on_floor().select_related("member"):
            if agent.member.username in self.part.crew_usernames:
                yield agent

    def _intention(self, agent: Any, now: float) -> Intention | None:
        about = (agent.presence, agent.routing_status, agent.activity, agent.state_since)
        held = self._intentions.get(agent.pk)
        if held is None or held.about != about:
            delay, act = self._next_act(agent)
            held = self._intentions[agent.pk] = Intention(about, now + delay, act)
        return held

    def _next_act(self, agent: Any) -> tuple[float, Act]:
        """Seconds from now, and what then."""
        if agent.presence == "offline":
            return self.chance.uniform(0.5, 3), lambda: orders.SignIn(agent_id=agent.pk)
        if agent.activity == "wrap_up":
            return self.chance.uniform(4, 10), lambda: self._finish(agent.pk)
        if agent.activity == "talking":
            return self.chance.uniform(4, 8), self._while_talking(agent.pk)
        if agent.activity == "hold":
            return self.chance.uniform(3, 8), lambda: _of_call(agent.pk, orders.Unhold)
        if agent.activity == "idle" and agent.routing_status == "not_ready":
            is_on_break = agent.not_ready_reason_id is not None
            pause = self.chance.uniform(20, 60) if is_on_break else self.chance.uniform(1, 4)
            return pause, lambda: orders.SetReady(agent_id=agent.pk)
        if agent.activity == "idle" and self.chance.random() < BREAK_CHANCE:
            return self.chance.uniform(1, 3), lambda: self._take_a_break(agent.pk)
        return 3600.0, lambda: None

    def _while_talking(self, agent_id: int) -> Act:
        dice = self.chance.random()
        if dice < PASS_ON_CHANCE:
            return lambda: self._pass_on(agent_id)
        if dice < PASS_ON_CHANCE + HOLD_CHANCE:
            return lambda: _of_call(agent_id, orders.Hold)
        return lambda: None

    def _finish(self, agent_id: int) -> orders.Order | None:
        call = queries.current_call(agent_id)
        if call is None:
            return None
        dispositions = list(queries.dispositions_for(call.pk))
        chosen = self.chance.choice(dispositions).pk if dispositions else None
        note = self.chance.choice(NOTES[self.part.script.language])
        return orders.FinishWrapUp(agent_id=agent_id, call_id=call.pk, disposition_id=chosen, note=note)

    def _take_a_break(self, agent_id: int) -> orders.Order | None:
        reason = self.chance.choice(list(queries.not_ready_reasons()) or [None])
        return None if reason is None else orders.SetNotReady(agent_id=agent_id, reason_id=reason.pk)

    def _pass_on(self, agent_id: int) -> orders.Order | None:
        """To the queue the call did not come from."""
        call = queries.current_call(agent_id)
        others = [queue.pk for queue in queries.queues() if call is not None and queue.pk != call.queue_id]
        if call is None or not others:
            return None
        return orders.TransferToQueue(agent_id=agent_id, call_id=call.pk, queue_id=self.chance.choice(others))


def _of_call(agent_id: int, kind: Callable[..., orders.Order]) -> orders.Order | None:
    call = queries.current_call(agent_id)
    call_id: UUID | None = None if call is None else call.pk
    return None if call_id is None else kind(agent_id=agent_id, call_id=call_id)
