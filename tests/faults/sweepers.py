"""Processes that settle one folder of call records, as a worker's own thread does, and can be killed.

`python -m tests.faults.sweepers FOLDER` answers each line on its input with the process id of one more: a fork, so that
importing is paid once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import django

PAUSE = 0.02


def main(folder: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from contactcenter.run.kernel import die_with_parent

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            die_with_parent()
            sweep_for_ever(folder)
        answers.write(f"{child}\n")
        answers.flush()


def sweep_for_ever(folder: Path) -> None:
    from telephony.freeswitch import cdr
    from telephony.freeswitch.translate import Source
    from telephony.spool import Sweep

    source = Source("main-1", str(folder / "recordings"))
    sweep = Sweep(folder, parse=lambda content: cdr.settle(content, source), scrub=cdr.scrubbed)
    while True:
        sweep.run()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
