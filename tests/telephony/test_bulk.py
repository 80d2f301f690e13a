"""Rows written together are what Django would have written one by one, whatever stands in them."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from telephony.actions.bulk import insert_rows, update_rows
from telephony.models import AgentStateChange, Call, Leg, Offer, OpeningTime, QueueStay
from telephony.models.line_quality import LineQuality
from tenants.prepared import one_trip

STRANGE = '%s %% \'"\\ \\u0041 {"a": [1]} 王小芳 🔔 \u2028 null'


@pytest.fixture
def story(floor) -> list:
    """A call, its leg, stay and offer with everything in them that could be read as something else."""
    agent, at = floor.agent(), floor.now.replace(microsecond=123456)
    call = Call(
        pk=uuid4(),
        arrived_at=at,
        caller_name=STRANGE,
        note=STRANGE,
        queue=floor.queue,
        state=Call.State.RINGING,
        collected={"name": STRANGE, "1": None},
        is_within_hours=True,
        version=2**40,
    )
    leg = Leg(pk=call.pk, call=call, created_at=at, hold_marks=[[at.isoformat(), True]], billable_seconds=0)
    stay = QueueStay(
        pk=7_000_000,
        call=call,
        queue=floor.queue,
        entered_at=at,
        expected_wait_seconds=0.1 + 0.2,
        priority=-5,
    )
    stay.routing = {"facts": {"time": "09:00", "tags": ["vip"]}, "asks": {"priority": -5.5, "steps": []}}
    offer = Offer(
        pk=uuid4(),
        call=call,
        stay=stay,
        agent=agent,
        offered_at=at,
        expires_at=at + timedelta(seconds=20),
        explanation={
            "at": at.timestamp(),
            "rank": {"position": 1},
            "work": -3,
            "left": None,
            "text": STRANGE,
        },
    )
    return [call, leg, stay, offer]


def columns(row) -> dict:
    return {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}


def again(row):
    return type(row).objects.get(pk=row.pk)


def test_what_is_written_together_is_read_back_as_it_was(floor, story):
    with floor.inside():
        for row in story:
            insert_rows([row])
            assert not row._state.adding
        assert [columns(again(row)) for row in story] == [columns(row) for row in story]


def test_of_several_rows_only_the_columns_named_are_written(floor, story):
    with floor.inside():
        first = story[0]
        second = Call(pk=uuid4(), arrived_at=floor.now, number="95588")
        insert_rows([first, second])
        for row in (first, second):
            row.caller_name, row.ended_at, row.number = f"{STRANGE} {row.pk}", floor.now, "400"
            row.line = {"place": "parked", "agents": [1, 2]}
        update_rows([first, second], {"caller_name", "ended_at", "line", "id", "not a column"})
        for row, number in ((first, ""), (second, "95588")):
            kept = again(row)
            assert (kept.caller_name, kept.ended_at, kept.line) == (row.caller_name, row.ended_at, row.line)
            assert kept.number == number


def test_keys_the_database_gives_come_in_the_order_of_the_rows(floor):
    agent = floor.agent()
    with floor.inside():
        moments = [floor.now + timedelta(seconds=second) for second in range(120)]
        insert_rows([AgentStateChange(agent=agent, at=at, cause="call") for at in moments])
        kept = AgentStateChange.objects.filter(cause="call").order_by("pk")
        assert [change.at for change in kept] == moments


def test_each_tenant_gets_its_own_rows_by_the_same_statement(floor, other_floor):
    for one in (floor, other_floor, floor):
        with one.inside():
            insert_rows([Call(pk=uuid4(), arrived_at=one.now, number=one.number)])
            mine = Call.objects.filter(number=one.number)
            update_rows(list(mine), {"number"})
    with other_floor.inside():
        assert list(Call.objects.values_list("number", flat=True)) == [other_floor.number]
    with floor.inside():
        assert list(Call.objects.values_list("number", flat=True)) == [floor.number] * 2


def test_a_row_that_is_there_already_is_a_conflict_and_nothing_of_the_trip_stays(floor, story):
    with floor.inside():
        insert_rows([story[0]])
        with pytest.raises(IntegrityError):
            write_in_one_trip([Call(pk=one, arrived_at=floor.now) for one in (uuid4(), story[0].pk, uuid4())])
        assert Call.objects.get() == story[0]


@transaction.atomic
def write_in_one_trip(rows) -> None:
    with one_trip():
        for row in rows:
            insert_rows([row])


def test_columns_of_other_kinds_are_refused(floor):
    with floor.inside(), pytest.raises(TypeError, match="OpeningTime cannot be written in bulk"):
        insert_rows([OpeningTime(weekday=1, opens_at=time(9), closes_at=time(18))])


def test_a_figure_of_every_kind_keeps_its_last_digit(floor, story):
    with floor.inside():
        for row in story[:2]:
            insert_rows([row])
        heard = LineQuality(
            leg=story[1], ended_at=floor.now, mos=4.123456789012345, loss_percent=1e-9, jitter_ms=3, packets=7
        )
        insert_rows([heard])
        assert columns(again(heard)) == columns(heard)
