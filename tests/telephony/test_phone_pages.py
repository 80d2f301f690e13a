"""Phones on pages: chosen in the workspace, added in the settings, checked before a shift; and by whom."""

import json

import pytest
from asgiref.sync import async_to_sync

from telephony.models import Agent, Device, DeviceCheck, PhoneTerms
from tenants.context import enter
from tests.telephony.sockets import sockets  # noqa: F401  (a fixture)
from tests.telephony.test_phones_chosen import GOOD


@pytest.fixture
def ann(acme, member):
    who = member(acme, "agent", name="Ann")
    with enter("acme"):
        agent = Agent.objects.create(member=who, name="Ann", extension="1001")
        Device.objects.create(agent=agent, sip_username="1001", a1_hash="x" * 32)
    return agent


@pytest.fixture
def boss(acme, member, client_of):
    return client_of(member(acme, "admin"))


def report(client, **measured):
    return client.post("/phone-check/results/", json.dumps(measured), content_type="application/json")


def test_the_workspace_shows_each_kind_as_it_is(ann, client_of):
    page = client_of(ann.member).get("/workspace/phones/").content.decode()
    assert "Nothing can ring" in page
    assert "1001 not registered: is it switched on" in page
    assert "none yet: an administrator adds one" in page
    with enter("acme"):
        Device.objects.create(agent=ann, kind="number", number="+8613800138000", sip_username="number-1")
        Agent.objects.update(ring_on="number")
    page = client_of(ann.member).get("/workspace/phones/").content.decode()
    assert "Calls ring: Outside number" in page
    assert "+8613800138000" not in page, "numbers are masked, also one's own"


def test_an_administrator_adds_phones_of_both_kinds(ann, boss, globex):
    add = "/admin/telephony/device/add/"
    wrong = boss.post(add, {"agent": ann.pk, "kind": "number", "number": "+1 900 555 1234"})
    assert "cost extra" in wrong.content.decode()
    assert boss.post(add, {"agent": ann.pk, "kind": "number", "number": "138 0013 8000"}).status_code == 302
    assert "has an outside number already" in boss.post(
        add, {"agent": ann.pk, "kind": "number", "number": "139 0013 9000"}
    ).content.decode().replace("&#x27;", "'")
    answer = boss.post(add, {"agent": ann.pk, "kind": "sip", "number": ""}, follow=True)
    assert "shown this once" in answer.content.decode()
    with enter("acme"):
        found = set(Device.objects.values_list("kind", "number", "sip_username"))
        assert found == {
            ("sip", "", "1001"),
            ("sip", "", "1001a"),
            ("number", "+8613800138000", f"number-{ann.pk}"),
        }
        number = Device.objects.get(kind="number")
    assert boss.get(f"/admin/telephony/device/{number.pk}/change/").status_code == 200
    assert boss.post(f"/admin/telephony/device/{number.pk}/delete/", {"post": "yes"}).status_code == 302
    with enter("acme"):
        assert not Device.objects.filter(kind="number").exists()
    with enter("globex"):
        assert not Device.objects.exists()


def test_terms_are_the_administrators_and_judge_at_once(ann, boss, acme, member, client_of):
    with enter("acme"):
        Device.objects.create(agent=ann, kind="number", number="+442079460958", sip_username="number-1")
    answer = boss.post("/admin/telephony/phoneterms/add/", {"check_hours": "8"}, follow=True)
    assert "ring no more: 1" in answer.content.decode()
    with enter("acme"):
        assert PhoneTerms.objects.get().check_hours == 8
        assert Device.objects.get(kind="number").is_refused
    supervisor = client_of(member(acme, "supervisor"))
    assert supervisor.get("/admin/telephony/phoneterms/add/").status_code == 403


