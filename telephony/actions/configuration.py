"""Groups, hours, steps and rules as a whole: saved with their rows, written down, told to the worker and the pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from telephony.actions.rules import number_version
from telephony.actions.setup import floor_changed
from telephony.models import AgentGroup, GroupMember, OpeningTime, RoutingRule, SpecialDay, WorkingHours
from telephony.queries.flows import is_named
from telephony.queries.rules import rules_naming
from tenants.errors import DomainError
from tenants.people.actions import record_audit
from tenants.people.audit import difference, row_values

Rows = Sequence[Mapping[str, Any]]


class StillInUse(DomainError):
    """Something still uses this: a queue, a step, a rule or a call flow. Take it out there first."""


@transaction.atomic
def keep_row(row: models.Model) -> models.Model:
    """A checked row of configuration. Returns it saved; nothing is written down when nothing differs."""
    stored = type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None
    before = row_values(stored) if stored else {}
    if isinstance(row, RoutingRule):
        number_version(row)
    row.save()
    was, now = difference(before, row_values(row))
    if now:
        record_audit(
            verb="changed" if stored else "added", subject=row, before=was if stored else None, after=now
        )
    floor_changed()
    return row


@transaction.atomic
def drop_row(row: models.Model) -> None:
    """Raises StillInUse and changes nothing when something speaks of it."""
    if is_named(row) or (isinstance(row, AgentGroup) and rules_naming("group_id", row.pk)):
        raise StillInUse
    record_audit(verb="deleted", subject=row, before=row_values(row))
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        raise StillInUse from None
    floor_changed()


@transaction.atomic
def keep_members(group: AgentGroup, members: Rows) -> None:
    """`[{"agent", "until"}]`: these and no others. Whoever stays keeps the row."""
    before = _told(group.members.all(), "agent_id", "until")
    group.members.exclude(agent__in=[one["agent"] for one in members]).delete()
    for one in members:
        GroupMember.objects.update_or_create(
            group=group, agent=one["agent"], defaults={"until": one.get("until")}
        )
    _write_down(group, "members", before, _told(group.members.all(), "agent_id", "until"))


@transaction.atomic
def keep_times(hours: WorkingHours, spans: Rows | None, days: Rows | None) -> None:
    """The week's opening times and the special days: these and no others; None leaves them."""
    if spans is not None:
        _replace(hours, OpeningTime, "opening_times", spans)
    if days is not None:
        _replace(hours, SpecialDay, "special_days", days)


def _replace(hours: WorkingHours, kind: Any, name: str, rows: Rows) -> None:
    columns = [field.name for field in kind._meta.concrete_fields if field.name not in ("id", "hours")]
    before = _told(kind.objects.filter(hours=hours), *columns)
    kind.objects.filter(hours=hours).delete()
    kind.objects.bulk_create([kind(hours=hours, **row) for row in rows])
    _write_down(hours, name, before, _told(kind.objects.filter(hours=hours), *columns))


def _told(rows: models.QuerySet, *columns: str) -> list[list[str | None]]:
    return [
        [None if value is None else str(value) for value in row]
        for row in rows.order_by(*columns).values_list(*columns)
    ]


def _write_down(row: models.Model, name: str, before: Any, after: Any) -> None:
    if before == after:
        return
    record_audit(verb="changed", subject=row, before={name: before}, after={name: after})
    floor_changed()


MESSAGES = (_("Something still uses this: a queue, a step, a rule or a call flow. Take it out there first."),)
