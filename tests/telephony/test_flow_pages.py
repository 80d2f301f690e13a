"""The pages of call flows: made, drawn, tried, published, rolled back, led to; the other tenant sees none."""

import json
import time

import pytest

from telephony.models import Entry, Flow, FlowVersion, Prompt, PromptWording
from telephony.queries.flows import flow as flow_of_id
from tests.telephony.drawn import document, node, short_menu, spoken_prompt


@pytest.fixture
def admin(floor, member, client_of):
    return client_of(member(floor.tenant, "admin", name="Li Na"))


@pytest.fixture
def stranger(globex, member, client_of):
    return client_of(member(globex, "admin"))


@pytest.fixture
def drawn(floor, admin):
    """A flow with a menu, as the editor's script saves it."""
    with floor.inside():
        said = short_menu(spoken_prompt("Main menu", floor.now).pk, floor.queue.pk)
    admin.post("/flows/new/", {"name": "Front door"})
    with floor.inside():
        made = Flow.objects.get()
    assert ask(admin, made, "draft", version=1, document=said).status_code == 200
    return made


def ask(client, flow, what, **said):
    return client.post(f"/flows/{flow.pk}/{what}/", json.dumps(said), content_type="application/json")


def stored(floor, flow):
    with floor.inside():
        return flow_of_id(flow.pk)


def test_a_flow_is_made_from_nothing_and_opened(floor, admin):
    answer = admin.post("/flows/new/", {"name": "Front door"}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/flows/")
    data = answer.context["data"]
    assert (data["flow"]["nodes"], data["version"], data["vocabulary"]["may_edit"]) == ([], 1, True)
    assert [one["code"] for one in data["problems"]] == ["nothing_drawn"]
    assert "Front door" in admin.get("/flows/").content.decode()


def test_a_template_arrives_with_its_texts(floor, admin):
    answer = admin.post("/flows/new/", {"name": "", "template": "shop"}, follow=True)
    assert len(answer.context["data"]["flow"]["nodes"]) > 5
    with floor.inside():
        assert PromptWording.objects.filter(language="zh").count() == Prompt.objects.count() > 0


def test_a_refused_name_keeps_what_was_chosen(floor, admin):
    answer = admin.post("/flows/new/", {"name": " ", "template": ""})
    assert answer.status_code == 422 or answer.status_code == 400
    assert "Give the call flow a name" in answer.content.decode()
    with floor.inside():
        assert not Flow.objects.exists()


def test_a_draft_is_kept_and_checked_in_words(floor, drawn, admin):
    said = stored(floor, drawn).draft
    del said["nodes"][0]["exits"]["1"]
    answer = ask(admin, drawn, "draft", version=2, document=said).json()
    assert answer["version"] == 3
    said["nodes"][0]["exits"]["1"] = ""
    told = ask(admin, drawn, "draft", version=3, document=said).json()["problems"]
    assert {key: told[0][key] for key in ("node", "field", "code", "isError")} == {
        "node": "main",
        "field": "1",
        "code": "dead_end",
        "isError": True,
    }
    assert told[0]["text"] == "The way “key 1” leads nowhere. Connect it to a step."


def test_who_saves_second_is_told_and_overwrites_nothing(floor, drawn, admin):
    said = stored(floor, drawn).draft
    mine = said | {"nodes": [{**said["nodes"][0], "title": "Mine"}, *said["nodes"][1:]]}
    theirs = said | {"nodes": [{**said["nodes"][0], "title": "Theirs"}, *said["nodes"][1:]]}
    assert ask(admin, drawn, "draft", version=2, document=theirs).status_code == 200
    answer = ask(admin, drawn, "draft", version=2, document=mine)
    assert (answer.status_code, answer.json()["code"]) == (409, "draft_changed")
    assert "Li Na" in answer.json()["detail"]
    assert stored(floor, drawn).draft["nodes"][0]["title"] == "Theirs"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "not JSON"),
        ("[]", "can be read"),
        ('{"version": 2, "document": {"format": 9}}', "newer one"),
        ('{"version": 2, "document": {"format": 1, "languages": ["en"], "nodes": [{"id": "<b>", "kind": "say"}]}}',
         "can be read"),
        ('{"version": 2, "document": ' + "[" * 3000 + "]" * 3000 + "}", "nested too deeply"),
        ('{"version": 2, "document": "' + "x" * 1_100_000 + '"}', "too big"),
    ],
    ids=["broken", "a list", "another format", "a hostile id", "deep", "big"],
)  # fmt: skip
def test_what_is_no_flow_is_refused_and_changes_nothing(floor, drawn, admin, body, said):
    before = stored(floor, drawn).draft
    answer = admin.post(f"/flows/{drawn.pk}/draft/", body, content_type="application/json")
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert stored(floor, drawn).draft == before


def test_a_title_full_of_markup_stays_text(floor, drawn, admin):
    said = stored(floor, drawn).draft
    said["nodes"][0]["title"] = "</script><img src=x onerror=alert(1)>"
    assert ask(admin, drawn, "draft", version=2, document=said).status_code == 200
    for page in ("", "publish/"):
        assert "<img src=x" not in admin.get(f"/flows/{drawn.pk}/{page}").content.decode()


