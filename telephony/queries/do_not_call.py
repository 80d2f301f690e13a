"""Is this number one that nobody may call, and did a leader allow it all the same."""

import re
from datetime import datetime, timedelta

from django.db.models import QuerySet

from telephony.models import Agent, Callback, DoNotCall, DoNotCallPass
from tenants.context import current_tenant
from tenants.numbers import to_e164

PASS_LASTS = timedelta(minutes=2)
"""From the leader's word to the call: their own telephone rings at once."""
_STORED = re.compile(r"\+[1-9][0-9]{5,14}|[0-9]{5,10}")


def stored_spelling(typed: str) -> str:
    """As numbers are kept, of whatever a person or a sheet wrote; "" when it is no number."""
    number = to_e164(typed, str(current_tenant().country)) or ""
    return number if _STORED.fullmatch(number) else ""


def is_barred(number: str) -> bool:
    """`number` in its stored spelling."""
    return bool(number) and DoNotCall.objects.filter(number=number).exists()


def barred_promises() -> QuerySet[Callback]:
    """Those that wait, to numbers that have come onto the list since."""
    waiting = Callback.objects.filter(state__in=(Callback.State.WAITING, Callback.State.RETRY))
    return waiting.filter(number__in=DoNotCall.objects.values("number"))


def open_pass(number: str, agent_id: int, at: datetime) -> DoNotCallPass | None:
    """Given to this agent's member a moment ago, and not used; locked."""
    member = Agent.objects.filter(pk=agent_id).values("member_id")
    found = DoNotCallPass.objects.select_for_update(of=("self",)).filter(
        number=number, used_at=None, given_at__gte=at - PASS_LASTS, member__in=member
    )
    return found.order_by("-given_at").first()


def entries(number: str = "") -> QuerySet[DoNotCall]:
    """The list, newest first; with a number in any spelling, that one."""
    found = DoNotCall.objects.all()
    return found.filter(number=stored_spelling(number)) if number else found


def passes() -> QuerySet[DoNotCallPass]:
    return DoNotCallPass.objects.select_related("member")
