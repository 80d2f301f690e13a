"""Random lives of a call centre, told to the router and to the oracle alike."""

from random import Random
from typing import Any

from telephony.routing import Assignment, Availability, RoutableAgent, Router, Step, Work
from tests.telephony.routing.oracle import Oracle


class Story:
    """One centre with few agents, works, skills and moments, so that ties and collisions are common."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.router, self.oracle = Router(), Oracle()
        self.now = 1_000.0
        self.made: list[Assignment] = []

    def tell(self, turns: int) -> None:
        """Play so many turns; both must answer the same at each."""
        for _ in range(turns):
            self.now += self.random.choice((0, 0, 1, 3))
            turn = self.random.choices(TURNS, WEIGHTS)[0]
            turn(self)

    def compare(self, answer: Any, expected: list[tuple[Any, Any]]) -> None:
        made = answer if isinstance(answer, list) else [answer] if answer else []
        self.made += made
        assert [(one.work_id, one.agent_id) for one in made] == expected

    def agent_id(self) -> int:
        return self.random.randint(1, 5)

    def work_id(self) -> int:
        return self.random.randint(1, 6)

    def requirements(self) -> tuple[tuple[int, int], ...]:
        wanted = self.random.sample((1, 2, 3), self.random.choice((0, 0, 1, 2)))
        return tuple((skill, self.random.randint(1, 3)) for skill in wanted)

    def target(self) -> int | None:
        return self.agent_id() if self.random.random() < 0.1 else None


def put_agent(story: Story) -> None:
    random = story.random
    agent = RoutableAgent(
        id=story.agent_id(),
        skills={skill: random.randint(1, 3) for skill in random.sample((1, 2, 3), random.randint(0, 3))},
        queues={queue: random.randint(1, 2) for queue in random.sample((1, 2), random.randint(0, 2))},
        idle_since=story.now - random.randint(0, 9) if random.random() < 0.4 else None,
    )
    story.router.put_agent(agent)
    story.oracle.put_agent(agent)


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
        requirements=story.requirements(),
        priority=random.choice((0, 0, 0, 5)),
        target_agent=story.target(),
        excluded=frozenset(random.sample((1, 2, 3, 4, 5), random.choice((0, 0, 1, 2)))),
        steps=tuple(Step(seconds, story.requirements(), story.target()) for seconds in steps),
    )
    expected = story.oracle.work_arrived(work, story.now)
    story.compare(story.router.work_arrived(work, story.now), expected)


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
    remove_agent,
    agent_became_free,
    agent_became_busy,
    work_arrived,
    work_left,
    offer_failed,
    tick,
    shift_begins,
)
WEIGHTS = (4, 1, 8, 3, 8, 3, 4, 3, 1)


def play(seed: int, turns: int) -> list[Assignment]:
    """What one seeded life assigned, in order."""
    story = Story(Random(seed))
    story.tell(turns)
    return story.made
