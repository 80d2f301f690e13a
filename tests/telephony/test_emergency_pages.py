"""An emergency by hand: pages and API let leaders switch what is prepared."""

from telephony.models import EmergencyPlan
from telephony.queries import Treatment
from tests.telephony.prepared import BACKUP, Action, prepare, way


def test_leaders_switch_what_is_prepared_and_agents_do_not(lines, member, client_of, monkeypatch):
    monkeypatch.setattr("telephony.emergencies.send_order", lambda order, member: "o1")
    owner, supervisor, agent = (
        client_of(member(lines.tenant, role)) for role in ("owner", "supervisor", "agent")
    )
    assert agent.get("/emergency/").status_code == 403
    supervisor.post("/emergency/new/", {"action": "message"})
    with lines.inside():
        assert not EmergencyPlan.objects.exists()
    assert owner.post("/emergency/new/", {"action": "message"}).status_code == 302
    with lines.inside():
        plan = EmergencyPlan.objects.get()
    shown = supervisor.get(f"/emergency/{plan.pk}/on/").content.decode()
    assert "2 numbers go another way" in shown
    assert agent.post(f"/emergency/{plan.pk}/on/").status_code == 403
    assert way(lines.number)[0] == Treatment.QUEUE
    assert supervisor.post(f"/emergency/{plan.pk}/on/").status_code == 302
    assert way(lines.number)[0] == Treatment.EMERGENCY_MESSAGE
    assert "An emergency plan is switched on." in supervisor.get("/emergency/").content.decode()


def test_the_form_says_what_is_wrong_beside_the_field(lines, member, client_of):
    owner = client_of(member(lines.tenant, "owner"))
    answer = owner.post("/emergency/new/", {"action": "backup_line", "backup_number": lines.number})
    assert answer.status_code == 400
    assert "callers would go in a circle" in answer.content.decode()


def test_machines_do_the_same_by_the_api(lines, member, client_of, monkeypatch, other_floor):
    monkeypatch.setattr("telephony.emergencies.send_order", lambda order, member: "o1")
    owner, supervisor = (client_of(member(lines.tenant, role)) for role in ("owner", "supervisor"))
    json = {"content_type": "application/json"}
    body = {"action": "backup_line", "backup_number": "139 0000 1111"}
    assert supervisor.post("/api/v1/emergency-plans/", body, **json).status_code == 403
    made = owner.post("/api/v1/emergency-plans/", body, **json)
    assert (made.status_code, made.json()["backup_number"], made.json()["is_on"]) == (201, BACKUP, False)
    address = f"/api/v1/emergency-plans/{made.json()['id']}"
    assert supervisor.post(f"{address}/switch/", {"is_on": True}, **json).status_code == 200
    assert supervisor.post(f"{address}/switch/", {"is_on": True}, **json).status_code == 204
    assert supervisor.post(f"{address}/drill/", **json).json()["code"] == "already_switched_on"
    assert [row["is_on"] for row in supervisor.get(f"{address}/switches/").json()] == [True]
    stranger = client_of(member(other_floor.tenant, "owner"))
    assert stranger.get("/api/v1/emergency-plans/").json() == []
    assert stranger.post(f"{address}/switch/", {"is_on": False}, **json).status_code == 404


def test_the_pages_are_in_chinese_too(lines, member, client_of):
    owner = client_of(member(lines.tenant, "owner"))
    owner.cookies["django_language"] = "zh-hans"
    plan = prepare(lines, action=Action.BACKUP_LINE, backup_number=BACKUP)
    assert "来电转到 139 0000 1111。" in owner.get("/emergency/").content.decode()
    assert "从下一个来电起，2 个号码改走新的去向" in owner.get(f"/emergency/{plan.pk}/on/").content.decode()
    assert "不会振铃任何人" in owner.get(f"/emergency/{plan.pk}/drill/").content.decode()
