"""Requirements: traced, confirmed, and from then on changed only by what both sides approved."""

from decimal import Decimal

import pytest

from tenants.billing.models import Charge
from tenants.contracts import errors
from tenants.contracts.actions import requirements as req
from tenants.contracts.models import ChangeRequest
from tenants.contracts.queries.requirements import differences, versions_of

QUEUE = req.Line(key="R-01", title="One queue", text="Sales", setting="/queues/", test="A call waits in it")
HOURS = req.Line(key="R-02", title="Open nine to six", setting="/working-hours/", test="Closed at seven")


@pytest.fixture
def confirmed(acme, now):
    for line in (QUEUE, HOURS):
        req.write_requirement(tenant=acme, line=line, at=now)
    req.confirm_requirements(tenant=acme, at=now)
    return versions_of(acme)[0]


def ask(tenant, now, line, act="change", impact=None) -> ChangeRequest:
    return req.request_change(
        tenant=tenant, wish=req.Wish(act=act, line=line, reason="new"), at=now, impact=impact
    )


def test_what_is_not_traced_is_not_confirmed(acme, globex, now):
    req.write_requirement(tenant=acme, line=QUEUE, at=now)
    req.write_requirement(tenant=acme, line=req.Line(key="R-09", title="Faxes"), at=now)
    with pytest.raises(errors.NotTraced) as refusal:
        req.confirm_requirements(tenant=acme, at=now)
    assert "R-09" in refusal.value.message
    assert versions_of(globex) == []
    with pytest.raises(errors.NotYours):
        req.confirm_requirements(tenant=globex, at=now)


def test_a_confirmed_version_is_closed_and_its_lines_are_accepted_with_a_day(acme, globex, confirmed, now):
    line = confirmed.requirements.get(key="R-01")
    with pytest.raises(errors.VersionNotOpen):
        req.write_requirement(tenant=acme, line=HOURS, at=now)
    with pytest.raises(errors.VersionNotOpen):
        req.drop_requirement(tenant=acme, requirement_id=line.pk)
    with pytest.raises(errors.NotYours):
        req.accept_requirement(tenant=globex, requirement_id=line.pk, day=now.date())
    req.accept_requirement(tenant=acme, requirement_id=line.pk, day=now.date())
    line.refresh_from_db()
    assert line.accepted_on == now.date()


def test_a_change_has_an_impact_two_yeses_and_makes_a_version_that_shows_what_differs(
    acme, plan, confirmed, now
):
    for line in confirmed.requirements.all():
        req.accept_requirement(tenant=acme, requirement_id=line.pk, day=now.date())
    change = ask(acme, now, req.Line(key="R-01", title="", text="Sales and support"))
    with pytest.raises(errors.ImpactUnknown):
        req.approve_change(tenant=acme, change_id=change.pk, at=now)
    impact = req.Impact(days=3, cost=Decimal("800.00"))
    req.assess_change(tenant=acme, change_id=change.pk, impact=impact, at=now)
    req.approve_change(tenant=acme, change_id=change.pk, at=now)
    new, old = versions_of(acme)
    assert (new.number, old.number, new.change) == (2, 1, change)
    (one,) = differences(old, new)
    assert (one.key, one.how) == ("R-01", "changed")
    assert [(before, after) for _what, before, after in one.parts] == [("Sales", "Sales and support")]
    # What is otherwise is to be seen again; the rest stays accepted.
    assert {row.key: row.accepted_on for row in new.requirements.all()} == {"R-01": None, "R-02": now.date()}
    assert new.requirements.get(key="R-01").setting == "/queues/"
    booked = Charge.objects.get()
    assert (booked.kind, booked.amount) == ("custom", 800)
    with pytest.raises(errors.AlreadyDecided):
        req.approve_change(tenant=acme, change_id=change.pk, at=now)


def test_another_impact_needs_another_yes(acme, confirmed, now):
    change = ask(acme, now, HOURS, impact=req.Impact(days=1, cost=Decimal(0)))
    assert (change.vendor_at, change.customer_at) == (now, None)
    change.approve("customer", "Olga", now)
    change.save()
    req.assess_change(tenant=acme, change_id=change.pk, impact=req.Impact(days=9, cost=Decimal(1)), at=now)
    change.refresh_from_db()
    assert (change.impact_days, change.customer_at, change.state) == (9, None, "proposed")
    req.refuse_change(tenant=acme, change_id=change.pk, reason="too dear")
    assert len(versions_of(acme)) == 1


def test_lines_are_added_and_dropped_and_a_key_must_fit(acme, confirmed, now):
    free = req.Impact(days=0, cost=Decimal(0))
    with pytest.raises(errors.RequirementThere):
        ask(acme, now, QUEUE, act="add", impact=free)
    with pytest.raises(errors.RequirementUnknown):
        ask(acme, now, req.Line(key="R-77", title=""), act="drop", impact=free)
    added = ask(acme, now, req.Line(key="R-03", title="Faxes", setting="–", test="–"), act="add", impact=free)
    dropped = ask(acme, now, req.Line(key="R-02", title=""), act="drop", impact=free)
    twice = ask(acme, now, req.Line(key="R-02", title="Ten to six"), impact=free)
    for change in (added, dropped):
        req.approve_change(tenant=acme, change_id=change.pk, at=now)
    with pytest.raises(errors.RequirementUnknown):
        req.approve_change(tenant=acme, change_id=twice.pk, at=now)
    versions = versions_of(acme)
    assert [(one.key, one.how) for one in differences(versions[-1], versions[0])] == [
        ("R-02", "dropped"),
        ("R-03", "added"),
    ]
    assert len(versions) == 3
    assert not Charge.objects.exists()
