"""The one-time link by which a new member, or one who forgot, chooses a password."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from tenants.people.models import Member


class _Invitations(PasswordResetTokenGenerator):
    """Bound to the schema, the present password and the session epoch: used once, worth nothing elsewhere."""

    key_salt = "tenants.people.invitations"

    def _make_hash_value(self, user: Member, timestamp: int) -> str:
        return f"{user.home_schema}|{user.session_epoch}|{super()._make_hash_value(user, timestamp)}"


_tokens = _Invitations()


def invitation_path(member: Member) -> str:
    """Path of the page at the member's own host; good for three days."""
    who = urlsafe_base64_encode(force_bytes(member.pk))
    return f"/invitation/{who}/{_tokens.make_token(member)}/"


def invited_member(who: str, token: str) -> Member | None:
    """The active member the link was made for, or None when it is used, expired or made up."""
    try:
        pk = int(urlsafe_base64_decode(who).decode())
        member = Member.objects.get(pk=pk, is_active=True)
    except (ValueError, UnicodeDecodeError, OverflowError, Member.DoesNotExist):
        return None
    return member if not member.is_seat_over and _tokens.check_token(member, token) else None
