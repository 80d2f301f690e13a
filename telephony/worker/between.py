"""What goes between the workers of two cells: news for a desk, and commands for a switch (see `neighbours`)."""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, is_dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

import orjson
import redis
import structlog
from django.db import connection

from telephony import actions
from telephony.errors import EpochIsOver
from telephony.spool import DATABASE_AWAY
from telephony.switch import (
    ConsultCommand,
    EarCommand,
    EarMode,
    ErrandCommand,
    NotYet,
    OfferCommand,
    OnwardCommand,
    OutsidePhone,
    ParkCommand,
    QueueEntry,
    RungPhone,
    Switch,
    SwitchError,
    SwitchUnreachable,
)
from telephony.worker.desk import HEARD
from telephony.worker.ears import RoadEar
from telephony.worker.fence import FencedSwitch
from telephony.worker.inbox import Inbox, News
from telephony.worker.neighbours import Neighbours, road_to
from telephony.worker.put_off import AGAIN_SECONDS
from tenants.context import enter

log = structlog.get_logger()

TOO_LATE_SECONDS = 5.0
"""A command older than this is not carried out: whoever sent it has long taken it for failed."""
NEWS = MappingProxyType({kind.__name__: kind for kind in HEARD})
COMMANDS = MappingProxyType(
    {
        name: get_type_hints(getattr(Switch, name))
        for name in (
            "offer", "hang_up", "withdraw", "answer", "hold", "unhold", "send_to_queue", "consult", "complete_consult",
            "end_consult", "conference", "send_to_number", "park", "send_digits", "start_recording", "stop_recording",
            "mask_recording", "listen", "set_ear", "move_ear",
            "take_over", "send_on_errand", "end_errand",
        )
    }
)  # fmt: skip
"""What may be asked of another cell's switches, with the kind of each value."""

OnePhone = TypeVar("OnePhone", ConsultCommand, EarCommand)


