"""Call flows for machines: leaders draw and try, administrators publish, and only their own tenant's."""

import json

import pytest

from telephony.models import Entry, Flow, FlowVersion, Prompt
from tests.telephony.drawn import document, node, short_menu, spoken_prompt

API = "/api/v1/flows/"


@pytest.fixture(autouse=True)
def voice(monkeypatch):
    monkeypatch.setattr("telephony.speech.providers.espeak.is_installed", lambda: True)


@pytest.fixture
def admin(floor, member, client_of):
    return client_of(member(floor.tenant, "admin", name="Li Na"))


@pytest.fixture
def said(floor):
    with floor.inside():
        return short_menu(spoken_prompt("Main menu", floor.now).pk, floor.queue.pk)


@pytest.fixture
def flow(admin, said):
    return post(admin, "", name="Front door", document=said).json()


def post(client, path, **given):
    return client.post(API + path, given, content_type="application/json")


def put(client, path, **given):
    return client.put(API + path, given, content_type="application/json")


def get(client, path=""):
    return client.get(API + path)


def test_a_flow_is_drawn_checked_published_and_rolled_back(floor, admin, flow, said):
    own = f"{flow['id']}/"
    assert (flow["draft_version"], flow["draft"]["start"], flow["published"]) == (1, "main", None)
    told = get(admin, own + "preflight/").json()
    assert (told["may_publish"], told["next_number"], told["numbers"], told["live_calls"]) == (
        True,
        1,
        [],
        [],
    )
    first = post(admin, own + "publish/", draft_version=1, note="First").json()
    assert (first["number"], first["published_by"], first["note"]) == (1, "Li Na", "First")
    louder = said | {"nodes": [said["nodes"][0] | {"title": "Louder"}, *said["nodes"][1:]]}
    assert put(admin, own + "draft/", document=louder, draft_version=1).json()["draft_version"] == 2
    found = get(admin, own + "differences/").json()
    assert [(one["what"], one["node"], one["after"]) for one in found] == [("title", "main", "Louder")]
    assert post(admin, own + "publish/", draft_version=2).json()["number"] == 2
    back = post(admin, own + "roll-back/", number=1).json()
    assert (back["number"], back["says_again"], back["document"]) == (3, 1, first["document"])
    assert [one["number"] for one in get(admin, own + "versions/").json()] == [3, 2, 1]
    assert get(admin, own + "versions/2/").json()["document"]["nodes"][0]["title"] == "Louder"
    assert get(admin, own + "differences/?from=1&to=2").json() == found
    assert get(admin, own + "versions/9/").status_code == 404
    assert get(admin, own + "differences/?from=x").status_code == 404


def test_a_number_is_led_to_a_published_flow_and_away_again(floor, admin, flow):
    own = f"{flow['id']}/"
    assert post(admin, own + "lead/", number=floor.number).status_code == 409
    post(admin, own + "publish/", draft_version=1)
    assert post(admin, own + "lead/", number="00864001234567").json()["numbers"] == [floor.number]
    assert post(admin, own + "archive/").json()["code"] == "flow_in_use"
    assert post(admin, own + "lead/", number="+8610000").status_code == 404
    assert post(admin, own + "unlead/", number=floor.number).json()["numbers"] == []
    assert post(admin, own + "unlead/", number=floor.number).status_code == 404
    assert post(admin, own + "archive/").json()["is_archived"] is True
    assert (len(get(admin).json()), len(get(admin, "?archived=1").json())) == (0, 1)
    assert post(admin, own + "restore/").json()["is_archived"] is False


def test_what_the_check_finds_is_told_and_nothing_is_published(floor, admin, flow):
    own = f"{flow['id']}/"
    broken = document(node("n1", "say", {"next": "n1"}, prompt=999))
    found = [
        {"node": "n1", "code": "endless_loop", "field": "", "value": "n1", "is_error": True},
        {"node": "n1", "code": "not_there", "field": "prompt", "value": "999", "is_error": True},
    ]
    assert post(admin, own + "check/", document=broken).json() == found
    assert [(one["code"], one["is_error"]) for one in post(admin, own + "check/").json()] == [
        ("no_agents", False)
    ]
    put(admin, own + "draft/", document=broken, draft_version=1)
    refused = post(admin, own + "publish/", draft_version=2)
    assert (refused.status_code, refused.json()["code"], refused.json()["problems"]) == (
        409,
        "flow_not_ready",
        found,
    )
    with floor.inside():
        assert not FlowVersion.objects.exists()


def test_two_who_draw_at_once_are_told(admin, flow, said):
    own = f"{flow['id']}/draft/"
    put(admin, own, document=said | {"languages": ["zh"]}, draft_version=1)
    refused = put(admin, own, document=said | {"languages": ["en"]}, draft_version=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "draft_changed")
    assert "Li Na" in refused.json()["message"]


def test_the_simulator_walks_the_draft_or_a_version(floor, admin, flow, said):
    own = f"{flow['id']}/"
    walked = post(admin, own + "walk/", presses=["5", "", "2"]).json()
    prompt = said["nodes"][0]["settings"]["prompt"]
    assert walked["steps"][0]["heard"] == [{"prompt": prompt}] * 3
    assert (walked["steps"][0]["pressed"], walked["end"]) == (
        ["5", "", "2"],
        {"kind": "hangup", "node": "bye"},
    )
    assert post(admin, own + "walk/").json()["end"]["kind"] == "listening"
    assert post(admin, own + "walk/", version=1).status_code == 404
    post(admin, own + "publish/", draft_version=1)
    sales = post(admin, own + "walk/", version=1, presses=["1"], at="2026-11-16T09:00:00Z").json()
    assert sales["end"] == {"kind": "queue", "node": "sales", "queue": floor.queue.pk}
    assert post(admin, own + "walk/", presses="12").status_code == 400
    assert post(admin, own + "walk/", presses=["1" * 65]).status_code == 400


