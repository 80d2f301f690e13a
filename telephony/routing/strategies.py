"""Who of several free agents is asked first: one small class per strategy, chosen by each work.

An agent's rank (whole numbers, lowest first) is fixed while what is known of them is: agents of one rank stand on
one shelf. Within it the `measure` decides, where a strategy has one, then who has been idle longest, then the id.
A new strategy is one more class, and its name in STRATEGIES.
"""

from typing import Protocol

from telephony.routing.shapes import RoutableAgent
from telephony.routing.shelf import Rostered
from telephony.routing.signature import Signature

RING_GROUP = "ring_group"
TOP_LEVEL = 10


class Strategy(Protocol):
    """`rank_names` says what the numbers of a rank are, for explanations. `measure_name` is None where idle time
    alone decides within a rank; otherwise `measure` gives that figure, lowest first.
    """

    rank_names: tuple[str, ...]
    measure_name: str | None

    def rank(self, agent: RoutableAgent, signature: Signature) -> tuple[int, ...]: ...

    def measure(self, rostered: Rostered) -> float: ...


class LongestIdle:
    """Nearest position in the queue, then who has most of the preferred skills, then longest idle."""

    rank_names: tuple[str, ...] = ("position", "lacks_preferred")
    measure_name: str | None = None

    def rank(self, agent: RoutableAgent, signature: Signature) -> tuple[int, ...]:
        return signature.position_of(agent), _lacks_preferred(agent, signature)

    def measure(self, rostered: Rostered) -> float:
        return 0.0


class MostSkilled(LongestIdle):
    """The same, but before idle time counts how skilled they are in all that is asked or preferred."""

    rank_names: tuple[str, ...] = ("position", "lacks_preferred", "missing_levels")

    def rank(self, agent: RoutableAgent, signature: Signature) -> tuple[int, ...]:
        asked = signature.requirements + signature.preferred
        levels = [agent.skills.get(skill, 0) for skill, _ in asked]
        missing = TOP_LEVEL * len(levels) - sum(levels)
        return signature.position_of(agent), _lacks_preferred(agent, signature), missing


class LeastBusy(LongestIdle):
    """Within a position, whoever has worked fewest seconds today."""

    measure_name: str | None = "busy_seconds"

    def measure(self, rostered: Rostered) -> float:
        return rostered.agent.busy_seconds


class RoundRobin(LongestIdle):
    """Within a position, whoever was offered something longest ago."""

    measure_name: str | None = "turn"

    def measure(self, rostered: Rostered) -> float:
        return rostered.turn


class RingGroup(LongestIdle):
    """Several phones ring at once; which, when more are free, is decided as by longest idle."""


STRATEGIES: dict[str, Strategy] = {
    "most_skilled": MostSkilled(),
    "longest_idle": LongestIdle(),
    "least_busy": LeastBusy(),
    "round_robin": RoundRobin(),
    RING_GROUP: RingGroup(),
}


def strategy_named(name: str) -> Strategy:
    """Never another one in silence: an unknown name is a ValueError."""
    if name not in STRATEGIES:
        raise ValueError(f"There is no routing strategy named {name!r}.")
    return STRATEGIES[name]


def _lacks_preferred(agent: RoutableAgent, signature: Signature) -> int:
    if not signature.preferred:
        return 0
    return sum(1 for skill, level in signature.preferred if agent.skills.get(skill, 0) < level)
