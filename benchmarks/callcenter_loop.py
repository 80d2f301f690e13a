"""mod_callcenter's dispatch: every waiting member by score, for each the agents of its queue, then three updates.

Statements and columns are those of mod_callcenter.c (members_thread, members_callback, agents_callback); it has no
index either. What the module does besides (threads, hash tables, events, its 100 ms sleep) is left out, in its favour.
"""

import sqlite3
from random import Random

from benchmarks.harness import check

QUEUES = 20
MEMBERS = """
SELECT queue, uuid, session_uuid, cid_number, cid_name, joined_epoch,
       (:now - joined_epoch) + base_score + skill_score AS score, state, abandoned_epoch, serving_agent
FROM members
WHERE state = 'Waiting' OR state = 'Abandoned' OR (serving_agent = 'ring-all' AND state = 'Trying')
ORDER BY score DESC
"""
AGENTS = """
SELECT agents.system, agents.name, agents.status, agents.contact, agents.no_answer_count, agents.max_no_answer,
       agents.reject_delay_time, agents.busy_delay_time, agents.no_answer_delay_time, tiers.state,
       agents.last_bridge_end, agents.wrap_up_time, agents.state, agents.ready_time, tiers.position, tiers.level,
       agents.type, agents.uuid, agents.last_offered_call
FROM agents LEFT JOIN tiers ON (agents.name = tiers.agent)
WHERE tiers.queue = :queue
  AND (agents.status = 'Available' OR agents.status = 'On Break' OR agents.status = 'Available (On Demand)')
ORDER BY level, agents.last_offered_call, position
"""
SCHEMA = """
CREATE TABLE members (queue TEXT, system TEXT, uuid TEXT, session_uuid TEXT, cid_number TEXT, cid_name TEXT,
    system_epoch INTEGER, joined_epoch INTEGER, rejoined_epoch INTEGER, bridge_epoch INTEGER, abandoned_epoch INTEGER,
    base_score INTEGER, skill_score INTEGER, serving_agent TEXT, serving_system TEXT, state TEXT);
CREATE TABLE agents (name TEXT, system TEXT, uuid TEXT, type TEXT, contact TEXT, status TEXT, state TEXT,
    max_no_answer INTEGER, wrap_up_time INTEGER, reject_delay_time INTEGER, busy_delay_time INTEGER,
    no_answer_delay_time INTEGER, last_bridge_start INTEGER, last_bridge_end INTEGER, last_offered_call INTEGER,
    last_status_change INTEGER, no_answer_count INTEGER, calls_answered INTEGER, talk_time INTEGER, ready_time INTEGER);
CREATE TABLE tiers (queue TEXT, agent TEXT, state TEXT, level INTEGER, position INTEGER);
"""


class Scene:
    """Waiting callers and agents, every second of them free; each agent serves one queue."""

    def __init__(self, size: int) -> None:
        random = Random(3)
        self.now = 1_000_000
        moments = random.sample(range(self.now - 50 * size, self.now), size)
        self.members = [(number, number % QUEUES, moment) for number, moment in enumerate(moments)]
        self.agents = [(number, number % QUEUES, number // QUEUES % 2 == 0) for number in range(size)]

    def check(self, made: list[tuple[int, int]]) -> None:
        """Every free agent once, every member once, and per queue those who waited longest."""
        queue_of = {name: queue_id for name, queue_id, _ in self.agents}
        free = [name for name, _, is_free in self.agents if is_free]
        check(sorted(agent for _, agent in made) == free, "not every free agent was used once")
        for queue_id in range(QUEUES):
            waiting = sorted((joined, name) for name, queue, joined in self.members if queue == queue_id)
            given = {work for work, agent in made if queue_of[agent] == queue_id}
            check(given == {name for _, name in waiting[: len(given)]}, "somebody was passed over")

    def check_first(self, made: list[tuple[int, int]], count: int) -> None:
        """The same of the first members of a pass: those who have waited longest of all."""
        waiting = sorted((joined, name) for name, _, joined in self.members)
        check([work for work, _ in made] == [name for _, name in waiting[:count]], "somebody was passed over")
        check(len({agent for _, agent in made}) == count, "an agent was used twice")


class CallcenterLoop:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._base = sqlite3.connect(":memory:", isolation_level=None)
        self._base.executescript(SCHEMA)
        self._base.executemany(
            "INSERT INTO members (queue, uuid, session_uuid, joined_epoch, base_score, skill_score, serving_agent,"
            " state) VALUES (?, ?, ?, ?, 0, 0, '', 'Waiting')",
            [(f"q{queue}", str(name), str(name), joined) for name, queue, joined in scene.members],
        )
        self._base.executemany(
            "INSERT INTO agents (name, type, status, state, last_bridge_end, wrap_up_time, ready_time,"
            " last_offered_call) VALUES (?, 'callback', 'Available', ?, 0, 10, 0, 0)",
            [(str(name), "Waiting" if is_free else "In a queue call") for name, _, is_free in scene.agents],
        )
        self._base.executemany(
            "INSERT INTO tiers VALUES (?, ?, 'Ready', 1, 1)",
            [(f"q{queue}", str(name)) for name, queue, _ in scene.agents],
        )

    def run_pass(self, most: int | None = None) -> list[tuple[int, int]]:
        """(member, agent) of every offer it makes, to all members or to so many."""
        made = []
        for member in self._base.execute(MEMBERS, {"now": self._scene.now}).fetchall()[:most]:
            agent = self._find(member[0])
            if agent is not None:
                self._offer(member[1], agent)
                made.append((int(member[1]), int(agent)))
        return made

    def _find(self, queue: str) -> str | None:
        for row in self._base.execute(AGENTS, {"queue": queue}):
            is_rested = row[10] + row[11] < self._scene.now and row[13] <= self._scene.now
            if row[12] == "Waiting" and row[9] == "Ready" and is_rested:
                return str(row[1])
        return None

    def _offer(self, member: str, agent: str) -> None:
        run = self._base.execute
        run(
            "UPDATE members SET serving_agent = ?, state = 'Trying' WHERE uuid = ? AND state = 'Waiting'",
            (agent, member),
        )
        run(
            "UPDATE agents SET state = 'Receiving', last_offered_call = ? WHERE name = ?",
            (self._scene.now, agent),
        )
        run("UPDATE tiers SET state = 'Offering' WHERE agent = ?", (agent,))
