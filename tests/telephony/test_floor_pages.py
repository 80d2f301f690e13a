"""The floor's pages: who opens them, whom they show, and that every number is what SQL counts, and its list."""

import json
import re
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from telephony import events
from telephony.actions.queue_alerts import set_limits, watch_queues
from telephony.models import (
    Agent,
    AgentGroup,
    AgentSkill,
    Announcement,
    ChatMessage,
    FloorChange,
    FloorView,
    GroupMember,
    QueueAgent,
    QueueAlert,
    Skill,
)
from telephony.queries.agent_day import agent_day
from telephony.queries.queue_alerts import Paces
from telephony.serializers import floor as board
from telephony.serializers import led
from tenants.context import enter
from tenants.events import emit
from tenants.people.models import Site, Team
from tests.telephony.sockets import sockets  # noqa: F401  (a fixture)

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def boss(floor, member):
    return member(floor.tenant, "supervisor", name="Wang Li")


@pytest.fixture
def page(boss, client_of):
    return client_of(boss)


@pytest.fixture
def stranger(other_floor, member, client_of):
    return client_of(member(other_floor.tenant, "owner"))


def leads(floor, boss, *agents: Agent) -> AgentGroup:
    with floor.inside():
        group = AgentGroup.objects.create(name="After-sales")
        group.leaders.add(boss.pk)
        for agent in agents:
            GroupMember.objects.create(group=group, agent=agent)
    return group


def a_day(floor) -> Agent:
    """Three answered, one of them late, one who gave up, one who waits."""
    agent = floor.agent()
    for wait in (2, 3, 40):
        call_id = floor.caller()
        floor.clock.pass_seconds(wait)
        offer = floor.offer(call_id, agent)
        floor.switch.pick_up(offer.pk)
        floor.listen()
        floor.clock.pass_seconds(60)
        floor.switch.end(call_id)
        floor.listen()
        with floor.inside():
            from telephony.actions import finish_wrap_up

            floor.clock.pass_seconds(10)
            finish_wrap_up(agent_id=agent.pk, call_id=call_id, at=floor.now)
    gone = floor.caller()
    floor.clock.pass_seconds(30)
    floor.switch.end(gone)
    floor.listen()
    floor.caller()
    return agent


RECOUNT = """
SELECT count(*), count(*) FILTER (WHERE exit = 'answered'), count(*) FILTER (WHERE exit = 'abandoned'),
       count(*) FILTER (WHERE left_at IS NULL),
       100.0 * count(*) FILTER (WHERE exit = 'answered') / count(*),
       100.0 * count(*) FILTER (WHERE exit = 'answered' AND left_at - entered_at <= sl_seconds * interval '1 second')
         / count(*) FILTER (WHERE exit IN ('answered', 'abandoned')),
       extract(epoch FROM avg(left_at - entered_at) FILTER (WHERE exit = 'answered'))
  FROM telephony_queuestay WHERE entered_at >= %s AND queue_id = %s"""
TALKS = """
SELECT avg(talk_seconds), avg(talk_seconds + hold_seconds + wrap_up_seconds)
  FROM telephony_offer WHERE outcome = 'bridged' AND talk_ended_at IS NOT NULL AND offered_at >= %s"""
NAMES = (
    "offered",
    "answered",
    "abandoned",
    "waiting",
    "connect_rate",
    "service_level",
    "average_speed_of_answer",
)


def test_the_board_says_what_sql_counts_and_so_does_the_list_behind(
    floor, other_floor, page, stranger, monkeypatch
):
    a_day(floor)
    monkeypatch.setattr("django.utils.timezone.now", lambda: floor.now)
    with floor.inside():
        midnight = timezone.localtime(floor.now).replace(hour=0, minute=0, second=0, microsecond=0)
        with connection.cursor() as cursor:
            cursor.execute(RECOUNT, [midnight, floor.queue.pk])
            counted = dict(zip(NAMES, map(float, cursor.fetchone()), strict=True))
            cursor.execute(TALKS, [midnight])
            talk, handle = map(float, cursor.fetchone())
            cursor.execute("SELECT count(*) FROM telephony_agent WHERE presence = 'online' AND is_active")
            online = cursor.fetchone()[0]
        shown = board.figures(kept=0)
        [row] = shown["queues"]
    assert {name: pytest.approx(shown[name]) for name in NAMES} == counted
    assert counted["offered"] == 5.0
    assert (shown["average_talk_time"], shown["average_handle_time"]) == (talk, handle)
    assert shown["agents_online"] == online == 1
    own = {name: row[name] for name in NAMES if name in row}
    assert own == {name: pytest.approx(counted[name]) for name in own}
    with other_floor.inside():
        assert (board.figures(kept=0)["offered"], board.figures(kept=0)["agents_online"]) == (0, 0)

    today = timezone.localtime(floor.now).date().isoformat()
    figures = page.get("/floor/").content.decode()
    for figure, metric, rows in (("offered", "O", 5), ("answered", "A", 3), ("abandoned", "B", 1)):
        address = f"/reports/behind/{metric}/?first={today}&amp;last={today}"
        assert f'data-figure="{figure}"' in figures
        assert address in figures
        listed = page.get(address.replace("&amp;", "&")).content.decode()
        assert len(set(re.findall(r"/calls/([0-9a-f-]{36})/", listed))) == rows
        assert not re.findall(
            r"/calls/[0-9a-f-]{36}/", stranger.get(address.replace("&amp;", "&")).content.decode()
        )


