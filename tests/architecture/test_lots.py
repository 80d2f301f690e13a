"""`make test` runs every test, and none twice, in whatever lots it is dealt."""

from collections import Counter, deque
from pathlib import Path

from tests.__main__ import Suite
from tests.lots import HERE, browsing, computing, undisturbed, waiting
from tests.outside import SURE


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


def test_a_module_that_cannot_be_read_hides_no_other_of_its_lot(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    (tmp_path / "test_broken.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "test_sound.py").write_text("def test_it():\n    assert True\n")
    lot = ["-p", "no:django", "-p", "tests.outside", str(tmp_path)]
    suite = Suite(tmp_path, piles=[deque([lot]), deque(), deque()])
    suite.work(0)
    assert suite.outcomes == {"passed": 1, "error": 1}
    assert suite.failed == {(SURE, "test_broken.py")}
    assert suite.worst == 0
    # What was compiled for it is there for the lots that come after.
    assert list(tmp_path.glob("__pycache__/test_sound*.pyc"))
