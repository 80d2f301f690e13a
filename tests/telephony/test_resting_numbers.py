"""Numbers shown that are not answered any more rest, and others of the pool take their share; two tenants."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from telephony.actions.callback_attempts import start_attempt
from telephony.actions.callbacks import enter_callback
from telephony.actions.dialling import end_dial, start_dial
from telephony.actions.display_health import judge_number, note_shown, show_next
from telephony.actions.number_desk import save_pool
from telephony.models import Call, DisplayPool, Leg, Offer, PoolNumber
from telephony.queries.displays import chosen_to_show
from tenants.models import Number
from tenants.people.models import AuditEntry
from tests.telephony.floor import EPOCH
from tests.telephony.prepared import SECOND

THIRD = "+8675588880000"
TERMS = {"least_connected": 30, "judged_calls": 10, "rest_minutes": 60}


@pytest.fixture
def pool(lines, floor, other_floor) -> DisplayPool:
    Number.objects.create(e164=THIRD, country="CN", tenant=floor.tenant, currency="CNY")
    given = {"pool_id": None, "name": "All", "queue_id": None, "way": "in_turn", "is_active": True}
    with other_floor.inside():
        save_pool(**given, **TERMS, numbers=[other_floor.number], at=timezone.now())
    with floor.inside():
        return save_pool(**given, **TERMS, numbers=[floor.number, SECOND, THIRD], at=timezone.now())


def call_out(floor, number: str, at, *, is_answered: bool, cause: str = "NO_ANSWER") -> None:
    """Somebody was called with this number."""
    with floor.inside():
        call = Call.objects.create(
            pk=uuid4(), direction="outbound", number=number, caller_number="+8613800000001", arrived_at=at,
            ended_at=at, state="ended",
        )  # fmt: skip
        Leg.objects.create(
            pk=call.pk, call=call, node="main-1", created_at=at, ended_at=at,
            answered_at=at if is_answered else None, cause="NORMAL_CLEARING" if is_answered else cause,
        )  # fmt: skip
        judge_number(number=number, at=at)


def campaign(floor, calls: int, at, *, bad: str) -> dict[str, int]:
    """So many are called, each with the pool's next number; who sees `bad` answers one time in ten, others always."""
    shares: dict[str, int] = {}
    for place in range(calls):
        moment = at + timedelta(minutes=place)
        with floor.inside():
            shown = chosen_to_show("", at=moment)
            note_shown(shown.pool_number_id, moment)
        shares[shown.number] = shares.get(shown.number, 0) + 1
        call_out(floor, shown.number, moment, is_answered=shown.number != bad or place % 30 == 0)
    return shares


def test_the_share_of_a_number_nobody_answers_moves_to_the_others(floor, other_floor, pool):
    at = floor.now
    assert campaign(floor, 30, at, bad=SECOND) == {floor.number: 10, SECOND: 10, THIRD: 10}
    with floor.inside():
        row = PoolNumber.objects.get(number_e164=SECOND)
        assert row.rested_at_percent < 30
        entry = AuditEntry.objects.get(verb="put a number to rest")
        assert (entry.after["number"], entry.actor_id) == (SECOND, None)
        ends = row.resting_until
    shares = campaign(floor, 20, at + timedelta(minutes=30), bad=SECOND)
    assert (shares.get(SECOND, 0), shares[floor.number], shares[THIRD]) == (0, 10, 10)
    # Rested, it has its turn again, and is judged by what comes then alone.
    shares = campaign(floor, 15, ends, bad="")
    assert shares[SECOND] == 5
    with other_floor.inside():
        assert PoolNumber.objects.get().resting_until is None


def test_what_is_not_the_numbers_doing_rests_nothing_and_when_all_rest_the_first_rested_is_shown(floor, pool):
    at = floor.now
    for cause in ("USER_BUSY", "ORIGINATOR_CANCEL", "GATEWAY_DOWN", "UNALLOCATED_NUMBER"):
        for _time in range(10):
            call_out(floor, SECOND, at, is_answered=False, cause=cause)
    with floor.inside():
        assert not PoolNumber.objects.exclude(resting_until=None).exists()
    for minutes, number in ((0, SECOND), (5, floor.number), (9, THIRD)):
        for _time in range(10):
            call_out(floor, number, at + timedelta(minutes=minutes), is_answered=False)
    with floor.inside():
        assert chosen_to_show("", at=at + timedelta(minutes=10)).number == SECOND
        DisplayPool.objects.update(least_connected=None)
        PoolNumber.objects.update(resting_until=None)
    call_out(floor, SECOND, at + timedelta(minutes=11), is_answered=False)
    with floor.inside():
        assert not PoolNumber.objects.exclude(resting_until=None).exists()


