"""The phone in an agent's page: made for a sign-in, good for an hour, gone with it; of one agent and one tenant."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contactcenter import environment
from telephony import actions, queries
from telephony.actions.agent_activity import SWITCH_DIED, write_state
from telephony.actions.page_phones import KEPT_FOR, VALID_FOR, forget_page_phones, open_page_phone
from telephony.actions.registrations import settle_registrations
from telephony.models import Agent, Device, DeviceCheck
from telephony.phone_check import judge
from telephony.queries.known_answers import known_tenant
from tenants.people.actions import sign_out_everywhere
from tenants.people.models import AuditEntry, Member
from tenants.queries import tenants_on_line

OFFERED = {"kind": "freeswitch", "ws_port": 5066}


@pytest.fixture(autouse=True)
def _a_switch_for_pages(settings) -> None:
    settings.SWITCH = settings.SWITCH | OFFERED


def ask(client) -> dict:
    answer = client.post("/workspace/phone/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.json()


def worker_of(floor, client_of, **wishes):
    agent = floor.agent(**wishes)
    with floor.inside():
        member = Member.objects.get(pk=agent.member_id)
    return agent, client_of(member)


def known_to_the_switch(tenant) -> dict:
    line = next(one for one in tenants_on_line() if one.schema == tenant.schema_name)
    return known_tenant(line, timezone.now()).phones


def test_a_sign_in_has_one_phone_whose_password_changes(floor, other_floor, client_of):
    agent, client = worker_of(floor, client_of)
    theirs, stranger = worker_of(other_floor, client_of)
    first, again = ask(client), ask(client)
    assert (first["username"], first["domain"]) == (again["username"], "acme.localhost")
    assert first["password"] != again["password"]
    assert first["valid_seconds"] == VALID_FOR.total_seconds()
    with floor.inside():
        device = Device.objects.get(kind="web")
        assert (device.agent_id, device.sip_username) == (agent.pk, first["username"])
        assert device.a1_hash == actions.a1_hash(first["username"], "acme.localhost", again["password"])
        assert client.session.session_key not in device.session_key_hash
        assert AuditEntry.objects.filter(verb="added", subject__startswith="telephony.device").count() == 1
    with other_floor.inside():
        assert not Device.objects.filter(kind="web").exists()
    assert ask(stranger)["username"] != first["username"]


def test_the_switch_is_told_of_it_for_an_hour_and_under_its_own_tenant(floor, other_floor, client_of, now):
    _agent, client = worker_of(floor, client_of)
    phone = ask(client)
    told = queries.device_credentials(phone["username"], "acme.localhost")
    assert told.a1_hash == actions.a1_hash(phone["username"], "acme.localhost", phone["password"])
    assert queries.device_credentials(phone["username"], "globex.localhost") is None
    assert phone["username"] in known_to_the_switch(floor.tenant)
    assert phone["username"] not in known_to_the_switch(other_floor.tenant)
    with floor.inside():
        Device.objects.filter(kind="web").update(valid_until=timezone.now() - timedelta(seconds=1))
    assert queries.device_credentials(phone["username"], "acme.localhost") is None
    assert phone["username"] not in known_to_the_switch(floor.tenant)


def test_it_ends_with_the_sign_in_and_takes_readiness_with_it(floor, client_of):
    agent, client = worker_of(floor, client_of)
    with floor.inside():
        Device.objects.all().delete()
    phone = ask(client)
    floor.switch.register(phone["username"], "acme.localhost")
    floor.listen()
    with floor.inside():
        actions.set_agent_ready(agent_id=agent.pk, at=timezone.now())
    client.post("/sign-out/")
    with floor.inside():
        assert not Device.objects.filter(kind="web").exists()
        assert Agent.objects.get(pk=agent.pk).routing_status == "not_ready"
        assert agent.state_changes.latest("pk").cause == "system:unregistered"


def test_signing_out_everywhere_ends_them_all_and_nobody_elses(floor, other_floor, client_of, at_once):
    agent, client = worker_of(floor, client_of)
    with floor.inside():
        member = Member.objects.get(pk=agent.member_id)
    second = client_of(member)
    _theirs, stranger = worker_of(other_floor, client_of)
    for one in (client, second, stranger):
        ask(one)
    with floor.inside():
        assert Device.objects.filter(kind="web").count() == 2
        sign_out_everywhere(member=member, at=timezone.now())
        assert not Device.objects.filter(kind="web").exists()
    with other_floor.inside():
        assert Device.objects.filter(kind="web").count() == 1


def test_pages_that_never_came_back_are_forgotten(floor, client_of, now):
    agent, client = worker_of(floor, client_of)
    ask(client)
    with floor.inside():
        assert forget_page_phones(at=timezone.now() + VALID_FOR) == 0
        assert forget_page_phones(at=timezone.now() + VALID_FOR + KEPT_FOR + timedelta(seconds=1)) == 1
        assert not Device.objects.filter(kind="web").exists()
        assert Device.objects.filter(agent=agent, kind="sip").exists()


@pytest.mark.parametrize(
    ("switch", "why"), [({"kind": "rehearsal"}, "rehearsal"), ({"ws_port": 0}, "none"), ({}, "nobody")]
)
def test_without_sound_or_work_there_is_none_and_the_page_is_told_why(
    floor, client_of, member, settings, switch, why
):
    _agent, client = worker_of(floor, client_of)
    if why == "nobody":
        client = client_of(member(floor.tenant, "supervisor"))
    settings.SWITCH = settings.SWITCH | switch
    assert ask(client) == {"is_offered": False, "why": why}
    with floor.inside():
        assert not Device.objects.filter(kind="web").exists()


def test_a_narrow_line_in_this_browser_and_shift_is_spoken_to_sparingly(floor, other_floor, client_of):
    agent, client = worker_of(floor, client_of)
    _theirs, stranger = worker_of(other_floor, client_of)

    def told(who=client, browser="Firefox"):
        return who.post("/workspace/phone/", headers={"User-Agent": browser}).json()["speech"]

    assert told() is None
    with floor.inside():
        for up, browser in ((5000, "Chromium"), (150, "Firefox")):
            results = judge({"down": 8000, "up": up}).results
            check = DeviceCheck.objects.create(
                agent=agent, at=timezone.now(), has_passed=True, results=results, browser=browser
            )
    assert told() == {"bits": 12_000, "kbits": 150}
    assert told(browser="Chromium") is None
    assert told(stranger) is None
    with floor.inside():
        DeviceCheck.objects.filter(pk=check.pk).update(at=timezone.now() - timedelta(hours=13))
    assert told() is None


def test_only_who_works_here_may_ask(floor, other_floor, client_of, member):
    _agent, client = worker_of(floor, client_of)
    assert client.get("/workspace/phone/").status_code == 405
    assert client_of(member(floor.tenant, "finance")).post("/workspace/phone/").status_code == 403
    with floor.inside():
        agent = floor.agent()
        with pytest.raises(Agent.DoesNotExist):
            open_page_phone(agent_id=agent.pk + 1000, session_key="k", at=timezone.now())


def come_and_go(floor, phone: str, *, away: float) -> None:
    floor.clock.pass_seconds(1)
    floor.switch.unregister(phone, "acme.localhost")
    floor.listen()
    floor.clock.pass_seconds(away)
    floor.switch.register(phone, "acme.localhost")
    floor.listen()


def readied_page(floor, client_of):
    agent, client = worker_of(floor, client_of, is_ready=False)
    with floor.inside():
        Device.objects.all().delete()
    phone = ask(client)["username"]
    floor.clock.pass_seconds(1)
    floor.switch.register(phone, "acme.localhost")
    floor.listen()
    with floor.inside():
        actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
    return agent, phone


def test_a_page_that_was_away_for_a_moment_is_as_ready_as_before(floor, other_floor, client_of):
    theirs = other_floor.agent()
    before = other_floor.again(theirs).version
    agent, phone = readied_page(floor, client_of)
    come_and_go(floor, phone, away=20)
    assert floor.again(agent).is_ready
    with floor.inside():
        causes = [change.cause for change in agent.state_changes.order_by("pk")]
    assert causes == ["agent", "system:unregistered", "system:registered_again"]
    come_and_go(floor, phone, away=61)
    assert not floor.again(agent).is_ready
    assert other_floor.again(theirs).version == before


def test_a_page_that_waited_for_a_dead_switch_is_ready_again_however_long_it_took_to_start_it(
    floor, client_of
):
    agent, phone = readied_page(floor, client_of)
    floor.clock.pass_seconds(1)
    with floor.inside():
        settle_registrations((), at=floor.now, cause=SWITCH_DIED)
    assert not floor.again(agent).is_ready
    floor.clock.pass_seconds(20 * 60)
    floor.switch.register(phone, "acme.localhost")
    floor.listen()
    assert floor.again(agent).is_ready
    come_and_go(floor, phone, away=61)
    assert not floor.again(agent).is_ready, "that was their page, and for long"


def test_whoever_ends_their_wrap_up_meanwhile_has_decided_nothing(floor, client_of):
    agent, phone = readied_page(floor, client_of)
    floor.clock.pass_seconds(1)
    with floor.inside():
        settle_registrations((), at=floor.now, cause=SWITCH_DIED)
        changed = floor.again(agent)
        for activity in (Agent.Activity.WRAP_UP, Agent.Activity.IDLE):
            floor.clock.pass_seconds(5)
            changed.activity = activity
            write_state(changed, at=floor.now, cause="agent")
    floor.switch.register(phone, "acme.localhost")
    floor.listen()
    assert floor.again(agent).is_ready


def test_what_a_person_decided_meanwhile_stands(floor, client_of):
    agent, phone = readied_page(floor, client_of)
    floor.clock.pass_seconds(1)
    floor.switch.unregister(phone, "acme.localhost")
    floor.listen()
    with floor.inside():
        actions.sign_out(agent_id=agent.pk, at=floor.now)
        actions.sign_in(agent_id=agent.pk, at=floor.now)
    floor.clock.pass_seconds(5)
    floor.switch.register(phone, "acme.localhost")
    floor.listen()
    assert not floor.again(agent).is_ready


def test_pages_may_go_to_the_switch_themselves(floor, client_of, settings, monkeypatch):
    _agent, client = worker_of(floor, client_of)
    assert ask(client)["socket"] == ""
    settings.SWITCH, settings.PHONE_SOCKET_URL = settings.SWITCH | {"ws_port": 0}, "wss://switch.example:7443"
    assert ask(client)["socket"] == "wss://switch.example:7443"
    for wrong in ("ws://switch.example", "https://switch.example", "wss://", "wss://u:p@switch.example"):
        monkeypatch.setenv("PHONE_SOCKET_URL", wrong)
        with pytest.raises(environment.WrongSetting):
            environment.socket_url("PHONE_SOCKET_URL")
    monkeypatch.setenv("PHONE_SOCKET_URL", "wss://switch.example:7443/phones")
    assert environment.socket_url("PHONE_SOCKET_URL") == "wss://switch.example:7443/phones"
