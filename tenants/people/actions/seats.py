"""Seats that end: at their moment the member's access ends, by itself and written down; before, they are told."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import override

from tenants import realtime
from tenants.context import current_tenant
from tenants.errors import DomainError
from tenants.people.actions import end_access
from tenants.people.models import Member
from tenants.people.queries.teams import seats_over

TOLD_BEFORE = (timedelta(days=7), timedelta(days=1), timedelta(hours=1), timedelta(minutes=10))
"""From the first on, pages show it; at each of them, open pages are told anew."""


def end_seats(*, at: datetime) -> int:
    """Everybody whose seat is over leaves. How many did; who cannot (the last owner) stays, and has no rights."""
    count = 0
    for member in seats_over(at):
        try:
            end_seat(member_id=member.pk, at=at)
        except DomainError:
            continue
        count += 1
    return count


@transaction.atomic
def end_seat(*, member_id: int, at: datetime) -> None:
    member = Member.objects.select_for_update().get(pk=member_id)
    if member.is_active and member.seat_ends_at and member.seat_ends_at <= at:
        end_access(member=member, at=at, reason="seat ended")


def tell_of_ends(*, since: datetime, at: datetime) -> int:
    """Open pages of those whose seat ends in a week, a day, an hour or ten minutes: told once each."""
    told = 0
    for before in TOLD_BEFORE:
        due = Member.objects.filter(
            is_active=True, seat_ends_at__gt=since + before, seat_ends_at__lte=at + before
        )
        for member in due:
            _tell(member)
            told += 1
    return told


def _tell(member: Member) -> None:
    with override(member.language or getattr(current_tenant(), "language", None) or "en"):
        realtime.publish(
            f"member.{member.pk}", {"type": "seat_ends", "ends_at": member.seat_ends_at, "id": member.pk}
        )
