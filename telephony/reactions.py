"""What follows when a member signs out: the phone of that sign-in's page is nobody's any more."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest
from django.utils import timezone

from telephony.actions.page_phones import close_page_phone, close_page_phones_of
from tenants.context import is_public
from tenants.events import MemberSignedOutEverywhere, subscribe


def connect() -> None:
    user_logged_out.connect(close_phone_of_session, dispatch_uid="phone of the page")
    subscribe(MemberSignedOutEverywhere, close_phones_of_member)


def close_phone_of_session(request: HttpRequest, **_told: Any) -> None:
    """Told before the session is forgotten."""
    session_key = getattr(request.session, "session_key", None)
    if session_key and not is_public():
        close_page_phone(session_key=session_key, at=timezone.now())


def close_phones_of_member(event: MemberSignedOutEverywhere) -> None:
    if not is_public():
        close_page_phones_of(member_id=event.member_id, at=event.occurred_at)
