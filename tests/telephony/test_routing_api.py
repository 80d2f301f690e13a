"""Groups, hours, steps and rules for machines: leaders read, administrators change, and only their own tenant."""

import pytest

from telephony.models import AgentGroup, OpeningTime, QueueStep, RoutingRule, WorkingHours
from tenants.people.models import AuditEntry

API = "/api/v1/"
PRIORITY = [{"do": "priority", "seconds": 60}]
VIP = [{"field": "level", "op": "is", "value": "vip"}]


@pytest.fixture
def admin(floor, member, client_of):
    return client_of(member(floor.tenant, "admin"))


def post(client, path: str, **said):
    return client.post(API + path, said, content_type="application/json")


def patch(client, path: str, **said):
    return client.patch(API + path, said, content_type="application/json")


@pytest.mark.parametrize("path", ["groups/", "working-hours/", "queue-steps/", "routing-rules/"])
def test_leaders_read_and_only_administrators_write(floor, member, client_of, client, path):
    statuses = {}
    for role in ("supervisor", "agent", "finance"):
        who = client_of(member(floor.tenant, role))
        statuses[role] = (who.get(API + path).status_code, post(who, path, name="X").status_code)
    assert statuses == {"supervisor": (200, 403), "agent": (403, 403), "finance": (403, 403)}
    assert client.get(API + path, SERVER_NAME=floor.tenant.host).status_code in (401, 403)
    with floor.inside():
        kinds = (AgentGroup, WorkingHours, QueueStep, RoutingRule)
        assert [kind.objects.count() for kind in kinds] == [0, 0, 0, 0]


def test_a_group_is_made_with_its_agents_and_changed_as_a_whole(floor, other_floor, admin, member, client_of):
    ann, bob = floor.agent(), floor.agent()
    made = post(admin, "groups/", name="South", members=[{"agent": ann.pk}, {"agent": bob.pk}]).json()
    path = f"groups/{made['id']}/"
    until = "2026-11-17T17:00:00+08:00"
    changed = patch(admin, path, members=[{"agent": bob.pk, "until": until}]).json()
    assert changed == {"id": made["id"], "name": "South", "members": [{"agent": bob.pk, "until": until}]}
    assert patch(admin, path, name="South east").json()["members"] == changed["members"]
    stranger = client_of(member(other_floor.tenant, "admin"))
    assert stranger.get(API + "groups/").json() == []
    assert patch(stranger, path, name="Stolen").status_code == 404
    with floor.inside():
        told = AuditEntry.objects.filter(subject=f"telephony.agentgroup:{made['id']}").order_by("pk")
        assert [entry.verb for entry in told] == ["added", "changed", "changed", "changed"]


def test_an_agent_named_twice_or_unknown_changes_nothing(floor, admin):
    ann = floor.agent()
    twice = post(admin, "groups/", name="South", members=[{"agent": ann.pk}, {"agent": ann.pk}])
    unknown = post(admin, "groups/", name="South", members=[{"agent": 999_999}])
    assert (twice.status_code, unknown.status_code) == (400, 400)
    with floor.inside():
        assert not AgentGroup.objects.exists()


def test_hours_are_read_and_written_whole(floor, admin):
    week = [
        {"weekday": 0, "opens_at": "09:00:00", "closes_at": "12:00:00"},
        {"weekday": 0, "opens_at": "13:00:00", "closes_at": "00:00:00"},
    ]
    holiday = {"on": "2026-12-25", "name": "Christmas", "opens_at": None, "closes_at": None}
    made = post(admin, "working-hours/", name="Office", opening_times=week, special_days=[holiday])
    assert made.status_code == 201
    assert made.json() | {"id": 0} == {
        "id": 0,
        "name": "Office",
        "opening_times": week,
        "special_days": [holiday],
    }


@pytest.mark.parametrize(
    "said",
    [
        {"opening_times": [{"weekday": 0, "opens_at": "12:00", "closes_at": "09:00"}]},
        {"opening_times": [{"weekday": 7, "opens_at": "09:00", "closes_at": "12:00"}]},
        {
            "opening_times": [
                {"weekday": 0, "opens_at": "13:00", "closes_at": "18:00"},
                {"weekday": 0, "opens_at": "09:00", "closes_at": "00:00"},
            ]
        },
        {"special_days": [{"on": "2026-12-25", "opens_at": "09:00"}]},
        {"special_days": [{"on": "2026-12-25"}, {"on": "2026-12-25"}]},
    ],
)
def test_hours_that_cannot_be_are_refused(floor, admin, said):
    assert post(admin, "working-hours/", name="Office", **said).status_code == 400
    with floor.inside():
        assert (WorkingHours.objects.count(), OpeningTime.objects.count()) == (0, 0)


def test_a_step_belongs_to_a_queue_and_asks_no_queue_of_itself(floor, admin):
    own = post(admin, "queue-steps/", queue=floor.queue.pk, after_seconds=30, with_queue=floor.queue.pk)
    assert (own.status_code, list(own.json())) == (400, ["with_queue"])
    made = post(admin, "queue-steps/", queue=floor.queue.pk, after_seconds=30, level_drop=2)
    assert made.status_code == 201
    assert post(admin, "queue-steps/", queue=floor.queue.pk, after_seconds=30).status_code == 400
    with floor.inside():
        assert [(step.after_seconds, step.level_drop) for step in QueueStep.objects.all()] == [(30, 2)]


def test_a_rule_has_a_version_for_each_thing_it_said(floor, admin):
    made = post(admin, "routing-rules/", name="VIPs", conditions=VIP, effects=PRIORITY).json()
    path = f"routing-rules/{made['id']}/"
    versions = [made["version"]]
    versions.append(patch(admin, path, name="Very important").json()["version"])
    versions.append(patch(admin, path, effects=[{"do": "priority", "seconds": 90}]).json()["version"])
    versions.append(patch(admin, path, effects=[{"do": "priority", "seconds": 90}]).json()["version"])
    versions.append(patch(admin, path, is_active=False, version=77).json()["version"])
    assert versions == [1, 1, 2, 2, 3]


def test_what_is_wrong_with_a_rule_is_named_and_nothing_is_saved(floor, admin):
    effects = [{"do": "group", "group_id": 999_999}]
    answer = post(admin, "routing-rules/", name="Lost", conditions=VIP, effects=effects)
    assert answer.status_code == 400
    assert answer.json()["effects"] == [
        {"part": "effects", "place": "0", "key": "group_id", "code": "not_there"}
    ]
    shape = post(admin, "routing-rules/", name="Odd", conditions="all", effects=PRIORITY)
    assert shape.status_code == 400
    with floor.inside():
        assert not RoutingRule.objects.exists()


def test_what_is_in_use_is_not_deleted(floor, admin):
    group = post(admin, "groups/", name="South").json()["id"]
    effects = [{"do": "group", "group_id": group}]
    rule = post(admin, "routing-rules/", name="South", effects=effects).json()["id"]
    refused = admin.delete(f"{API}groups/{group}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "still_in_use")
    assert admin.delete(f"{API}routing-rules/{rule}/").status_code == 204
    assert admin.delete(f"{API}groups/{group}/").status_code == 204
    with floor.inside():
        assert (AgentGroup.objects.count(), RoutingRule.objects.count()) == (0, 0)
