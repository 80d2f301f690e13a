"""A11: a formula in any text of any row leaves in every sheet as text, and comes in again unchanged."""

import csv
import io
import re

import pytest
from openpyxl import load_workbook

from tenants.context import enter
from tenants.exports import neutralise, restore
from tests.attacks.test_a16_markup import _with_public_rows
from tests.tenants import planting
from tests.tenants.conftest import someone  # noqa: F401  (a fixture)
from tests.tenants.probing import addresses, ask
from tests.tenants.test_permissions import LETTERS

pytestmark = pytest.mark.timeout(600)
SHEETS = re.compile(r"export|csv|xlsx|sheet|download")
"""What every address that gives a sheet has in its name; pages are looked at elsewhere."""
FORMULA = "=cmd|' /C calc'!A0"
STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
PAYLOADS = [
    start + rest for start in STARTS for rest in ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x")', "x")
]


def cells(answer) -> list[str]:
    """Every text of a sheet, as a spreadsheet program would take it."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if "openxml" in answer["Content-Type"]:
        book = load_workbook(io.BytesIO(body))
        found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in found if cell.data_type == "f"]
        return [str(cell.value) for cell in found if isinstance(cell.value, str)]
    return [cell for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))) for cell in row]


def runs(cell: str) -> bool:
    return cell.startswith(STARTS) and not cell.lstrip("+-").replace(".", "").replace(" ", "").isdigit()


def is_sheet(answer) -> bool:
    kind = answer.get("Content-Type", "")
    return answer.status_code == 200 and ("text/csv" in kind or "openxml" in kind)


def test_no_sheet_of_any_address_holds_a_live_formula(acme, globex, someone, monkeypatch):  # noqa: F811
    monkeypatch.setattr(planting, "CANARY", FORMULA)
    with enter("acme"):
        garden = planting.plant()
    client, live, sheets, told = someone(acme, *LETTERS), [], 0, 0
    for where in filter(SHEETS.search, addresses(_with_public_rows(garden))):
        for answer in asked_for_sheets(client, where):
            if not is_sheet(answer):
                continue
            found = cells(answer)
            sheets += 1
            told += sum("calc" in cell for cell in found)
            live += [f"{where}: {cell[:60]!r}" for cell in found if runs(cell)]
    assert live == []
    assert sheets > 10
    assert told > 10


def asked_for_sheets(client, where: str):
    """By GET as it stands; an export form of the settings is filled in, once for each format."""
    if not (where.endswith("/export/") and where.startswith("/admin/")):
        yield ask(client, "get", where, {})
        return
    page = ask(client, "get", where, {})
    form = page.context["form"] if page.status_code == 200 and page.context else None
    if form is None:
        return
    ticked = {name: "on" for name, field in form.fields.items() if type(field).__name__ == "BooleanField"}
    for number, _name in form.fields["format"].choices:
        if str(number).isdigit():
            yield ask(client, "post", where, ticked | {"format": str(number), "resource": "0"})


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_goes_out_as_text_comes_in_as_it_was(payload):
    out = neutralise(payload)
    assert not runs(str(out))
    assert restore(out) == payload
