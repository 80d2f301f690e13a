"""The agents a router knows, and which lines each of them serves."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from telephony.routing.line import Line
from telephony.routing.shapes import Availability, RoutableAgent
from telephony.routing.shelf import MeasuredShelf, Rostered, Shelf
from telephony.routing.signature import Signature

SWEPT_AT_ONCE = 50  # agents, at each line that opens: a decision must not wait for all of them


class Roster:
    """Agents by id, by queue, and on the shelves of the lines they serve."""

    def __init__(self) -> None:
        self._rostered: dict[Any, Rostered] = {}
        self._in_queue: dict[int, set[Any]] = {}
        self._in_group: dict[int, set[Any]] = {}
        self._with_skill: dict[int, set[Any]] = {}
        self._last_free: tuple[float, Any] = (float("-inf"), 0)
        self._unswept: list[Rostered] = []

    def __iter__(self) -> Iterator[Rostered]:
        return iter(self._rostered.values())

    def __len__(self) -> int:
        return len(self._rostered)

    def __getitem__(self, agent_id: Any) -> Rostered:
        return self._rostered[agent_id]

    def get(self, agent_id: Any) -> Rostered | None:
        return self._rostered.get(agent_id)

    def put(self, agent: RoutableAgent, lines: Iterable[Line]) -> Rostered:
        """Add an agent, or replace what was known of them; they stand on no shelf afterwards."""
        rostered = self._rostered.get(agent.id)
        if rostered is None:
            rostered = self._rostered[agent.id] = Rostered(agent)
        else:
            self._forget_places(rostered)
            rostered.agent, rostered.turn = agent, max(agent.turn, rostered.turn)
        for index, keys in self._indexes(agent):
            for key in keys:
                index.setdefault(key, set()).add(agent.id)
        rostered.places = {line: self._shelf(line, agent) for line in lines if line.signature.suits(agent)}
        return rostered

    def put_figures(self, agent: RoutableAgent) -> bool:
        """Replace only what an agent's place within a rank is made of; False when more has changed than that.

        Nobody leaves a shelf by it, and no line is looked at but those that order by such figures.
        """
        rostered = self._rostered.get(agent.id)
        if rostered is None or not _serves_alike(rostered.agent, agent):
            return False
        entry = rostered.entry
        measured = [shelf for shelf in rostered.places.values() if isinstance(shelf, MeasuredShelf)]
        if entry is not None:
            for shelf in measured:
                shelf.take_out(entry)
        rostered.agent, rostered.turn = agent, max(agent.turn, rostered.turn)
        if entry is not None:
            for shelf in measured:
                shelf.add(entry)
        return True

    def remove(self, agent_id: Any) -> None:
        rostered = self._rostered.pop(agent_id, None)
        if rostered is not None:
            self._forget_places(rostered)

    def open_line(self, line: Line) -> None:
        """Let every agent who suits a new line serve it."""
        self._sweep()
        for rostered in self._candidates(line.signature):
            if line.signature.suits(rostered.agent):
                shelf = rostered.places[line] = self._shelf(line, rostered.agent)
                if rostered.entry is not None:
                    shelf.is_sorted = False
                    shelf.add(rostered.entry)
                    line.may_have_free = True

    def close_lines(self, closed: Iterable[Line]) -> None:
        """Let nobody serve these lines any more. Nothing waits there, so the agents can forget them by and by."""
        for line in closed:
            line.is_open = False
        self._unswept = list(self._rostered.values())

    def set_free(self, rostered: Rostered) -> None:
        """Stand on every shelf of theirs, to be found by work that arrives."""
        rostered.state = Availability.FREE
        moment = rostered.idle_since, rostered.agent.id
        entry = rostered.entry = (*moment, rostered)
        if moment >= self._last_free:
            self._last_free = moment
        else:
            for shelf in rostered.places.values():
                shelf.is_sorted = False
        for line, shelf in rostered.places.items():
            shelf.add(entry)
            line.may_have_free = True

    def set_state(self, rostered: Rostered, state: Availability) -> None:
        """Any state but free: off every shelf."""
        rostered.entry = None
        rostered.state = state

    def near(self, signature: Signature, most: int) -> list[Rostered]:
        """At most so many agents whose verdict tells most: those of the queues asked for, then the others."""
        if len(self) <= most or signature.queue_id is None:
            return list(islice(self, most))
        members = self._of_queues(signature)
        found = [self._rostered[agent_id] for agent_id in islice(members, most)]
        others = (rostered for rostered in self if rostered.agent.id not in members)
        return found + list(islice(others, most - len(found)))

    def _sweep(self) -> None:
        """Some more agents forget closed lines; all have, long before so many more are opened that some close."""
        for rostered in self._unswept[-SWEPT_AT_ONCE:]:
            rostered.places = {line: shelf for line, shelf in rostered.places.items() if line.is_open}
        del self._unswept[-SWEPT_AT_ONCE:]

    def _shelf(self, line: Line, agent: RoutableAgent) -> Shelf | MeasuredShelf:
        shelf = line.shelf(line.strategy.rank(agent, line.signature))
        shelf.members += 1
        return shelf

    def _candidates(self, signature: Signature) -> list[Rostered]:
        """Those in the queue who have the skills at any level: opening a line must not look at everybody."""
        target = signature.target_agent
        if target is not None:
            return [self._rostered[target]] if target in self._rostered else []
        groups = [self._with_skill.get(skill, set()) for skill, level in signature.requirements if level > 0]
        if signature.group_id is not None:
            groups.append(self._in_group.get(signature.group_id, set()))
        if signature.queue_id is not None:
            groups.append(self._of_queues(signature))
        if not groups:
            return list(self._rostered.values())
        groups.sort(key=len)
        return [self._rostered[agent_id] for agent_id in groups[0].intersection(*groups[1:])]

    def _of_queues(self, signature: Signature) -> set[Any]:
        asked = (signature.queue_id, *signature.queue_ids)
        return set().union(*(self._in_queue.get(queue_id, ()) for queue_id in asked if queue_id is not None))

    def _indexes(self, agent: RoutableAgent) -> Iterator[tuple[dict[int, set[Any]], Iterable[int]]]:
        yield self._in_queue, agent.queues
        yield self._in_group, agent.groups
        yield self._with_skill, agent.skills

    def _forget_places(self, rostered: Rostered) -> None:
        agent = rostered.agent
        for shelf in rostered.places.values():
            shelf.members -= 1
        rostered.entry, rostered.places = None, {}
        for index, keys in self._indexes(agent):
            for key in keys:
                index[key].discard(agent.id)


def _serves_alike(before: RoutableAgent, after: RoutableAgent) -> bool:
    """Can they take the same works, in the same rank?"""
    return (
        before.skills == after.skills
        and before.queues == after.queues
        and before.groups == after.groups
        and before.in_hand == after.in_hand
        and before.capacity == after.capacity
    )
