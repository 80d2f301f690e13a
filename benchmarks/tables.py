"""The results as one page of Markdown, which is also what the terminal shows."""

from benchmarks.harness import Report, shown


def page(
    reports: list[Report], machine: str, commit: str, repeats: int, not_run: dict[str, str] | None = None
) -> str:
    lines = [
        "# Benchmark results",
        "",
        f"Machine: {machine}. Commit {commit}. {repeats} rounds, subjects by turns; "
        "median and lowest–highest of the rounds.",
        "",
    ]
    for report in reports:
        lines += _section(report)
    if not_run:
        lines += ["## Not run", "", *(f"- **{name}**: {why}" for name, why in not_run.items()), ""]
    return "\n".join(lines).rstrip() + "\n"


def _section(report: Report) -> list[str]:
    lines = [f"## {report.title}", ""]
    lines += table(
        ("workload", "subject", "figure", "median", "spread", "unit"),
        [(r.workload, r.subject, r.figure, shown(r.median), r.spread, r.unit) for r in report.rows],
    )
    if report.targets:
        lines += table(
            ("target", "wanted", "seen", ""),
            [(t.what, t.wanted, shown(t.value), t.verdict) for t in report.targets],
        )
    lines += [f"Checked: {what}: {seen}." for what, seen in report.checks]
    return [*lines, ""]


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(str(cell)) for cell in column) for column in zip(head, *rows, strict=True)]
    lines = [_line(head, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    return [*lines, *(_line(row, widths) for row in rows), ""]


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "| " + " | ".join(str(cell).ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
