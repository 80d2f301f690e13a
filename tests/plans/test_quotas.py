"""Quotas: told from 80 % on, refused with words when full; a caller is never turned away, more seats hurt nobody."""

from datetime import timedelta

import pytest

from telephony import actions
from telephony.errors import NoFreeSeat
from telephony.models import Agent, Call
from telephony.queries.plan_limits import refuse_without_a_line
from tenants.context import connection
from tenants.models import Contract
from tenants.plans.actions import settle
from tenants.plans.errors import AllLinesInUse
from tenants.plans.models import PlanTerms, Standing
from tenants.plans.queries import Source
from tenants.plans.queries.quotas import Gauge
from tests.telephony_rows import a_call, an_agent


@pytest.mark.parametrize(
    ("used", "most", "state"),
    [
        (79, 100, "good"),
        (80, 100, "near"),
        (94, 100, "near"),
        (95, 100, "urgent"),
        (100, 100, "full"),
        (5, None, "good"),
    ],
)
def test_it_is_told_at_80_and_at_95_per_cent(used, most, state):
    source = Source("x", "x", "x", "x", lambda tenant: (0, None), 1)
    assert Gauge(source, used, most).state == state


def test_the_page_says_what_is_used_of_what_and_whom_it_concerns(
    acme, globex, plan, member, client_of, inside
):
    for tenant, count in ((acme, 3), (globex, 1)):
        agents = [member(tenant, "agent") for _ in range(count)]
        with inside(tenant):
            for one in agents:
                an_agent(one)
    page = client_of(member(acme, "owner")).get("/plan/").content.decode()
    assert "Nobody can be added as an agent." in page
    assert "▲ Full" in page
    assert "Seats: 100 % used" in page
    told = client_of(member(globex, "owner")).get("/api/v1/plan/").json()
    seats = next(one for one in told["quotas"] if one["key"] == "seats")
    assert (seats["used"], seats["most"], seats["percent"], seats["state"]) == (1.0, 3.0, 33, "good")


def test_requests_by_keys_are_counted_by_the_day_and_refused_with_words(
    acme, globex, plan, member, client, key_of, now
):
    PlanTerms.objects.create(plan=plan, requests_per_day=5)
    for tenant in (acme, globex):
        settle(tenant=tenant, at=now)
    keys = {tenant: key_of(member(tenant, "owner")) for tenant in (acme, globex)}

    def ask(tenant):
        return client.get("/api/v1/me/", SERVER_NAME=tenant.host, **keys[tenant])

    assert [ask(acme).status_code for _ in range(5)] == [200] * 5
    answer = ask(acme)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests_today")
    assert "Your plan allows 5 requests a day" in answer.json()["message"]
    assert ask(globex).status_code == 200


def test_a_call_of_ours_waits_for_a_line_and_a_caller_does_not(acme, globex, plan, inside, now):
    Standing.objects.create(tenant=acme, calls_at_once=2)
    acme.refresh_from_db()
    with inside(acme):
        a_call(now)
        refuse_without_a_line(connection.tenant)
        a_call(now)
        with pytest.raises(AllLinesInUse):
            refuse_without_a_line(connection.tenant)
        assert a_call(now).pk
        assert Call.objects.filter(ended_at=None).count() == 3
    with inside(globex):
        refuse_without_a_line(connection.tenant)


def test_from_ten_to_a_hundred_seats_while_calls_run_none_of_them_is_touched(acme, plan, inside, member, now):
    """What runs is held by the worker's own rows: more seats write no row of theirs, and give no order."""
    contract = Contract.objects.get(tenant=acme)
    contract.seats = 10
    contract.save()
    crew = [member(acme, "agent") for _ in range(12)]
    with inside(acme):
        agents = [an_agent(one) for one in crew[:10]]
        calls = [a_call(now, agent=agent) for agent in agents]
        before = list(Call.objects.order_by("pk").values()), list(Agent.objects.order_by("pk").values())
        with pytest.raises(NoFreeSeat):
            actions.check_seats(adding=1)
    contract.seats = 100
    contract.save()
    settle(tenant=acme, at=now + timedelta(minutes=1))
    with inside(acme):
        actions.check_seats(adding=90)
        with pytest.raises(NoFreeSeat):
            actions.check_seats(adding=91)
        after = list(Call.objects.order_by("pk").values()), list(Agent.objects.order_by("pk").values())
        assert after == before
        assert len(calls) == 10
        an_agent(crew[10])
