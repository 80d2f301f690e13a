"""A rehearsal switch, the worker, and lanes: each lane has queues, agents and phones of its own, so that scripts walk
side by side without meeting.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import quote
from uuid import UUID

import redis

from telephony import facts
from tests.contract.clerk import Clerk
from tests.contract.driver import DOMAIN, SwitchUnderTest, wait_until
from tests.contract.product import Product
from tests.contract.web import Phone, Route
from tests.records.clerk import PASSWORD
from tests.servers import SERVERS

_orders = count(1)


@dataclass
class Lane:
    """What one script has to itself."""

    number: int
    product: Product
    clerk: Clerk
    queues: dict[str, dict[str, Any]]
    agents: dict[str, dict[str, Any]]
    waits: dict[str, int] = field(default_factory=dict)

    @property
    def line(self) -> SwitchUnderTest:
        return self.product.line

    # ---- the world

    def open(self) -> None:
        """Phones and numbers are known; before the worker starts."""
        for agent in self.agents.values():
            user = agent["username"]
            self.line.web.phones[(user, DOMAIN)] = Phone.of(user, DOMAIN, PASSWORD)
            self.line.phone(user, DOMAIN, PASSWORD, answer_after=None)
        for queue in self.queues.values():
            self.route(queue)

    def route(self, queue: dict[str, Any], max_wait_seconds: int = 600) -> None:
        number = queue["number"]
        self.line.web.routes[number] = Route(
            tenant="acme", number=number, queue_id=queue["id"], max_wait_seconds=max_wait_seconds
        )

    def phone(self, letter: str, *, answer_after: float = 0, talk: float = 0, mode: str = "auto") -> None:
        """How this agent's phone behaves from now on; without `answer_after` it rings until told."""
        habits = f"mode {mode} answer_after={answer_after} talk={talk}" if answer_after else "mode manual"
        habits = f"mode {mode}" if mode == "busy" else habits
        said = self.line.api(f"rehearsal phone {self.agents[letter]['username']}@{DOMAIN} {habits}")
        assert said.startswith("+OK"), said

    def call(
        self,
        queue: str,
        number: str,
        *,
        name: str = "",
        patience: float = 0,
        talk: float = 0,
        message: float = 0,
    ) -> UUID:
        """Somebody dials; returns at once with the call's id."""
        wishes = f"from={quote(number)} name={quote(name)} patience={patience} talk={talk} message={message}"
        said = self.line.api(f"rehearsal call {quote(self.queues[queue]['number'])} {wishes}")
        assert said.startswith("+OK "), said
        return UUID(said.split()[1])

    # ---- what agents do

    def order(self, kind: str, letter: str, call_id: UUID | None = None, **more: Any) -> None:
        said: dict[str, Any] = {"type": kind, "agent_id": self.agents[letter]["id"], **more}
        if call_id is not None:
            said["call_id"] = str(call_id)
        envelope = {
            "order_id": f"script-{next(_orders)}", "tenant": "acme", "member_id": None, "language": "en",
            "sent_at": time.time(), "order": said,
        }  # fmt: skip
        heard = redis.Redis.from_url(SERVERS.start_valkey().url).publish("orders:main", json.dumps(envelope))
        assert heard, "nobody hears orders"

    def ready(self, *letters: str) -> None:
        """These, in this order of idleness; everybody else of the lane is not. A promised callback rings at once."""
        for letter in self.agents:
            self.order("set_not_ready", letter)
        self._until_status("not_ready", *self.agents)
        for letter in letters:
            self._become_ready(letter)

    def _become_ready(self, letter: str) -> None:
        # A worker that has only just begun refuses what it heard too long ago; an agent reads so, and presses again.
        try:
            self.order("set_ready", letter)
            self._until_status("ready", letter)
        except AssertionError:
            self.order("set_ready", letter)
            self._until_status("ready", letter)

    def _until_status(self, status: str, *letters: str) -> None:
        ids = [self.agents[letter]["id"] for letter in letters]
        asked = (
            "select count(*) from acme.telephony_agent where id = any(%s) and routing_status = %s"
            " and (activity = 'idle' or routing_status = 'ready')"
        )
        wait_until(
            lambda: self.product.rows(asked, ids, status) == [(len(ids),)], 20, f"not {status}: {letters}"
        )

    # ---- what happened, by the switch's own words

    def heard(self, kind: type[facts.Fact], seconds: float = 20, **fields: Any) -> Any:
        return self.line.log.wait(kind, seconds, **fields)

    def moment(self, kind: type[facts.Fact], *legs: UUID, nth: int = 1) -> datetime:
        """When the switch did this to one of these legs, by its own clock; waits for the `nth` time."""

        def told() -> list[facts.Fact]:
            every = self.line.log.all(kind)
            return [one for one in every if {one.leg_id, getattr(one, "other_leg_id", None)} & set(legs)]

        found = wait_until(
            lambda: len(heard := told()) >= nth and heard, 20, f"no {kind.__name__} of {legs}"
        )[nth - 1]
        names = ("ended_at", "held_at", "entered_at")
        return next((getattr(found, name) for name in names if getattr(found, name, None)), found.at)

    def talking(self, call_id: UUID, letter: str, times: int = 1) -> UUID:
        """Until this agent and the caller hear each other; the agent's leg."""
        asked = (
            "select id from acme.telephony_offer where call_id = %s and agent_id = %s and answered_at is not null"
            " order by offered_at"
        )
        agent_id = self.agents[letter]["id"]
        found = wait_until(
            lambda: len(rows := self.product.rows(asked, call_id, agent_id)) >= times and rows, 20,
            f"{letter} does not talk",
        )  # fmt: skip
        return found[-1][0]

    def ringing(self, call_id: UUID, letter: str) -> UUID:
        """Until this agent's phone rings for the call; the agent's leg."""
        asked = (
            "select id from acme.telephony_offer where call_id = %s and agent_id = %s and ended_at is null"
        )
        rows = wait_until(
            lambda: self.product.rows(asked, call_id, self.agents[letter]["id"]), 20, f"{letter} is not rung"
        )
        self.heard(facts.LegRinging, leg_id=rows[0][0])
        return rows[0][0]

    def joined(self, call_id: UUID, letter: str) -> None:
        """Until who was only asked is on the line with the caller."""
        self._until_offer(call_id, letter, "joined_at")

    def over(self, call_id: UUID, letter: str) -> None:
        """Until this agent's talk has ended."""
        self._until_offer(call_id, letter, "talk_ended_at")

    def _until_offer(self, call_id: UUID, letter: str, has: str) -> None:
        asked = (
            f"select 1 from acme.telephony_offer where call_id = %s and agent_id = %s and {has} is not null"
        )
        agent_id = self.agents[letter]["id"]
        wait_until(lambda: self.product.rows(asked, call_id, agent_id), 20, f"{letter}: no {has}")

    def outside_leg(self, call_id: UUID) -> UUID:
        """Until somebody outside has picked up."""
        asked = "select id from acme.telephony_leg where call_id = %s and kind = 'external' and bridged_at is not null"
        return wait_until(lambda: self.product.rows(asked, call_id), 20, "nobody outside picked up")[0][0]

    def hangs_up(self, call_id: UUID) -> None:
        """The caller, or the customer who was called."""
        said = self.line.api(f"rehearsal hangup {call_id}")
        assert said.startswith("+OK"), said

    def state(self, call_id: UUID, wanted: str) -> None:
        asked = "select state from acme.telephony_call where id = %s"
        wait_until(
            lambda: self.product.rows(asked, call_id) == [(wanted,)], 20, f"the call did not become {wanted}"
        )

    def gone(self, call_id: UUID) -> None:
        """Until everything of the call is over and each of its legs has its record."""
        asked = (
            "select (select count(*) from acme.telephony_call where id = %(id)s and ended_at is not null),"
            " (select count(*) from acme.telephony_offer where call_id = %(id)s and (ended_at is null or"
            "   (wrap_up_started_at is not null and wrap_up_ended_at is null))),"
            " (select count(*) from acme.telephony_leg where call_id = %(id)s and settled_at is null)"
        ).replace("%(id)s", f"'{call_id}'")
        wait_until(
            lambda: self.product.rows(asked) == [(1, 0, 0)],
            30,
            "the call is not over: " + str(self.product.rows(asked)),
        )
