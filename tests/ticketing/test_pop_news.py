from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony.events import CallOffered
from tenants.events import emit
from tests.telephony_rows import a_call, a_queue, a_stay, an_agent
from ticketing import actions
from ticketing.broadcasts import pop_the_customer


def offered(call, agent, now):
    return CallOffered(occurred_at=now, call_id=call.pk, agent_id=agent.pk, offer_id=call.pk)


def pops(published):
    return [news for news in published if news.message["type"] == "pop"]


def test_the_agent_hears_who_is_calling(acme, in_acme, member, now, published):
    agent = an_agent(member(acme, "agent"))
    who = actions.create_customer(
        name="王芳", level="vip", tags=["大客户"], numbers=["13812342211"], country="CN", at=now
    )
    actions.open_ticket(subject="Fridge", customer_id=who.pk, at=now)
    before = a_stay(now, a_queue(), call=a_call(now, caller_number="+8613812342211")).call
    call = a_call(now, caller_number="+8613812342211")
    emit(offered(call, agent, now))
    (news,) = pops(published)
    assert (news.schema, news.audience) == ("acme", f"agent.{agent.pk}")
    card = news.message["card"]
    assert (card["name"], card["level"], card["tags"]) == ("王芳", "vip", ["大客户"])
    assert (card["number"], card["is_known"]) == ("138****2211", True)
    assert [contact["call_id"] for contact in card["contacts"]] == [str(before.pk)]
    assert [ticket["subject"] for ticket in card["tickets"]] == ["Fridge"]
    assert "13812342211" not in str(news.message)


def test_an_unknown_caller_pops_masked(acme, in_acme, member, now, published):
    agent = an_agent(member(acme, "agent"))
    emit(offered(a_call(now, caller_number="+8613900000001"), agent, now))
    (news,) = pops(published)
    assert news.message["card"] == {
        "number": "139****0001",
        "is_known": False,
        "contacts": [],
        "tickets": [],
    }


def test_a_caller_without_a_number_pops_empty(acme, in_acme, member, now, published):
    agent = an_agent(member(acme, "agent"))
    a_call(now, caller_number="")
    emit(offered(a_call(now, caller_number=""), agent, now))
    assert pops(published)[0].message["card"]["contacts"] == []


def test_a_pop_costs_four_queries(acme, in_acme, member, now):
    agent = an_agent(member(acme, "agent"))
    actions.create_customer(name="Wang", numbers=["13812342211"], country="CN", at=now)
    call = a_call(now, caller_number="+8613812342211")
    with CaptureQueriesContext(connection) as done:
        pop_the_customer(offered(call, agent, now))
    assert len([query for query in done.captured_queries if query["sql"].startswith("SELECT")]) == 4


def test_a_call_that_is_gone_pops_nothing(in_acme, acme, member, now, published):
    agent = an_agent(member(acme, "agent"))
    call = a_call(now)
    gone = offered(call, agent, now)
    call.delete()
    pop_the_customer(gone)
    assert published == []
