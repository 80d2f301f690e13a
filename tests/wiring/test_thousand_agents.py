"""The judge of the benchmark of a thousand agents: what counts as heard, and whose processor time it was."""

import os
import subprocess
import sys

from benchmarks.processes import cpu_seconds, family_seconds
from benchmarks.processor_time import GENERATOR, LEFT, OTHERS, Reading, read, table, used
from benchmarks.thousand_agents import Offer, Told, judged


def told(*heard: tuple[int, str, float, str]) -> Told:
    found = Told()
    for agent_id, call_id, at, ringing in heard:
        found.heard[agent_id, call_id].append((at, ringing))
    return found


def test_a_pop_is_the_first_word_of_the_call_on_the_agents_own_page() -> None:
    offer = Offer("one", 7, "call", 100.0)
    pops = judged(
        [offer], told((7, "call", 100.25, "one"), (7, "call", 100.5, ""), (8, "call", 100.1, "one"))
    )
    assert (pops.delays, pops.late, pops.never) == ([250.0], 0, 0)


def test_an_offer_heard_of_when_the_phone_no_longer_rang_is_late_and_still_counted() -> None:
    pops = judged([Offer("one", 7, "call", 100.0)], told((7, "call", 101.5, "")))
    assert (pops.delays, pops.late, pops.never) == ([1500.0], 1, 0)


def test_what_was_heard_before_the_offer_or_elsewhere_is_not_its_pop() -> None:
    second = Offer("two", 7, "call", 110.0)
    pops = judged(
        [second], told((7, "call", 100.2, "one"), (8, "call", 110.1, "two"), (7, "other", 111.0, ""))
    )
    assert (pops.delays, pops.late, pops.never) == ([], 0, 1)


def test_a_family_has_the_time_of_children_that_have_ended() -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])\nprint(flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdout.readline()
        own, family = cpu_seconds(parent.pid), family_seconds(parent.pid)
        parent.stdin.close()
    assert family - own >= 0.19


def test_the_table_says_what_calls_cost_on_top_of_open_pages() -> None:
    names = {"web": 10.0, GENERATOR: 1.0}
    before = Reading(at=0, spent=names, busy=100, left=50, stolen=0)
    quiet = Reading(at=10, spent={"web": 11.0, GENERATOR: 1.0}, busy=102, left=68, stolen=0)
    after = Reading(at=20, spent={"web": 16.0, GENERATOR: 2.0}, busy=112, left=78, stolen=0)
    assert used(quiet, after) == {"web": 5.0, GENERATOR: 1.0, OTHERS: 4.0, "taken by the host": 0, LEFT: 10}
    lines = table((before, quiet), (quiet, after), calls=100)
    assert lines[1].split() == ["web", "0.10", "0.50", "40.0", "ms"]
    assert lines[-2].split()[-2:] == ["1.80", "1.00"]


def test_a_reading_knows_this_machine_and_this_process() -> None:
    reading = read({"me": os.getpid()})
    assert reading.busy > 0
    assert reading.spent["me"] >= reading.spent[GENERATOR] > 0
