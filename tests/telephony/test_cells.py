"""Moving a tenant to another cell: what it changes, what is refused, and what the two workers tell each other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from telephony.cells import moves
from telephony.cells.models import CellMove, Lease
from telephony.errors import CellIsNotServed, CellNotFound, LivesThereAlready, StillServedThere
from telephony.worker.inbox import Inbox
from telephony.worker.neighbours import Neighbours
from tenants.people.models import AuditEntry
from tests.telephony.housing import home, move


@pytest.fixture
def operator(member, client_of):
    return client_of(member(None, "operator"))


def test_a_move_changes_who_decides_and_no_call(cells, floor):
    call_id = floor.caller()
    before = floor.call(call_id).version
    made = move()
    assert (home("acme"), home("globex")) == ("second", "main")
    assert (made.from_cell.name, made.to_cell.name, made.ended_at) == ("main", "second", None)
    assert floor.call(call_id).version == before
    assert moves.open_moves() == {"acme": {"main"}}
    for inside in (True, False):
        if inside:
            with floor.inside():
                entry = AuditEntry.objects.get(verb="moved to another cell")
        else:
            entry = AuditEntry.objects.get(verb="moved to another cell")
        assert (entry.before, entry.after, entry.reason) == (
            {"cell": "main"},
            {"cell": "second"},
            "more room",
        )


@pytest.mark.parametrize(
    ("to", "refusal"), [("main", LivesThereAlready), ("nowhere", CellNotFound), ("third", CellIsNotServed)]
)
def test_a_move_to_where_nobody_would_take_the_next_call_is_refused(cells, to, refusal):
    with pytest.raises(refusal):
        move(to)
    assert home("acme") == "main"
    assert not CellMove.objects.exists()


def test_a_cell_whose_worker_is_silent_is_not_served(cells):
    Lease.objects.filter(cell__name="second").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert {cell.name: cell.is_served for cell in moves.cells()} == {
        "main": True,
        "second": False,
        "third": False,
    }


def test_moved_back_a_tenant_has_left_the_other_cell_only(cells):
    move()
    move("main")
    assert home("acme") == "main"
    assert moves.open_moves() == {"acme": {"second"}}
    assert CellMove.objects.filter(ended_at=None).count() == 1


def test_a_move_is_finished_once_nothing_is_left_there(cells, floor):
    call_id = floor.caller()
    made = move()
    left = moves.left_in("acme", "main")
    assert (left.waiting, left.calls) == (1, 1)
    with pytest.raises(StillServedThere):
        moves.finish_move(move_id=made.pk, at=timezone.now())
    floor.switch.end(call_id)
    floor.listen()
    moves.finish_move(move_id=made.pk, at=timezone.now())
    moves.finish_move(move_id=made.pk, at=timezone.now())
    assert moves.open_moves() == {}


def test_a_call_that_comes_to_the_old_cell_afterwards_opens_the_move_again(cells):
    made = move()
    moves.finish_move(move_id=made.pk, at=timezone.now())
    neighbours = Neighbours("main", Inbox(), may_act=lambda: True)
    neighbours.look()
    assert neighbours.desk_of("acme") is not None
    neighbours.look()
    assert moves.open_moves() == {"acme": {"main"}}
    assert neighbours.guests == ["acme"]


def test_an_operator_moves_a_tenant_with_a_reason_and_sees_how_far_it_is(cells, floor, operator):
    floor.caller()
    page = operator.get("/cells/acme/move/").content.decode()
    assert "1 callers wait in main" in page
    assert operator.post("/cells/acme/move/", {"cell": "second", "reason": ""}).status_code == 200
    assert operator.post("/cells/acme/move/", {"cell": "third", "reason": "x"}).status_code == 200
    assert home("acme") == "main"
    assert operator.post("/cells/acme/move/", {"cell": "second", "reason": "more room"}).status_code == 302
    assert home("acme") == "second"
    page = operator.get("/cells/").content.decode()
    assert "1 caller still waits in main" in page
    assert "Finish the move" not in page
    with floor.inside():
        assert AuditEntry.objects.get(verb="moved to another cell").actor_name.endswith("operator")


def test_only_operators_move_tenants(cells, floor, member, client_of):
    for client in (client_of(member(None, "finance")), client_of(member(floor.tenant, "owner"))):
        assert client.post("/cells/acme/move/", {"cell": "second", "reason": "x"}).status_code in (
            302,
            403,
            404,
        )
        assert client.get("/cells/").status_code in (302, 403, 404)
    assert home("acme") == "main"
