"""Rules, groups, hours and queue terms on the administration's pages: checked, written down, told to the worker."""

import json
from datetime import time

import pytest

from telephony.models import AgentGroup, OpeningTime, Queue, RoutingRule, WorkingHours
from telephony.routing.rule_check import EFFECTS, OPS
from tenants.people.models import AuditEntry

ADMIN = "/admin/telephony/"
VIP = [{"field": "level", "op": "is", "value": "vip"}]
FASTER = [{"do": "priority", "seconds": 60}]


@pytest.fixture
def admin(floor, member, client_of):
    return client_of(member(floor.tenant, "admin"))


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """What the worker was told."""
    heard: list[str] = []
    monkeypatch.setattr(
        "telephony.actions.setup.send_order", lambda order, *, member: heard.append(type(order).__name__)
    )
    return heard


def rule_form(**values) -> dict:
    given = {
        "name": "VIPs",
        "position": "10",
        "is_active": "on",
        "conditions": VIP,
        "effects": FASTER,
    } | values
    return {
        name: json.dumps(value) if name in ("conditions", "effects") else value
        for name, value in given.items()
        if value is not None
    }


def the_rule(floor) -> RoutingRule:
    with floor.inside():
        return RoutingRule.objects.get()


def test_a_rule_is_saved_versioned_written_down_and_told(
    floor, admin, told, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(ADMIN + "routingrule/add/", rule_form()).status_code == 302
    made = the_rule(floor)
    page = f"{ADMIN}routingrule/{made.pk}/change/"
    assert (made.conditions, made.effects, made.version) == (VIP, FASTER, 1)
    assert told == ["ReadFloorAgain"]
    admin.post(page, rule_form(name="Very important"))
    assert the_rule(floor).version == 1
    admin.post(page, rule_form(name="Very important", effects=[{"do": "priority", "seconds": 90}]))
    assert the_rule(floor).version == 2
    with floor.inside():
        entries = AuditEntry.objects.filter(subject=f"telephony.routingrule:{made.pk}").order_by("pk")
        assert [(entry.verb, sorted(entry.after)) for entry in entries][1:] == [
            ("changed", ["name"]),
            ("changed", ["effects", "version"]),
        ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"effects": []}, "A rule needs at least one effect."),
        ({"conditions": [{"field": "region", "op": "is", "value": ""}]}, "Row 1: Something is missing"),
        ({"conditions": [{"field": "region", "op": "is", "value": "Atlantis"}]}, "is no longer there"),
        (
            {"effects": [*FASTER, {"do": "group", "group_id": 999}]},
            "Row 2: What was chosen is no longer there.",
        ),
        ({"conditions": [{"field": "time", "op": "between", "value": ["9", "18"]}]}, "does not suit"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_not_saved_and_what_was_typed_stays(floor, admin, values, words):
    page = admin.post(ADMIN + "routingrule/add/", rule_form(**values))
    assert page.status_code == 200
    assert words in page.content.decode()
    kept = page.context["adminform"].form
    for name, value in values.items():
        assert json.loads(str(kept[name].value())) == value
    with floor.inside():
        assert not RoutingRule.objects.exists()


def test_a_broken_rule_can_be_opened_and_is_listed(floor, admin):
    with floor.inside():
        odd = RoutingRule.objects.create(name="Odd", conditions="all", effects={"do": "priority"})
    assert admin.get(ADMIN + "routingrule/").status_code == 200
    assert admin.get(f"{ADMIN}routingrule/{odd.pk}/change/").status_code == 200


def test_the_list_says_rules_in_words_and_puts_them_in_order(floor, admin):
    with floor.inside():
        seniors = AgentGroup.objects.create(name="Seniors")
        effects = [{"do": "group", "group_id": seniors.pk, "for_seconds": 20}]
        rule = RoutingRule.objects.create(name="VIPs", conditions=VIP, effects=effects)
    page = admin.get(ADMIN + "routingrule/").content.decode()
    assert "Customer level is VIP" in page
    assert "only agents of Seniors for the first 0:20" in page
    form = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": rule.pk, "_save": "1"}
    admin.post(ADMIN + "routingrule/", form | {"form-0-position": "5", "form-0-is_active": ""})
    now = the_rule(floor)
    assert (now.position, now.is_active, now.version, now.conditions) == (5, False, 2, VIP)


def test_the_editor_knows_every_field_and_effect_and_no_other_tenants_rows(floor, other_floor, admin):
    with other_floor.inside():
        AgentGroup.objects.create(name="Theirs")
    with floor.inside():
        AgentGroup.objects.create(name="Ours")
    page = admin.get(ADMIN + "routingrule/add/").content.decode()
    data = page.split('<script id="rule-vocabulary" type="application/json">')[1].split("</script>")[0]
    vocabulary = json.loads(data)
    assert {field["name"]: tuple(field["ops"]) for field in vocabulary["fields"]} == OPS
    assert {effect["do"] for effect in vocabulary["effects"]} == set(EFFECTS)
    assert set(vocabulary["ops"]) == {op for ops in OPS.values() for op in ops}
    assert ("Ours" in data, "Theirs" in data) == (True, False)


def test_a_group_that_a_rule_names_is_not_deleted(floor, admin):
    with floor.inside():
        group = AgentGroup.objects.create(name="Seniors")
        RoutingRule.objects.create(name="VIPs", effects=[{"do": "group", "group_id": group.pk}])
    assert admin.post(f"{ADMIN}agentgroup/{group.pk}/delete/", {"post": "yes"}).status_code == 403
    with floor.inside():
        assert AgentGroup.objects.exists()
        RoutingRule.objects.all().delete()
    admin.post(f"{ADMIN}agentgroup/{group.pk}/delete/", {"post": "yes"})
    with floor.inside():
        assert not AgentGroup.objects.exists()


def hours_form(*spans: tuple[str, str, str]) -> dict:
    form = {"name": "Office", "special_days-TOTAL_FORMS": "0", "special_days-INITIAL_FORMS": "0"}
    form |= {"opening_times-TOTAL_FORMS": len(spans), "opening_times-INITIAL_FORMS": "0"}
    for place, (weekday, opens, closes) in enumerate(spans):
        prefix = f"opening_times-{place}-"
        form |= {f"{prefix}weekday": weekday, f"{prefix}opens_at": opens, f"{prefix}closes_at": closes}
    return form


def test_opening_times_of_a_day_may_touch_but_not_overlap(floor, admin):
    overlapping = hours_form(("0", "09:00", "13:00"), ("0", "12:00", "00:00"))
    page = admin.post(ADMIN + "workinghours/add/", overlapping)
    assert "Two opening times of Monday overlap." in page.content.decode()
    with floor.inside():
        assert not WorkingHours.objects.exists()
    touching = hours_form(("0", "09:00", "12:00"), ("0", "12:00", "00:00"), ("1", "09:00", "12:00"))
    assert admin.post(ADMIN + "workinghours/add/", touching).status_code == 302
    with floor.inside():
        assert list(OpeningTime.objects.values_list("weekday", "opens_at", "closes_at")) == [
            (0, time(9), time(12)),
            (0, time(12), time(0)),
            (1, time(9), time(12)),
        ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"when_nobody": "overflow"}, "Name the queue callers are to be sent to."),
        ({"overflow_after_seconds": 400, "with_spare": True}, "Callers would leave the line before"),
        ({"with_spare": True, "comes_back": True}, "callers would come back here."),
    ],
)
def test_an_overflow_leads_somewhere_ends_and_comes_in_time(floor, admin, values, words):
    given = dict(values)
    with floor.inside():
        spare = Queue.objects.create(
            name="Spare", overflow_queue=floor.queue if "comes_back" in given else None
        )
    if given.pop("with_spare", False):
        given["overflow_queue"] = spare.pk
    given.pop("comes_back", None)
    page = admin.post(f"{ADMIN}queue/{floor.queue.pk}/change/", queue_form(floor, **given))
    assert words in page.content.decode()
    with floor.inside():
        assert Queue.objects.get(pk=floor.queue.pk).overflow_queue is None


def test_the_terms_of_a_queue_are_changed_on_its_page(floor, admin):
    with floor.inside():
        spare = Queue.objects.create(name="Spare")
    given = {"strategy": "round_robin", "sticky_days": 7, "is_scored": "on", "max_waiting": 20}
    overflow = {"overflow_queue": spare.pk, "overflow_after_seconds": 60, "when_full": "overflow"}
    page = f"{ADMIN}queue/{floor.queue.pk}/change/"
    assert admin.post(page, queue_form(floor, **given, **overflow)).status_code == 302
    now = floor.again(floor.queue)
    assert (now.strategy, now.sticky_days, now.is_scored, now.max_waiting) == ("round_robin", 7, True, 20)
    assert (now.overflow_queue_id, now.overflow_after_seconds, now.when_full) == (spare.pk, 60, "overflow")


def queue_form(floor, **values) -> dict:
    names = [field.name for field in Queue._meta.concrete_fields if field.name != "id"]
    form = {name: getattr(floor.queue, name) for name in names} | values
    form = {name: value for name, value in form.items() if value is not None and value is not False}
    for prefix in ("waiting_terms", "queue_skills", "steps", "queue_agents"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return form
