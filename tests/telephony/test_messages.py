"""A raised hand, a line of chat, an announcement: who hears it, who may answer it, and that nobody else notices."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from telephony import actions
from telephony.message_errors import HelpIsOver, NobodyToWriteTo, NothingSaid
from telephony.models import AgentGroup, AnnouncementRead, ChatMessage, GroupMember, HelpRequest
from telephony.queries.help import open_help_requests
from telephony.queries.messages import announcements_for, correspondents, told_announcements, unread_by_sender
from tenants.context import enter
from tests.telephony.sockets import sockets  # noqa: F401  (a fixture)
from tests.telephony.staffed import floor  # noqa: F401  (a fixture)


def told(published, kind: str) -> list[tuple[str, str]]:
    return [(news.schema, news.audience) for news in published if news.message["type"] == kind]


# --- a raised hand


def test_a_hand_goes_up_once_is_taken_and_goes_down(floor, in_acme, inside, globex, now, published):  # noqa: F811
    ann, boss = floor["ann"], floor["members"]["boss"]
    first = actions.ask_for_help(agent_id=ann.pk, at=now, text="  A lawyer\x00 <b>calls</b>\n")
    again = actions.ask_for_help(agent_id=ann.pk, at=now)
    assert first.pk == again.pk
    assert again.text == "A lawyer <b>calls</b>"
    assert [row.pk for row in open_help_requests()] == [first.pk]
    assert actions.take_help(help_id=first.pk, member=boss, at=now).taken_by == boss
    actions.end_help(help_id=first.pk, at=now)
    assert open_help_requests() == []
    with pytest.raises(HelpIsOver):
        actions.take_help(help_id=first.pk, member=boss, at=now)
    assert HelpRequest.objects.count() == 1
    heard = told(published, "help")
    assert set(heard) == {("acme", "floor"), ("acme", f"agent.{ann.pk}")}
    last = [news.message["row"] for news in published if news.message["type"] == "help"][-1]
    assert (last["taken_by"], bool(last["ended_at"])) == ("Boss", True)
    with inside(globex):
        assert open_help_requests() == []


def test_who_leads_groups_sees_and_answers_the_hands_of_their_agents(floor, in_acme, now, client_of):  # noqa: F811
    boss = floor["members"]["boss"]
    group = AgentGroup.objects.create(name="Team B")
    group.leaders.add(boss)
    GroupMember.objects.create(group=group, agent=floor["ben"])
    of_ann = actions.ask_for_help(agent_id=floor["ann"].pk, at=now)
    of_ben = actions.ask_for_help(agent_id=floor["ben"].pk, at=now)
    assert [row.pk for row in open_help_requests(boss)] == [of_ben.pk]
    client = client_of(boss)
    assert client.post(f"/help/{of_ann.pk}/take/").status_code == 404
    assert client.post(f"/help/{of_ben.pk}/take/").json()["taken_by"] == "Boss"
    assert client.post(f"/help/{of_ben.pk}/end/").status_code == 200
    assert [row.pk for row in open_help_requests()] == [of_ann.pk]


def test_an_agent_raises_and_takes_down_only_their_own_hand(floor, client_of, member, globex):  # noqa: F811
    ann, ben = (client_of(floor["members"][name]) for name in ("ann", "ben"))
    made = ann.post("/help/", {"text": "please", "call_id": "00000000-0000-0000-0000-000000000000"})
    assert (made.status_code, made.json()["agent"]["name"], made.json()["call_id"]) == (201, "Ann", None)
    assert ben.post("/help/down/").status_code == 204
    assert ben.post(f"/help/{made.json()['id']}/end/").status_code == 403
    stranger = client_of(member(globex, "supervisor"))
    assert stranger.post(f"/help/{made.json()['id']}/end/").status_code == 404
    with enter("acme"):
        assert len(open_help_requests()) == 1
    assert ann.post("/help/down/").status_code == 204
    with enter("acme"):
        assert open_help_requests() == []
    assert client_of(floor["members"]["boss"]).post("/help/").status_code == 404


# --- chat


def test_a_line_reaches_both_and_nobody_else(floor, in_acme, now, published):  # noqa: F811
    ann, ben = floor["members"]["ann"], floor["members"]["ben"]
    actions.write_message(sender=ann, recipient_id=ben.pk, text="<script>alert(1)</script>", at=now)
    assert sorted(told(published, "chat")) == [("acme", f"member.{one.pk}") for one in (ann, ben)]
    assert unread_by_sender(ben) == {ann.pk: 1}
    assert unread_by_sender(floor["members"]["boss"]) == {}
    (first, *_rest) = correspondents(ben)
    assert (first.name, first.unread, first.last.text) == ("Ann", 1, "<script>alert(1)</script>")
    actions.read_messages(reader=ben, sender_id=ann.pk, at=now)
    assert unread_by_sender(ben) == {}


def test_nothing_is_written_to_nobody(floor, in_acme, now, member, acme):  # noqa: F811
    ann, clerk = floor["members"]["ann"], member(acme, "finance")
    for recipient, text, why in (
        (clerk.pk, "hello", NobodyToWriteTo),
        (ann.pk, "hello", NobodyToWriteTo),
        (floor["members"]["ben"].pk, " \n\x00", NothingSaid),
    ):
        with pytest.raises(why):
            actions.write_message(sender=ann, recipient_id=recipient, text=text, at=now)
    assert not ChatMessage.objects.exists()


def test_a_conversation_is_shown_as_text_and_read_when_it_says_so(floor, client_of, member, globex):  # noqa: F811
    ann, ben = (floor["members"][name] for name in ("ann", "ben"))
    made = client_of(ann).post(f"/chat/{ben.pk}/", {"text": "<b>bold</b>"})
    assert made.status_code == 201
    reader = client_of(ben)
    assert "1 new" in reader.get("/chat/").content.decode()
    shown = reader.get(f"/chat/{ann.pk}/").content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown
    assert "1 new" in reader.get("/chat/").content.decode()
    assert reader.post(f"/chat/{ann.pk}/read/").status_code == 204
    assert "1 new" not in reader.get("/chat/").content.decode()
    boss = client_of(floor["members"]["boss"])
    assert "bold" not in boss.get(f"/chat/{ann.pk}/").content.decode()
    assert client_of(member(globex, "agent")).get(f"/chat/{ann.pk}/").status_code == 404


# --- announcements


def test_an_announcement_is_read_by_those_it_is_for(floor, in_acme, now, published):  # noqa: F811
    ann, ben, boss = (floor["members"][name] for name in ("ann", "ben", "boss"))
    group = AgentGroup.objects.create(name="Team B")
    GroupMember.objects.create(group=group, agent=floor["ben"])
    to_all = actions.announce(by=boss, text="Fire drill at three", at=now)
    to_group = actions.announce(by=boss, text="Team B: new script", at=now, group_id=group.pk)
    assert told(published, "announcement") == [("acme", "everyone"), ("acme", f"agent.{floor['ben'].pk}")]
    assert {row.pk for row in announcements_for(ann, now)} == {to_all.pk}
    assert {row.pk for row in announcements_for(ben, now)} == {to_all.pk, to_group.pk}
    for _twice in range(2):
        actions.read_announcement(announcement_id=to_all.pk, member=ann, at=now)
    assert AnnouncementRead.objects.count() == 1
    by_id = {one.row.pk: one for one in told_announcements()}
    assert (by_id[to_all.pk].read, by_id[to_all.pk].unread) == (["Ann"], ["Ben"])
    assert (by_id[to_group.pk].read, by_id[to_group.pk].unread) == ([], ["Ben"])
    actions.end_announcement(announcement_id=to_all.pk, at=now)
    assert not announcements_for(ann, now).exists()


def test_only_what_is_for_them_can_be_marked_as_read(floor, in_acme, now, client_of, member, globex):  # noqa: F811
    group = AgentGroup.objects.create(name="Team B")
    row = actions.announce(by=floor["members"]["boss"], text="x", at=now, group_id=group.pk)
    ann = client_of(floor["members"]["ann"])
    assert ann.post(f"/announcements/{row.pk}/read/").status_code == 404
    assert client_of(member(globex, "agent")).post(f"/announcements/{row.pk}/read/").status_code == 404
    assert not AnnouncementRead.objects.exists()


# --- the socket


def test_the_page_has_it_when_it_opens_and_hears_what_comes(floor, client_of, now, sockets, redis_server):  # noqa: F811
    ann, ben = floor["members"]["ann"], floor["members"]["ben"]
    with enter("acme"):
        actions.ask_for_help(agent_id=floor["ann"].pk, at=now, text="now")
        actions.announce(by=floor["members"]["boss"], text="Hello", at=now)
        actions.write_message(sender=ben, recipient_id=ann.pk, text="one", at=now)

    def write() -> None:
        with enter("acme"):
            actions.write_message(sender=ben, recipient_id=ann.pk, text="two", at=now)

    client = client_of(ann)

    @async_to_sync
    async def story() -> None:
        async with sockets(client, "/ws/workspace/") as page:
            seen = await page.hear("snapshot")
            assert seen["help"]["text"] == "now"
            assert seen["unread"] == {str(ben.pk): 1}
            assert [row["text"] for row in seen["announcements"]] == ["Hello"]
            await sync_to_async(write, thread_sensitive=True)()
            assert (await page.hear("chat"))["row"]["text"] == "two"

    story()