def test_a_leader_of_groups_sees_their_agents_and_calls_and_callers_nobody_took(floor, boss, member):
    own, other = floor.agent(), floor.agent()
    leads(floor, boss, own)
    for agent in (own, other):
        floor.talk(agent)
    floor.caller()
    from telephony.queries.supervision import agents_seen_by
    from telephony.serializers import snapshots

    with floor.inside():
        seen = led.part_of_floor(snapshots.floor(), agents_seen_by(boss))
        assert [row["id"] for row in seen["agents"]] == [own.pk]
        assert sorted((row["agent"] or {}).get("id", 0) for row in seen["calls"]) == [0, own.pk]
        everything = led.part_of_floor(snapshots.floor(), agents_seen_by(member(floor.tenant, "owner")))
    assert len(everything["agents"]) == 2
    assert len(everything["calls"]) == 3
    taken = {"type": "call", "row": {"id": "c1", "agent": {"id": other.pk}}}
    gone = {"type": "call_gone", "id": "c1"}
    assert json.loads(led.part_of_news(json.dumps(taken).encode(), {own.pk})) == gone
    state = {"type": "agent", "row": {"id": other.pk}}
    assert led.part_of_news(json.dumps(state).encode(), {own.pk}) is None
    assert led.part_of_news(json.dumps(state).encode(), {other.pk}) is not None
    queue = json.dumps({"type": "queue", "row": {"id": 7}}).encode()
    assert led.part_of_news(queue, {own.pk}) == queue


def test_the_socket_tells_figures_each_second_alerts_and_moves(
    floor,
    other_floor,
    page,
    stranger,
    redis_server,
    sockets,  # noqa: F811
    monkeypatch,
):
    # On a machine that is busy a test may be slower than a browser would be.
    monkeypatch.setattr("tenants.sockets.SLOW_AFTER", 300)
    agent = floor.agent()
    with floor.inside():
        AgentSkill.objects.create(agent=agent, skill=Skill.objects.create(name="German"), level=4)
        set_limits(queue_id=None, values={"waiting_over": 0, "rings_when_nobody": False})
    floor.caller()

    def ring() -> None:
        with floor.inside():
            watch_queues(at=floor.now, paces=Paces())

    def tell() -> None:
        with enter("acme"):
            emit(events.AgentPlacesChanged(occurred_at=floor.now, agent_id=agent.pk))

    @async_to_sync
    async def story() -> None:
        async with sockets(page, "/ws/floor/") as board_, sockets(stranger, "/ws/floor/") as elsewhere:
            snapshot = await board_.hear("snapshot")
            assert snapshot["alerts"] == []
            assert snapshot["agents"][0]["queues"] == [floor.queue.pk]
            assert list(snapshot["agents"][0]["skills"].values()) == [4]
            await elsewhere.hear("snapshot")
            await sync_to_async(ring)()
            alert = (await board_.hear("alert"))["row"]
            assert (alert["kind"], alert["waiting"], alert["agents_to_add"]) == ("waiting", 1, 1)
            await board_.say({"type": "look_at", "queues": [floor.queue.pk]})
            assert (await board_.hear("figures"))["feed"]["state"] in ("live", "no_worker")
            await sync_to_async(tell)()
            assert (await board_.hear("places"))["row"]["queues"] == [floor.queue.pk]
            for _news in range(2):
                assert (await elsewhere.hear("figures"))["offered"] == 0
            await board_.say({"type": "look_at", "queues": ["1; drop"]})
            assert await board_.closed_with() == 4400

    story()


