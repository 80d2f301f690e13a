"""One worker acts for a cell; an older epoch never acts again."""

import time

import psycopg
import pytest

from telephony import actions
from telephony.cells import actions as cell_actions
from telephony.cells.queries import former_runs
from telephony.errors import EpochIsOver
from telephony.models import Offer
from telephony.worker.lease import LeaseKeeper, session_name
from telephony.worker.renewal import Renewal
from tests.telephony.floor import EPOCH


@pytest.fixture
def database(committed_database) -> str:
    with psycopg.connect(committed_database, autocommit=True) as connection:
        connection.execute("INSERT INTO cells_cell (name) VALUES ('main') ON CONFLICT DO NOTHING")
        connection.execute(
            "INSERT INTO cells_lease (cell_id, holder, epoch, report) SELECT id, '', 0, '{}' FROM cells_cell"
            " ON CONFLICT DO NOTHING"
        )
    return committed_database


class Seconds:
    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return self.passed


def keeper(database: str, holder: str, seconds: Seconds, lasts: float = 3.0) -> LeaseKeeper:
    name = session_name(holder)
    return LeaseKeeper(
        "main",
        holder,
        monotonic=seconds,
        lasts=lasts,
        connect=lambda: psycopg.connect(database, autocommit=True, application_name=name),
    )


def wait_until(what, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not (answer := what()) and time.monotonic() < end:
        time.sleep(0.02)
    return answer


def has_expired(database: str) -> bool:
    with psycopg.connect(database, autocommit=True) as connection:
        return connection.execute("SELECT expires_at < clock_timestamp() FROM cells_lease").fetchone()[0]


def expire(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE cells_lease SET expires_at = clock_timestamp() - interval '1 s'")


def test_the_second_worker_waits_until_the_first_is_gone(database):
    seconds = Seconds()
    first, second = keeper(database, "first", seconds), keeper(database, "second", seconds)
    assert first.take()
    assert not second.take()
    assert first.renew()
    first.release()
    assert second.take()
    assert (first.is_held, second.is_held, second.epoch) == (False, True, first.epoch + 1)
    second.release()


def test_a_lease_that_expired_is_still_guarded_by_the_session_lock(database):
    seconds = Seconds()
    first, second = keeper(database, "first", seconds), keeper(database, "second", seconds)
    first.take()
    expire(database)
    assert not second.take()
    first._drop()
    # The server notices a closed session a moment later.
    assert wait_until(second.take)
    assert not first.renew()
    assert not first.is_held
    second.release()


def test_a_silent_holder_is_cut_off_and_what_it_had_in_hand_never_was(database):
    seconds = Seconds()
    first, second = keeper(database, "first", seconds, lasts=0.05), keeper(database, "second", seconds)
    first.take()
    with psycopg.connect(database, application_name=session_name("first")) as in_hand:
        in_hand.execute("UPDATE cells_lease SET report = '{\"late\": true}'")
        assert not second.take()
        assert wait_until(lambda: has_expired(database))
        seconds.passed = 3.4
        assert not second.take()
        assert not first.is_held
        seconds.passed = 3.6
        assert not second.take()
        assert wait_until(second.take)
        with pytest.raises(psycopg.OperationalError):
            in_hand.execute("SELECT 1")
    assert (second.epoch, second.is_held, first.renew()) == (first.epoch + 1, True, False)
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT report FROM cells_lease").fetchone() == ({},)
    second.release()


def test_a_holder_that_renews_is_left_alone_whatever_the_databases_clock_says(database):
    seconds = Seconds()
    first, second = keeper(database, "first", seconds), keeper(database, "second", seconds)
    first.take()
    for _second in range(6):
        seconds.passed += 1
        assert first.renew()
        expire(database)
        assert not second.take()
    assert first.is_held
    assert first.renew()
    first.release()


def test_a_paused_worker_finds_that_its_time_is_over(database):
    seconds = Seconds()
    worker = keeper(database, "first", seconds)
    worker.take()
    seconds.passed = 2.9
    assert worker.is_held
    assert worker.is_due
    seconds.passed = 10.0
    assert not worker.is_held
    worker.release()


def test_a_busy_loop_keeps_the_lease_and_a_hanging_one_loses_it(database):
    seconds = Seconds()
    lease = keeper(database, "first", seconds)
    renewal = Renewal(lease, alive_at=lambda: 0.0, clock=seconds)
    lease.take()
    seconds.passed = 1.4
    assert not renewal.look()
    for passed in (1.6, 3.2, 4.8):
        seconds.passed = passed
        assert renewal.look()
    seconds.passed = 6.1
    assert lease.is_held
    assert not renewal.look()
    seconds.passed = 7.9
    assert not lease.is_held
    assert not renewal.look()
    lease.release()


def test_what_was_paused_for_too_long_is_not_renewed(database):
    seconds = Seconds()
    lease = keeper(database, "first", seconds)
    lease.take()
    seconds.passed = 3.1
    assert not Renewal(lease, alive_at=seconds, clock=seconds).look()
    assert not lease.is_held
    lease.release()


def test_an_offer_of_an_older_epoch_is_never_written(floor):
    agent, call_id = floor.agent(), floor.caller()
    with floor.inside(), pytest.raises(EpochIsOver):
        actions.offer_call(
            stay_id=floor.stay(call_id).pk,
            agent_id=agent.pk,
            cell="main",
            epoch=EPOCH - 1,
            explanation={},
            at=floor.now,
        )
    with floor.inside():
        assert not Offer.objects.exists()
    assert floor.again(agent).activity == "idle"


def test_a_restarted_switch_is_recognised_by_its_core(floor):
    last_seen = floor.now
    assert former_runs({"main-1": "one"}, at=last_seen) == {}
    cell_actions.note_switches({"main-1": "one"}, at=last_seen)
    floor.clock.pass_seconds(60)
    assert former_runs({"main-1": "one", "elsewhere": "three"}, at=floor.now) == {}
    assert former_runs({"main-1": "two"}, at=floor.now) == {"main-1": last_seen}
    cell_actions.note_switches({"main-1": "two"}, at=floor.now)
    assert former_runs({"main-1": "two"}, at=floor.now) == {}


def test_an_answer_of_the_new_run_says_nothing_of_how_long_the_former_lived(floor):
    def answered(core_uuid: str) -> None:
        said = {"state": {}, "seen": {"main-1": floor.now}, "cores": {"main-1": core_uuid}}
        cell_actions.report(cell="main", epoch=EPOCH, **said)

    cell_actions.note_switches({"main-1": "one"}, at=floor.now)
    floor.clock.pass_seconds(2)
    last_seen = floor.now
    answered("one")
    floor.clock.pass_seconds(60)
    answered("two")
    assert former_runs({"main-1": "two"}, at=floor.now) == {"main-1": last_seen}
