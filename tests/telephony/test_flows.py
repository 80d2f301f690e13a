"""A flow's life: drawn, checked, published, rolled back, put away; by one tenant, unnoticed by the other."""

import pytest

from telephony.actions.configuration import StillInUse, drop_row
from telephony.actions.flows import (
    archive_flow,
    create_flow,
    draft_from_version,
    lead_number,
    publish_flow,
    rename_flow,
    restore_flow,
    roll_back_flow,
    save_draft,
)
from telephony.flow_errors import (
    DraftChanged,
    DraftChangedSincePreflight,
    FlowInUse,
    FlowIsArchived,
    FlowNameMissing,
    FlowNameTaken,
    FlowNotFound,
    FlowNotPublished,
    FlowNotReady,
    FlowUnreadable,
    FlowVersionNotFound,
    NothingToPublish,
)
from telephony.flows.differences import differences
from telephony.flows.document import parse
from telephony.flows.walk import walk
from telephony.models import Call, Entry, Flow, FlowVersion, Queue, WorkingHours
from telephony.queries.flows import changes_of, flow, flows, flows_naming, preflight, versions
from tenants.people.models import AuditEntry
from tests.telephony.drawn import document, node, short_menu, spoken_prompt


@pytest.fixture
def author(floor, member):
    return member(floor.tenant, "admin", name="Li Na")


@pytest.fixture
def drawn(floor, author):
    """A flow with a menu, published once."""
    with floor.inside():
        prompt = spoken_prompt("Main menu", floor.now)
        made = create_flow(
            name="Front door", document=short_menu(prompt.pk, floor.queue.pk), by=author, at=floor.now
        )
        publish_flow(flow_id=made.pk, draft_version=1, by=author, at=floor.now)
    return flow_of(floor, made.pk)


def flow_of(floor, pk):
    with floor.inside():
        return flow(pk)


def louder(drawn, title="Main"):
    said = dict(drawn.draft)
    return said | {"nodes": [{**said["nodes"][0], "title": title}, *said["nodes"][1:]]}


def rows(floor):
    with floor.inside():
        return [
            list(model.objects.order_by("pk").values_list())
            for model in (Flow, FlowVersion, Entry, AuditEntry)
        ]


def test_a_published_flow_is_acmes_alone_and_names_its_author(floor, other_floor, author, drawn):
    with floor.inside():
        version = drawn.published
        assert (version.number, version.published_by, version.published_at) == (1, author, floor.now)
        assert version.document == drawn.draft
        verbs = AuditEntry.objects.filter(subject=f"telephony.flow:{drawn.pk}").order_by("pk")
        assert [(one.verb, one.after) for one in verbs] == [
            ("added", {"name": "Front door", "nodes": 3}),
            ("flow published", {"version": 1, "numbers": [], "live_calls_left": {}}),
        ]
    with other_floor.inside():
        assert not flows().exists()
        with pytest.raises(FlowNotFound):
            publish_flow(flow_id=drawn.pk, draft_version=1, by=None, at=other_floor.now)


def test_two_who_draw_at_once_do_not_overwrite_each_other(floor, author, drawn, member):
    other = member(floor.tenant, "admin", name="Zhou Jie")
    with floor.inside():
        save_draft(flow_id=drawn.pk, document=louder(drawn, "A"), draft_version=1, by=author, at=floor.now)
        with pytest.raises(DraftChanged, match="Li Na"):
            save_draft(flow_id=drawn.pk, document=louder(drawn, "B"), draft_version=1, by=other, at=floor.now)
        kept = flow(drawn.pk)
        assert (kept.draft_version, kept.draft["nodes"][0]["title"]) == (2, "A")
        again = save_draft(
            flow_id=drawn.pk, document=louder(drawn, "A"), draft_version=1, by=other, at=floor.now
        )
        assert (again.draft_version, again.draft_changed_by) == (2, author)


