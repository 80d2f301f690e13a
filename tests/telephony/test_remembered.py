"""What is asked once within a sitting, and what settings say for a while longer."""

import pytest

from telephony import orders
from telephony.models import Queue
from telephony.queries.remembered import Keeper, foresee, once, remembering
from tests.telephony.office import Office


class Asked:
    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.times


def test_a_question_is_asked_once_within_the_block_and_each_time_outside():
    ask = Asked()
    assert [once("q", ask), once("q", ask)] == [1, 2]
    with remembering():
        assert [once("q", ask), once("q", ask)] == [3, 3]
    with remembering():
        assert once("q", ask) == 4
        foresee("p", "known")
        assert once("p", ask) == "known"


def test_settings_are_kept_for_their_seconds_tenant_by_tenant():
    now = [0.0]
    keeper, ask = Keeper(1.0, lambda: now[0]), Asked()

    def asked(tenant):
        with remembering(keeper.of(tenant)):
            return once("rules", ask, is_setting=True)

    assert [asked("acme"), asked("acme"), asked("globex")] == [1, 1, 2]
    now[0] = 0.99
    assert [asked("acme"), asked("globex")] == [1, 2]
    now[0] = 1.0
    assert [asked("acme"), asked("globex")] == [3, 4]
    keeper.forget("globex")
    assert [asked("acme"), asked("globex")] == [3, 5]


def test_what_is_no_setting_is_never_kept():
    ask = Asked()
    kept = Keeper(60).of("acme")
    for expected in (1, 2):
        with remembering(kept):
            assert once("waiting", ask) == expected


def test_without_a_keeper_settings_are_asked_in_each_block():
    ask = Asked()
    for expected in (1, 2):
        with remembering():
            assert [once("rules", ask, is_setting=True) for _ in range(2)] == [expected] * 2


@pytest.mark.usefixtures("at_once")
def test_settings_kept_for_speed_give_way_at_once_to_the_word_of_a_change(floor):
    office = Office(floor)
    office.worker._ingest._keeper = Keeper(seconds=3600)
    office.caller()
    with floor.inside():
        Queue.objects.filter(pk=floor.queue.pk).update(strategy=Queue.Strategy.ROUND_ROBIN)
    office.order(orders.ReadFloorAgain())
    call_id = office.caller()
    with floor.inside():
        assert floor.stay(call_id).routing["asks"]["strategy"] == "round_robin"
