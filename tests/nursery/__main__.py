"""`python -m tests.nursery`: answers each line of JSON on its input with one on its output.

`{"words", "environment", "said", "log"}` starts a program: its process id. `{"pid"}`: how it ended, or null while it
lives. `{"pid", "signal"}` sends it one.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from contactcenter.run.forked import Forked, import_everything
from contactcenter.run.kernel import die_with_parent

PROJECT = Path(__file__).resolve().parents[2]


def main() -> None:
    die_with_parent()
    import_everything(dict(os.environ))
    import telephony.worker.assembly  # noqa: F401

    answers = os.fdopen(os.dup(1), "w")
    known: dict[int, Forked] = {}
    for line in sys.stdin:
        answers.write(json.dumps(_done(json.loads(line), known)) + "\n")
        answers.flush()


def _done(asked: dict[str, Any], known: dict[int, Forked]) -> int | None:
    if "words" in asked:
        words = ["-m", "tests.nursery.settled", asked["log"], *asked["words"]]
        one = Forked("test", words, log=Path(asked["said"]), environment=asked["environment"], folder=PROJECT)
        known[one.pid] = one
        return one.pid
    one = known[asked["pid"]]
    if "signal" in asked:
        one.send_signal(asked["signal"])
    return one.poll()


if __name__ == "__main__":
    main()
