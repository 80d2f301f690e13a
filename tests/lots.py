"""Which tests run together: each lot is the arguments of one pytest."""

from pathlib import Path

HERE = Path(__file__).parent
WAITING = ("contract", "faults", "hooks", "records", "run")
WHOLE_PRODUCT = ("cells", "flows_at_work", "life_of_a_tenant", "nodes", "product", "routing")
"""Those of tests/contract that start web and worker beside the switch."""
LARGE = {"tenants": 1, "telephony": 2}
"""Folders that are lots by themselves, and how many."""
JOURNEYS = 3
LONGEST = HERE / "journeys" / "test_every_page.py"
"""A lot by itself, and begun first."""
UNDISTURBED = HERE / "contract" / "test_page_phone.py"
"""A lot by itself, when all others have ended: a browser that speaks stutters on a busy machine."""
Arguments = list[str]


def waiting() -> list[Arguments]:
    """Lots of tests that speak to switches or start processes; the longest first."""
    lines = sorted(path for path in (HERE / "contract").glob("test_*.py") if path != UNDISTURBED)
    product = [_named(path) for path in lines if path.stem.removeprefix("test_") in WHOLE_PRODUCT]
    alone = [_named(path) for path in lines if _named(path) not in product]
    kinds = ("not freeswitch", "freeswitch")
    lots = [["-m", kind, *files] for files in (product, *_dealt(alone, 2)) for kind in kinds]
    return [*lots, ["tests/run", "tests/records"], ["tests/faults", "tests/hooks"]]


def browsing() -> list[Arguments]:
    """Lots of journeys: a browser, and the product it works with."""
    return [[_named(LONGEST)], *_dealt(_tests_of(HERE / "journeys"), JOURNEYS)]


def computing() -> list[Arguments]:
    """Every other test of the folder, and those that stand beside the folders."""
    lots = [lot for name, count in LARGE.items() for lot in _dealt(_tests_of(HERE / name), count)]
    found = sorted(path for path in HERE.iterdir() if path.is_dir() or path.name.startswith("test_"))
    rest = [path for path in found if path.is_file() or any(path.rglob("test_*.py"))]
    return [*lots, *_dealt([path for path in rest if path.name not in {*WAITING, *LARGE, "journeys"}], 2)]


def undisturbed() -> list[Arguments]:
    """Lots beside which nothing may run."""
    return [[_named(UNDISTURBED)]]


def _tests_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("test_*.py") if path != LONGEST)


def _named(path: Path) -> str:
    return str(path.relative_to(HERE.parent))


def _dealt(files: list, count: int) -> list[Arguments]:
    """Into so many lots like cards: neighbours in the alphabet are often alike in length."""
    names = [_named(path) if isinstance(path, Path) else path for path in files]
    return [names[place::count] for place in range(count)]