def test_an_unreadable_draft_is_refused_and_an_unfinished_one_is_kept(floor, author, drawn):
    before = rows(floor)
    with floor.inside(), pytest.raises(FlowUnreadable) as refused:
        save_draft(
            flow_id=drawn.pk, document={"format": 1, "nodes": 3}, draft_version=1, by=author, at=floor.now
        )
    assert refused.value.code == "flow_unreadable"
    assert rows(floor) == before
    with floor.inside():
        unfinished = document(node("n1", "say"))
        assert (
            save_draft(
                flow_id=drawn.pk, document=unfinished, draft_version=1, by=author, at=floor.now
            ).draft_version
            == 2
        )


def test_what_the_check_finds_keeps_a_draft_from_being_published(floor, author, drawn):
    with floor.inside():
        broken = document(node("n1", "say", {"next": "n2"}, prompt=999), node("n2", "queue"))
        save_draft(flow_id=drawn.pk, document=broken, draft_version=1, by=author, at=floor.now)
        before = rows(floor)
        with pytest.raises(FlowNotReady) as refused:
            publish_flow(flow_id=drawn.pk, draft_version=2, by=author, at=floor.now)
    assert [(one.node, one.code, one.field) for one in refused.value.problems] == [
        ("n1", "not_there", "prompt"),
        ("n2", "missing", "queue"),
    ]
    assert rows(floor) == before


def test_the_preflights_figures_are_what_happens(floor, other_floor, author, drawn):
    leg = floor.caller()
    with floor.inside():
        entry = Entry.objects.get()
        lead_number(entry_id=entry.pk, flow_id=drawn.pk)
        Call.objects.filter(pk=leg).update(flow_version=drawn.published)
        said = save_draft(flow_id=drawn.pk, document=louder(drawn), draft_version=1, by=author, at=floor.now)
        told = preflight(said, floor.now)
        assert told.may_publish
        assert (told.next_number, told.numbers, told.live_calls) == (2, (floor.number,), ((1, 1),))
        assert [(one.what, one.node, one.after) for one in told.differences] == [("title", "main", "Main")]
        version = publish_flow(flow_id=drawn.pk, draft_version=told.draft_version, by=author, at=floor.now)
        assert version.number == told.next_number
        assert Call.objects.get(pk=leg).flow_version == drawn.published
        assert Entry.objects.get().flow.published == version
        audited = AuditEntry.objects.filter(verb="flow published").order_by("-pk").first()
        assert audited.after == {
            "version": 2,
            "numbers": list(told.numbers),
            "live_calls_left": {str(number): count for number, count in told.live_calls},
        }
    with other_floor.inside():
        assert not AuditEntry.objects.filter(verb="flow published").exists()


def test_a_draft_changed_after_the_preflight_is_not_published(floor, author, drawn):
    with floor.inside():
        save_draft(flow_id=drawn.pk, document=louder(drawn), draft_version=1, by=author, at=floor.now)
        with pytest.raises(DraftChangedSincePreflight):
            publish_flow(flow_id=drawn.pk, draft_version=1, by=author, at=floor.now)
        assert flow(drawn.pk).published.number == 1


def test_a_new_option_and_its_team_take_one_publish_and_the_history_says_who(floor, author, drawn, member):
    """IVR-13."""
    other = member(floor.tenant, "owner", name="Chen Wei")
    with floor.inside():
        team = Queue.objects.create(name="New team")
        menu, *rest = drawn.draft["nodes"]
        wider = menu | {"exits": menu["exits"] | {"4": "team"}}
        said = drawn.draft | {"nodes": [wider, *rest, node("team", "queue", queue=team.pk)]}
        save_draft(flow_id=drawn.pk, document=said, draft_version=1, by=other, at=floor.now)
        publish_flow(flow_id=drawn.pk, draft_version=2, note="Option 4", by=other, at=floor.now)
        history = [(one.number, one.published_by.name, one.note) for one in versions(flow(drawn.pk))]
        assert history == [(2, "Chen Wei", "Option 4"), (1, "Li Na", "")]
        first, second = (parse(one.document) for one in FlowVersion.objects.order_by("number"))
        assert [(one.what, one.node, one.field) for one in differences(first, second)] == [
            ("exit", "main", "4"),
            ("added", "team", ""),
        ]
        assert walk(second, ["4"]).end == {"kind": "queue", "node": "team", "queue": team.pk}
        assert walk(first, ["4", "1"]).end["node"] == "sales"


