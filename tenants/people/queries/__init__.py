"""Reads of people."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from tenants.context import is_public
from tenants.people.models import ApiToken, AuditEntry, Member, Role
from tenants.people.tokens import digest_of


def live_token(text: str) -> ApiToken | None:
    """The token of this text while it may be used: not expired, not revoked, its member active."""
    now = timezone.now()
    fresh = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    seated = Q(member__seat_ends_at__isnull=True) | Q(member__seat_ends_at__gt=now)
    found = ApiToken.objects.select_related("member").filter(
        fresh, seated, digest=digest_of(text), revoked_at__isnull=True, member__is_active=True
    )
    return found.first()


def member_by_login(login: str) -> Member | None:
    """By user name or e-mail, in any case."""
    text = login.strip()[:254]
    if not text:
        return None
    return Member.objects.filter(Q(username__iexact=text) | Q(email__iexact=text)).order_by("id").first()


def member_by_id(member_id: int) -> Member | None:
    return Member.objects.filter(pk=member_id).first()


def members_with(*roles: str) -> QuerySet[Member]:
    """Active members holding any of the roles, by name."""
    return Member.objects.filter(is_active=True, roles__overlap=list(roles))


def seated_members_with(*roles: str, at: datetime) -> QuerySet[Member]:
    """Of these who may sign in at that moment: whose seat has not ended."""
    return members_with(*roles).filter(Q(seat_ends_at=None) | Q(seat_ends_at__gt=at))


def key_role() -> str:
    """The role that can give every other: without anyone in it the schema would be locked for good."""
    return Role.OPERATOR if is_public() else Role.OWNER


def is_last_key_holder(member: Member) -> bool:
    role = key_role()
    return role in member.roles and not members_with(role).exclude(pk=member.pk).exists()


def history_of(subject: str, limit: int = 50) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(subject=subject).select_related("actor")[:limit])
