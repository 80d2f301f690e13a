"""`make test` runs every test, and none twice, in whatever lots it is dealt."""

from collections import Counter
from pathlib import Path

from tests.lots import HERE, browsing, computing, undisturbed, waiting


def test_every_test_file_is_in_one_lot() -> None:
    named: Counter[Path] = Counter()
    for lot in [*waiting(), *browsing(), *computing(), *undisturbed()]:
        kind = lot[1] if lot[0] == "-m" else ""
        for path in lot[2:] if kind else lot:
            whole = HERE.parent / path
            files = whole.rglob("test_*.py") if whole.is_dir() else [whole]
            named.update(file for file in files if kind != "freeswitch")
    assert dict(named) == dict.fromkeys(HERE.rglob("test_*.py"), 1)


def test_the_contract_runs_on_both_switches() -> None:
    files = {
        kind: sorted(path for lot in waiting() if lot[:2] == ["-m", kind] for path in lot[2:])
        for kind in ("freeswitch", "not freeswitch")
    }
    assert files["freeswitch"] == files["not freeswitch"]
