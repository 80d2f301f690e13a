"""How every change of a row is made: what differs, the next version, words that cannot be empty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from tenants.errors import BadInput
from ticketing.models import Customer, Ticket


def save_newer(row: Customer | Ticket, at: datetime) -> None:
    row.version += 1
    row.changed_at = at
    row.save()


def apply_changes(row, changes: dict, allowed: Sequence[str]) -> dict:
    """Sets what differs and answers with what it was before."""
    before = {}
    for field in allowed:
        if field in changes and getattr(row, field) != changes[field]:
            before[field] = getattr(row, field)
            setattr(row, field, changes[field])
    return before


def said(text: str, *, field: str) -> str:
    text = (text or "").strip()
    if not text:
        raise BadInput(_("This cannot be empty."), field=field)
    return text
