"""Events reach the outbox with the transaction they happen in: of those who asked, and of nobody else."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from telephony import actions
from telephony.events import CallEnded, CallHeld
from tenants.context import enter
from tenants.events import emit
from tenants.hooks import actions as hooks
from tenants.hooks.models import Delivery
from tests.hooks.conftest import rows

URL = "https://crm.example/events"


def told(schema: str = "acme") -> list[str]:
    return [row.kind for row in rows(schema)]


def test_a_call_is_written_down_for_its_own_tenant_in_order(endpoint_of, floor, other_floor, at_once, woken):
    endpoint_of("acme", URL)
    endpoint_of("globex", URL)
    _call, offer = floor.talk(floor.agent())
    floor.switch.hang_up(offer.pk)
    floor.listen()
    assert told() == ["call.ringing", "call.answered", "call.ended"]
    assert told("globex") == []
    assert set(woken) == {"acme"}
    assert {row.subject for row in rows()} == {f"call:{_call}"}
    assert [row.ids["offer_id"] for row in rows(kind="call.ringing")] == [str(offer.pk)]


def test_two_endpoints_hear_the_same_key_and_only_what_they_asked_for(endpoint_of, floor, now):
    one, _secret = endpoint_of("acme", URL, "call.held")
    both, _secret = endpoint_of("acme", URL, "call.held", "call.ended", name="Data lake")
    with enter("acme"), transaction.atomic():
        emit(CallHeld(occurred_at=now, call_id=floor.caller()))
        emit(CallEnded(occurred_at=now, call_id=floor.caller()))
    held, ended = rows(kind="call.held"), rows(kind="call.ended")
    assert [row.endpoint_id for row in held] == [one.pk, both.pk]
    assert len({row.key for row in held}) == 1
    assert [row.endpoint_id for row in ended] == [both.pk]
    assert ended[0].key != held[0].key


def test_what_did_not_happen_is_not_told(endpoint_of, floor, now, at_once, woken):
    endpoint_of("acme", URL, "call.held")
    woken.clear()
    call_id = floor.caller()

    @transaction.atomic
    def hold_and_break() -> None:
        emit(CallHeld(occurred_at=now, call_id=call_id))
        assert Delivery.objects.count() == 1
        raise ZeroDivisionError

    with enter("acme"), pytest.raises(ZeroDivisionError):
        hold_and_break()
    assert (rows(), woken) == ([], [])


def test_a_tenant_without_endpoints_pays_nothing_and_a_sitting_writes_once(
    endpoint_of, floor, other_floor, now
):
    """Once it is known who listens, an event costs no statement; of many events of one sitting, one."""
    endpoint_of("acme", URL, "call.held")
    calls = {"acme": floor.caller(), "globex": other_floor.caller()}

    def statements(schema: str, count: int) -> list[str]:
        with enter(schema), transaction.atomic():
            emit(CallHeld(occurred_at=now, call_id=calls[schema]))
            with CaptureQueriesContext(connection) as seen, actions.one_sitting():
                for _time in range(count):
                    emit(CallHeld(occurred_at=now, call_id=calls[schema]))
        return [query["sql"] for query in seen if "SAVEPOINT" not in query["sql"]]

    assert statements("globex", 5) == []
    [insert] = statements("acme", 5)
    assert insert.startswith('INSERT INTO "hooks_delivery"')
    assert len(rows()) == 6


def test_a_paused_endpoint_hears_nothing_of_what_happens_meanwhile(endpoint_of, floor, now):
    endpoint, _secret = endpoint_of("acme", URL, "call.held")
    call_id = floor.caller()
    for act, expected in ((hooks.pause_endpoint, 0), (hooks.resume_endpoint, 1)):
        with enter("acme"):
            act(endpoint_id=endpoint.pk, **({"at": now} if act is hooks.resume_endpoint else {}))
            emit(CallHeld(occurred_at=now, call_id=call_id))
        assert len(rows()) == expected


def test_an_outbox_that_cannot_be_written_stops_no_call(endpoint_of, floor, now, monkeypatch):
    from django.db import DatabaseError

    endpoint_of("acme", URL)

    def fail(*_told, **_more):
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")

    monkeypatch.setattr(Delivery.objects, "bulk_create", fail)
    with pytest.raises(DatabaseError), enter("acme"), transaction.atomic():
        fail()
    call_id, offer = floor.talk(floor.agent())
    assert floor.call(call_id).state == "talking"
    assert rows() == []
