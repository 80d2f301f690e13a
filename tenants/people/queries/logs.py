"""The log as the people see it who keep the system running: what was done to it, and nothing of any customer."""

from dataclasses import dataclass
from datetime import datetime

from tenants.people.models import AuditEntry
from tenants.people.verbs import kind_name, verb_name

OF_THE_SYSTEM = frozenset(
    {
        "people.member", "people.team", "people.site", "people.apitoken", "people.sign_in", "people.rolloutstep",
        "hooks.endpoint", "telephony.agent", "telephony.agentgroup", "telephony.device", "telephony.disposition",
        "telephony.emergencyplan", "telephony.entry", "telephony.flow", "telephony.notreadyreason",
        "telephony.prompt", "telephony.queue", "telephony.recordingpolicy", "telephony.retentionpolicy",
        "telephony.routingrule", "telephony.skill", "telephony.storageplace", "telephony.survey",
        "telephony.workinghours", "ticketing.panel",
    }
)  # fmt: skip
"""What has a name that is no customer's. Of everything else the log shows its kind and its number alone."""
PAGE_SIZE = 100


@dataclass(frozen=True)
class LogLine:
    id: int
    at: datetime
    who: str
    verb: str
    kind: str
    name: str


def system_log(before: int | None = None) -> list[LogLine]:
    """Newest first; `before` is the id of the last line seen. Values, reasons and addresses stay in the audit log."""
    entries = AuditEntry.objects.order_by("-id")
    if before is not None:
        entries = entries.filter(pk__lt=before)
    return [_line(entry) for entry in entries[:PAGE_SIZE]]


def _line(entry: AuditEntry) -> LogLine:
    kind, _colon, key = entry.subject.partition(":")
    is_safe = kind in OF_THE_SYSTEM
    name = entry.subject_name if is_safe else (f"#{key[:8]}" if key else "")
    return LogLine(entry.pk, entry.at, entry.actor_name, verb_name(entry.verb), kind_name(kind), name)