def test_moving_a_node_in_the_picture_is_nothing_to_publish(floor, author, drawn):
    with floor.inside():
        moved = {**drawn.draft, "nodes": [{**one, "x": 400} for one in drawn.draft["nodes"]]}
        save_draft(flow_id=drawn.pk, document=moved, draft_version=1, by=author, at=floor.now)
        with pytest.raises(NothingToPublish):
            publish_flow(flow_id=drawn.pk, draft_version=2, by=author, at=floor.now)


def test_rolling_back_says_again_what_was_said_and_keeps_the_draft(floor, author, drawn):
    with floor.inside():
        save_draft(flow_id=drawn.pk, document=louder(drawn), draft_version=1, by=author, at=floor.now)
        second = publish_flow(flow_id=drawn.pk, draft_version=2, by=author, at=floor.now)
        back = roll_back_flow(flow_id=drawn.pk, number=1, note="too loud", by=author, at=floor.now)
        kept = flow(drawn.pk)
        assert [one.number for one in versions(kept)] == [3, 2, 1]
        assert (kept.published, back.rolled_back_from, back.note) == (back, drawn.published, "too loud")
        assert FlowVersion.objects.get(pk=back.pk).document == drawn.draft
        assert kept.draft == second.document
        assert [one.what for one in changes_of(kept)] == ["title"]
        with pytest.raises(NothingToPublish):
            roll_back_flow(flow_id=drawn.pk, number=3, by=author, at=floor.now)
        with pytest.raises(FlowVersionNotFound):
            roll_back_flow(flow_id=drawn.pk, number=9, by=author, at=floor.now)
        drawn_on = draft_from_version(flow_id=drawn.pk, number=1, draft_version=2, by=author, at=floor.now)
        assert (drawn_on.draft, drawn_on.draft_version) == (drawn.draft, 3)


def test_rolling_back_to_what_is_gone_is_refused(floor, author, drawn):
    with floor.inside():
        other = spoken_prompt("Other", floor.now)
        said = short_menu(other.pk, floor.queue.pk)
        save_draft(flow_id=drawn.pk, document=said, draft_version=1, by=author, at=floor.now)
        publish_flow(flow_id=drawn.pk, draft_version=2, by=author, at=floor.now)
        type(other).objects.exclude(pk=other.pk).delete()
        with pytest.raises(FlowNotReady):
            roll_back_flow(flow_id=drawn.pk, number=1, by=author, at=floor.now)
        assert flow(drawn.pk).published.number == 2


def test_a_flow_numbers_lead_to_is_not_put_away(floor, author, drawn):
    with floor.inside():
        entry = Entry.objects.get()
        lead_number(entry_id=entry.pk, flow_id=drawn.pk)
        with pytest.raises(FlowInUse):
            archive_flow(flow_id=drawn.pk)
        lead_number(entry_id=entry.pk, flow_id=None)
        archive_flow(flow_id=drawn.pk)
        assert not flows().exists()
        with pytest.raises(FlowIsArchived):
            lead_number(entry_id=entry.pk, flow_id=drawn.pk)
        with pytest.raises(FlowIsArchived):
            save_draft(flow_id=drawn.pk, document=louder(drawn), draft_version=1, by=author, at=floor.now)
        restore_flow(flow_id=drawn.pk)
        assert [one.name for one in flows()] == ["Front door"]


