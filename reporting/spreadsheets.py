"""Tables as files: xlsx for people, csv for programs. No cell can become a formula in the reader's program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from reporting.metric import Metric
from reporting.registry import METRICS
from reporting.tables import Line, Table, Value, kept_value
from tenants.exports import neutralise

UNITS = {"percent": " %", "seconds": " s"}


def csv_of(table: Table, stamp: list[tuple[str, str]]) -> bytes:
    """One table; the stamp (period, queue, zone …) goes before it. UTF-8 with a mark, so Excel reads Chinese."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in [*stamp, (), *rows_of(table)]:
        writer.writerow([neutralise(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_of(tables: Iterable[Table], stamp: list[tuple[str, str]]) -> bytes:
    """A sheet per table, one that says what was asked, and one with the definitions."""
    book = Workbook()
    about = book.active
    about.title = _("About")
    _fill(about, stamp)
    shown: dict[str, Metric] = {}
    for table in tables:
        _fill(book.create_sheet(table.title[:31]), rows_of(table), has_head=True)
        shown |= {metric.id: metric for metric in table.metrics}
    _fill(book.create_sheet(_("Definitions")), definition_rows(shown.values()), has_head=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet, rows: Iterable[Iterable[Value]], *, has_head: bool = False) -> None:
    for row in rows:
        sheet.append([neutralise(value) for value in row])
    sheet.column_dimensions["A"].width = 24
    if has_head:
        sheet.freeze_panes = "B2"
        for cell in sheet[1]:
            cell.font = Font(bold=True)


def rows_of(table: Table) -> list[list[Value]]:
    """The head names each column and, in brackets, the id of its definition."""
    head: list[Value] = [
        table.heading,
        *(f"{metric.name} [{metric.id}]{UNITS.get(metric.unit, '')}" for metric in table.metrics),
    ]
    lines = [*table.lines, *([table.total] if table.total else [])]
    head += [f"{extra.name}{UNITS.get(extra.unit, '')}" for extra in table.more]
    return [head, *(_row(line) for line in lines)]


def _row(line: Line) -> list[Value]:
    return [
        line.label,
        *(kept_value(cell.value, cell.metric.unit) for cell in line.cells),
        *(kept_value(*extra) for extra in line.extra),
    ]


def definition_rows(metrics: Iterable[Metric] = METRICS.values()) -> list[list[Value]]:
    head: list[Value] = [_("Id"), _("Name"), _("Formula"), _("Population"), _("Left out"), _("Unit")]
    lines: list[list[Value]] = [
        [m.id, str(m.name), str(m.formula), str(m.population), str(m.exclusions), m.unit] for m in metrics
    ]
    return [head, *lines]
