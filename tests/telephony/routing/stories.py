"""Random lives of a call centre, told to the router and to the oracle alike."""

from dataclasses import replace
from random import Random
from typing import Any

from telephony.routing import STRATEGIES, Assignment, Availability, RoutableAgent, Router, Step, Work
from tests.telephony.routing.oracle import Oracle


class Story:
    """One centre with few agents, works, skills and moments, so that ties and collisions are common. Half of them
    are quiet: several agents stand free when a work arrives, in the others works queue for the next.

    `made` are all assignments, `longer_by` the most seconds one waited longer than with the oracle.
    """

    def __init__(self, random: Random, *, keeps_inputs: bool = False) -> None:
        self.random = random
        self.router, self.oracle = Router(keeps_inputs=keeps_inputs), Oracle()
        self.is_quiet = random.random() < 0.5
        self.joining = 0.8 if self.is_quiet else 0.4
        self.weights = QUIET if self.is_quiet else BUSY
        self.now = 1_000.0
        self.made: list[Assignment] = []
        self.longer_by = 0.0

    def tell(self, turns: int) -> None:
        """Play so many turns; both must answer the same at each."""
        for _ in range(turns):
            self.now += self.random.choice((0, 0, 1, 3))
            turn = self.random.choices(TURNS, self.weights)[0]
            turn(self)
            self.check_promises()

    def compare(self, answer: Any, expected: list[tuple[Any, Any]]) -> None:
        made = answer if isinstance(answer, list) else [answer] if answer else []
        self.made += made
        assert [(one.work_id, (one.agent_id, *one.together)) for one in made] == expected
        for one in made:
            waited = self.now - self.oracle.works[one.work_id].work.queued_at
            self.longer_by = max(self.longer_by, one.explanation.waited_seconds - waited)

    def check_promises(self) -> None:
        """What must hold between any two calls, said without the oracle's way of choosing."""
        oracle = self.oracle
        waiting = [each for each in oracle.works.values() if not each.agents]
        free = [known.agent for known in oracle.agents.values() if known.state is Availability.FREE]
        for each in waiting:
            idle = [agent.id for agent in free if oracle.eligible(each, agent)]
            assert not idle, f"work {each.work.id} waits while {idle} stand idle"
        ringing = [agent_id for each in oracle.works.values() for agent_id in each.agents]
        assert len(ringing) == len(set(ringing)), "an agent rung by two works"

    def put(self, agent: RoutableAgent) -> None:
        self.router.put_agent(agent)
        self.oracle.put_agent(agent)

    def agent_id(self) -> int:
        return self.random.randint(1, 7 if self.is_quiet else 5)

    def work_id(self) -> int:
        return self.random.randint(1, 6)

    def requirements(self) -> tuple[tuple[int, int], ...]:
        wanted = self.random.sample((1, 2, 3), self.random.choice((0, 0, 0, 1, 2)))
        return tuple((skill, self.random.randint(1, 3)) for skill in wanted)

    def asked(self) -> dict[str, Any]:
        """What a work or one of its steps asks for beside its queue; mostly skills alone."""
        random = self.random
        asked: dict[str, Any] = {"requirements": self.requirements(), "target_agent": self.target()}
        if random.random() < 0.25:
            asked["preferred"] = self.requirements()
        if random.random() < 0.15:
            asked["group_id"] = random.randint(1, 2)
        if random.random() < 0.2:
            asked["queue_ids"] = tuple(random.sample((1, 2, 3), random.randint(1, 2)))
        return asked

    def target(self) -> int | None:
        return self.agent_id() if self.random.random() < 0.1 else None


def put_agent(story: Story) -> None:
    random = story.random
    agent = RoutableAgent(
        id=story.agent_id(),
        skills={skill: random.randint(1, 3) for skill in random.sample((1, 2, 3), random.randint(0, 3))},
        queues={
            queue: random.randint(1, 3) for queue in random.sample((1, 2, 3), random.choice((0, 1, 2, 2)))
        },
        idle_since=story.now - random.randint(0, 9) if random.random() < story.joining else None,
        groups=frozenset(random.sample((1, 2), random.randint(0, 2))),
        busy_seconds=float(random.randint(0, 3)),
        turn=story.now - random.choice((0, 2, 5, 1000)),
        **_hands(random),
    )
    story.put(agent)


