import pytest

from tenants.errors import BadInput
from ticketing import actions, policies, queries
from ticketing.models import Ticket

State = Ticket.State
LEGAL = {
    (State.OPEN, State.PENDING),
    (State.OPEN, State.RESOLVED),
    (State.PENDING, State.OPEN),
    (State.PENDING, State.RESOLVED),
    (State.RESOLVED, State.CLOSED),
    (State.RESOLVED, State.OPEN),
}


def fridge(at, **given):
    return actions.open_ticket(**({"subject": "Fridge not cooling", "at": at} | given))


def test_numbers_follow_one_another_in_each_tenant(acme, globex, inside, now):
    with inside(acme):
        assert [fridge(now).number for _ in range(3)] == [1, 2, 3]
    with inside(globex):
        assert fridge(now).number == 1
        assert Ticket.objects.count() == 1


def test_a_refused_ticket_takes_no_number(in_acme, now):
    with pytest.raises(BadInput):
        fridge(now, subject="   ")
    assert fridge(now).number == 1


@pytest.mark.parametrize(("before", "after"), [(a, b) for a in State for b in State if a != b])
def test_only_legal_steps_are_taken(in_acme, now, before, after):
    ticket = fridge(now)
    Ticket.objects.filter(pk=ticket.pk).update(state=before)
    if (before, after) in LEGAL:
        assert actions.change_ticket_state(ticket_id=ticket.pk, state=after, at=now).state == after
        return
    with pytest.raises(actions.TicketCannotBecome):
        actions.change_ticket_state(ticket_id=ticket.pk, state=after, at=now)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.version, ticket.entries.count()) == (before, 1, 1)


def test_a_word_that_is_no_state_is_refused(in_acme, now):
    ticket = fridge(now)
    with pytest.raises(actions.TicketCannotBecome):
        actions.change_ticket_state(ticket_id=ticket.pk, state="deleted", at=now)


def test_setting_the_same_state_twice_tells_it_once(in_acme, now):
    ticket = fridge(now)
    for _ in range(2):
        actions.change_ticket_state(ticket_id=ticket.pk, state="resolved", at=now)
    assert [entry.kind for entry in ticket.entries.all()] == ["opened", "state"]


def test_reopening_forgets_that_it_was_resolved(in_acme, now):
    ticket = fridge(now)
    assert actions.change_ticket_state(ticket_id=ticket.pk, state="resolved", at=now).resolved_at == now
    assert actions.change_ticket_state(ticket_id=ticket.pk, state="open", at=now).resolved_at is None


def test_the_story_keeps_comments_and_changes_in_order(in_acme, acme, member, now):
    boss = member(acme, "supervisor", name="Boss")
    ticket = fridge(now, by=boss)
    actions.comment_on_ticket(ticket_id=ticket.pk, text=" called back ", at=now, by=boss)
    actions.assign_ticket(ticket_id=ticket.pk, assignee=boss, at=now, by=boss)
    actions.change_ticket(ticket_id=ticket.pk, at=now, by=boss, priority=Ticket.Priority.URGENT)
    story = [(entry.kind, entry.text, entry.after) for entry in ticket.entries.all()]
    assert story == [
        ("opened", "", "open"),
        ("comment", "called back", ""),
        ("assignee", "", "Boss"),
        ("details", "priority", ""),
    ]


def test_an_empty_comment_is_refused(in_acme, now):
    ticket = fridge(now)
    with pytest.raises(BadInput):
        actions.comment_on_ticket(ticket_id=ticket.pk, text=" \n", at=now)
    assert ticket.entries.count() == 1


def test_an_agent_sees_own_opened_and_free_tickets_only(in_acme, acme, member, now):
    me, other = member(acme, "agent"), member(acme, "agent")
    mine, free = fridge(now, assignee_id=me.pk), fridge(now)
    opened = fridge(now, assignee_id=other.pk, by=me)
    theirs = fridge(now, assignee_id=other.pk, by=other)
    assert set(queries.visible_tickets(me)) == {mine, free, opened}
    assert not policies.can_work_on_ticket(me, theirs)
    assert set(queries.visible_tickets(member(acme, "supervisor"))) == {mine, free, opened, theirs}
    assert set(queries.visible_tickets(member(acme, "finance"))) == set()
