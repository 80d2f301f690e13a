"""What follows on the floor when somebody's access ends."""

from telephony.actions.seats import leave_floor
from tenants.events import MemberLeft, subscribe


def connect() -> None:
    subscribe(MemberLeft, lay_down_work)


def lay_down_work(event: MemberLeft) -> None:
    leave_floor(member_id=event.member_id, at=event.occurred_at)
