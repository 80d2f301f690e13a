"""A recorded talk at an office, and what its agent asks about the recording."""

from datetime import datetime
from typing import Any
from uuid import UUID

from telephony import facts
from telephony.models import Offer, RecordingMask
from telephony.recording_orders import MaskRecording, StartRecording, StopRecording, UnmaskRecording
from tenants.people.models import AuditEntry
from tests.telephony.office import Office


class Talk:
    """`call_id` of a caller who talks with `agent`; the switch has begun to record when the offer said so."""

    def __init__(self, office: Office, agent: Any) -> None:
        self.office, self.agent = office, agent
        self.call_id = office.caller()
        offer = office.ringing()
        assert offer is not None
        self.leg = offer.pk
        office.switch.pick_up(offer.pk)
        office.settle()
        if self.offer.recording_path:
            self.record(self.offer.recording_path)

    @property
    def offer(self) -> Offer:
        with self.office.floor.inside():
            return Offer.objects.get(pk=self.leg)

    def record(self, path: str, leg: UUID | None = None) -> None:
        self._tell(facts.RecordingStarted, leg or self.leg, path=path)

    def close_file(self, path: str, seconds: float = 10.0) -> None:
        self._tell(facts.RecordingStopped, self.leg, path=path, seconds=seconds)

    def _tell(self, kind: Any, leg: UUID, **said: Any) -> None:
        self.office.switch.tell(kind, tenant=self.office.floor.tenant.schema_name, leg_id=leg, **said)
        self.office.settle()

    def mask(self, by: Any = None, seconds: int = 180) -> None:
        order = MaskRecording(agent_id=self.agent.pk, call_id=self.call_id, seconds=seconds)
        self.office.order(order, member_id=by.pk if by else None)

    def unmask(self) -> None:
        self.office.order(UnmaskRecording(agent_id=self.agent.pk, call_id=self.call_id))

    def start(self) -> None:
        self.office.order(StartRecording(agent_id=self.agent.pk, call_id=self.call_id))

    def stop(self) -> None:
        self.office.order(StopRecording(agent_id=self.agent.pk, call_id=self.call_id))

    def asked(self, name: str) -> list[Any]:
        return [list(command) for command in self.office.switch.asked(name)]

    def masks(self) -> list[tuple[datetime | None, datetime | None, str]]:
        with self.office.floor.inside():
            found = RecordingMask.objects.order_by("asked_at", "pk")
            return [(one.began_at, one.ended_at, one.why_ended) for one in found]

    def audited(self) -> list[str]:
        with self.office.floor.inside():
            found = AuditEntry.objects.filter(verb__contains="mask").order_by("pk")
            return [entry.verb for entry in found]