def test_a_trial_tells_what_is_heard_key_by_key(floor, drawn, admin):
    said = stored(floor, drawn).draft
    told = ask(admin, drawn, "walk", document=said, keys=[]).json()
    assert (told["end"]["kind"], told["end"]["keys"]) == ("listening", ["1", "2"])
    told = ask(admin, drawn, "walk", document=said, keys=["", "9", "2"]).json()
    assert [(line["who"], line["text"]) for line in told["steps"][0]["lines"]] == [
        ("heard", "Main menu zh"),
        ("pressed", "(says nothing)"),
        ("heard", "Main menu zh"),
        ("pressed", "9"),
        ("heard", "Main menu zh"),
        ("pressed", "2"),
    ]
    assert told["end"]["text"] == "The call ends."
    told = ask(admin, drawn, "walk", document=said, keys=["1"]).json()
    assert told["end"]["text"] == "The caller waits in the queue Sales."


def test_a_trial_chooses_what_nobody_can_know(floor, drawn, admin):
    said = document(
        node("look", "lookup", {"found": "yes", "not_found": "no"}, url="https://shop.example/{caller_number}",
             keep=[{"name": "status", "path": "status"}]),
        node("yes", "answer", {"next": "no"}, prompt=1, says=[{"name": "status", "as": "digits"}]),
        node("no", "hangup"),
    )  # fmt: skip
    told = ask(admin, drawn, "walk", document=said, keys=[]).json()
    assert [step["node"] for step in told["steps"]] == ["look", "yes", "no"]
    assert told["steps"][1]["lines"][-1]["text"] == "“‹status›”"
    told = ask(admin, drawn, "walk", document=said, keys=[], chosen={"look": "not_found"}).json()
    assert [step["node"] for step in told["steps"]] == ["look", "no"]
    assert ["found", "found"] in told["steps"][0]["choices"]


def test_a_text_written_in_passing_becomes_a_prompt_of_its_own(floor, drawn, admin):
    answer = ask(admin, drawn, "prompt", name="Main menu", wordings={"zh": "您好", "en": "Hello"})
    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["wordings"]["en"]["text"]) == ("Main menu 2", "Hello")
    refused = ask(admin, drawn, "prompt", name="x", wordings={"zh": " "})
    assert refused.status_code in (400, 422)
    with floor.inside():
        assert Prompt.objects.count() == 2


def test_what_is_being_spoken_is_nobody_s_mistake_and_is_ready_by_itself(floor, drawn, admin, monkeypatch):
    monkeypatch.setattr("telephony.speech.providers.espeak.is_installed", lambda: True)
    said = stored(floor, drawn).draft
    with floor.inside():
        PromptWording.objects.filter(language="zh").update(state=PromptWording.State.WAITING)
    kept = ask(admin, drawn, "draft", version=2, document=said).json()["problems"]
    assert {(one["code"], one["isPending"]) for one in kept if one["isPending"]} == {("not_yet_spoken", True)}
    with floor.inside():
        PromptWording.objects.update(state=PromptWording.State.READY)
    now = admin.get(f"/flows/{drawn.pk}/check/").json()["problems"]
    assert [one for one in now if one["isPending"]] == []
    assert stored(floor, drawn).draft_version == 2, "to look changes nothing"


def test_publishing_is_told_in_numbers_first_and_takes_the_draft_that_was_seen(floor, drawn, admin):
    page = admin.get(f"/flows/{drawn.pk}/publish/")
    assert (page.context["flight"].next_number, page.context["errors"]) == (1, [])
    stale = admin.post(f"/flows/{drawn.pk}/publish/", {"draft_version": "1"}, follow=True)
    assert "Look again" in stale.content.decode()
    with floor.inside():
        assert not FlowVersion.objects.exists()
    admin.post(f"/flows/{drawn.pk}/publish/", {"draft_version": "2", "note": "First"})
    with floor.inside():
        made = FlowVersion.objects.select_related("published_by").get()
    assert (made.number, made.note, made.published_by.name) == (1, "First", "Li Na")
    assert "Li Na" in admin.get(f"/flows/{drawn.pk}/versions/").content.decode()


def test_a_version_is_compared_and_rolled_back(floor, drawn, admin):
    publish(admin, drawn, 2)
    said = stored(floor, drawn).draft
    said["nodes"][0]["title"] = "Main"
    said["nodes"][0]["exits"]["1"] = "bye"
    ask(admin, drawn, "draft", version=2, document=said)
    publish(admin, drawn, 3)
    changes = admin.get(f"/flows/{drawn.pk}/versions/2/").context["changes"]
    assert [(one.title, one.word, one.lines) for one in changes] == [
        ("Main", "changed", [("Name", "–", "Main"), ("way “key 1” leads to", "Sales", "Hang up")])
    ]
    assert admin.get(f"/flows/{drawn.pk}/versions/1/back/").context["errors"] == []
    admin.post(f"/flows/{drawn.pk}/versions/1/back/", {"note": "Too loud"})
    with floor.inside():
        now = Flow.objects.select_related("published").get()
    assert (now.published.number, now.published.document["nodes"][0]["title"]) == (3, "")
    assert now.draft["nodes"][0]["title"] == "Main"
    admin.post(f"/flows/{drawn.pk}/versions/1/draw/")
    assert stored(floor, drawn).draft["nodes"][0]["title"] == ""