def test_a_flow_is_exported_and_imported_with_what_it_says(
    floor, other_floor, admin, flow, member, client_of
):
    taken = get(admin, f"{flow['id']}/export/").json()
    assert (taken["name"], taken["names"]["queue"]) == (
        "Front door",
        {str(floor.queue.pk): {"name": "Sales"}},
    )
    there = client_of(member(other_floor.tenant, "owner"))
    came = post(there, "import/", flow=taken)
    assert came.status_code == 201
    assert (came.json()["made"], came.json()["missing"]) == ({"prompt": ["Main menu"]}, {})
    assert came.json()["flow"]["name"] == "Front door"
    assert post(there, "import/", flow=taken).json()["code"] == "flow_name_taken"
    with other_floor.inside():
        assert Prompt.objects.get().wordings.count() == 2
    assert get(admin, f"{flow['id']}/export/?version=1").status_code == 404


def test_a_template_becomes_a_flow(floor, admin):
    offered = get(admin, "templates/").json()
    assert [one["key"] for one in offered] == [
        "shop",
        "bank",
        "clinic",
        "repair",
        "logistics",
        "hotline",
        "school",
    ]
    assert offered[0]["name"] == {"zh": "网店客服", "en": "Online shop"}
    made = post(admin, "templates/", template="shop", language="zh", name="门店")
    assert (made.status_code, made.json()["flow"]["name"]) == (201, "门店")
    assert made.json()["made"]["hours"] == ["工作日 9:00–18:00"]
    assert post(admin, "templates/", template="none", language="zh").status_code == 404
    assert post(admin, "templates/", template="shop", language="fr").status_code == 400


def test_supervisors_draw_administrators_publish_and_agents_see_nothing(
    floor, admin, flow, said, member, client_of
):
    boss, agent = (client_of(member(floor.tenant, role)) for role in ("supervisor", "agent"))
    own = f"{flow['id']}/"
    other = said | {"languages": ["zh"]}
    assert put(boss, own + "draft/", document=other, draft_version=1).status_code == 200
    assert post(boss, own + "walk/").status_code == 200
    with floor.inside():
        before = list(Flow.objects.values_list())
    forbidden = [
        post(boss, own + "publish/", draft_version=2),
        post(boss, own + "roll-back/", number=1),
        post(boss, own + "archive/"),
        post(boss, own + "lead/", number=floor.number),
        post(boss, own + "unlead/", number=floor.number),
        post(boss, "import/", flow=said),
        post(boss, "templates/", template="shop", language="en"),
        get(agent),
        get(agent, own),
        post(agent, own + "walk/"),
        post(agent, "", name="X"),
        put(agent, own + "draft/", document=said, draft_version=2),
    ]
    assert {answer.status_code for answer in forbidden} == {403}
    with floor.inside():
        assert list(Flow.objects.values_list()) == before
        assert (FlowVersion.objects.count(), Prompt.objects.count()) == (0, 1)


def test_another_tenant_neither_sees_nor_touches_it(floor, other_floor, flow, said, member, client_of):
    stranger = client_of(member(other_floor.tenant, "admin"))
    own = f"{flow['id']}/"
    assert get(stranger).json() == []
    answers = [
        get(stranger, own),
        get(stranger, own + "export/"),
        get(stranger, own + "preflight/"),
        put(stranger, own + "draft/", document=said, draft_version=1),
        post(stranger, own + "publish/", draft_version=1),
        post(stranger, own + "walk/"),
        post(stranger, own + "archive/"),
        post(stranger, own + "lead/", number=other_floor.number),
    ]
    assert {answer.status_code for answer in answers} == {404}
    with floor.inside():
        assert Flow.objects.get().draft_version == 1
        assert Entry.objects.get().flow is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "flow_unreadable"),
        (b"\xff\xff", "flow_unreadable"),
        (b"[" * 200_000, "flow_unreadable"),
        (b'{"name": NaN}', "flow_unreadable"),
        (b" " * 3_100_000, "flow_unreadable"),
        (b'{"name": "X", "document": {"nodes": ["' + b"\\ud800" * 3_000 + b'"]}}', "flow_unreadable"),
        (b'{"name": "X", "document": {"\\ud800\\u0000": 1}}', "flow_unreadable"),
        (json.dumps({"name": "X", "document": {"nodes": [1] * 10_000}}).encode(), "flow_unreadable"),
        (
            json.dumps(
                {"name": "X", "document": document(*[node(f"n{one}", "say") for one in range(10_000)])}
            ).encode(),
            "flow_unreadable",
        ),
    ],
)
def test_hostile_bodies_are_refused_by_name(floor, admin, body, code):
    answer = admin.post(API, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    with floor.inside():
        assert not Flow.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b"3", b"null", b'""'])
def test_what_is_no_object_is_refused(admin, body):
    assert admin.post(API, body, content_type="application/json").status_code == 400
