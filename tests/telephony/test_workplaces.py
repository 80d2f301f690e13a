"""An agent's page: panels by role and person, what rings and how large it is, scripts, and the day against targets."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from reporting.periods import Period
from reporting.queries import Question, agent_lines
from reporting.registry import METRICS
from telephony.actions import workplaces as actions
from telephony.actions.snippets import approve_snippet, unapprove_snippet
from telephony.models import FigureTarget, PanelPlan, Snippet, SnippetText, Workplace
from telephony.queries.own_figures import own_figures
from telephony.queries.snippets import snippet_rows
from telephony.queries.workplaces import PANELS, choices_of, panels_of, workplace_of
from tenants.context import enter
from tenants.errors import BadInput
from tests.telephony.staffed import floor  # noqa: F401  (a fixture)
from tests.telephony_rows import a_queue, a_state, a_stay, an_offer


def seen(member) -> list[tuple[str, bool]]:
    return [(panel.key, panel.is_hidden) for panel in panels_of(member, workplace_of(member))]


# --- panels


def test_a_role_has_what_is_planned_and_a_person_arranges_it(floor, in_acme, inside, globex, member):  # noqa: F811
    ann = floor["members"]["ann"]
    assert seen(ann) == [(key, False) for key in PANELS]
    actions.plan_panels(
        role="agent", order=["tasks", "customer"], states={"chat": "off", "figures": "hidden", "work": "x"}
    )
    assert seen(ann)[:2] == [("tasks", False), ("customer", False)]
    assert ("chat", False) not in seen(ann)
    assert ("figures", True) in seen(ann)
    actions.arrange_panels(member=ann, order=["figures", "made-up", "chat"], hidden=["work", 7, "chat"])
    assert seen(ann)[0] == ("figures", False)
    assert ("work", True) in seen(ann)
    assert "chat" not in dict(seen(ann))
    actions.forget_arrangement(member=ann)
    assert seen(ann)[0] == ("tasks", False)
    other = member(globex, "agent")
    with inside(globex):
        assert seen(other) == [(key, False) for key in PANELS]


def test_of_several_roles_the_most_generous_counts(floor, in_acme):  # noqa: F811
    ann = floor["members"]["ann"]
    actions.plan_panels(role="agent", order=[], states=dict.fromkeys(PANELS, "off"))
    assert seen(ann) == []
    ann.roles = ["agent", "supervisor"]
    assert [key for key, _hidden in seen(ann)] == list(PANELS)


@pytest.mark.parametrize("stored", [{"x": 1}, "work", [["work"], None], 5])
def test_what_was_stored_is_not_trusted(floor, in_acme, stored):  # noqa: F811
    ann = floor["members"]["ann"]
    PanelPlan.objects.create(role="agent", order=stored, states=stored)
    place = Workplace.objects.create(member=ann, order=stored, hidden=stored, sounds=stored, is_tuned=True)
    assert len(panels_of(ann, place)) == len(PANELS)
    assert choices_of(place)["sounds"] == []


def test_the_pages_of_choices(floor, client_of, member, acme):  # noqa: F811
    ann, admin = client_of(floor["members"]["ann"]), client_of(member(acme, "admin"))
    assert ann.post("/workspace/arrange/", {"order": ["chat"], "hidden": ["work"]}).status_code == 204
    tuned = {"ring_volume": "20", "sounds": ["ring"], "text_size": "large"}
    assert ann.post("/workspace/tune/", tuned).status_code == 204
    assert ann.post("/workspace/tune/", {"text_size": "huge"}).status_code == 400
    with enter("acme"):
        row = Workplace.objects.get()
        assert (row.order[0], row.hidden, row.ring_volume) == ("chat", ["work"], 20)
        assert choices_of(row) == {"ring_volume": 20, "sounds": ["ring"], "notices": [], "text_size": "large"}
        with pytest.raises(BadInput):
            actions.plan_panels(role="finance", order=[], states={})
    assert ann.get("/workspace/panels/").status_code == 403
    given = {"role": "agent", "state-chat": "off", "place-tasks": "1", "place-work": "2"}
    assert admin.post("/workspace/panels/", given).status_code == 302
    page = ann.get("/workspace/").content.decode()
    assert 'data-panel="chat"' not in page
    assert 'data-text-size="large"' in page
    assert 'value="off" selected' in admin.get("/workspace/panels/").content.decode()


# --- scripts


def snippet(shortcut: str, **texts: str) -> Snippet:
    row = Snippet.objects.create(title=shortcut.title(), shortcut=shortcut)
    for language, text in texts.items():
        SnippetText.objects.create(snippet=row, language=language.replace("_", "-"), text=text)
    return row


def test_nobody_sees_what_nobody_approved(floor, in_acme, now, client_of):  # noqa: F811
    boss = floor["members"]["boss"]
    row, empty = snippet("hours", en="Nine to five", zh_hans="九点到五点"), snippet("empty")
    assert snippet_rows("en") == []
    assert approve_snippet(snippet_id=row.pk, by=boss, at=now)
    assert not approve_snippet(snippet_id=empty.pk, by=boss, at=now)
    assert [one["text"] for one in snippet_rows("zh-hans")] == ["九点到五点"]
    got = client_of(floor["members"]["ann"]).get("/workspace/snippets/").json()
    assert [one["shortcut"] for one in got["snippets"]] == ["hours"]
    unapprove_snippet(snippet_id=row.pk)
    assert snippet_rows("en") == []


def test_a_changed_text_waits_for_approval_again(floor, now, client_of, member, acme):  # noqa: F811
    admin = client_of(member(acme, "admin"))
    with enter("acme"):
        row = snippet("hours", en="Nine to five")
        text = row.texts.get()
    act = {"action": "approve", "_selected_action": [row.pk]}
    assert admin.post("/admin/telephony/snippet/", act).status_code == 302
    form = {
        "kind": "reply", "title": "Hours", "shortcut": "hours", "is_active": "on",
        "texts-TOTAL_FORMS": "1", "texts-INITIAL_FORMS": "1", "texts-0-id": text.pk,
        "texts-0-snippet": row.pk, "texts-0-language": "en", "texts-0-text": "Nine to five",
    }  # fmt: skip
    assert admin.post(f"/admin/telephony/snippet/{row.pk}/change/", form).status_code == 302
    with enter("acme"):
        assert len(snippet_rows("en")) == 1
    other = form | {"texts-0-text": "Ten"}
    assert admin.post(f"/admin/telephony/snippet/{row.pk}/change/", other).status_code == 302
    with enter("acme"):
        assert snippet_rows("en") == []
    boss = client_of(floor["members"]["boss"])
    boss.post("/admin/telephony/snippet/", act)
    with enter("acme"):
        assert snippet_rows("en") == []


# --- the day against its targets


def test_ones_own_figures_are_the_reports_figures(floor, in_acme, now, inside, globex):  # noqa: F811
    ann, queue = floor["ann"], floor["queue"]
    other = a_queue("Support")
    a_state(now, ann)
    a_state(now + timedelta(seconds=100), ann, "talking")
    a_state(now + timedelta(seconds=400), ann)
    for place, seconds in ((queue, {"talk_seconds": 200, "hold_seconds": 50, "wrap_up_seconds": 50}),
                           (other, {"talk_seconds": 100, "wrap_up_seconds": 20})):  # fmt: skip
        an_offer(now, a_stay(now, place, "answered", agent=ann), ann, **seconds)
    an_offer(now, a_stay(now, queue, "abandoned"), ann, "missed")
    an_offer(now, a_stay(now, queue, "answered"), floor["ben"], talk_seconds=999)
    FigureTarget.objects.create(figure="aht", value=180)
    FigureTarget.objects.create(figure="handled", value=2)
    FigureTarget.objects.create(figure="aht", value=300, queue=queue)
    FigureTarget.objects.create(figure="aht", value=300, queue=other)
    end = now + timedelta(seconds=500)
    found = {(one.id, one.queue.name if one.queue else ""): one for one in own_figures(ann.pk, end)}
    assert (found["handled", ""].value, found["handled", ""].is_met) == (2, True)
    assert (found["aht", ""].value, found["aht", ""].is_met) == (210, False)
    assert (found["aht", "Sales"].value, found["aht", "Sales"].is_met) == (300, True)
    assert ("aht", "Support") not in found
    period = Period(now.date(), now.date(), ZoneInfo(timezone.get_current_timezone_name()))
    (line,) = [one for one in agent_lines(Question(period=period), end) if one.agent_id == ann.pk]
    for one in own_figures(ann.pk, end)[:6]:
        assert one.value == METRICS[one.definition].value(line.parts), one.id
    with inside(globex):
        assert all(not one.value for one in own_figures(ann.pk, end))
