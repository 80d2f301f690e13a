# ruff: noqa: F811  (fixtures are imported by name)
"""Pages that open in the same moment: one reading for all of them, to each their own, the newest, nothing of others."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony import actions, events
from telephony.models import (
    Agent,
    AgentGroup,
    Call,
    ContactNote,
    Disposition,
    GroupMember,
    Listening,
    NoteMention,
    Offer,
    Queue,
    QueueAgent,
    Recording,
    RecordingMask,
)
from telephony.queries.agents import agent_of
from telephony.queries.calls import current_call
from telephony.queries.messages import announcements_for
from telephony.serializers import workspaces as pages
from telephony.serializers.snapshots import one_call
from tenants.events import emit
from tenants.realtime import encode
from tests.telephony.sockets import shown, sockets  # noqa: F401  (a fixture)
from tests.telephony.staffed import floor  # noqa: F401  (a fixture)
from tests.telephony_rows import a_call

pytestmark = pytest.mark.usefixtures("redis_server")


def in_talk(agent: Agent, call: Call, now, **fields) -> Offer:
    fields = {
        "offered_at": now,
        "expires_at": now,
        "answered_at": now,
        "recording_mode": "on_demand",
    } | fields
    Agent.objects.filter(pk=agent.pk).update(activity=fields.pop("activity", "talking"))
    return Offer.objects.create(call=call, agent=agent, rang="sip", **fields)


@pytest.fixture
def busy(floor, now, in_acme):
    """Ann talks, masked and listened to; Ben's phone rings; both have called before and were written to."""
    ann, ben, boss, queue = floor["ann"], floor["ben"], floor["members"]["boss"], floor["queue"]
    sold = Disposition.objects.create(name="Sold", parent=Disposition.objects.create(name="Deal"))
    for number in range(25):
        ended = {"ended_at": now, "state": "ended", "queue": queue}
        a_call(now - timedelta(hours=number), agent=ann, number=str(number), disposition=sold, **ended)
    a_call(now, agent=ben, number="of ben", ended_at=now)
    talk = a_call(
        now,
        agent=ann,
        queue=queue,
        state="talking",
        line={"place": "consult", "by": ann.pk, "agents": [ben.pk]},
    )
    offer = in_talk(ann, talk, now)
    Recording.objects.create(call=talk, leg=offer.pk, started_at=now, path="a.wav", agent=ann)
    RecordingMask.objects.create(offer=offer, asked_at=now, began_at=now, due_at=now + timedelta(minutes=1))
    lead = Agent.objects.create(member=boss, name=boss.name, extension="3001")
    Listening.objects.create(
        id=uuid4(), call=talk, agent=ann, supervisor=lead, agent_leg=offer.pk, asked_at=now, began_at=now
    )
    in_talk(ben, a_call(now, queue=queue, state="ringing"), now, answered_at=None, activity="ringing")
    a_call(now, queue=queue, state="hold", line={"place": "parked", "since": "1", "by": ben.pk})
    group = AgentGroup.objects.create(name="Team B")
    GroupMember.objects.create(group=group, agent=ben)
    told = actions.announce(by=boss, text="to all", at=now)
    actions.announce(by=boss, text="to B", at=now, group_id=group.pk)
    actions.read_announcement(announcement_id=told.pk, member=ben.member, at=now)
    actions.write_message(sender=boss, recipient_id=ben.member_id, text="hello", at=now)
    actions.ask_for_help(agent_id=ann.pk, at=now, text="Help")
    note = ContactNote.objects.create(text="look", by=boss, at=now)
    NoteMention.objects.create(note=note, member=ann.member)
    return floor


def test_each_is_shown_their_own_and_together_the_same_as_alone(busy, now, member, acme, globex, inside):
    clerk = member(acme, "agent", name="No agent")
    people = [busy["members"][name] for name in ("ann", "ben", "boss")] + [clerk]
    together = shown(*people)
    alone = [shown(one)[0] for one in people]
    for page in together + alone:
        for row in page["queues"]:
            del row["version"]
    assert together == alone
    ann, ben, _boss, nobody = together
    assert [call["number"] for call in ann["recent"]] == [str(number) for number in range(20)]
    assert "Sold" in ann["recent"][0]["disposition"]
    assert [call["number"] for call in ben["recent"]] == ["of ben"]
    assert ann["call"]["line"]["names"] == {str(busy["ann"].pk): "Ann", str(busy["ben"].pk): "Ben"}
    assert (ann["recording"]["state"], ann["supervised"]["supervisor"]["name"]) == ("masked", "Boss")
    assert (ben["recording"]["state"], ben["recording"]["may_start"], ben["supervised"]) == (
        "off",
        True,
        None,
    )
    assert (ben["call"]["state"], ben["call"]["offer"]["agent"]["name"]) == ("ringing", "Ben")
    assert (ann["help"]["text"], ben["help"], ann["unread"]) == ("Help", None, {})
    assert list(ben["unread"].values()) == [1]
    assert [note["text"] for note in ann["mentions"]] == ["look"]
    assert ben["mentions"] == []
    assert [(row["text"], row["is_read"]) for row in ann["announcements"]] == [("to all", False)]
    assert {row["text"]: row["is_read"] for row in ben["announcements"]} == {"to all": True, "to B": False}
    assert [call["line"]["by"] for call in ben["parked"]] == [busy["ben"].pk]
    assert "+86139" not in str(together), "Numbers are masked."
    assert (nobody["agent"], nobody["call"], nobody["recent"], nobody["parked"]) == (None, None, [], [])
    stranger = member(globex, "agent")
    with inside(globex):
        Agent.objects.create(member=stranger, name="Stranger", extension="1001")
        [theirs] = shown(stranger)
    assert (theirs["queues"], theirs["recent"], theirs["parked"], theirs["announcements"]) == ([], [], [], [])


