"""Who a session belongs to, asked of the rows each time."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

OUR_BACKEND = "django.contrib.auth.backends.ModelBackend"


def member_of_session(session_key: str) -> Any:
    """The member as the rows say now; None when signed out, switched off or unknown. Call it inside the tenant."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    member = get_user(request) if request.session.get(SESSION_KEY) else None
    return member if member is not None and member.is_authenticated and member.is_active else None


def members_of_sessions(session_keys: Collection[str]) -> dict[str, Any]:
    """The same of many sessions with two questions; who is not a member now is not in it.

    What is plainly good is decided here; in any doubt (another backend, a hash that does not match) Django decides.
    """
    keys = {key for key in session_keys if key.isascii() and key.isalnum()}
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    told = {row.session_key: row.get_decoded() for row in live}
    said = {key: str(session.get(SESSION_KEY, "")) for key, session in told.items()}
    members = get_user_model().objects.in_bulk({int(pk) for pk in said.values() if pk.isdecimal()})
    found = {}
    for key, session in told.items():
        member = members.get(int(said[key])) if said[key].isdecimal() else None
        if member is None or not _is_plainly(member, session):
            member = member_of_session(key)
        if member is not None:
            found[key] = member
    return found


def _is_plainly(member: Any, session: dict[str, Any]) -> bool:
    if session.get(BACKEND_SESSION_KEY) != OUR_BACKEND or not member.is_active:
        return False
    return constant_time_compare(session.get(HASH_SESSION_KEY, ""), member.get_session_auth_hash())
