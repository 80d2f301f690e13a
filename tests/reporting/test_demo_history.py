"""The demo's past is one a real floor could have had: every figure follows from it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from quality import demo as quality_demo
from quality import queries as quality
from reporting import queries
from reporting.periods import period_of
from reporting.queries import Question
from telephony.models import AgentStateChange, Call, Entry, Offer
from tenants.demo import Cast, CastAgent
from tests.telephony_rows import a_queue, an_agent
from ticketing import demo
from ticketing.models import Customer, Ticket


@pytest.fixture
def cast(acme, in_acme, member):
    members = {"inspector": member(acme, "inspector")}
    agents = [an_agent(member(acme, "agent")) for _ in range(4)]
    Entry.objects.create(number_e164="4005550100", queue=a_queue("销售"))
    crew = tuple(CastAgent(agent.member, agent.extension, "", False) for agent in agents)
    return Cast(acme, "acme.localhost", "4005550100", members, crew)


@pytest.fixture
def furnished(cast):
    demo.furnish(cast)
    quality_demo.furnish(cast)
    return cast


def the_report(cast):
    zone, now = ZoneInfo(cast.tenant.time_zone), timezone.now()
    today = now.astimezone(zone).date()
    period = period_of(today - timedelta(days=14), today - timedelta(days=1), zone=zone, today=today)
    return queries.report(Question(period), now)


def test_every_day_has_calls_and_every_call_is_explained(furnished):
    report = the_report(furnished)
    assert all(parts.offered > 5 for parts in report.days.values())
    assert report.total.unexplained == report.total.waiting == 0
    assert report.total.abandoned > 10
    assert report.total.answered == report.total.handled > 300
    assert report.total.contact > 0
    assert report.total.idle > 0


def test_no_agent_talks_to_two_callers_at_once(furnished):
    for member in furnished.agents:
        busy = Offer.objects.filter(agent__member=member.member).order_by("offered_at")
        ends = [offer.wrap_up_ended_at or offer.ended_at for offer in busy]
        assert all(end <= later.offered_at for end, later in zip(ends, busy[1:], strict=False))


def test_states_follow_one_another_in_time(furnished):
    for agent in furnished.agents:
        moments = AgentStateChange.objects.filter(agent__member=agent.member).order_by("pk")
        at = list(moments.values_list("at", flat=True))
        assert at == sorted(at)


def test_customers_have_calls_tickets_and_scores(furnished):
    assert Customer.objects.count() == 10
    assert Ticket.objects.filter(call_id__isnull=False).count() == 6
    assert quality.evaluations().count() == 12


def test_a_second_opening_adds_nothing(furnished):
    before = [model.objects.count() for model in (Call, Customer, Ticket)]
    demo.furnish(furnished)
    quality_demo.furnish(furnished)
    assert [model.objects.count() for model in (Call, Customer, Ticket)] == before


def test_demo_numbers_belong_to_nobody_else():
    known, unknown = demo.CUSTOMER_NUMBERS, demo.UNKNOWN_NUMBERS
    for language in ("zh-hans", "en"):
        assert len(known[language]) >= len(demo.PEOPLE[language])
        assert not set(known[language]) & set(unknown[language])