def _hands(random: Random) -> dict[str, Any]:
    """Mostly those of somebody who only takes calls and is on none."""
    if random.random() < 0.8:
        return {}
    in_hand = {"voice": random.choice((0, 0, 1)), "chat": random.randint(0, 3)}
    return {"capacity": {"voice": random.choice((0, 1, 1)), "chat": random.randint(0, 3)}, "in_hand": in_hand}


def put_figures(story: Story) -> None:
    """An agent told again with other figures of the day, often while free."""
    everybody = list(story.oracle.agents.values())
    if not everybody:
        return
    free = [known for known in everybody if known.state is Availability.FREE]
    known = story.random.choice(free or everybody)
    figures = {
        "busy_seconds": known.agent.busy_seconds + story.random.randint(0, 2),
        "turn": story.now - story.random.choice((0, 2, 5)),
        "idle_since": known.idle_since if known.state is Availability.FREE else known.agent.idle_since,
    }
    story.put(replace(known.agent, **figures))


def remove_agent(story: Story) -> None:
    agent_id = story.agent_id()
    story.router.remove_agent(agent_id)
    story.oracle.remove_agent(agent_id)


def agent_became_free(story: Story) -> None:
    agent_id = story.agent_id()
    expected = story.oracle.agent_became_free(agent_id, story.now)
    story.compare(story.router.agent_became_free(agent_id, story.now), expected)


def agent_became_busy(story: Story) -> None:
    agent_id = story.agent_id()
    because = story.random.choice((Availability.BUSY, Availability.NOT_READY))
    story.router.agent_became_busy(agent_id, because)
    story.oracle.agent_became_busy(agent_id, because)


def work_arrived(story: Story) -> None:
    random = story.random
    steps = sorted(random.sample((2, 5, 9), random.choice((0, 0, 1, 2))))
    work = Work(
        id=story.work_id(),
        queue_id=random.choice((1, 1, 2, None)),
        queued_at=story.now - random.choice((0, 0, 1, 6)),
        priority=random.choice((0, 0, 0, 5)),
        excluded=frozenset(random.sample((1, 2, 3, 4, 5), random.choice((0, 0, 1, 2)))),
        steps=tuple(Step(seconds, **story.asked()) for seconds in steps),
        kind=random.choice(("voice", "voice", "voice", "voice", "chat")),
        strategy=random.choice(("most_skilled", *STRATEGIES)),
        together=random.choice((2, 3, 4)),
        **story.asked(),
        **_scores(random),
    )
    expected = story.oracle.work_arrived(work, story.now)
    story.compare(story.router.work_arrived(work, story.now), expected)


def _scores(random: Random) -> dict[str, Any]:
    if random.random() < 0.7:
        return {}
    return {"scores": {number: random.choice((-1.0, 0.5, 2.0)) for number in random.sample(range(1, 8), 4)}}


def work_left(story: Story) -> None:
    work_id = story.work_id()
    story.router.work_left(work_id)
    story.oracle.work_left(work_id)


def offer_failed(story: Story) -> None:
    offered = [(work_id, agent_id) for agent_id, work_id in story.oracle.offers.items()]
    work_id, agent_id = story.random.choice(offered or [(story.work_id(), story.agent_id())])
    retry_at = story.random.choice((None, story.now, story.now + 2, story.now + 4))
    expected = story.oracle.offer_failed(work_id, agent_id, story.now, retry_at)
    story.compare(story.router.offer_failed(work_id, agent_id, story.now, retry_at), expected)


def tick(story: Story) -> None:
    expected = story.oracle.tick(story.now)
    story.compare(story.router.tick(story.now), expected)


def shift_begins(story: Story) -> None:
    """Many agents at once, many works waiting: the tick has to choose among pairs."""
    for _ in range(8):
        put_agent(story)
    tick(story)


TURNS = (
    put_agent,
    put_figures,
    remove_agent,
    agent_became_free,
    agent_became_busy,
    work_arrived,
    work_left,
    offer_failed,
    tick,
    shift_begins,
)
BUSY = (4, 2, 1, 8, 3, 8, 3, 4, 3, 1)
QUIET = (6, 5, 1, 10, 1, 8, 8, 3, 6, 3)


def play(seed: int, turns: int) -> list[Assignment]:
    """What one seeded life assigned, in order."""
    story = Story(Random(seed))
    story.tell(turns)
    return story.made
