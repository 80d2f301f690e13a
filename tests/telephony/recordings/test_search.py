"""Recordings found by number, agent, queue, day, length, disposition and ticket, by whoever may hear them."""

from datetime import timedelta

import pytest

from telephony import actions
from telephony.actions.recording_tickets import note_ticket
from telephony.models import Agent, Call, Disposition, Queue, Recording
from tenants.context import enter
from tests.telephony.recordings.shelf import NUMBER, a_call, a_recording


def seen(client, **query) -> set[str]:
    page = client.get("/recordings/", query)
    assert page.status_code == 200
    return {str(one.pk) for one in page.context["page"].recordings}


def ids(*recordings) -> set[str]:
    return {str(one.pk) for one in recordings}


def test_each_sees_what_they_may_hear(shelf, client_of):
    found = {name: seen(client_of(who)) for name, who in shelf.people.items() if name != "cash"}
    both, anns = ids(shelf.ann, shelf.ben), ids(shelf.ann)
    assert found == {
        "ann": anns, "ben": ids(shelf.ben), "boss": both, "lee": anns, "kim": set(), "sue": both, "judge": both,
    }  # fmt: skip
    assert client_of(shelf.people["cash"]).get("/recordings/").status_code == 403


def test_leads_see_the_calls_of_their_team_and_those_nobody_took(shelf, client_of, now):
    with enter("acme"):
        nobodys = a_call(now, exit="abandoned")
    shown = {}
    for name in ("ann", "lee", "kim", "boss"):
        page = client_of(shelf.people[name]).get("/calls/").content.decode()
        shown[name] = {
            key
            for key, call_id in (
                ("ann", shelf.ann.call_id),
                ("ben", shelf.ben.call_id),
                ("nobody", nobodys.pk),
            )
            if str(call_id) in page
        }
    everything = {"ann", "ben", "nobody"}
    assert shown == {"ann": {"ann"}, "lee": {"ann", "nobody"}, "kim": {"nobody"}, "boss": everything}


def test_numbers_are_masked_and_a_part_of_one_finds_nothing(shelf, client_of):
    boss = client_of(shelf.people["boss"])
    page = boss.get("/recordings/").content.decode()
    assert "138****2211" in page
    assert NUMBER.removeprefix("+86") not in page
    assert seen(boss, number="138 1234 2211") == ids(shelf.ann, shelf.ben)
    assert seen(boss, number="2211") == set()


def test_every_filter_finds_its_own(shelf, client_of, now):
    with enter("acme"):
        other = Queue.objects.create(name="Support")
        sold = Disposition.objects.create(name="Sold")
        agent = Agent.objects.get(name="Ben")
        call = a_call(now - timedelta(days=3), queue=other, agent=agent, caller_number="+8613900000000")
        third = a_recording(call, shelf.folder, "acme", seconds=400.0)
        actions.dispose_call(call_id=call.pk, disposition_id=sold.pk, note="", at=now)
        note_ticket(call_id=call.pk, number=77)
        note_ticket(call_id=call.pk, number=77)
    boss, day = client_of(shelf.people["boss"]), call.arrived_at.date()
    for query in (
        {"queue": other.pk},
        {"number": "13900000000"},
        {"disposition": sold.pk},
        {"ticket": 77},
        {"shortest": 100},
        {"end": day + timedelta(days=1)},
        {"agent": agent.pk, "queue": other.pk},
    ):
        assert seen(boss, **query) == ids(third), query
    assert seen(boss, longest=100) == ids(shelf.ann, shelf.ben)
    assert seen(boss, start=day + timedelta(days=2)) == ids(shelf.ann, shelf.ben)
    assert seen(boss, ticket=78) == set()
    assert seen(boss, queue=other.pk, agent=shelf.ann.agent_id) == set()


@pytest.mark.parametrize(
    "query",
    ["queue=9999", "start=tomorrow", "after=x_y", "after=2026-01-01T00:00:00_1", "ticket=-1", "shortest=x"],
)
def test_filters_that_cannot_be_read_do_no_harm(shelf, client_of, query):
    assert client_of(shelf.people["boss"]).get(f"/recordings/?{query}").status_code == 200


def test_older_ones_follow_by_keyset_also_when_many_began_at_once(shelf, client_of, now):
    with enter("acme"):
        call = Call.objects.get(pk=shelf.ann.call_id)
        Recording.objects.bulk_create(
            Recording(
                call=call, leg=call.pk, path=f"acme/{number}.wav", started_at=now - timedelta(minutes=number // 7),
                ended_at=now, seconds=1, agent=call.agent,
            )
            for number in range(120)
        )  # fmt: skip
        newest_first = list(Recording.objects.order_by("-started_at", "-pk").values_list("pk", flat=True))
    boss, found, query = client_of(shelf.people["boss"]), [], {}
    while True:
        page = boss.get("/recordings/", query).context["page"]
        found += [one.pk for one in page.recordings]
        if not page.next_key:
            break
        query = {"after": page.next_key}
    assert found == newest_first


def test_machines_find_what_their_member_may_hear_and_are_told_that_only_sound_is_recorded(shelf, client_of):
    """Dual recording has its place (`medium`) and is said not to be offered."""

    def found(who: str, **query):
        return client_of(shelf.people[who]).get("/api/v1/recordings/", query)

    for who in ("ann", "ben", "boss", "lee", "kim", "sue", "judge"):
        assert {one["id"] for one in found(who).json()["results"]} == seen(client_of(shelf.people[who]))
    assert found("cash").status_code == 403
    told = found("boss", number="138 1234 2211", medium="sound", longest=600).json()
    assert [(one["medium"], one["number"], one["is_gone"]) for one in told["results"]] == [
        ("sound", "138****2211", False)
    ] * 2
    assert told["next"] == ""
    assert NUMBER.removeprefix("+86") not in str(told)
    assert found("boss", number="2211").json()["results"] == []
    for medium in ("screen", "video"):
        refused = found("boss", medium=medium)
        assert (refused.status_code, "not offered yet" in refused.json()["message"]) == (400, True)
    assert found("boss", medium="smell").status_code == 400
    assert found("boss", since="yesterday").status_code == 400
    page = client_of(shelf.people["boss"]).get(f"/recordings/{shelf.ann.pk}/").content.decode()
    assert "screen and video are not offered yet" in page
