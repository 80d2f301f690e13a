"""`make faults` lists them; `make faults F=1` runs one for long, on each switch there is, and writes docs/faults.md.

`KIND=rehearsal` or `KIND=freeswitch` chooses one switch, `SECONDS=150` ends a long one after so many (what was done is
what is written), `MORE=1` keeps the lines of earlier runs beside the new one.
"""

from __future__ import annotations

import os
import shutil
import sys

import django

import tests.servers  # noqa: F401  (where our own servers are, before Django reads its settings)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
django.setup()

# Some look at rows, so they are imported when the apps are there.
from tests.faults.catalogue import FAULTS, long_form  # noqa: E402
from tests.faults.results import save  # noqa: E402


def main() -> int:
    wanted = os.environ.get("F", "").upper().removeprefix("F")
    if not wanted:
        for number, fault in FAULTS.items():
            print(f"F{number:<3} {fault.PROVES}")
        print("\nmake faults F=1 runs one; results are kept in docs/faults.md.")
        return 0
    fault = FAULTS.get(int(wanted))
    if fault is None:
        print(f"There is no F{wanted}.", file=sys.stderr)
        return 2
    results = [long_form(fault, kind, os.environ.get("SECONDS")) for kind in _kinds(fault)]
    for result in results:
        print(result.line())
        save(result, is_more=bool(os.environ.get("MORE")))
    return 0 if all(result.passed for result in results) else 1


def _kinds(fault) -> list[str]:  # noqa: ANN001
    here = [kind for kind in fault.LONG if kind != "freeswitch" or shutil.which("freeswitch")]
    chosen = os.environ.get("KIND")
    return [kind for kind in here if chosen in (None, "", kind)]


if __name__ == "__main__":
    sys.exit(main())
