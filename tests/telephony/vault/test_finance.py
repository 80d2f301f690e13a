"""The template for finance keeps recordings for five years at least, and never shortens what a tenant wants."""

import pytest

from telephony.actions.recording_policies import use_finance_template
from telephony.actions.retention import RetentionChoice, save_retention
from telephony.cells.models import RetentionLimit
from telephony.queries.retention import newest_retention
from tenants.context import enter_public

FIVE_YEARS = 1827


@pytest.mark.parametrize(
    ("before", "queue_before", "after", "queue_after"),
    [
        (180, 30, FIVE_YEARS, FIVE_YEARS),
        (None, None, None, None),
        (3650, None, 3650, None),
        (None, 30, None, FIVE_YEARS),
    ],
)
def test_five_years_at_least(inside, acme, member, queue, before, queue_before, after, queue_after):
    own = {queue.pk: {"recording": queue_before}} if queue_before else {}
    choice = RetentionChoice(days={"recording": before, "voicemail": 7, "comment": None}, queues=own)
    save_retention(choice=choice, at=inside.now)
    use_finance_template(by=member(acme, "owner"), at=inside.now, language="en")
    policy = newest_retention()
    assert (policy.recording_days, policy.voicemail_days) == (after, 7)
    assert policy.queues.get(str(queue.pk), {}).get("recording") == queue_after
    assert policy.version == (1 if (before, queue_before) == (after, queue_after) else 2)


def test_not_longer_than_the_law_allows_and_nothing_without_a_rule(inside, acme, member):
    boss = member(acme, "owner")
    use_finance_template(by=boss, at=inside.now, language="zh-hans")
    assert newest_retention() is None
    save_retention(choice=RetentionChoice(days={"recording": 100}), at=inside.now)
    with enter_public():
        RetentionLimit.objects.create(tenant_id=acme.pk, kind="recording", ceiling_days=1000, law="Rule 7")
        RetentionLimit.objects.create(tenant_id=acme.pk, kind="comment", floor_days=1)
    use_finance_template(by=boss, at=inside.now, language="zh-hans")
    assert newest_retention().recording_days == 1000
