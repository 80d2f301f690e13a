"""One line per fault and switch in docs/faults.md, replaced when it is run again."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- results -->", "<!-- end of results -->"
HEAD = "| fault | switch | what was done | passed | what was seen | when |\n|---|---|---|---|---|---|\n"


@dataclass(frozen=True)
class Result:
    """`counts` tells whoever adds up slices how much was done."""

    fault: str
    kind: str
    done: str
    passed: bool
    seen: str
    counts: dict[str, int] = field(default_factory=dict)

    def line(self) -> str:
        cells = [self.fault, self.kind, self.done, "yes" if self.passed else "**no**", self.seen, _when()]
        return "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |\n"


def _when() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M}, {platform.machine()}"


def save(result: Result, *, is_more: bool = False) -> None:
    """Into the table of docs/faults.md: beside the lines this fault has for this switch, or in their place."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    table, after = rest.split(END)
    lines = [line + "\n" for line in table.strip().splitlines()[2:]]
    mine = re.compile(rf"\| {re.escape(result.fault)} \| {re.escape(result.kind)} \|")
    others = [line for line in lines if is_more or not mine.match(line)]
    kept = sorted([*others, result.line()], key=_order)
    PAGE.write_text(f"{before}{BEGIN}\n{HEAD}{''.join(kept)}{END}{after}", encoding="utf-8")


def _order(line: str) -> tuple[int, str]:
    number = re.search(r"F(\d+)", line)
    return (int(number[1]) if number else 0, line)