def publish(client, flow, draft_version):
    client.post(f"/flows/{flow.pk}/publish/", {"draft_version": str(draft_version)})


def test_numbers_lead_to_a_published_flow_and_away_again(floor, drawn, admin):
    with floor.inside():
        entry = Entry.objects.get()
    admin.post(f"/flows/{drawn.pk}/numbers/", {"entry": [entry.pk]})
    with floor.inside():
        assert Entry.objects.get().flow is None
    publish(admin, drawn, 2)
    admin.post(f"/flows/{drawn.pk}/numbers/", {"entry": [entry.pk]})
    with floor.inside():
        assert Entry.objects.get().flow_id == drawn.pk
    refused = admin.post(f"/flows/{drawn.pk}/archive/", follow=True)
    assert "Lead them elsewhere first" in refused.content.decode()
    admin.post(f"/flows/{drawn.pk}/numbers/", {})
    admin.post(f"/flows/{drawn.pk}/archive/")
    with floor.inside():
        assert (Entry.objects.get().flow, Flow.objects.get().is_archived) == (None, True)
    assert "Front door" in admin.get("/flows/?show=archived").content.decode()
    admin.post(f"/flows/{drawn.pk}/restore/")
    assert stored(floor, drawn).is_archived is False


def test_what_is_exported_is_imported_again(floor, drawn, admin):
    told = admin.get(f"/flows/{drawn.pk}/export/").content
    from django.core.files.uploadedfile import SimpleUploadedFile

    given = {"name": "Copy", "template": "file", "file": SimpleUploadedFile("flow.json", told)}
    admin.post("/flows/new/", given)
    with floor.inside():
        copy = Flow.objects.get(name="Copy")
    assert copy.draft == stored(floor, drawn).draft
    broken = {"name": "Broken", "template": "file", "file": SimpleUploadedFile("flow.json", b"{")}
    assert "not JSON" in admin.post("/flows/new/", broken).content.decode()


def test_a_supervisor_draws_and_does_not_publish(floor, drawn, member, client_of):
    boss = client_of(member(floor.tenant, "supervisor"))
    said = stored(floor, drawn).draft
    said["nodes"][0]["title"] = "Theirs"
    assert ask(boss, drawn, "draft", version=2, document=said).status_code == 200
    publish(boss, drawn, 3)
    boss.post(f"/flows/{drawn.pk}/archive/")
    with floor.inside():
        assert not FlowVersion.objects.exists()
        assert Flow.objects.get().is_archived is False


@pytest.mark.parametrize("role", ["agent", "inspector", "finance"])
def test_others_do_not_see_flows(floor, drawn, member, client_of, role):
    other = client_of(member(floor.tenant, role))
    assert other.get("/flows/").status_code == 403
    assert other.get(f"/flows/{drawn.pk}/").status_code == 403


def test_the_other_tenant_finds_nothing_here(floor, drawn, stranger, globex, inside):
    for path in ("", "check/", "export/", "publish/", "versions/", "numbers/"):
        assert stranger.get(f"/flows/{drawn.pk}/{path}").status_code == 404
    said = stored(floor, drawn).draft
    assert ask(stranger, drawn, "draft", version=2, document=said).status_code == 404
    assert ask(stranger, drawn, "walk", document=said, keys=["1"]).status_code == 404
    assert ask(stranger, drawn, "prompt", name="x", wordings={"zh": "x"}).status_code == 404
    with inside(globex):
        assert not Flow.objects.exists()
        assert not Prompt.objects.exists()


def test_a_hundred_flows_of_two_hundred_steps_are_listed_opened_and_kept_quickly(floor, admin):
    """Processor time of ours, so that a busy machine does not matter."""
    with floor.inside():
        prompt = spoken_prompt("Main menu", floor.now).pk
        chain = [
            node(f"n{place}", "menu", {"1": f"n{place + 1}", "2": f"n{place // 2}"}, prompt=prompt)
            for place in range(199)
        ]
        large = document(*chain, node("n199", "hangup"))
        Flow.objects.bulk_create(Flow(name=f"Flow {one:03}", draft=large) for one in range(100))
        made = Flow.objects.get(name="Flow 050")

    def seconds(act) -> float:
        began = time.process_time()
        assert act().status_code == 200
        return time.process_time() - began

    admin.get("/flows/")
    assert seconds(lambda: admin.get("/flows/")) < 1.5
    assert seconds(lambda: admin.get(f"/flows/{made.pk}/")) < 1.5
    assert seconds(lambda: ask(admin, made, "draft", version=0, document=large)) < 1
    assert stored(floor, made).draft_version == 1