def test_moving_from_the_page_is_for_those_one_leads(
    floor, other_floor, boss, page, stranger, member, client_of
):
    own, other = floor.agent(), floor.agent()
    leads(floor, boss, own)
    with floor.inside():
        skill = Skill.objects.create(name="German")
    given = {"agents": str(own.pk), "act": "take", "queue": floor.queue.pk, "minutes": "60"}
    said = page.post("/floor/places/", given)
    assert (said.status_code, said.json()) == (200, {"message": "1 agent was moved.", "changed": 1})
    assert page.post("/floor/places/", given).json()["message"] == "Nobody had to be moved."
    skilled = {"agents": str(own.pk), "act": "skill", "skill": skill.pk, "level": "7", "minutes": "day"}
    assert page.post("/floor/places/", skilled).json()["changed"] == 1
    with floor.inside():
        assert not QueueAgent.objects.filter(agent=own).exists()
        assert AgentSkill.objects.get(agent=own).level == 7
        assert set(FloorChange.objects.values_list("made_by", flat=True)) == {"Wang Li"}
    for wrong, status in (
        (given | {"agents": f"{own.pk},{other.pk}"}, 409),
        (given | {"agents": ""}, 400),
        (given | {"act": "sack"}, 400),
        (given | {"queue": "0x1"}, 400),
        (given | {"queue": "999999"}, 404),
        (given | {"minutes": "-5"}, 400),
    ):
        assert page.post("/floor/places/", wrong).status_code == status, wrong
    assert stranger.post("/floor/places/", given).status_code == 404
    theirs = given | {"queue": other_floor.queue.pk, "agents": str(other.pk + 5000)}
    assert stranger.post("/floor/places/", theirs).json()["changed"] == 0
    assert client_of(member(floor.tenant, "agent")).post("/floor/places/", given).status_code == 403
    with floor.inside():
        assert QueueAgent.objects.filter(agent=other).exists()
        [move] = FloorChange.objects.filter(queue__isnull=False)
    listed = page.get("/floor/moves/").content.decode()
    assert "taken out of Sales" in listed
    assert page.post(f"/floor/moves/{move.pk}/end/").status_code == 302
    assert stranger.post(f"/floor/moves/{move.pk}/end/").status_code == 404
    with floor.inside():
        assert QueueAgent.objects.filter(agent=own).exists()


def test_a_leader_writes_to_agents_to_a_queue_and_to_a_group(floor, boss, page, stranger):
    ann, ben = floor.agent(), floor.agent()
    group = leads(floor, boss, ann, ben)
    said = page.post(
        "/floor/write/", {"whom": "agents", "agents": f"{ann.pk},{ben.pk}", "text": "Team talk at 3"}
    )
    assert said.json() == {"message": "Sent to 2 agents."}
    assert page.post("/floor/write/", {"whom": f"queue:{floor.queue.pk}", "text": "Hello"}).status_code == 200
    assert page.post("/floor/write/", {"whom": f"group:{group.pk}", "text": "All hands"}).status_code == 200
    assert page.post("/floor/write/", {"whom": "agents", "text": "Nobody"}).status_code == 400
    assert stranger.post("/floor/write/", {"whom": f"group:{group.pk + 9}", "text": "x"}).status_code == 404
    with floor.inside():
        assert ChatMessage.objects.filter(sender=boss).count() == 4
        assert Announcement.objects.get().group_id == group.pk


def test_limits_are_set_on_the_page_and_what_rang_is_listed_with_times_and_advice(floor, page, stranger):
    limits = {
        "waiting_over": "0",
        "expected_wait_over": "",
        "longest_wait_over": "",
        "service_level_under": "101",
    }
    assert "▲" not in page.get("/floor/alerts/").content.decode()
    assert page.post("/floor/limits/", limits).status_code == 200
    assert page.post("/floor/limits/", limits | {"service_level_under": ""}).status_code == 302
    floor.agent()
    floor.caller()
    with floor.inside():
        watch_queues(at=floor.now, paces=Paces())
        alert = QueueAlert.objects.get()
    shown = page.get("/floor/alerts/").content.decode()
    for words in (
        "Sales: Too many waiting",
        "Add 1 agent",
        "waiting 1, expected wait 90 s",
        "/floor/what-if/?queue=",
    ):
        assert words in shown
    assert stranger.post(f"/floor/alerts/{alert.pk}/take/").status_code == 302
    assert page.post(f"/floor/alerts/{alert.pk}/take/").status_code == 302
    assert "Wang Li deals with it" in page.get("/floor/alerts/").content.decode()
    assert "Add 1 agent" not in stranger.get("/floor/alerts/").content.decode()
    with floor.inside():
        QueueAlert.objects.update(cleared_at=floor.now + timedelta(minutes=4))
    assert "4:00" in page.get("/floor/alerts/").content.decode()
    what_if = page.get(f"/floor/what-if/?queue={floor.queue.pk}&add=2").content.decode()
    assert "▶ + 2" in what_if
    assert page.get("/floor/what-if/?queue=99999").status_code == 404


