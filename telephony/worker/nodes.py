"""Several switches of one cell behind the port of one.

A command goes to the node its leg is on. An offer runs on the caller's node and rings the phone wherever it is
registered: on that node by its registration, on another by its contact address. Beats go to all. One node away takes
nothing from the others: its legs are simply not spoken of until it is back (`away`).
"""

import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from telephony.facts import DeviceRegistered, DeviceUnregistered, Fact, LegFact, LegHungUp
from telephony.queries.nodes import nodes_of
from telephony.switch import (
    ConsultCommand,
    EarCommand,
    EarMode,
    ErrandCommand,
    LegGlimpse,
    LiveLeg,
    OfferCommand,
    OnwardCommand,
    ParkCommand,
    QueueEntry,
    Registration,
    RungPhone,
    Switch,
    SwitchError,
    SwitchRefused,
    SwitchUnreachable,
)

MOST_WAITING = 1_000
"""Facts beyond this wait in the client of their switch, which has its own way when it is full too."""
GIVE_UP_AFTER = 60.0
"""Seconds without a word of one switch, while another answers."""


class SwitchNodes:
    """A telephony.switch.Switch over `switches`, by name. `beaten_at`: when a node last took our beat."""

    def __init__(
        self, switches: Mapping[str, Switch], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._switches = dict(switches)
        self._monotonic = monotonic
        self._heard_at = dict.fromkeys(self._switches, monotonic())
        self._node_of: dict[UUID, str] = {}
        self._phones: dict[tuple[str, str], tuple[str, str]] = {}
        self._told: queue.Queue[Fact | None] = queue.Queue(MOST_WAITING)
        self._is_listening = threading.Lock()
        self.beaten_at: dict[str, datetime] = {}

    # ---- which nodes there are

    @property
    def names(self) -> list[str]:
        return list(self._switches)

    @property
    def away(self) -> list[str]:
        """Nodes that do not answer now. What is on them nobody knows, so nobody may call it lost."""
        return [name for name in self._silent() if self._silence(name) < GIVE_UP_AFTER]

    @property
    def given_up(self) -> list[str]:
        """Nodes that have been silent for so long that their agents are wanted elsewhere: their legs count as lost.

        A record that comes later corrects it. While no node answers at all, none is given up.
        """
        return [name for name in self._silent() if self.is_connected and self._silence(name) >= GIVE_UP_AFTER]

    def _silent(self) -> list[str]:
        return [name for name, switch in self._switches.items() if not switch.is_connected]

    def _silence(self, name: str) -> float:
        return self._monotonic() - self._heard_at[name]

    @property
    def is_connected(self) -> bool:
        return any(switch.is_connected for switch in self._switches.values())

    @property
    def core_uuid(self) -> str:
        return next(iter(self._switches.values())).core_uuid if len(self._switches) == 1 else ""

    @property
    def died_at(self) -> datetime | None:
        """The last of them, once all have."""
        return max(self.deaths.values()) if len(self.deaths) == len(self._switches) else None

    @property
    def deaths(self) -> dict[str, datetime]:
        """When each node died that surely did and is not back."""
        found = {name: switch.died_at for name, switch in self._switches.items()}
        return {name: at for name, at in found.items() if at is not None}

    def are_told(self, cores: Mapping[str, str]) -> bool:
        """Whether these runs, by node, are those connected now. The word of a new run may still be on its way, and
        comes after all that the one before it told: who does not wait for it takes a restart for lost calls.
        """
        return all(switch.core_uuid == cores.get(name) for name, switch in self._connected().items())

    def _connected(self) -> dict[str, Switch]:
        return {name: switch for name, switch in self._switches.items() if switch.is_connected}

    # ---- facts

    def next_fact(self, timeout_seconds: float) -> Fact | None:
        self._listen()
        try:
            return self._told.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def facts(self) -> Iterator[Fact]:
        self._listen()
        while (fact := self._told.get()) is not None:
            yield fact

    def _listen(self) -> None:
        """One thread for each node, started when somebody first asks."""
        if not self._is_listening.acquire(blocking=False):
            return
        for name, switch in self._switches.items():
            threading.Thread(target=self._hear, args=(switch,), name=f"facts of {name}", daemon=True).start()

    def _hear(self, switch: Switch) -> None:
        for fact in switch.facts():
            self._note(fact)
            self._told.put(fact)

    def _note(self, fact: Fact) -> None:
        if isinstance(fact, LegHungUp):
            self._node_of.pop(fact.leg_id, None)
        elif isinstance(fact, LegFact):
            self._node_of[fact.leg_id] = fact.node
        elif isinstance(fact, DeviceRegistered):
            self._phones[fact.username, fact.domain] = (fact.node, fact.contact)
        elif isinstance(fact, DeviceUnregistered):
            self._forget_phone(fact)

    def _forget_phone(self, fact: DeviceUnregistered) -> None:
        """A phone that has moved to another node takes its leave of the old one later."""
        who = fact.username, fact.domain
        if self._phones.get(who, ("", ""))[0] == fact.node:
            del self._phones[who]

    # ---- commands

    def offer(self, command: OfferCommand) -> None:
        name = self._where(command.caller_leg_id)
        phones = [self._reach(phone, command.domain, name) for phone in command.phones]
        first, *others = phones
        self._switches[name].offer(replace(command, contact=first.contact, together=tuple(others)))

    def _reach(self, phone: RungPhone, domain: str, name: str) -> RungPhone:
        home, contact = self._phones.get((phone.username, domain), (name, ""))
        return phone if home == name else replace(phone, contact=contact)

    def hang_up(self, leg_id: UUID, cause: str = "NORMAL_CLEARING") -> None:
        self._of(leg_id).hang_up(leg_id, cause)

    def withdraw(self, leg_id: UUID, cause: str = "ORIGINATOR_CANCEL") -> None:
        self._of(leg_id).withdraw(leg_id, cause)

    def answer(self, leg_id: UUID) -> None:
        self._of(leg_id).answer(leg_id)

    def hold(self, leg_id: UUID) -> None:
        self._of(leg_id).hold(leg_id)

    def unhold(self, leg_id: UUID) -> None:
        self._of(leg_id).unhold(leg_id)

    def send_to_queue(self, leg_id: UUID, entry: QueueEntry) -> None:
        self._of(leg_id).send_to_queue(leg_id, entry)

    def consult(self, command: ConsultCommand) -> None:
        name = self._where(command.caller_leg_id)
        self._switches[name].consult(replace(command, contact=self._contact(command, name)))

    def complete_consult(self, agent_leg_id: UUID) -> None:
        self._of(agent_leg_id).complete_consult(agent_leg_id)

    def end_consult(self, consult_leg_id: UUID) -> None:
        self._of(consult_leg_id).end_consult(consult_leg_id)

    def conference(self, agent_leg_id: UUID, caller_leg_id: UUID, call_id: UUID) -> None:
        self._of(caller_leg_id).conference(agent_leg_id, caller_leg_id, call_id)

    def send_to_number(self, command: OnwardCommand) -> None:
        self._of(command.caller_leg_id).send_to_number(command)

    def park(self, command: ParkCommand) -> None:
        self._of(command.caller_leg_id).park(command)

    def send_on_errand(self, command: ErrandCommand) -> None:
        self._of(command.caller_leg_id).send_on_errand(command)

    def end_errand(self, caller_leg_id: UUID) -> None:
        self._of(caller_leg_id).end_errand(caller_leg_id)

    def send_digits(self, leg_id: UUID, digits: str) -> None:
        self._of(leg_id).send_digits(leg_id, digits)

    def start_recording(self, leg_id: UUID, path: str) -> None:
        self._of(leg_id).start_recording(leg_id, path)

    def stop_recording(self, leg_id: UUID, path: str) -> None:
        self._of(leg_id).stop_recording(leg_id, path)

    def mask_recording(self, leg_id: UUID, path: str, *, is_masked: bool) -> None:
        self._of(leg_id).mask_recording(leg_id, path, is_masked=is_masked)

    def listen(self, command: EarCommand) -> None:
        name = self._where(command.agent_leg_id)
        self._switches[name].listen(replace(command, contact=self._contact(command, name)))

    def _contact(self, command: ConsultCommand | EarCommand, name: str) -> str:
        """Where its phone is, seen from this node; the one the command names when we know of none."""
        home, contact = self._phones.get((command.username, command.domain), (name, command.contact))
        return command.contact if home == name else contact

    def set_ear(self, ear_leg_id: UUID, mode: EarMode) -> None:
        self._of(ear_leg_id).set_ear(ear_leg_id, mode)

    def move_ear(self, ear_leg_id: UUID, agent_leg_id: UUID) -> None:
        self._of(ear_leg_id).move_ear(ear_leg_id, agent_leg_id)

    def take_over(self, ear_leg_id: UUID, caller_leg_id: UUID, agent_leg_id: UUID) -> None:
        self._of(caller_leg_id).take_over(ear_leg_id, caller_leg_id, agent_leg_id)

    def _of(self, leg_id: UUID) -> Switch:
        return self._switches[self._where(leg_id)]

    def _where(self, leg_id: UUID) -> str:
        """The node of a leg: remembered, else asked for; of a leg nobody knows the first node may say no."""
        if len(self._switches) == 1:
            return next(iter(self._switches))
        if known := self._node_of.get(leg_id):
            return known
        connected = self._connected()
        if not connected:
            raise SwitchUnreachable("No switch is connected.")
        found = (name for name, switch in connected.items() if switch.existing([leg_id]))
        name = self._node_of[leg_id] = next(found, "")
        if not name:
            del self._node_of[leg_id]
            raise SwitchRefused("No such leg.")
        return name

    # ---- questions

    def existing(self, leg_ids: Collection[UUID]) -> set[UUID]:
        return {leg_id for switch in self._asked().values() for leg_id in switch.existing(leg_ids)}

    def leg(self, leg_id: UUID) -> LiveLeg | None:
        for name, switch in self._asked().items():
            if found := switch.leg(leg_id):
                return replace(found, node=name)
        return None

    def legs_named(self, leg_ids: Collection[UUID]) -> list[LiveLeg]:
        """Of each leg its own node is asked, and every node where nobody knows which that is."""
        found = []
        for name, switch in self._asked().items():
            here = [leg_id for leg_id in leg_ids if self._node_of.get(leg_id, name) == name]
            found += [replace(leg, node=name) for leg in (switch.legs_named(here) if here else ())]
        self._node_of |= {leg.leg_id: leg.node for leg in found}
        return found

    def glimpses(self) -> list[LegGlimpse]:
        of_node = {name: switch.glimpses() for name, switch in self._asked().items()}
        self._node_of |= {seen.leg_id: name for name, listed in of_node.items() for seen in listed}
        return [seen for listed in of_node.values() for seen in listed]

    def registrations(self) -> list[Registration]:
        of_node = {
            name: [replace(one, node=name) for one in switch.registrations()]
            for name, switch in self._asked().items()
        }
        for name, registrations in of_node.items():
            self._phones |= {(one.username, one.domain): (name, one.contact) for one in registrations}
        return [one for registrations in of_node.values() for one in registrations]

    def _asked(self) -> dict[str, Switch]:
        if not (connected := self._connected()):
            raise SwitchUnreachable("No switch is connected.")
        return connected

    def beat(self, now: datetime) -> None:
        """To all. Raises what the last one said only when none took it."""
        problem: SwitchError | None = None
        taken = 0
        for name, switch in self._switches.items():
            try:
                switch.beat(now)
                self._heard_at[name] = self._monotonic()
                self.beaten_at[name], taken = datetime.now(UTC), taken + 1
            except SwitchError as error:
                problem = error
        if problem is not None and not taken:
            raise problem

    def close(self) -> None:
        for switch in self._switches.values():
            switch.close()
        self._told.put(None)


def connect_nodes(known: Mapping[str, Any], connect: Callable[[Mapping[str, Any]], Switch]) -> SwitchNodes:
    """Clients of all nodes of settings.SWITCH: each connects, and reconnects, by itself."""
    return SwitchNodes({str(node["node"]): connect(node) for node in nodes_of(known)})