def test_a_check_is_judged_kept_and_told_in_words(ann, boss, acme, globex, client_of, member, settings):
    client = client_of(ann.member)
    passed = report(client, **GOOD).content.decode()
    assert "Check passed" in passed
    told = report(client, **GOOD | {"noise": -30, "jitter": "x", "level": 1e9}).content.decode()
    assert "Check not passed" in told
    assert "wear a headset" in told
    with enter("acme"):
        results = {one["name"]: one for one in DeviceCheck.objects.first().results}
    assert (results["jitter"]["value"], results["jitter"]["verdict"]) == (None, "unknown")
    assert results["level"]["value"] is None, "a figure that cannot be is none"
    assert "relay" not in results
    settings.TURN_URLS = ["turn:relay.example"]
    assert "relay cannot be reached" in report(client, **GOOD, relay_failed=True).content.decode()
    assert "Check not passed" in client.get("/phone-check/").content.decode()
    with enter("acme"):
        Agent.objects.create(member=member(acme, "agent"), name="Zoe", extension="1009")
    everybody = boss.get("/phone-checks/").content.decode()
    assert everybody.index("1009 Zoe") < everybody.index("1001 Ann"), "who has not checked comes first"
    theirs = client_of(member(globex, "supervisor")).get("/phone-checks/").content.decode()
    assert ">Ann<" not in theirs


def test_what_of_the_sound_was_not_measured_is_said_and_what_found_no_way(ann, client_of, settings):
    client = client_of(ann.member)
    settings.SWITCH = settings.SWITCH | {"kind": "rehearsal"}
    assert "carries no sound" in client.get("/phone-check/").content.decode()
    told = report(client, **GOOD, sound_failed=True).content.decode()
    assert "Check passed" in told
    assert told.count("Not measured: the rehearsal switch carries no sound.") == 3
    settings.SWITCH = settings.SWITCH | {"kind": "freeswitch", "ws_port": 5066}
    assert (
        "carries no sound" not in client.get("/phone-check/").content.decode().split('id="check-result"')[0]
    )
    told = report(client, **GOOD, sound_failed=True).content.decode()
    assert "Check not passed" in told
    assert "your network keeps speech out" in told
    told = report(client, **GOOD, loss=4, sound_round_trip=20, sound_jitter=3).content.decode()
    assert "Words are missing" in told
    assert "Sound there and back" in told


def test_nonsense_is_refused(ann, client_of, acme, member):
    client = client_of(ann.member)
    for body in ("x", "[]", "{" + " " * 9000 + "}"):
        answer = client.post("/phone-check/results/", body, content_type="application/json")
        assert answer.status_code == 400
    assert client.get("/phone-check/sample/?bytes=99999999").status_code == 400
    assert len(client.get("/phone-check/sample/?bytes=1000").content) == 1000
    taken = client.post("/phone-check/sample/", b"x" * 1000, content_type="application/octet-stream")
    assert taken.json() == {"bytes": 1000}
    too_much = client.post("/phone-check/sample/", b"x" * 1_100_000, content_type="application/octet-stream")
    assert too_much.status_code == 400
    with enter("acme"):
        assert DeviceCheck.objects.count() == 0
    assert client.get("/phone-checks/").status_code == 403
    no_agent = client_of(member(acme, "supervisor"))
    assert no_agent.get("/workspace/phones/").status_code == 204
    assert report(no_agent, **GOOD).status_code == 400


@pytest.mark.usefixtures("redis_server")
def test_a_ping_is_answered_at_once_and_nonsense_closes(ann, client_of, sockets):  # noqa: F811
    client = client_of(ann.member)

    @async_to_sync
    async def story():
        async with sockets(client, "/ws/phone-check/") as page:
            await page.hear("snapshot")
            await page.say({"type": "ping", "n": 7})
            assert (await page.hear("pong"))["n"] == 7
            await page.say({"type": "ping", "n": "x"})
            assert await page.closed_with() == 4400

    story()
    with enter("acme"):
        assert Agent.objects.get().presence == "offline", "who checks the phone is not at work yet"