def test_one_and_many_are_read_by_the_same_rules(busy, now):
    for name in ("ann", "ben"):
        who = busy["members"][name]
        [page] = shown(who)
        call = current_call(agent_of(who).pk)
        assert page["call"] == orjson.loads(encode(one_call(call, agent_of(who).pk)))
        there = list(announcements_for(who, now))
        assert [(row["id"], row["is_read"]) for row in page["announcements"]] == [
            (row.pk, row.is_read) for row in there
        ]


def questions(asked) -> list[str]:
    return [one["sql"] for one in asked.captured_queries if one["sql"].startswith(("SELECT", "WITH"))]


def staff(floor, member, acme, count: int) -> list:
    people = [member(acme, "agent", name=f"Agent {number}") for number in range(count)]
    for number, person in enumerate(people, 2001):
        agent = Agent.objects.create(
            member=person, name=person.name, extension=str(number), presence="online"
        )
        QueueAgent.objects.create(queue=floor["queue"], agent=agent)
    return people


def test_fifty_pages_ask_no_more_than_one(busy, member, acme):
    people = staff(busy, member, acme, 48) + [busy["members"]["ann"], busy["members"]["ben"]]
    with CaptureQueriesContext(connection) as of_one:
        pages.workspaces([busy["members"]["ann"]])
    with CaptureQueriesContext(connection) as of_fifty:
        found = pages.workspaces(people)
    assert len(found) == 50
    assert len(questions(of_fifty)) == len(questions(of_one)) <= 35


def test_fifty_pages_that_come_back_at_once_cost_a_handful_of_readings(
    floor, member, acme, client_of, sockets, inside
):
    with inside(acme):
        people = staff(floor, member, acme, 50)
    clients = [client_of(person) for person in people]

    async def come_back(some) -> list[str]:
        async def one(client) -> str:
            async with sockets(client, "/ws/workspace/") as page:
                return (await page.hear("snapshot"))["agent"]["name"]

        return await asyncio.gather(*(one(client) for client in some))

    with CaptureQueriesContext(connection) as of_one:
        async_to_sync(come_back)(clients[:1])
    with CaptureQueriesContext(connection) as of_fifty:
        assert async_to_sync(come_back)(clients) == [person.name for person in people]
    more = len(questions(of_fifty)) - len(questions(of_one))
    assert more < 2 * 50, f"{more} questions more for 49 pages more"


def test_a_page_that_joins_while_something_changes_shows_the_newest(
    floor, globex, member, client_of, sockets, monkeypatch, now
):
    """The first page's reading is held while a queue is closed; the second page asks only then."""
    ann, ben = (client_of(floor["members"][name]) for name in ("ann", "ben"))
    stranger = client_of(member(globex, "agent"))
    read = pages.queue_rows
    happened: list[str] = []

    def read_and_change() -> list:
        rows = read()
        if not happened:
            happened.append("closed")
            Queue.objects.filter(pk=floor["queue"].pk).update(state="closed")
            emit(events.FloorConfigured(occurred_at=now))
        return rows

    monkeypatch.setattr(pages, "queue_rows", read_and_change)

    @async_to_sync
    async def story() -> None:
        async with sockets(ann, "/ws/workspace/") as first:
            snapshot = await first.hear("snapshot")
            assert snapshot["queues"][0]["state"] == "open", "It was read before the change,"
            news = await first.hear("queues")
            assert news["rows"][0]["state"] == "closed", "and the change is told after it."
            async with (
                sockets(ben, "/ws/workspace/") as second,
                sockets(stranger, "/ws/workspace/") as elsewhere,
            ):
                assert (await second.hear("snapshot"))["queues"][0]["state"] == "closed"
                assert (await elsewhere.hear("snapshot"))["queues"] == []

    story()
    assert happened == ["closed"]
