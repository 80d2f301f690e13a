"""A process that settles one folder of call records, as a worker's own thread does, and can be killed.

`python -m tests.faults.sweepers FOLDER`
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django

PAUSE = 0.02


def main(folder: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    sweep_for_ever(folder)


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
