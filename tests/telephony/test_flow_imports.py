"""Flows taken elsewhere and brought back: rows are found by name, prompts and hours come along."""

import json

import pytest

from telephony.actions.flow_imports import create_from_template, import_flow
from telephony.actions.flows import create_flow
from telephony.flow_errors import FlowNameTaken, FlowTemplateNotFound, FlowUnreadable
from telephony.flows.check import errors_of
from telephony.flows.document import parse
from telephony.flows.templates import TEMPLATES
from telephony.models import Flow, Prompt, PromptWording, Queue, Skill, SpecialDay, WorkingHours
from telephony.queries.flow_exports import exported
from telephony.queries.flows import problems_of
from tests.telephony.drawn import document, node, short_menu, spoken_prompt


@pytest.fixture
def author(floor, member):
    return member(floor.tenant, "admin")


@pytest.fixture(autouse=True)
def voice(monkeypatch):
    """The built-in voice is installed, whatever this machine has."""
    monkeypatch.setattr("telephony.speech.providers.espeak.is_installed", lambda: True)


def carried(export) -> dict:
    """Through a file."""
    return json.loads(json.dumps(export.as_dict()))


def test_a_flow_taken_to_another_tenant_speaks_of_the_rows_of_the_same_names(floor, other_floor, author):
    with floor.inside():
        Queue.objects.create(name="Only acme's")
        skill = Skill.objects.create(name="French")
        prompt = spoken_prompt("Welcome", floor.now)
        hours = WorkingHours.objects.create(name="Office")
        hours.opening_times.create(weekday=0, opens_at="09:00", closes_at="00:00")
        hours.special_days.create(on="2026-12-25", name="Christmas")
        said = document(
            node("open", "hours", {"open": "set", "closed": "other"}, hours=hours.pk),
            node("set", "set", {"next": "asks"}, skills=[{"skill": skill.pk, "level": 3}]),
            node(
                "asks",
                "condition",
                {"b1": "q", "else": "q"},
                branches=[
                    {
                        "exit": "b1",
                        "when": [
                            {
                                "field": f"queue.{floor.queue.pk}.waiting",
                                "op": "at_least",
                                "value": 3,
                            }
                        ],
                    }
                ],
            ),
            node("q", "queue", queue=floor.queue.pk),
            node("other", "voicemail", queue=Queue.objects.get(name="Only acme's").pk, prompt=prompt.pk),
        )
        taken = carried(exported(parse(said), "Front door"))
    with other_floor.inside():
        Queue.objects.create(name="Elsewhere first")
        french = Skill.objects.create(name="French")
        came = import_flow(raw=taken, by=None, at=floor.now)
        there = parse(came.flow.draft).nodes
        assert came.flow.name == "Front door"
        assert came.made == {"prompt": ["Welcome"], "hours": ["Office"]}
        assert came.missing == {"queue": ["Only acme's"]}
        assert there["q"].settings == {"queue": other_floor.queue.pk}
        assert there["set"].settings == {"skills": [{"skill": french.pk, "level": 3}]}
        asked = there["asks"].settings["branches"][0]["when"][0]["field"]
        assert asked == f"queue.{other_floor.queue.pk}.waiting"
        assert "queue" not in there["other"].settings
        made = Prompt.objects.get()
        assert there["other"].settings == {"prompt": made.pk}
        assert dict(made.wordings.values_list("language", "text")) == {"zh": "Welcome zh", "en": "Welcome en"}
        assert sorted(came.to_speak) == sorted(PromptWording.objects.values_list("pk", flat=True))
        office = WorkingHours.objects.get(name="Office")
        assert there["open"].settings == {"hours": office.pk}
        assert [str(one) for one in office.opening_times.all()] == ["Monday 09:00–00:00"]
        assert SpecialDay.objects.get(hours=office).name == "Christmas"
        errors = errors_of(problems_of(parse(came.flow.draft), floor.now))
        assert ("other", "missing") in [(one.node, one.code) for one in errors]
    with floor.inside():
        assert (Prompt.objects.count(), WorkingHours.objects.count(), Flow.objects.count()) == (1, 1, 0)


def test_brought_back_it_makes_nothing_anew(floor, author):
    with floor.inside():
        prompt = spoken_prompt("Welcome", floor.now)
        said = short_menu(prompt.pk, floor.queue.pk)
        create_flow(name="Front door", document=said, by=author, at=floor.now)
        taken = carried(exported(parse(said), "Front door"))
        with pytest.raises(FlowNameTaken):
            import_flow(raw=taken, by=author, at=floor.now)
        again = import_flow(raw=taken, name="Copy", by=author, at=floor.now)
        assert (again.made, again.missing, again.to_speak) == ({}, {}, [])
        assert parse(again.flow.draft) == parse(said)


def test_a_prompt_that_says_something_else_is_left_alone(floor, author):
    with floor.inside():
        prompt = spoken_prompt("Welcome", floor.now)
        taken = carried(exported(parse(short_menu(prompt.pk, floor.queue.pk)), "A"))
        prompt.wordings.filter(language="en").update(text="Something else")
        came = import_flow(raw=taken, by=author, at=floor.now)
        assert came.made == {"prompt": ["Welcome 2"]}
        assert prompt.wordings.get(language="en").text == "Something else"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", list(TEMPLATES))
def test_each_template_can_be_published_once_it_is_spoken(floor, other_floor, author, key, language):
    with floor.inside():
        came = create_from_template(key=key, language=language, by=author, at=floor.now)
        template = TEMPLATES[key]
        assert came.flow.name == template.name[0 if language == "zh" else 1]
        assert sorted(came.missing.get("queue", ())) == sorted(
            name[0 if language == "zh" else 1] for name in template.queues.values()
        )
        assert len(came.to_speak) == 2 * len(template.prompts)
        errors = errors_of(problems_of(parse(came.flow.draft), floor.now))
        assert {one.code for one in errors} == {"not_yet_spoken"}
        assert parse(came.flow.draft).languages[0] == language
        twice = create_from_template(key=key, language=language, by=author, at=floor.now)
        assert twice.flow.name == f"{came.flow.name} 2"
        assert (twice.made, twice.to_speak) == ({}, [])
    with other_floor.inside():
        assert not Flow.objects.exists()
        assert not Prompt.objects.exists()


def test_without_any_voice_that_is_told_before_publishing(floor, author, monkeypatch):
    monkeypatch.setattr("telephony.speech.providers.espeak.is_installed", lambda: False)
    with floor.inside():
        came = create_from_template(key="school", language="en", by=author, at=floor.now)
        told = errors_of(problems_of(parse(came.flow.draft), floor.now))
        assert {(one.code, one.value) for one in told} == {("no_voice", "zh"), ("no_voice", "en")}


def test_there_is_no_other_template(floor, author):
    with floor.inside(), pytest.raises(FlowTemplateNotFound):
        create_from_template(key="../shop", language="zh", by=author, at=floor.now)


def test_a_file_that_breaks_half_way_leaves_nothing_behind(floor, author):
    with floor.inside():
        prompt = spoken_prompt("Other", floor.now)
        taken = carried(exported(parse(short_menu(prompt.pk, floor.queue.pk)), "A"))
        taken["names"]["prompt"][str(prompt.pk)]["name"] = "New"
        taken["flow"]["nodes"][1]["id"] = "UPPER"
        with pytest.raises(FlowUnreadable):
            import_flow(raw=taken, by=author, at=floor.now)
        assert [one.name for one in Prompt.objects.all()] == ["Other"]
        assert not Flow.objects.exists()