def test_views_are_ones_own_kept_with_filters_and_opened_first(floor, page, member, client_of):
    kept = {
        "name": "My  evening",
        "query": "queue=1&state=ready&sort_agents=-since&x y=<b>",
        "is_default": "1",
    }
    assert page.post("/floor/views/", kept)["Location"] == "/floor/?queue=1&state=ready&sort_agents=-since"
    assert page.get("/floor/")["Location"] == "/floor/?queue=1&state=ready&sort_agents=-since"
    shown = page.get("/floor/?all=1").content.decode()
    assert "★ My evening" in shown
    other = client_of(member(floor.tenant, "admin"))
    assert "My evening" not in other.get("/floor/").content.decode()
    with floor.inside():
        view = FloorView.objects.get()
    other.post(f"/floor/views/{view.pk}/delete/")
    assert page.post("/floor/views/", {"name": " ", "query": ""}).status_code == 302
    with floor.inside():
        assert FloorView.objects.count() == 1
    page.post(f"/floor/views/{view.pk}/delete/")
    assert page.get("/floor/").status_code == 200


def test_an_agents_day_follows_its_states_without_a_gap(floor, boss, page, stranger, monkeypatch):
    agent = a_day(floor)
    monkeypatch.setattr("django.utils.timezone.now", lambda: floor.now)
    with floor.inside():
        start = timezone.localtime(floor.now).replace(hour=0, minute=0, second=0, microsecond=0)
        day = agent_day(agent, start, floor.now)
    assert (day.spans[0].start, day.spans[-1].end) == (start, floor.now)
    assert all(one.end == other.start for one, other in zip(day.spans, day.spans[1:], strict=False))
    assert day.spans[0].state == "offline"
    assert day.seconds_by_state()["talking"] == 180.0
    assert day.seconds_by_state()["wrap_up"] == 30.0
    shown = page.get(f"/floor/agents/{agent.pk}/").content.decode()
    assert shown.count('<rect class="day__talking"') == 3 + 1
    assert len(re.findall(r"/calls/[0-9a-f-]{36}/", shown)) == 3
    assert stranger.get(f"/floor/agents/{agent.pk + 500}/").status_code == 404
    leads(floor, boss)
    assert page.get(f"/floor/agents/{agent.pk}/").status_code == 404


def test_every_figure_of_the_board_and_the_wall_is_defined(floor, page, member, client_of):
    a_page, wall = page.get("/floor/").content.decode(), page.get("/floor/wall/").content.decode()
    defined = page.get("/figures/").content.decode()
    for figure in re.findall(r'data-figure="(\w+)"', a_page + wall) + re.findall(r"/figures/#(\w+)", a_page):
        assert f'id="{figure}"' in defined
    agent = client_of(member(floor.tenant, "agent"))
    assert "/reports/behind/" not in agent.get("/figures/").content.decode()
    assert agent.get("/floor/wall/").status_code == 403


def test_teams_and_sites_narrow_the_board_down_the_tree(floor, other_floor, page, stranger):
    agent = floor.agent()
    with floor.inside():
        shop = Site.objects.create(name="Harbour shop")
        sales = Team.objects.create(name="Sales floor", site=shop)
        night = Team.objects.create(name="Night shift", parent=sales)
        agent.member.team = sales
        agent.member.save()
        row = board.places_of([agent.pk])[agent.pk]
    assert (row["team"], row["site"]) == (sales.pk, shop.pk)
    shown = page.get("/floor/").content.decode()
    assert f'value="{sales.pk}" data-below="{sales.pk},{night.pk}">Sales floor<' in shown
    assert f'value="{night.pk}" data-below="{night.pk}">– Night shift<' in shown
    assert f'<option value="{shop.pk}">Harbour shop</option>' in shown
    assert "Harbour shop" not in stranger.get("/floor/").content.decode()


def test_more_agents_cost_the_board_no_more_questions(floor):
    def asked() -> int:
        with floor.inside(), CaptureQueriesContext(connection) as seen:
            board.agents()
        return len(seen)

    floor.agent()
    few = asked()
    for _one in range(4):
        floor.agent()
    assert asked() == few