class JoinedSwitch(FencedSwitch):
    """Our own switches, and for callers of a tenant that came from another cell the switches of that cell."""

    def __init__(self, switch: Switch, may_act: Callable[[], bool], neighbours: Neighbours) -> None:
        super().__init__(switch, may_act)
        self._neighbours = neighbours

    def offer(self, command: OfferCommand) -> None:
        if not self._neighbours.is_shared(command.tenant):
            super().offer(command)
            return
        cell = self._neighbours.cell_of_leg(command.caller_leg_id)
        aimed = self._aimed(command, cell or self._neighbours.cell)
        if not self._is_sent(cell, "offer", command=asdict(aimed)):
            super().offer(aimed)

    def _aimed(self, command: OfferCommand, cell: str) -> OfferCommand:
        """Phones that are registered at no switch of this cell are rung at their address."""
        names = [phone.username for phone in command.phones]
        far = self._neighbours.contacts(command.tenant, names, cell)
        together = tuple(
            replace(phone, contact=far.get(phone.username, phone.contact)) for phone in command.together
        )
        return replace(command, contact=far.get(command.username, command.contact), together=together)

    def hang_up(self, leg_id: UUID, cause: str = "NORMAL_CLEARING") -> None:
        if not self._is_sent_of(leg_id, "hang_up", cause=cause):
            super().hang_up(leg_id, cause)

    def withdraw(self, leg_id: UUID, cause: str = "ORIGINATOR_CANCEL") -> None:
        if not self._is_sent_of(leg_id, "withdraw", cause=cause):
            super().withdraw(leg_id, cause)

    def answer(self, leg_id: UUID) -> None:
        if not self._is_sent_of(leg_id, "answer"):
            super().answer(leg_id)

    def hold(self, leg_id: UUID) -> None:
        if not self._is_sent_of(leg_id, "hold"):
            super().hold(leg_id)

    def unhold(self, leg_id: UUID) -> None:
        if not self._is_sent_of(leg_id, "unhold"):
            super().unhold(leg_id)

    def send_to_queue(self, leg_id: UUID, entry: QueueEntry) -> None:
        if not self._is_sent_of(leg_id, "send_to_queue", entry=asdict(entry)):
            super().send_to_queue(leg_id, entry)

    def consult(self, command: ConsultCommand) -> None:
        cell = self._neighbours.cell_of_leg(command.caller_leg_id)
        aimed = self._aimed_phone(command, cell or self._neighbours.cell)
        if not self._is_sent(cell, "consult", command=asdict(aimed)):
            super().consult(aimed)

    def complete_consult(self, agent_leg_id: UUID) -> None:
        cell = self._neighbours.cell_of_leg(agent_leg_id)
        if not self._is_sent(cell, "complete_consult", agent_leg_id=agent_leg_id):
            super().complete_consult(agent_leg_id)

    def end_consult(self, consult_leg_id: UUID) -> None:
        cell = self._neighbours.cell_of_leg(consult_leg_id)
        if not self._is_sent(cell, "end_consult", consult_leg_id=consult_leg_id):
            super().end_consult(consult_leg_id)

    def conference(self, agent_leg_id: UUID, caller_leg_id: UUID, call_id: UUID) -> None:
        cell = self._neighbours.cell_of_leg(caller_leg_id)
        if not self._is_sent(
            cell, "conference", agent_leg_id=agent_leg_id, caller_leg_id=caller_leg_id, call_id=call_id
        ):
            super().conference(agent_leg_id, caller_leg_id, call_id)

    def send_to_number(self, command: OnwardCommand) -> None:
        cell = self._neighbours.cell_of_leg(command.caller_leg_id)
        if not self._is_sent(cell, "send_to_number", command=asdict(command)):
            super().send_to_number(command)

    def park(self, command: ParkCommand) -> None:
        cell = self._neighbours.cell_of_leg(command.caller_leg_id)
        if not self._is_sent(cell, "park", command=asdict(command)):
            super().park(command)

    def send_on_errand(self, command: ErrandCommand) -> None:
        cell = self._neighbours.cell_of_leg(command.caller_leg_id)
        if not self._is_sent(cell, "send_on_errand", command=asdict(command)):
            super().send_on_errand(command)

    def end_errand(self, caller_leg_id: UUID) -> None:
        cell = self._neighbours.cell_of_leg(caller_leg_id)
        if not self._is_sent(cell, "end_errand", caller_leg_id=caller_leg_id):
            super().end_errand(caller_leg_id)

    def send_digits(self, leg_id: UUID, digits: str) -> None:
        cell = self._neighbours.cell_of_leg(leg_id)
        if not self._is_sent(cell, "send_digits", leg_id=leg_id, digits=digits):
            super().send_digits(leg_id, digits)

    def start_recording(self, leg_id: UUID, path: str) -> None:
        cell = self._neighbours.cell_of_leg(leg_id)
        if not self._is_sent(cell, "start_recording", leg_id=leg_id, path=path):
            super().start_recording(leg_id, path)

    def stop_recording(self, leg_id: UUID, path: str) -> None:
        cell = self._neighbours.cell_of_leg(leg_id)
        if not self._is_sent(cell, "stop_recording", leg_id=leg_id, path=path):
            super().stop_recording(leg_id, path)

    def mask_recording(self, leg_id: UUID, path: str, *, is_masked: bool) -> None:
        cell = self._neighbours.cell_of_leg(leg_id)
        if not self._is_sent(cell, "mask_recording", leg_id=leg_id, path=path, is_masked=is_masked):
            super().mask_recording(leg_id, path, is_masked=is_masked)

    def listen(self, command: EarCommand) -> None:
        cell = self._neighbours.cell_of_leg(command.agent_leg_id)
        aimed = self._aimed_phone(command, cell or self._neighbours.cell)
        if not self._is_sent(cell, "listen", command=asdict(aimed)):
            super().listen(aimed)

    def set_ear(self, ear_leg_id: UUID, mode: EarMode) -> None:
        cell = self._neighbours.cell_of_leg(ear_leg_id)
        if not self._is_sent(cell, "set_ear", ear_leg_id=ear_leg_id, mode=mode):
            super().set_ear(ear_leg_id, mode)

    def move_ear(self, ear_leg_id: UUID, agent_leg_id: UUID) -> None:
        legs = {"ear_leg_id": ear_leg_id, "agent_leg_id": agent_leg_id}
        if not self._is_sent(self._neighbours.cell_of_leg(ear_leg_id), "move_ear", **legs):
            super().move_ear(**legs)

    def take_over(self, ear_leg_id: UUID, caller_leg_id: UUID, agent_leg_id: UUID) -> None:
        legs = {"ear_leg_id": ear_leg_id, "caller_leg_id": caller_leg_id, "agent_leg_id": agent_leg_id}
        if not self._is_sent(self._neighbours.cell_of_leg(caller_leg_id), "take_over", **legs):
            super().take_over(**legs)

    def _aimed_phone(self, command: OnePhone, cell: str) -> OnePhone:
        """As `_aimed`, of one phone; an outside number has none."""
        if not command.username or not self._neighbours.is_shared(command.tenant):
            return command
        far = self._neighbours.contacts(command.tenant, [command.username], cell)
        return replace(command, contact=far.get(command.username, command.contact))

    def _is_sent_of(self, leg_id: UUID, name: str, **values: Any) -> bool:
        return self._is_sent(self._neighbours.cell_of_leg(leg_id), name, leg_id=leg_id, **values)

    def _is_sent(self, cell: str, name: str, **values: Any) -> bool:
        """False: it is for our own switches. Raises SwitchUnreachable when nobody of the other cell listens."""
        if not cell:
            return False
        self._open()
        said = {"kind": "command", "name": name, "sent_at": time.time(), "values": values}
        if not self._neighbours.tell(cell, said):
            raise SwitchUnreachable("No worker of the cell this call is in listens.")
        return True


