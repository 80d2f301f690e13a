import pytest

from tests.telephony_rows import a_call, a_queue, a_stay, an_agent, an_offer
from ticketing import actions
from ticketing.models import Customer, Ticket


@pytest.fixture
def wang(acme, in_acme, now):
    fields = {"name": "王芳", "numbers": ["13812342211"], "level": "vip", "tags": ["大客户"]}
    return actions.create_customer(**fields, country="CN", at=now)


@pytest.fixture
def agent(acme, in_acme, member):
    return an_agent(member(acme, "agent", name="Li"))


@pytest.fixture
def desk(agent, client_of):
    """The browser of the agent."""
    return client_of(agent.member)


@pytest.fixture
def ringing(agent, now):
    """A call from 138 1234 2211 that rings the agent."""
    queue = a_queue()
    call = a_call(now, queue=queue, caller_number="+8613812342211", caller_name="<b>W</b>")
    offer = an_offer(now, a_stay(now, queue, call=call), agent, "")
    offer.ended_at = None
    offer.save()
    return call


def test_the_pop_shows_the_customer_while_it_rings(wang, desk, ringing, now):
    actions.open_ticket(subject="Fridge not cooling", customer_id=wang.pk, at=now)
    page = desk.get(f"/customers/pop/{ringing.pk}/").content.decode()
    for words in ("王芳", "大客户", "138****2211", "Fridge not cooling"):
        assert words in page
    assert "13812342211" not in page


def test_an_unknown_number_offers_to_create_the_customer(desk, ringing):
    page = desk.get(f"/customers/pop/{ringing.pk}/").content.decode()
    assert 'name="name"' in page
    assert "&lt;b&gt;W&lt;/b&gt;" in page
    assert "<b>W</b>" not in page
    answer = desk.post(
        f"/customers/pop/{ringing.pk}/customer/", {"name": "Wang", "level": "gold", "tags": "a，b"}
    )
    assert answer.status_code == 200
    made = Customer.objects.get()
    assert (made.name, made.tags, made.phones.get().e164) == ("Wang", ["a", "b"], "+8613812342211")
    assert "Wang" in answer.content.decode()


def test_a_refused_customer_keeps_what_was_typed(desk, ringing):
    answer = desk.post(
        f"/customers/pop/{ringing.pk}/customer/", {"name": "", "level": "gold", "note": "calls at noon"}
    )
    assert answer.status_code == 422
    assert "calls at noon" in answer.content.decode()
    assert not Customer.objects.exists()


def test_a_ticket_made_in_the_call_knows_call_customer_and_maker(wang, desk, ringing, agent):
    path = f"/customers/pop/{ringing.pk}/ticket/"
    assert desk.get(path).status_code == 200
    answer = desk.post(path, {"subject": "Fridge", "type": "fault", "priority": 3, "description": "warm"})
    assert answer.status_code == 200
    ticket = Ticket.objects.get()
    assert (ticket.call_id, ticket.customer, ticket.assignee, ticket.opened_by) == (
        ringing.pk,
        wang,
        agent.member,
        agent.member,
    )
    assert "/tickets/1/" in answer.content.decode()


def test_a_refused_ticket_keeps_what_was_typed(desk, ringing):
    answer = desk.post(
        f"/customers/pop/{ringing.pk}/ticket/",
        {"subject": " ", "type": "fault", "priority": 3, "description": "a long story"},
    )
    assert answer.status_code == 422
    assert "a long story" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_the_pop_of_another_agents_call_is_not_found(acme, member, client_of, ringing):
    other = client_of(an_agent(member(acme, "agent")).member)
    assert other.get(f"/customers/pop/{ringing.pk}/").status_code == 404
    assert (
        other.post(f"/customers/pop/{ringing.pk}/customer/", {"name": "x", "level": "vip"}).status_code == 404
    )
    assert not Customer.objects.exists()


def test_the_call_of_acme_pops_nothing_in_globex(globex, wang, ringing, member, client_of):
    other = client_of(member(globex, "owner"))
    for path in (f"/customers/pop/{ringing.pk}/", f"/customers/{wang.pk}/", f"/customers/{wang.pk}/edit/"):
        answer = other.get(path)
        assert answer.status_code == 404
        assert "王芳" not in answer.content.decode()