def test_dialling_callbacks_and_transfers_pass_a_resting_number_by_and_are_judged(floor, pool, outside_line):
    at, agent = floor.now, floor.agent()
    with floor.inside():
        PoolNumber.objects.filter(number_e164=floor.number).update(resting_until=at + timedelta(hours=1))
        promised, _new = enter_callback(
            number="+8613800000002", queue_id=floor.queue.pk, at=at, language="en", source="agent"
        )
        assert promised.shown_number == SECOND
        PoolNumber.objects.filter(number_e164=SECOND).update(resting_until=at + timedelta(hours=1))
        command = start_attempt(
            callback_id=promised.pk, agent_id=agent.pk, cell="main", epoch=EPOCH, explanation={}, at=at
        )
        assert command.shown_number == THIRD
        PoolNumber.objects.update(resting_until=None)
        seen = [show_next("", to="+8613800000003", queue_id=None, at=at) for _time in range(2)]
        assert sorted(seen) == sorted([floor.number, SECOND])
        PoolNumber.objects.update(shown_at=at)
        PoolNumber.objects.filter(number_e164=floor.number).update(shown_at=None)
        Call.objects.filter(ended_at=None).update(ended_at=at)
        Offer.objects.update(ended_at=at, outcome="failed")
        type(agent).objects.update(activity="idle")
    for _time in range(9):
        call_out(floor, floor.number, at, is_answered=False)
    with floor.inside():
        command = start_dial(
            agent_id=agent.pk, number="+8613800000004", queue_id=None, cell="main", epoch=EPOCH, at=at
        )
        assert command.shown_number == floor.number
        call = Call.objects.get(pk=command.call_id)
        Leg.objects.create(
            pk=call.pk, call=call, node="main-1", created_at=at, ended_at=at, cause="NO_ANSWER"
        )
        Offer.objects.filter(pk=command.offer_id).update(outcome="failed", ended_at=at)
        Call.objects.filter(pk=call.pk).update(ended_at=at)
        assert end_dial(call_id=call.pk, at=at)
        assert PoolNumber.objects.get(number_e164=floor.number).is_resting(at)


def test_the_pools_page_names_who_rests_and_ends_a_rest(floor, other_floor, pool, member, client_of):
    boss = client_of(member(floor.tenant, "admin"))
    at = timezone.now()
    for _time in range(10):
        call_out(floor, SECOND, at, is_answered=False)
    page = boss.get(f"/numbers/displays/{pool.pk}/").content.decode()
    assert "0 % of its last calls were answered" in page
    shown = boss.get("/numbers/displays/").content.decode()
    assert "◐ rests" in shown
    assert "no longer yours" not in shown
    form = {"name": "All", "way": "in_turn", "numbers": [SECOND], "is_active": "on"}
    wrong = boss.post(
        f"/numbers/displays/{pool.pk}/",
        form | {"least_connected": 100, "judged_calls": 3, "rest_minutes": 5},
    )
    assert wrong.status_code == 422
    with floor.inside():
        row = PoolNumber.objects.get(number_e164=SECOND)
    foreign = client_of(member(other_floor.tenant, "admin"))
    with other_floor.inside():
        theirs = DisplayPool.objects.get()
    foreign.post(f"/numbers/displays/{theirs.pk}/", {"wake": str(row.pk)})
    assert floor.again(row).is_resting(at)
    assert boss.post(f"/numbers/displays/{pool.pk}/", {"wake": str(row.pk)}).status_code == 302
    assert not floor.again(row).is_resting(timezone.now())
    # As many calls as are judged, and all of them before its rest ended: it does not go back at once.
    call_out(floor, SECOND, timezone.now(), is_answered=False)
    assert not floor.again(row).is_resting(timezone.now())
