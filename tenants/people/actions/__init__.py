"""Every write about people: the audit log, members, their sessions and tokens."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import models, transaction
from django.utils import timezone
from django_tenants.utils import get_public_schema_name

from tenants.context import current_schema, is_public
from tenants.events import MemberLeft, MemberSignedOutEverywhere, emit
from tenants.people.acting import acting_now
from tenants.people.audit import plain, subject_of
from tenants.people.errors import LastOperator, LastOwner
from tenants.people.models import ApiToken, AuditEntry, Member
from tenants.people.queries import is_last_key_holder
from tenants.people.tokens import beginning_of, digest_of, new_token


def record_audit(
    *,
    verb: str,
    subject: models.Model | str,
    actor: Member | None = None,
    before: dict | None = None,
    after: dict | None = None,
    address: str | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write down a change of consequence in the current schema. Actor and address default to the request's."""
    now = acting_now()
    who = actor if actor is not None else now.member
    key, name = subject_of(subject)
    return AuditEntry.objects.create(
        at=timezone.now(),
        actor=who if who is not None and who.home_schema == current_schema() else None,
        actor_name=_name_of(who),
        address=address or now.address,
        verb=verb[:60],
        subject=key,
        subject_name=name,
        before=plain(before) if before is not None else None,
        after=plain(after) if after is not None else None,
        reason=reason[:300],
    )


def _name_of(who: Member | None) -> str:
    """Who comes from elsewhere is named with where from: an operator, or a tenant's schema; his id would mean somebody
    else here.
    """
    if who is None:
        return ""
    if who.home_schema == current_schema():
        return str(who)[:120]
    home = "operator" if who.home_schema == get_public_schema_name() else who.home_schema
    return f"{who} · {home}"[:120]


@transaction.atomic
def create_member(
    *,
    username: str,
    name: str,
    roles: list[str],
    email: str = "",
    language: str = "",
    password: str | None = None,
) -> Member:
    """A member who may sign in. Without a password he gets one by invitation. Repeating finds the same member."""
    found = Member.objects.filter(username__iexact=username).first()
    if found:
        return found
    member = Member(username=username.lower(), name=name, roles=list(roles), email=email, language=language)
    member.set_password(password)
    member.save()
    record_audit(verb="added", subject=member, after={"username": member.username, "roles": member.roles})
    return member


@transaction.atomic
def set_password(*, member: Member, password: str, at: datetime) -> None:
    """A new password ends the member's other sessions. Raises ValidationError for a weak one."""
    validate_password(password, member)
    member.set_password(password)
    member.save(update_fields=["password"])
    record_audit(verb="password changed", subject=member, actor=acting_now().member or member)
    emit(MemberSignedOutEverywhere(occurred_at=at, member_id=member.pk))


@transaction.atomic
def sign_out_everywhere(*, member: Member, at: datetime, reason: str = "") -> None:
    Member.objects.filter(pk=member.pk).update(session_epoch=models.F("session_epoch") + 1)
    member.refresh_from_db(fields=["session_epoch"])
    record_audit(verb="signed out everywhere", subject=member, reason=reason)
    emit(MemberSignedOutEverywhere(occurred_at=at, member_id=member.pk))


@transaction.atomic
def end_access(*, member: Member, at: datetime, reason: str = "access ended") -> None:
    """The member leaves: no sign-in, no session, no key. What he did stays in the log."""
    if not member.is_active:
        return
    if is_last_key_holder(member):
        raise LastOperator if is_public() else LastOwner
    member.is_active = False
    member.save(update_fields=["is_active"])
    member.api_tokens.filter(revoked_at__isnull=True).update(revoked_at=at)
    sign_out_everywhere(member=member, at=at, reason=reason)
    emit(MemberLeft(occurred_at=at, member_id=member.pk))


@transaction.atomic
def create_token(*, member: Member, name: str, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """The row and the key's text, which is shown this once."""
    text = new_token()
    token = ApiToken.objects.create(
        member=member, name=name, prefix=beginning_of(text), digest=digest_of(text), expires_at=expires_at
    )
    record_audit(verb="added", subject=token, after={"name": name, "expires_at": expires_at})
    return token, text


@transaction.atomic
def revoke_token(*, token: ApiToken, at: datetime) -> None:
    if token.revoked_at:
        return
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    record_audit(verb="revoked", subject=token)
