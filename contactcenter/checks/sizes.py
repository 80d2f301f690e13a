"""Sizes we keep: functions and files stay small enough to be read whole; no module has a name that says nothing."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from contactcenter.environment import PROJECT

FOLDERS = (
    "contactcenter",
    "tenants",
    "telephony",
    "ticketing",
    "quality",
    "reporting",
    "benchmarks",
    "tests",
)
FUNCTION_P95, FUNCTION_MOST = 30, 60
FILE_P95, FILE_MOST = 250, 400
SAY_NOTHING = {"utils", "helpers", "common", "base", "core", "mixins", "manager", "managers", "misc"}
NAMED_BY_OTHERS = {"tenants/postgresql/base.py"}
"""Django looks for a database backend under this name and no other."""


class Size(NamedTuple):
    lines: int
    what: str


def files() -> list[Path]:
    found = (path for folder in FOLDERS for path in (PROJECT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def functions_of(path: Path) -> Iterator[Size]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Size(lines, f"{path.relative_to(PROJECT)}:{node.lineno} {node.name}")


def p95(sizes: list[Size]) -> int:
    """The size that 95 of 100 stay within; 0 of none."""
    ordered = sorted(size.lines for size in sizes)
    return ordered[int(0.95 * (len(ordered) - 1))] if ordered else 0


def complaints(sizes: list[Size], kind: str, most: int, usual: int) -> list[str]:
    said = [f"{size.what}: {size.lines} lines, more than {most}" for size in sizes if size.lines > most]
    if p95(sizes) > usual:
        said.append(f"p95 of {kind} is {p95(sizes)} lines, more than {usual}")
    return said


def main() -> int:
    paths = files()
    file_sizes = [Size(len(path.read_bytes().splitlines()), str(path.relative_to(PROJECT))) for path in paths]
    function_sizes = [size for path in paths for size in functions_of(path)]
    said = complaints(file_sizes, "files", FILE_MOST, FILE_P95)
    said += complaints(function_sizes, "functions", FUNCTION_MOST, FUNCTION_P95)
    said += [
        f"{path.relative_to(PROJECT)}: a name that says nothing"
        for path in paths
        if path.stem in SAY_NOTHING and str(path.relative_to(PROJECT)) not in NAMED_BY_OTHERS
    ]
    print(*said, f"functions p95 {p95(function_sizes)}, files p95 {p95(file_sizes)} lines", sep="\n")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
