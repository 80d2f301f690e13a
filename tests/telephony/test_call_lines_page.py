"""The page of a call draws its lines; nobody of another tenant, and no agent who had no part in it, sees them."""

import pytest

from telephony import call_orders
from telephony.console.call_lines import WIDTH, drawn_lines
from tests.telephony.office import Office
from tests.telephony.test_call_control import ask, talk  # noqa: F401

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


def test_bars_fill_the_call_and_say_who(office, talk):  # noqa: F811
    ann, bob, call_id = talk
    consult = ask(office, ann, bob, call_id)
    office.pass_seconds(5)
    office.switch.consulted_answers(consult.pk)
    office.pass_seconds(20)
    office.order(call_orders.HandOver(agent_id=ann.pk, call_id=call_id))
    office.pass_seconds(40)
    office.switch.end(call_id)
    office.settle()
    office.pass_seconds(31)
    with office.floor.inside():
        caller, anns, bobs = drawn_lines(office.floor.call(call_id))
    assert [piece.words for piece in caller.pieces] == [
        "Waited", f"Talked · {ann.name}", "Music while somebody was asked · " + ann.name, f"Talked · {bob.name}",
    ]  # fmt: skip
    assert [line.name for line in (caller, anns, bobs)] == ["Caller", ann.name, bob.name]
    assert f"Consult · {bob.name}" in [piece.words for piece in anns.pieces]
    assert caller.seconds == 99
    last = bobs.pieces[-1]
    assert last.kind == "wrap_up"
    assert last.x + last.width == pytest.approx(WIDTH, abs=1)
    for one, following in zip(caller.pieces, caller.pieces[1:], strict=False):
        assert one.x + one.width == pytest.approx(following.x, abs=1.6)
