"""Who a session belongs to, asked of the rows each time."""

from typing import Any

from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest


def member_of_session(session_key: str) -> Any:
    """The member as the rows say now; None when signed out, switched off or unknown. Call it inside the tenant."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    member = get_user(request) if request.session.get(SESSION_KEY) else None
    return member if member is not None and member.is_authenticated and member.is_active else None
