"""Customers as a sheet: a dry run names every wrong row; nothing is saved until all are right."""

import pytest
from tablib import Dataset

from tenants.context import enter
from ticketing import actions
from ticketing.admin_resources import CustomerResource
from ticketing.models import Customer, CustomerPhone

HEAD = ("name", "level", "language", "tags", "note", "numbers")


def sheet(*rows, head=HEAD):
    return Dataset(*rows, headers=head)


def load(data, dry_run=False):
    return CustomerResource().import_data(data, dry_run=dry_run, raise_errors=False)


def complaints(result):
    """Row number → words, whichever way import-export keeps them."""
    said = {number: str(errors[0].error) for number, errors in result.row_errors()}
    return said | {row.number: str(row.error) for row in result.invalid_rows}


WANG = ("王芳", "vip", "zh-hans", "大客户, 冰箱", "note", "138 1234 2211; 010-65551234")


def test_rows_become_customers_with_numbers(in_acme):
    result = load(sheet(WANG, ("Li", "", "", "", "", "")))
    assert not complaints(result)
    wang = Customer.objects.get(name="王芳")
    assert (wang.level, wang.tags) == ("vip", ["大客户", "冰箱"])
    assert [phone.e164 for phone in wang.phones.all()] == ["+8613812342211", "+861065551234"]
    assert Customer.objects.get(name="Li").level == "standard"


def test_a_dry_run_saves_nothing(in_acme):
    result = load(sheet(WANG), dry_run=True)
    assert result.totals["new"] == 1
    assert not Customer.objects.exists()
    assert not CustomerPhone.objects.exists()


def test_a_second_import_of_the_same_sheet_changes_nothing(in_acme):
    load(sheet(WANG))
    result = load(sheet(WANG))
    assert (result.totals["new"], result.totals["update"], result.totals["skip"]) == (0, 0, 1)
    assert (Customer.objects.count(), CustomerPhone.objects.count()) == (1, 2)


def test_a_known_number_finds_its_customer_and_adds_what_is_new(in_acme, now):
    who = actions.create_customer(name="Old name", numbers=["13812342211"], country="CN", at=now)
    assert not complaints(load(sheet(WANG)))
    who.refresh_from_db()
    assert (Customer.objects.count(), who.name, who.phones.count()) == (1, "王芳", 2)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("Li", "", "", "", "", "call me"), "is not a telephone number"),
        (("Li", "", "", "", "", "13812342211"), "already in row 1"),
        (("Li", "platinum", "", "", "", ""), "platinum"),
        (("", "vip", "", "", "", ""), "blank"),
        (("x" * 121, "", "", "", "", ""), "120"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_saved(in_acme, row, words):
    result = load(sheet(WANG, row))
    said = complaints(result)
    assert list(said) == [2]
    assert words in said[2]


def test_numbers_of_two_customers_in_one_row_are_refused(in_acme, now):
    actions.create_customer(name="A", numbers=["13812342211"], country="CN", at=now)
    actions.create_customer(name="B", numbers=["01065551234"], country="CN", at=now)
    assert "belongs to another customer" in complaints(load(sheet(WANG)))[1]


def test_an_id_cannot_take_anothers_number(in_acme, now):
    actions.create_customer(name="A", numbers=["13812342211"], country="CN", at=now)
    other = actions.create_customer(name="B", country="CN", at=now)
    row = (str(other.pk), "B", "", "", "", "", "13812342211")
    assert "belongs to another customer" in complaints(load(sheet(row, head=("id", *HEAD))))[1]


def test_what_is_exported_comes_back_unchanged_and_runs_nothing(in_acme, now):
    actions.create_customer(
        name="=1+1",
        numbers=["13812342211", "01065551234"],
        tags=["@x", "b"],
        note="+cmd|' /C calc'!A0",
        country="CN",
        at=now,
    )
    out = CustomerResource().export()
    (row,) = out.dict
    assert (row["name"], row["tags"], row["note"]) == ("'=1+1", "'@x, b", "'+cmd|' /C calc'!A0")
    result = load(out)
    assert not complaints(result)
    assert (result.totals["new"], result.totals["update"], result.totals["skip"]) == (0, 0, 1)


def test_the_admin_shows_the_dry_run_and_writes_the_import_down(acme, in_acme, member, client_of, tmp_path):
    boss = client_of(member(acme, "admin"))
    file = tmp_path / "customers.csv"
    file.write_text("name,numbers\n王芳,13812342211\nLi,nonsense\n", encoding="utf-8")
    with file.open("rb") as upload:
        page = boss.post(
            "/admin/ticketing/customer/import/", {"import_file": upload, "format": "0", "resource": "0"}
        )
    assert page.status_code == 200
    assert "nonsense" in page.content.decode()
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("role", "listed", "exported"),
    [
        ("owner", 200, 200),
        ("admin", 200, 200),
        ("supervisor", 200, 403),
        ("inspector", 200, 403),
        ("finance", 302, 302),
    ],
)
def test_the_admin_follows_the_roles(acme, in_acme, member, client_of, now, role, listed, exported):
    actions.create_customer(name="王芳", numbers=["13812342211"], country="CN", at=now)
    boss = client_of(member(acme, role))
    page = boss.get("/admin/ticketing/customer/?q=1234")
    assert page.status_code == listed
    assert "13812342211" not in page.content.decode()
    assert boss.get("/admin/ticketing/customer/export/").status_code == exported
    assert boss.post("/admin/ticketing/ticket/add/").status_code == (403 if listed == 200 else 302)


def test_a_sheet_of_acme_holds_nothing_of_globex(acme, globex, now):
    with enter("globex"):
        actions.create_customer(name="Globex one", numbers=["13812342211"], country="CN", at=now)
    with enter("acme"):
        assert len(CustomerResource().export()) == 0
