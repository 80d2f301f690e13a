"""What follows when a member signs out, and when a number comes to lead somewhere or is taken back."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.utils import timezone

from telephony.actions.number_desk import forget_bindings, note_bindings
from telephony.actions.page_phones import close_page_phone, close_page_phones_of
from telephony.models import Entry
from tenants.context import is_public
from tenants.desk.queries import last_holder
from tenants.events import MemberSignedOutEverywhere, NumberAssigned, subscribe


def connect() -> None:
    user_logged_out.connect(close_phone_of_session, dispatch_uid="phone of the page")
    subscribe(MemberSignedOutEverywhere, close_phones_of_member)
    subscribe(NumberAssigned, leave_no_orphan)
    for signal in (post_save, post_delete):
        # Destinations are saved by many roads: pages, API, sheets, flows, the demo.
        signal.connect(tell_the_desk, sender=Entry, dispatch_uid=f"bindings {id(signal)}")


def close_phone_of_session(request: HttpRequest, **_told: Any) -> None:
    """Told before the session is forgotten."""
    session_key = getattr(request.session, "session_key", None)
    if session_key and not is_public():
        close_page_phone(session_key=session_key, at=timezone.now())


def close_phones_of_member(event: MemberSignedOutEverywhere) -> None:
    if not is_public():
        close_page_phones_of(member_id=event.member_id, at=event.occurred_at)


def tell_the_desk(**_told: Any) -> None:
    if not is_public():
        note_bindings(timezone.now())


def leave_no_orphan(event: NumberAssigned) -> None:
    """A number that was taken back by whatever road leads nowhere any more."""
    if event.tenant_id is not None:
        return
    tenant, number = last_holder(event.number_id)
    if tenant is not None and tenant.has_schema:
        forget_bindings(tenant, number)
