"""The agents a router knows, and which lines each of them serves."""

from collections.abc import Iterator
from typing import Any

from telephony.routing.line import Line
from telephony.routing.shapes import Availability, RoutableAgent
from telephony.routing.shelf import Rostered, Shelf
from telephony.routing.strategies import Strategy


class Roster:
    """Agents by id, by queue, and on the shelves of the lines they serve."""

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy
        self._rostered: dict[Any, Rostered] = {}
        self._in_queue: dict[int, set[Any]] = {}
        self._with_skill: dict[int, set[Any]] = {}
        self._last_free: tuple[float, Any] = (float("-inf"), 0)

    def __iter__(self) -> Iterator[Rostered]:
        return iter(self._rostered.values())

    def __getitem__(self, agent_id: Any) -> Rostered:
        return self._rostered[agent_id]

    def get(self, agent_id: Any) -> Rostered | None:
        return self._rostered.get(agent_id)

    def put(self, agent: RoutableAgent, lines: list[Line]) -> Rostered:
        """Add an agent, or replace what was known of their queues and skills; they stand on no shelf
        afterwards.
        """
        rostered = self._rostered.get(agent.id)
        if rostered is None:
            rostered = self._rostered[agent.id] = Rostered(agent)
        else:
            self._forget_places(rostered)
            rostered.agent = agent
        for queue_id in agent.queues:
            self._in_queue.setdefault(queue_id, set()).add(agent.id)
        for skill in agent.skills:
            self._with_skill.setdefault(skill, set()).add(agent.id)
        rostered.places = {line: self._shelf(line, agent) for line in lines if line.signature.suits(agent)}
        return rostered

    def remove(self, agent_id: Any) -> None:
        rostered = self._rostered.pop(agent_id, None)
        if rostered is not None:
            self._forget_places(rostered)

    def open_line(self, line: Line) -> None:
        """Let every agent who suits a new line serve it."""
        for rostered in self._candidates(line):
            if line.signature.suits(rostered.agent):
                shelf = rostered.places[line] = self._shelf(line, rostered.agent)
                if rostered.entry is not None:
                    shelf.is_sorted = False
                    shelf.add(rostered.entry)
                    line.may_have_free = True

    def close_lines(self, closed: set[Line]) -> None:
        """Let nobody serve these lines any more."""
        for rostered in self._rostered.values():
            rostered.places = {line: shelf for line, shelf in rostered.places.items() if line not in closed}

    def set_free(self, rostered: Rostered) -> None:
        """Stand on every shelf of theirs, to be found by work that arrives."""
        rostered.state = Availability.FREE
        moment = rostered.idle_since, rostered.agent.id
        entry = rostered.entry = (*moment, rostered)
        is_in_order = moment >= self._last_free
        if is_in_order:
            self._last_free = moment
        for line, shelf in rostered.places.items():
            shelf.is_sorted = shelf.is_sorted and is_in_order
            shelf.add(entry)
            line.may_have_free = True

    def set_state(self, rostered: Rostered, state: Availability) -> None:
        """Any state but free: off every shelf."""
        rostered.entry = None
        rostered.state = state

    def _shelf(self, line: Line, agent: RoutableAgent) -> Shelf:
        queue_id, requirements, _ = line.signature
        shelf = line.shelf(self._strategy.rank(agent, queue_id, requirements))
        shelf.members += 1
        return shelf

    def _candidates(self, line: Line) -> list[Rostered]:
        """Those in the queue who have the skills at any level: opening a line must not look at everybody."""
        queue_id, requirements, target = line.signature
        if target is not None:
            return [self._rostered[target]] if target in self._rostered else []
        groups = [self._with_skill.get(skill, set()) for skill, level in requirements if level > 0]
        if queue_id is not None:
            groups.append(self._in_queue.get(queue_id, set()))
        if not groups:
            return list(self._rostered.values())
        groups.sort(key=len)
        return [self._rostered[agent_id] for agent_id in groups[0].intersection(*groups[1:])]

    def _forget_places(self, rostered: Rostered) -> None:
        agent = rostered.agent
        for shelf in rostered.places.values():
            shelf.members -= 1
        rostered.entry, rostered.places = None, {}
        for queue_id in agent.queues:
            self._in_queue[queue_id].discard(agent.id)
        for skill in agent.skills:
            self._with_skill[skill].discard(agent.id)