class NeighbourEar(RoadEar):
    """Hears what other cells tell this one."""

    def __init__(self, cell: str, inbox: Inbox, switch: Switch, *, may_act: Callable[[], bool]) -> None:
        deaf = "Other cells cannot be heard."
        super().__init__("between cells", road_to(cell), may_act=may_act, deaf=deaf)
        self._inbox, self._switch = inbox, switch
        self._newest: dict[str, float] = {}
        """Leg → when its last hold or unhold was sent, while an older one may wait for its phone."""

    def hand_over(self, body: bytes, client: redis.Redis) -> None:
        try:
            self.take(orjson.loads(body))
        except DATABASE_AWAY:
            connection.close()
        except NotYet:
            threading.Timer(AGAIN_SECONDS, self.hand_over, (body, client)).start()
        except EpochIsOver:
            log.info("Another cell asked for something, and this worker acts no longer.")
        except Exception:
            log.exception("What another cell told could not be used.", length=len(body))

    def take(self, said: dict[str, Any]) -> None:
        """News for our desk, or a command for our switches."""
        if said["kind"] == "news":
            self._inbox.put_news(News(str(said["tenant"]), rebuild(NEWS[said["name"]], said["values"])))
        elif said["name"] in COMMANDS:
            self._carry_out(said)

    def _carry_out(self, said: dict[str, Any]) -> None:
        if time.time() - float(said["sent_at"]) > TOO_LATE_SECONDS:
            log.warning("A command of another cell came too late.", command=said["name"])
            return
        if not self._is_newest(said):
            return
        hints = COMMANDS[said["name"]]
        values = {name: read(hints[name], value) for name, value in said["values"].items()}
        try:
            getattr(self._switch, said["name"])(**values)
        except NotYet:
            raise
        except SwitchError as error:
            log.warning("A command of another cell was not taken.", command=said["name"], problem=str(error))
            command = values.get("command")
            if isinstance(command, OfferCommand):
                self._fail(command.tenant, [phone.offer_id for phone in command.phones], str(error))
            elif isinstance(command, ConsultCommand) and command.agent_id:
                self._fail(command.tenant, [command.consult_id], str(error))

    def _is_newest(self, said: dict[str, Any]) -> bool:
        """A hold that waited for its phone is no longer wanted once an unhold was sent after it."""
        if said["name"] not in ("hold", "unhold"):
            return True
        latest = time.time() - TOO_LATE_SECONDS
        self._newest = {leg: sent_at for leg, sent_at in self._newest.items() if sent_at > latest}
        leg, sent_at = str(said["values"]["leg_id"]), float(said["sent_at"])
        newest = self._newest[leg] = max(sent_at, self._newest.get(leg, 0))
        return sent_at == newest

    def _fail(self, tenant: str, offers: list[UUID], failure: str) -> None:
        at = datetime.now(UTC)
        with enter(tenant):
            for offer_id in offers:
                actions.fail_offer(offer_id=offer_id, at=at, failure=failure or "UNREACHABLE")


def rebuild(kind: type, values: dict[str, Any]) -> Any:
    """A dataclass of ours from its JSON; fields it does not have are passed over."""
    hints = get_type_hints(kind)
    return kind(**{name: read(hints[name], value) for name, value in values.items() if name in hints})


def read(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if hint in (UUID, UUID | None):
        return UUID(value)
    if hint in (datetime, datetime | None):
        return datetime.fromisoformat(value)
    if hint == OutsidePhone | None:
        return rebuild(OutsidePhone, value)
    if hint == tuple[RungPhone, ...]:
        return tuple(rebuild(RungPhone, one) for one in value)
    if hint == tuple[str, ...]:
        return tuple(str(one) for one in value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    return rebuild(hint, value) if isinstance(hint, type) and is_dataclass(hint) else value
