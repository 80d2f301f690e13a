"""The page and the API of differences, and the figures for Prometheus: leaders see their own, others nothing."""

from datetime import timedelta

import pytest
from django.test import Client

from telephony.models import Difference
from telephony.worker.watchdog.tally import Tally


@pytest.fixture
def stage(floor, other_floor):
    """acme: a healed ghost call, an open one about an agent; globex: one of its own."""
    agent = floor.agent()
    call_id = floor.caller()
    now = floor.now
    with floor.inside():
        Difference.objects.create(
            kind="ghost_call", subject=str(call_id), call_id=call_id, cause="end_unheard", remedy="leg_ended",
            ours={"leg": "open", "talks": False}, theirs={"leg": None},
            found_at=now, healed_at=now + timedelta(seconds=2.5),
        )  # fmt: skip
        Difference.objects.create(
            kind="stuck_activity", subject=str(agent.pk), agent_id=agent.pk, cause="changed_by_hand",
            ours={"activity": "talking", "version": 3}, theirs={"activity": "idle"}, found_at=now,
        )  # fmt: skip
    with other_floor.inside():
        Difference.objects.create(kind="phone_gone", subject="globex-phone", found_at=now)
    return {"agent": agent, "call": call_id}


def test_a_leader_reads_what_differed_why_and_what_was_done(stage, floor, member, client_of):
    boss = client_of(member(floor.tenant, "supervisor"))
    page = boss.get("/truth/").content.decode()
    for words in (
        "A call we show has left the switch", "A leg in use", "No such leg",
        "The switch&#x27;s word of the end was lost", "The leg was ended and its agent set free", "2.5 s",
        "An administrator changed it", "Talking", "Still open",
        f"/calls/{stage['call']}/", f"/calls/?agent={stage['agent'].pk}", stage["agent"].name,
    ):  # fmt: skip
        assert words in page, words
    assert "Nobody compares at the moment" in page
    assert "globex-phone" not in page


def test_it_can_be_narrowed_and_says_so_when_nothing_is_left(stage, floor, member, client_of):
    boss = client_of(member(floor.tenant, "owner"))
    assert "Talking" not in boss.get("/truth/?state=healed").content.decode()
    assert "Talking" in boss.get("/truth/?kind=stuck_activity").content.decode()
    assert "Nothing like that" in boss.get("/truth/?kind=zombie_offer").content.decode()
    assert boss.get("/truth/?kind=nonsense&after=x_y").status_code == 200


def test_an_empty_page_teaches_what_it_is_for(acme, member, client_of):
    page = client_of(member(acme, "admin")).get("/truth/").content.decode()
    assert "Nothing has ever differed" in page


@pytest.mark.parametrize("role", ["agent", "inspector", "finance"])
def test_others_are_turned_away(stage, floor, member, client_of, role):
    client = client_of(member(floor.tenant, role))
    assert client.get("/truth/").status_code == 403
    assert client.get("/truth/now/").status_code == 403
    assert client.get("/api/v1/differences/").status_code == 403


def test_machines_read_the_same(stage, floor, member, client_of):
    boss = client_of(member(floor.tenant, "supervisor"))
    seen = boss.get("/api/v1/differences/").json()["results"]
    assert [(row["kind"], row["seconds"]) for row in seen] == [("stuck_activity", None), ("ghost_call", 2.5)]
    assert (seen[1]["cause"], seen[1]["remedy"]) == ("end_unheard", "leg_ended")
    open_ones = boss.get("/api/v1/differences/?is_open=true").json()["results"]
    assert [row["agent_id"] for row in open_ones] == [stage["agent"].pk]


def test_prometheus_is_told_how_many_of_each_kind_and_how_long_they_took(redis_server, db, settings):
    settings.REDIS_URL = redis_server
    tally = Tally()
    tally.count_found("ghost_call")
    tally.count_found("ghost_call")
    tally.count_healed("ghost_call", 2.5)
    tally.open["ghost_call"] = 1
    tally.show(0.03)
    said = Client().get("/metrics", SERVER_NAME="localhost").content.decode()
    for line in (
        'contactcenter_differences_found_total{kind="ghost_call"} 2.0',
        'contactcenter_differences_found_total{kind="phone_gone"} 0.0',
        'contactcenter_differences_open{kind="ghost_call"} 1.0',
        'contactcenter_difference_seconds_to_heal_bucket{kind="ghost_call",le="2.0"} 0.0',
        'contactcenter_difference_seconds_to_heal_bucket{kind="ghost_call",le="5.0"} 1.0',
        'contactcenter_difference_seconds_to_heal_sum{kind="ghost_call"} 2.5',
        "contactcenter_truth_turn_seconds 0.03",
    ):
        assert line in said, line
