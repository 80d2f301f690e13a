"""What leaders do on the floor's pages, by the API: moves for a while, limits, what rings; with the same refusals."""

from datetime import timedelta

import pytest

from telephony.actions.queue_alerts import set_limits, watch_queues
from telephony.models import Agent, AgentSkill, AlertTerms, FloorChange, Queue, QueueAgent, QueueAlert, Skill
from telephony.queries.queue_alerts import Paces
from tenants.people.models import AuditEntry
from tests.telephony.test_floor_pages import boss, leads, page, stranger  # noqa: F401  (fixtures)

pytestmark = pytest.mark.usefixtures("at_once")
MOVES, LIMITS, ALERTS = "/api/v1/moves/", "/api/v1/queue-limits/", "/api/v1/queue-alerts/"


def say(client, where: str, **values):
    return client.post(where, values, content_type="application/json")


def test_agents_are_moved_for_a_while_and_back(floor, other_floor, page, stranger):  # noqa: F811
    agent = floor.agent()
    with floor.inside():
        other = Queue.objects.create(name="Support")
        skill = Skill.objects.create(name="German")
    until = (floor.now + timedelta(days=900)).isoformat()
    move = {"agents": [agent.pk], "act": "move", "from_queue_id": floor.queue.pk, "queue_id": other.pk}
    answer = say(page, MOVES, **move, until=until)
    assert (answer.status_code, answer.json()) == (200, {"changed": 1})
    assert say(page, MOVES, **move, until=until).json() == {"changed": 0}
    assert say(page, MOVES, agents=[agent.pk], act="skill", skill_id=skill.pk, level=7).json() == {
        "changed": 1
    }
    with floor.inside():
        assert [place.queue_id for place in QueueAgent.objects.filter(agent=agent)] == [other.pk]
        assert AgentSkill.objects.get(agent=agent).level == 7
    shown = page.get(MOVES).json()["results"]
    assert [(one["queue"], one["skill"], one["made_by"]) for one in shown if one["skill"]] == [
        (None, skill.pk, "Wang Li")
    ]
    holding = page.get(f"{MOVES}?holding=true").json()["results"]
    assert {one["queue"] for one in holding} == {floor.queue.pk, other.pk}
    assert stranger.get(MOVES).json()["results"] == []
    for one in holding:
        assert stranger.post(f"{MOVES}{one['id']}/end/").status_code == 404
        assert page.post(f"{MOVES}{one['id']}/end/").json()["ended_at"]
    with floor.inside():
        assert [place.queue_id for place in QueueAgent.objects.filter(agent=agent)] == [floor.queue.pk]
    with other_floor.inside():
        assert not FloorChange.objects.exists()


def test_only_those_one_leads_are_moved_and_nonsense_changes_nothing(floor, boss, page, member, client_of):  # noqa: F811
    own, other = floor.agent(), floor.agent()
    leads(floor, boss, own)
    take = {"act": "take", "queue_id": floor.queue.pk}
    for wrong, status in (
        ({**take, "agents": [own.pk, other.pk]}, 409),
        ({**take, "agents": []}, 400),
        ({"act": "take", "agents": [own.pk]}, 400),
        ({**take, "act": "sack", "agents": [own.pk]}, 400),
        ({**take, "queue_id": 999_999, "agents": [own.pk]}, 404),
        ({**take, "agents": [own.pk], "until": "2020-01-01T00:00:00Z"}, 400),
        ({"act": "skill", "skill_id": 999_999, "level": 3, "agents": [own.pk]}, 404),
        ({"act": "skill", "skill_id": 1, "level": 11, "agents": [own.pk]}, 400),
    ):
        assert say(page, MOVES, **wrong).status_code == status, wrong
    assert say(client_of(member(floor.tenant, "agent")), MOVES, **take, agents=[own.pk]).status_code == 403
    with floor.inside():
        assert QueueAgent.objects.count() == 2
        assert not FloorChange.objects.exists()
        FloorChange.objects.create(agent=other, queue=floor.queue, made_at=floor.now)
    assert page.get(MOVES).json()["results"] == [], "moves of those somebody else leads"


def test_limits_are_read_and_set_whole(floor, other_floor, page, stranger):  # noqa: F811
    first = {"queue": floor.queue.pk, "waiting_over": 5, "service_level_under": 80}
    told = first | {"expected_wait_over": None, "longest_wait_over": None, "rings_when_nobody": True}
    assert say(page, LIMITS, **first).json() == told
    assert say(page, LIMITS, queue=None, longest_wait_over=60, rings_when_nobody=False).status_code == 200
    changed = say(page, LIMITS, queue=floor.queue.pk, waiting_over=9)
    assert changed.json() == told | {"waiting_over": 9, "service_level_under": None}
    assert [row["queue"] for row in page.get(LIMITS).json()] == [floor.queue.pk, None]
    for wrong in (
        {"waiting_over": 3},
        {"queue": 999_999, "waiting_over": 3},
        {"queue": floor.queue.pk, "service_level_under": 101},
        {"queue": floor.queue.pk, "waiting_over": "many"},
    ):
        assert say(page, LIMITS, **wrong).status_code in (400, 404), wrong
    with floor.inside():
        assert AlertTerms.objects.get(queue=floor.queue).waiting_over == 9
        assert AuditEntry.objects.filter(verb="changed").count() == 3
    assert stranger.get(LIMITS).json() == []
    with other_floor.inside():
        assert not AlertTerms.objects.exists()


def test_what_rings_is_listed_and_taken_on(floor, page, boss, stranger):  # noqa: F811
    with floor.inside():
        set_limits(queue_id=None, values={"waiting_over": 0})
    floor.caller()
    with floor.inside():
        watch_queues(at=floor.now, paces=Paces())
        Agent.objects.all().delete()
    rings = [one for one in page.get(f"{ALERTS}?open=true").json()["results"] if one["kind"] == "waiting"]
    assert [(one["queue"], one["value"], one["limit"], one["seen_by"]) for one in rings] == [
        (floor.queue.pk, 1, 0, None)
    ]
    where = f"{ALERTS}{rings[0]['id']}/take-on/"
    assert stranger.post(where).status_code == 404
    assert page.post(where).json()["seen_by"] == boss.pk
    with floor.inside():
        QueueAlert.objects.update(cleared_at=floor.now)
    assert page.get(f"{ALERTS}?open=true").json()["results"] == []
    assert len(page.get(ALERTS).json()["results"]) >= 1
    assert stranger.get(ALERTS).json()["results"] == []
