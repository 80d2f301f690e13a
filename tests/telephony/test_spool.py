"""The spool on disk: half-written, broken, misplaced, doubled; nothing leaves before its commit."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest

from telephony.facts import LegSettled
from telephony.models import Call, Leg
from telephony.spool import Sweep
from tests.telephony.test_settlement import record_of


@pytest.fixture
def spool(floor, tmp_path, monkeypatch):
    """A folder and the records its files stand for; what is not among them is no whole record."""
    monkeypatch.setattr("telephony.actions.settlement.charge_all", lambda legs: None)
    records: dict[bytes, LegSettled] = {}

    def parse(content: bytes) -> list:
        if content not in records:
            raise ValueError("not whole")
        return [records[content]]

    sweep = Sweep(tmp_path, parse=parse, now=lambda: os.stat(tmp_path).st_mtime + sweep_age[0])
    sweep_age = [0.0]
    sweep.records, sweep.age = records, sweep_age
    return sweep


def put(spool, record, content: bytes = b"{whole}", name: str = "a.cdr.json"):
    spool.records[content] = record
    (spool.folder / name).write_bytes(content)


def names(folder) -> list[str]:
    return sorted(
        str(file.relative_to(folder)).split("/")[0] + "/" + file.name for file in folder.rglob("*.json")
    )


def test_a_record_is_settled_and_moved_away(floor, spool):
    leg_id = uuid4()
    put(spool, record_of(floor, leg_id))
    assert spool.run() == 1
    assert floor.call(leg_id).exit == "abandoned"
    assert names(spool.folder) == ["done/a.cdr.json"]
    assert spool.run() == 0


def test_a_half_written_record_gets_its_time_and_then_is_put_aside(floor, spool):
    (spool.folder / "half.json").write_bytes(b'{"variables": {"uuid"')
    assert spool.run() == 0
    assert names(spool.folder) == ["half.json/half.json"]
    put(spool, record_of(floor, uuid4()), name="half.json")
    assert spool.run() == 1
    (spool.folder / "broken.json").write_bytes(b"")
    spool.age[0] = 11.0
    assert spool.run() == 0
    assert names(spool.folder) == ["done/half.json", "quarantine/broken.json"]


def test_a_record_told_twice_is_one_call(floor, spool):
    leg_id = uuid4()
    put(spool, record_of(floor, leg_id), name="one.json")
    put(spool, record_of(floor, leg_id), name="two.json")
    assert spool.run() == 2
    with floor.inside():
        assert (Call.objects.count(), Leg.objects.count()) == (1, 1)


@pytest.mark.parametrize("together", [1, 25])
def test_records_settled_together_end_as_each_alone(floor, other_floor, spool, monkeypatch, together):
    monkeypatch.setattr("telephony.spool.TOGETHER", together)
    charged = []
    monkeypatch.setattr("telephony.actions.settlement.charge_all", charged.extend)
    agent, stranger, theirs = floor.agent(), uuid4(), uuid4()
    call_id, offer = floor.talk(agent, seconds=60)
    floor.switch.end(call_id)
    floor.listen()
    known = {"bridged_at": offer.offered_at + timedelta(seconds=3), "other_leg_id": offer.pk}
    put(spool, record_of(floor, call_id, **known), b"{1}", "a.json")
    of_agent = {"offer_id": offer.pk, "direction": "outbound", "call_id": call_id, "other_leg_id": call_id}
    put(spool, record_of(floor, offer.pk, **of_agent), b"{2}", "b.json")
    put(spool, record_of(floor, stranger), b"{3}", "c.json")
    put(spool, record_of(other_floor, theirs), b"{4}", "d.json")
    assert spool.run() == 4
    with floor.inside():
        legs = dict(Leg.objects.values_list("pk", "settled_at"))
        assert set(legs) == {call_id, offer.pk, stranger}
        assert all(legs.values())
        ended = dict(Call.objects.values_list("pk", "state"))
    assert ended == {call_id: "ended", stranger: "ended"}
    assert floor.stay(stranger).is_estimated
    assert floor.again(agent).activity == "wrap_up"
    with other_floor.inside():
        assert list(Call.objects.values_list("pk", flat=True)) == [theirs]
    assert sorted(leg.leg_id for leg in charged) == sorted([call_id, stranger, theirs])
    assert spool.run() == 0


def test_of_a_heap_many_are_settled_at_once_and_one_that_breaks_holds_nobody_back(
    floor, other_floor, spool, monkeypatch
):
    from telephony import actions

    monkeypatch.setattr("telephony.spool.MOST_PER_SWEEP", 70)
    monkeypatch.setattr("telephony.spool.TOGETHER_IN_A_HEAP", 64)
    monkeypatch.setattr("telephony.spool.TOGETHER", 4)
    charged, asked, whole, take = [], [], actions.settle_leg, spool.ingest.take_together
    monkeypatch.setattr("telephony.actions.settlement.charge_all", charged.extend)
    monkeypatch.setattr(spool.ingest, "take_together", lambda *told: (asked.append(1), take(*told)))
    legs = [uuid4() for _place in range(70)]

    def settle(*, record, at):
        if record.leg_id == legs[20]:
            raise ZeroDivisionError
        whole(record=record, at=at)

    monkeypatch.setattr("telephony.actions.settle_leg", settle)
    for place, leg_id in enumerate(legs):
        record = record_of(floor if place % 2 == 0 else other_floor, leg_id)
        put(spool, record, b"{%d}" % place, f"{place:02}.json")
        put(spool, record, b"{%d}" % place, f"{place:02}-again.json")
    assert spool.run() == 68
    assert spool.is_behind
    assert len(asked) < 20
    assert spool.run() == 70
    assert not spool.is_behind
    assert sorted(leg.leg_id for leg in charged) == sorted(set(legs) - {legs[20]})
    for one, count in ((floor, 34), (other_floor, 35)):
        with one.inside():
            assert Call.objects.count() == count
    assert {name.split("-")[0] for name in names(spool.folder) if not name.startswith("done/")} == {
        "20.json/20.json", "20"
    }  # fmt: skip


def test_a_record_of_a_tenant_that_is_not_there_is_put_aside_with_an_alarm(floor, spool, caplog):
    put(spool, record_of(floor, uuid4(), tenant="nobody"))
    assert spool.run() == 0
    assert names(spool.folder) == ["quarantine/a.cdr.json"]
    assert "someone has to look" in caplog.text


def test_a_record_that_names_the_wrong_tenant_reaches_neither(floor, other_floor, spool):
    from tenants.models import Number

    Number.objects.create(e164=floor.number, tenant=floor.tenant, country="CN", kind="local", currency="CNY")
    put(spool, record_of(floor, uuid4(), tenant="globex"))
    assert spool.run() == 0
    assert names(spool.folder) == ["quarantine/a.cdr.json"]
    for one in (floor, other_floor):
        with one.inside():
            assert not Call.objects.exists()


def test_a_record_of_no_tenant_is_kept_as_a_stray(floor, spool):
    from telephony.cells.models import StrayLeg

    leg_id = uuid4()
    put(spool, record_of(floor, leg_id, tenant="", dialled="+99912345"))
    assert spool.run() == 1
    stray = StrayLeg.objects.get(leg_id=leg_id)
    assert (stray.dialled, stray.billable_seconds) == ("+99912345", 65)
    with floor.inside():
        assert not Call.objects.exists()


def test_a_record_stays_when_the_database_is_away(floor, spool, monkeypatch):
    from django.db import OperationalError

    put(spool, record_of(floor, uuid4()))
    with monkeypatch.context() as away:
        away.setattr("telephony.actions.settle_leg", _raise(OperationalError))
        with pytest.raises(OperationalError):
            spool.run()
    assert names(spool.folder) == ["a.cdr.json/a.cdr.json"]
    assert spool.run() == 1


def test_a_record_that_breaks_us_is_tried_thrice_and_stops_nobody(floor, spool, monkeypatch):
    good, bad = uuid4(), uuid4()
    from telephony import actions

    whole = actions.settle_leg

    def settle(*, record, at):
        if record.leg_id == bad:
            raise ZeroDivisionError
        whole(record=record, at=at)

    monkeypatch.setattr("telephony.actions.settle_leg", settle)
    put(spool, record_of(floor, bad), b"{bad}", "a.json")
    put(spool, record_of(floor, good), b"{good}", "b.json")
    assert spool.run() == 1
    spool.run()
    assert names(spool.folder) == ["a.json/a.json", "done/b.json"]
    spool.run()
    assert names(spool.folder) == ["done/b.json", "quarantine/a.json"]
    assert floor.call(good).state == "ended"


def test_settled_records_are_forgotten_after_a_week(floor, spool):
    put(spool, record_of(floor, uuid4()))
    spool.run()
    assert spool.forget_old() == 0
    spool.age[0] = timedelta(days=8).total_seconds()
    assert spool.forget_old() == 1


def _raise(error):
    def raising(*_args, **_known):
        raise error("away")

    return raising
