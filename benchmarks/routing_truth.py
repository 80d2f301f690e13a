"""(a2) Is a fast decision the right one? Random lives of a centre, told to the router and to an exhaustive oracle."""

import time
from random import Random

from benchmarks.harness import Report, Target, WrongAnswer
from tests.telephony.routing.stories import Story

TITLE = "a2 · Routing truth"
LIVES, TURNS = 400, 100


def run(repeats: int) -> Report:
    """Each round has other seeds: five rounds are two hundred thousand states."""
    report, states, decisions, rates = Report(TITLE), 0, 0, []
    for turn in range(repeats):
        began = time.process_time()
        for seed in range(turn * LIVES, (turn + 1) * LIVES):
            decisions += _live(seed)
        states += LIVES * TURNS
        rates.append(LIVES * TURNS / (time.process_time() - began))
    report.row(
        f"{LIVES * TURNS:,} states a round",
        "router and oracle together",
        "states per CPU second",
        "1/s",
        rates,
    )
    report.targets.append(Target("differences from the oracle", 0, at_most=0))
    report.checks.append(
        (
            "same decision as the oracle, never two offers at once, nobody passed over",
            f"{states:,} states, {decisions:,} decisions",
        )
    )
    return report


def _live(seed: int) -> int:
    story = Story(Random(seed))
    try:
        story.tell(TURNS)
    except AssertionError as difference:
        raise WrongAnswer(f"seed {seed}: {difference}") from difference
    return len(story.made)
