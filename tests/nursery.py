"""Starts parts and stage programs of a product under test without starting Python and Django for each: forks of a
process that has imported both, as `make run` starts its parts (contactcenter/run/forked.py).

`python -m tests.nursery` answers each line on its input with one on its output: `["start", name, arguments, log]` with
a process id, `["end", id]` with its exit code when it has come to its end. Each is a process of its own, with
connections of its own, and ends when this one does. tests/parts.py is the side that asks.
"""

import gc
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path

from contactcenter.environment import PROJECT
from contactcenter.run.forked import Forked

NEEDED = {
    "contactcenter.run.web": ("contactcenter.urls", "contactcenter.public_urls"),
    "tests.journeys.stage": ("contactcenter.urls", "contactcenter.public_urls"),
    "run_telephony": ("telephony.worker.assembly",),
}
"""A word of a command → what it imports beside Django: here, before the first of its kind, for all that follow."""


def start(name: str, arguments: list[str], log: str) -> int:
    for word in NEEDED.keys() & set(arguments):
        for module in NEEDED[word]:
            import_module(module)
    _be_alone()
    # As there: no part need look through what is there now, and so copy it, when it cleans up.
    gc.freeze()
    return Forked(name, arguments, log=Path(log), environment=dict(os.environ), folder=PROJECT).pid


def end(pid: int) -> int:
    """Until then nobody else is given its id."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _be_alone() -> None:
    """What was imported may have asked a database. A thread would be missing in the fork, what it held locked."""
    from django.db import connections

    connections.close_all()
    threads = os.listdir("/proc/self/task")
    assert len(threads) == 1, f"Something that was imported has started {len(threads) - 1} threads."


def main() -> None:
    import django

    # What interrupts the tests is for them to answer: they stop what they started.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    answers = os.fdopen(os.dup(1), "w")
    # From here on whatever is printed is the log's.
    os.dup2(2, 1)
    asked = {"start": start, "end": end}
    for line in sys.stdin:
        what, *words = json.loads(line)
        answers.write(json.dumps(asked[what](*words)) + "\n")
        answers.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    main()
