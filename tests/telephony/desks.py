"""What the stories of the desk do again and again: configure a queue, look at a call's offers and stays."""

from telephony import orders
from telephony.models import Offer, Queue, QueueStay
from tests.telephony.office import Office


def change(office: Office, **fields) -> None:
    """The queue as configured anew; the worker reads the floor again."""
    with office.floor.inside():
        Queue.objects.filter(pk=office.floor.queue.pk).update(**fields)
        office.floor.queue.refresh_from_db()
    office.order(orders.ReadFloorAgain())


def offers_of(office: Office, call_id) -> list[Offer]:
    with office.floor.inside():
        return list(Offer.objects.filter(call_id=call_id).order_by("offered_at", "agent_id"))


def stays_of(office: Office, call_id) -> list[QueueStay]:
    with office.floor.inside():
        return list(QueueStay.objects.filter(call_id=call_id).order_by("entered_at"))


def take_a_call(office: Office, seconds: float = 30) -> int:
    """Whoever is rung talks for so long and wraps up; their id."""
    call_id = office.caller()
    offer = office.ringing()
    office.switch.pick_up(offer.pk)
    office.settle()
    office.pass_seconds(seconds)
    office.switch.end(call_id)
    office.settle()
    office.pass_seconds(31)
    return offer.agent_id


def three_at_once(office: Office) -> list:
    """Three agents of a queue that rings all at once."""
    change(office, strategy="ring_group", ring_group_size=3)
    agents = [office.floor.agent() for _number in range(3)]
    office.settle()
    return agents
