"""The page of who is recorded: each change a new version, what it would say of a call, and who may."""

import pytest

from telephony.actions.recording_policies import change_policy
from telephony.models import Agent, Entry, RecordingPolicy
from telephony.queries.recording_policies import is_call_announced
from telephony.recording.rules import Mode, Rule, Scope
from tenants.context import enter
from tests.telephony.recordings.shelf import audited

ADDRESS = "/recordings/policy/"


@pytest.fixture
def boss(shelf, client_of):
    with enter("acme"):
        Entry.objects.create(number_e164="+864001234567", queue=shelf.queue)
    return client_of(shelf.people["boss"])


def rules(*rows, **more):
    sent = {
        "rule-TOTAL_FORMS": len(rows), "rule-INITIAL_FORMS": 0, "rule-MIN_NUM_FORMS": 0, "rule-MAX_NUM_FORMS": 500,
    }  # fmt: skip
    for place, (whom, mode, percent) in enumerate(rows):
        sent |= {f"rule-{place}-whom": whom, f"rule-{place}-mode": mode, f"rule-{place}-percent": percent}
    return sent | more


def versions() -> list[tuple[int, str, str]]:
    with enter("acme"):
        return [
            (one.version, one.made_by_name, one.note) for one in RecordingPolicy.objects.order_by("version")
        ]


def test_each_change_is_a_version_with_its_author(shelf, boss):
    queue = f"queue:{shelf.queue.pk}"
    sent = rules(("tenant:", "all", ""), (queue, "percentage", 25), ("", "all", ""), note="Sales asked")
    for _twice in range(2):
        assert boss.post(ADDRESS, sent).status_code == 302
    assert versions() == [(1, "Boss", "Sales asked")]
    boss.post(ADDRESS, rules(("tenant:", "never", ""), retention="finance", phrases="One.\r\n\r\nTwo."))
    assert [number for number, *_who in versions()] == [1, 2]
    with enter("acme"):
        document = RecordingPolicy.objects.get(version=2).document
    assert document == {
        "rules": [{"scope": "tenant", "subject": "", "mode": "never"}],
        "retention": "finance",
        "phrases": ["One.", "Two."],
    }
    assert "25 %" in boss.get(f"{ADDRESS}1/").content.decode()
    assert boss.get(f"{ADDRESS}9/").status_code == 404
    with enter("globex"):
        assert not RecordingPolicy.objects.exists()


@pytest.mark.parametrize(
    "row", [("queue:999999", "all", ""), ("tenant:", "sometimes", ""), ("tenant:", "percentage", 101), ("x", "all", "")]
)  # fmt: skip
def test_what_is_no_rule_is_refused(boss, row):
    assert boss.post(ADDRESS, rules(row)).status_code == 200
    assert versions() == []


def test_two_rules_for_one_are_refused_in_words(boss):
    page = boss.post(ADDRESS, rules(("tenant:", "all", ""), ("tenant:", "never", ""))).content.decode()
    assert "This rule cannot be used" in page
    assert versions() == []


def test_administrators_change_leaders_look_and_agents_do_not(shelf, boss, client_of):
    sue, ann = client_of(shelf.people["sue"]), client_of(shelf.people["ann"])
    assert sue.get(ADDRESS).status_code == 200
    assert sue.post(ADDRESS, rules(("tenant:", "never", ""))).status_code == 403
    assert sue.post(f"{ADDRESS}finance/").status_code == 403
    assert ann.get(ADDRESS).status_code == 403
    assert versions() == []


def test_the_preview_says_what_would_be_and_why(shelf, boss):
    with enter("acme"):
        ann, entry = Agent.objects.get(name="Ann"), Entry.objects.get()
        change_policy(
            rules=[
                Rule(Scope.TENANT, Mode.NEVER),
                Rule(Scope.NUMBER, Mode.PERCENTAGE, entry.number_e164, 30),
                Rule(Scope.AGENT, Mode.ALL, str(ann.pk)),
            ],
            retention="", phrases=(), by=shelf.people["boss"], at=shelf.ann.started_at,
        )  # fmt: skip

    def said(**about) -> str:
        return boss.get(ADDRESS, about).content.decode()

    assert "Recorded, because the rule for the agent Ann says so." in said(agent=ann.pk, queue=shelf.queue.pk)
    assert "Recorded in 30 of 100 talks, because the rule for the number" in said(number=entry.pk)
    assert "Not recorded, because the rule for everybody says so." in said(queue=shelf.queue.pk)
    assert "The caller is told so before." in said(queue=shelf.queue.pk)


def test_callers_hear_the_notice_as_the_policy_says(shelf, boss):
    with enter("acme"):
        assert is_call_announced(shelf.queue, "+864001234567")
    boss.post(ADDRESS, rules(("tenant:", "never", "")))
    with enter("acme"):
        assert not is_call_announced(shelf.queue, "+864001234567")


def test_the_template_for_finance_records_everybody_and_keeps_what_must_be_said(shelf, boss):
    boss.post(ADDRESS, rules(("tenant:", "never", ""), (f"queue:{shelf.queue.pk}", "on_demand", "")))
    assert boss.post(f"{ADDRESS}finance/").status_code == 302
    with enter("acme"):
        document = RecordingPolicy.objects.get(version=2).document
    assert document["rules"] == [{"scope": "tenant", "subject": "", "mode": "all"}]
    assert document["retention"] == "finance"
    assert len(document["phrases"]) == 3
    assert audited("changed") >= 2
