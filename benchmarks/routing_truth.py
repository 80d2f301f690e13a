"""(a2) Is a fast decision the right one? Random lives of a centre, told to the router and to an exhaustive oracle.

In them is all a queue can be told: the strategies with ring groups, required and preferred skills, groups, helping
queues, steps that widen, the agent of last time, scores, capacity for calls and chats, exclusions, priorities.
"""

import json
import time
from collections import Counter
from random import Random

from benchmarks.harness import Report, Target, WrongAnswer
from telephony.routing import replay
from tests.telephony.routing.stories import Story

TITLE = "a2 · Routing truth"
LIVES, TURNS = 400, 100
REPLAYED = 10  # every tenth life keeps what each decision was made on, and decides it again


def run(repeats: int) -> Report:
    """Each round has other seeds: five rounds are two hundred thousand states."""
    report, rates, seen = Report(TITLE), [], Counter()
    for turn in range(repeats):
        began = time.process_time()
        for seed in range(turn * LIVES, (turn + 1) * LIVES):
            seen += _live(seed)
        rates.append(LIVES * TURNS / (time.process_time() - began))
    report.row(
        f"{LIVES * TURNS:,} states a round",
        "router and oracle together",
        "states per CPU second",
        "1/s",
        rates,
    )
    report.targets += [
        Target("differences from the oracle", 0, at_most=0),
        Target("calls or agents given twice", 0, at_most=0),
        Target("longest wait beyond the oracle's, seconds", seen["longer by"], at_most=1),
    ]
    states = LIVES * TURNS * repeats
    said = ", ".join(f"{count:,} {what}" for what, count in sorted(seen.items()) if what != "longer by")
    report.checks.append(
        (
            "same agents as the oracle, never two offers at once, nobody idle beside a work they may take, nobody "
            "passed over, nobody beyond capacity, and stored inputs decide again alike",
            f"{states:,} states, {said}",
        )
    )
    return report


def _live(seed: int) -> Counter[str]:
    """One life, and what its decisions were about. Anything that is not as the oracle has it ends the run."""
    story = Story(Random(seed), keeps_inputs=seed % REPLAYED == 0)
    try:
        story.tell(TURNS)
        replayed = [_replay(made) for made in story.made if made.inputs is not None]
    except AssertionError as difference:
        raise WrongAnswer(f"seed {seed}: {difference}") from difference
    reasons = [made.explanation for made in story.made]
    return Counter(
        {
            "decisions": len(story.made),
            "to several phones": sum(1 for made in story.made if made.together),
            "by score": sum(1 for reason in reasons if "score" in reason.rank_names),
            "at a later step": sum(1 for reason in reasons if reason.step),
            "replayed": len(replayed),
            "longer by": story.longer_by,
        }
    )


def _replay(made) -> None:
    inputs = json.loads(json.dumps(made.inputs))
    assert replay(inputs) == (made.agent_id, *made.together), "the stored inputs decide otherwise"
