"""What people write to each other, and the views leaders keep, by the API: as on their pages, refusals included."""

import pytest

from telephony.models import AgentGroup, Announcement, AnnouncementRead, ChatMessage, FloorView, GroupMember
from telephony.queries.help import open_help_requests
from tenants.context import enter
from tests.telephony.staffed import floor  # noqa: F401  (a fixture)

CHAT, TOLD, HELP, VIEWS = (f"/api/v1/{name}/" for name in ("chat", "announcements", "help", "floor-views"))


@pytest.fixture
def people(floor, client_of, member, globex):  # noqa: F811
    """Clients by name; `stranger` owns globex."""
    found = {name: client_of(one) for name, one in floor["members"].items()}
    return found | {"stranger": client_of(member(globex, "owner"))}


def say(client, where: str, **values):
    return client.post(where, values, content_type="application/json")


def test_a_line_is_written_and_read_and_nobody_else_sees_it(floor, people):  # noqa: F811
    ann, ben = (floor["members"][name] for name in ("ann", "ben"))
    made = say(people["ann"], f"{CHAT}{ben.pk}/", text=" Is the <b>blue</b> one in stock? ")
    assert (made.status_code, made.json()["text"]) == (201, "Is the <b>blue</b> one in stock?")
    assert (made.json()["from"], made.json()["to"]) == ({"id": ann.pk, "name": "Ann"}, ben.pk)
    [first, *_] = people["ben"].get(CHAT).json()
    assert (first["member_id"], first["presence"], first["unread"]) == (ann.pk, "online", 1)
    assert [one["id"] for one in people["ben"].get(f"{CHAT}{ann.pk}/").json()] == [made.json()["id"]]
    assert people["boss"].get(f"{CHAT}{ann.pk}/").json() == []
    for _twice, read in ((1, 1), (2, 0)):
        assert say(people["ben"], f"{CHAT}{ann.pk}/read/").json() == {"read": read}
    assert people["stranger"].get(f"{CHAT}{ann.pk}/").status_code == 404
    for where, text, status in ((ann.pk, "me", 404), (ben.pk, " ", 400), (ben.pk, "x" * 2001, 400)):
        assert say(people["ann"], f"{CHAT}{where}/", text=text).status_code == status
    with enter("acme"):
        assert ChatMessage.objects.count() == 1
    with enter("globex"):
        assert not ChatMessage.objects.exists()


def test_those_who_lead_announce_and_it_is_read_by_those_it_is_for(floor, people, in_acme, inside, globex):  # noqa: F811
    group = AgentGroup.objects.create(name="Team B")
    GroupMember.objects.create(group=group, agent=floor["ben"])
    assert say(people["ann"], TOLD, text="Fire drill").status_code == 403
    made = say(people["boss"], TOLD, text="Fire drill", group=group.pk)
    assert (made.status_code, made.json()["by"], made.json()["until"]) == (201, "Boss", None)
    one = f"{TOLD}{made.json()['id']}/"
    assert people["ann"].get(TOLD).json() == []
    assert say(people["ann"], f"{one}read/").status_code == 404
    assert say(people["ben"], f"{one}read/").status_code == 204
    assert [row["is_read"] for row in people["ben"].get(TOLD).json()] == [True]
    for wrong in ({"text": " "}, {"text": "hello", "group": 999_999}, {"group": group.pk}):
        assert say(people["boss"], TOLD, **wrong).status_code == 400, wrong
    assert say(people["stranger"], f"{one}end/").status_code == 404
    assert say(people["ben"], f"{one}end/").status_code == 403
    assert say(people["boss"], f"{one}end/").json()["until"]
    assert people["ben"].get(TOLD).json() == []
    assert (Announcement.objects.count(), AnnouncementRead.objects.count()) == (1, 1)
    with inside(globex):
        assert not Announcement.objects.exists()


def test_a_hand_is_raised_taken_and_lowered(floor, people):  # noqa: F811
    made = say(people["ann"], f"{HELP}raise/", text="A lawyer calls")
    assert (made.status_code, made.json()["agent"]["name"], made.json()["call_id"]) == (201, "Ann", None)
    assert say(people["boss"], f"{HELP}raise/").status_code == 404, "takes no calls, has no hand"
    one = f"{HELP}{made.json()['id']}/"
    assert people["ann"].get(HELP).status_code == 403
    assert [row["id"] for row in people["boss"].get(HELP).json()] == [made.json()["id"]]
    assert people["stranger"].get(HELP).json() == []
    for act in ("take", "end"):
        assert say(people["stranger"], f"{one}{act}/").status_code == 404
        assert say(people["ben"], f"{one}{act}/").status_code == 403
    assert say(people["boss"], f"{one}take/").json()["taken_by"] == "Boss"
    assert say(people["ben"], f"{HELP}lower/").status_code == 204
    with enter("acme"):
        assert len(open_help_requests()) == 1, "one's own alone"
    assert say(people["ann"], f"{HELP}lower/").status_code == 204
    assert people["boss"].get(HELP).json() == []
    assert say(people["boss"], f"{one}take/").status_code == 409


def test_a_view_is_ones_own_and_holds_an_addresss_query(floor, people, acme, member, client_of):  # noqa: F811
    boss, other = people["boss"], client_of(member(acme, "supervisor"))
    kept = say(boss, VIEWS, name="Night", query="queue=1&state=ready&<x>=1", is_default=True)
    assert kept.json() | {"id": 0} == {
        "id": 0,
        "name": "Night",
        "query": "queue=1&state=ready",
        "is_default": True,
        "link": "/floor/?queue=1&state=ready",
    }
    one = f"{VIEWS}{kept.json()['id']}/"
    assert say(boss, VIEWS, name="Night").json()["id"] == kept.json()["id"]
    assert say(boss, VIEWS, name=" ").status_code == 400
    assert say(people["ann"], VIEWS, name="Mine").status_code == 403
    for foreign in (other, people["stranger"]):
        assert foreign.get(VIEWS).json() == []
        assert foreign.delete(one).status_code == 404
    assert boss.get(one).json()["name"] == "Night"
    assert boss.delete(one).status_code == 204
    with enter("acme"):
        assert not FloorView.objects.exists()
