"""A watched office beside globex's, which must notice nothing; and what is asked of it."""

from collections.abc import Iterator

from telephony.models import Agent, Offer
from tests.telephony.watching import WatchedOffice


def unnoticed(floor, other_floor) -> Iterator[WatchedOffice]:
    """acme's floor, watched; globex's agent is ready all the while and hears nothing of it."""
    office = WatchedOffice(floor)
    other_floor.switch = office.switch
    theirs = other_floor.agent()
    office.settle()
    before = other_floor.again(theirs).version
    yield office
    assert (office.told(other_floor), other_floor.again(theirs).version) == ([], before)
    assert (office.ghosts(), office.signs.failures) == ([], 0)


def agents(office, count: int) -> list[Agent]:
    found = [office.floor.agent() for _agent in range(count)]
    office.settle()
    return found


def state(office, agent) -> tuple[str, str, str]:
    row = office.floor.again(agent)
    return row.presence, row.routing_status, row.activity


def cause(office, agent) -> str:
    with office.floor.inside():
        return agent.state_changes.latest("pk").cause


def answered(office) -> Offer:
    offer = office.ringing()
    office.switch.pick_up(offer.pk)
    office.settle()
    return offer
