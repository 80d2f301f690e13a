"""What the audit log knows of one row, in the shape the admin's history page reads."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.text import capfirst

from tenants.people.audit import subject_of
from tenants.people.models import AuditEntry
from tenants.people.verbs import verb_name

MOST_LINES = 500


@dataclass(frozen=True)
class Actor:
    get_username: str
    get_full_name: str = ""


@dataclass(frozen=True)
class HistoryLine:
    """Who did what and when. Which fields changed is said, their values only in the audit log itself."""

    action_time: datetime
    user: Actor
    get_change_message: str


def history_of(row: models.Model, most: int = MOST_LINES) -> list[HistoryLine]:
    """The newest changes of `row` first, as far as they were made in the current schema."""
    key, _name = subject_of(row)
    entries = AuditEntry.objects.filter(subject=key).order_by("-id")[:most]
    names = {field.attname: str(field.verbose_name) for field in row._meta.concrete_fields}
    return [
        HistoryLine(entry.at, Actor(entry.actor_name or "–"), _sentence(entry, names)) for entry in entries
    ]


def _sentence(entry: AuditEntry, names: dict[str, str]) -> str:
    verb = capfirst(verb_name(entry.verb))
    changed = [names.get(key, key) for key in entry.after or {}] if entry.before else []
    return f"{verb}: {', '.join(changed)}" if changed else str(verb)