def test_a_number_leads_to_no_flow_that_was_never_published(floor, author):
    with floor.inside():
        made = create_flow(name="Draft", by=author, at=floor.now)
        with pytest.raises(FlowNotPublished):
            lead_number(entry_id=Entry.objects.get().pk, flow_id=made.pk)
        assert Entry.objects.get().flow is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b", "a\nb\u202e"])
def test_a_flow_needs_a_name(floor, author, name):
    with floor.inside():
        with pytest.raises(FlowNameMissing):
            create_flow(name=name, by=author, at=floor.now)
        assert not Flow.objects.exists()


def test_names_are_taken_once(floor, author, drawn):
    with floor.inside():
        with pytest.raises(FlowNameTaken):
            create_flow(name=" Front  door ", by=author, at=floor.now)
        assert rename_flow(flow_id=drawn.pk, name="Back door").name == "Back door"


def test_it_is_known_which_flows_name_a_row(floor, other_floor, author, drawn):
    prompt = drawn.draft["nodes"][0]["settings"]["prompt"]
    with floor.inside():
        asked = document(
            node(
                "n1",
                "condition",
                branches=[
                    {
                        "exit": "b1",
                        "when": [
                            {"field": f"queue.{floor.queue.pk}.waiting", "op": "at_least", "value": 3},
                        ],
                    }
                ],
            )
        )
        create_flow(name="Asks", document=asked, by=author, at=floor.now)
        assert [one.name for one in flows_naming("prompt", prompt)] == ["Front door"]
        assert [one.name for one in flows_naming("queue", floor.queue.pk)] == ["Asks", "Front door"]
        assert flows_naming("queue", floor.queue.pk + 1) == []
        assert flows_naming("agent", 1) == []
    with other_floor.inside():
        assert flows_naming("queue", floor.queue.pk) == []


def test_what_a_flow_names_is_not_taken_away(floor, other_floor, author, client_of, member):
    with floor.inside():
        office, spare = (WorkingHours.objects.create(name=name) for name in ("Office", "Spare"))
        asks = document(node("h", "hours", hours=office.pk), node("q", "queue", queue=floor.queue.pk))
        made = create_flow(name="Asks", document=asks, by=author, at=floor.now)
        with pytest.raises(StillInUse):
            drop_row(office)
        drop_row(spare)
        assert [one.name for one in WorkingHours.objects.all()] == ["Office"]
        Entry.objects.all().delete()
    page = f"/admin/telephony/queue/{floor.queue.pk}/delete/"
    admin = client_of(author)
    assert admin.get(page).status_code == 403
    with floor.inside():
        archive_flow(flow_id=made.pk)
    assert admin.get(page).status_code == 200
    with floor.inside():
        drop_row(office)
        assert not WorkingHours.objects.exists()


def test_a_hundred_flows_of_two_hundred_nodes_are_listed_and_checked_in_few_queries(
    floor, author, django_assert_max_num_queries
):
    with floor.inside():
        prompts = [spoken_prompt(f"P{number}", floor.now).pk for number in range(20)]
        chain = [
            node(f"n{number}", "say", {"next": f"n{number + 1}"}, prompt=prompts[number % 20])
            for number in range(199)
        ]
        said = document(*chain, node("n199", "queue", queue=floor.queue.pk))
        made = [
            create_flow(name=f"Flow {number}", document=said, by=author, at=floor.now)
            for number in range(100)
        ]
        with django_assert_max_num_queries(1):
            listed = list(flows())
            assert len(listed) == 100
            assert "draft" in listed[0].get_deferred_fields()
        with django_assert_max_num_queries(12):
            assert preflight(flow(made[0].pk), floor.now).may_publish
        with django_assert_max_num_queries(8):
            save_draft(flow_id=made[0].pk, document=louder(made[0]), draft_version=1, by=author, at=floor.now)
