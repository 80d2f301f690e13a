"""What finance chooses from in the settings of bills: kinds, accounts and weekdays in words of both languages."""

from datetime import date

import pytest

from tenants.closing.account_words import use_in_words, uses
from tenants.closing.books import sheet
from tenants.closing.models import Account, TaxRule
from tenants.service.models import SupportHours
from tests.closing.conftest import NOVEMBER


@pytest.fixture
def finance(member, client_of):
    return client_of(member(None, "operator_finance", name="Fiona"))


@pytest.fixture
def operator(member, client_of):
    return client_of(member(None, "operator", name="Olivia"))


@pytest.mark.parametrize(("language", "words"), [("en", "Included minutes"), ("zh-hans", "套餐内分钟")])
def test_a_rule_of_tax_names_its_kind(sellers, finance, operator, language, words) -> None:
    rule = TaxRule.objects.get(country="CN", kind="bundle")
    for client in (finance, operator):
        client.cookies["django_language"] = language
        page = client.get("/admin/closing/taxrule/").content.decode()
        assert words in page
        assert ">bundle<" not in page
        one = client.get(f"/admin/closing/taxrule/{rule.pk}/change/").content.decode()
        assert words in one


def test_an_account_is_chosen_from_what_the_books_look_for(sellers, finance, invoice) -> None:
    """Every use that the books of a real month ask for can be chosen, and is told in words."""
    add = "/admin/closing/account/add/"
    page = finance.get(add).content.decode()
    assert 'value="revenue:seats"' in page
    assert "Revenue: Seats" in page
    assert (
        finance.post(add, {"use": "revenue:seats", "number": "6001.02", "name": "Seats"}).status_code == 302
    )
    assert "Revenue: Seats" in finance.get("/admin/closing/account/").content.decode()
    refused = finance.post(add, {"use": "revenue:sheep", "number": "6001.03", "name": "Sheep"})
    assert refused.status_code == 200
    assert not Account.objects.filter(number="6001.03").exists()
    invoice()
    wanted = {row["account"] for row in sheet(NOVEMBER).dict}
    assert wanted <= {one.number for one in Account.objects.filter(use__in=uses())}


def test_an_account_typed_before_stays(sellers, finance, operator) -> None:
    old = Account.objects.create(use="till", number="1001", name="Cash")
    change = f"/admin/closing/account/{old.pk}/change/"
    assert finance.post(change, {"use": "till", "number": "1001", "name": "Till"}).status_code == 302
    old.refresh_from_db()
    assert (old.use, old.name) == ("till", "Till")
    assert use_in_words("till") == "till"
    bank = Account.objects.get(use="bank")
    page = operator.get(f"/admin/closing/account/{bank.pk}/change/").content.decode()
    assert "Bank: what was paid" in page


def test_weekdays_are_ticked(operator, finance) -> None:
    add = "/admin/service/supporthours/add/"
    page = operator.get(add).content.decode()
    assert page.count('name="weekdays"') == 7
    typed = {"weekdays": ["1", "6"], "opens": "09:00", "closes": "17:00", "closed_on": "2027-01-01"}
    assert operator.post(add, typed | {"weekdays": []}).status_code == 200
    assert operator.post(add, typed | {"weekdays": ["8"]}).status_code == 200
    assert operator.post(add, typed).status_code == 302
    assert SupportHours.objects.get().weekdays == [1, 6]
    listed = operator.get("/admin/service/supporthours/")
    assert "Mon, Sat" in listed.content.decode()


def test_days_without_support_are_chosen_one_by_one(operator) -> None:
    add = "/admin/service/supporthours/add/"
    boxes = operator.get(add).content.decode()
    assert boxes.count('type="date" name="closed_on"') == 4
    typed = {"weekdays": ["1"], "opens": "09:00", "closes": "17:00"}
    wrong = operator.post(add, typed | {"closed_on": ["2027-02-30", "2027-01-01", "soon", ""]})
    assert (wrong.status_code, SupportHours.objects.count()) == (200, 0)
    page = wrong.content.decode()
    for text in ("2027-02-30", "soon"):
        assert f"“{text}” is no day of the calendar" in page
    assert "“2027-01-01” is no day" not in page
    assert 'value="2027-01-01"' in page
    days = ["2027-05-01", "2027-01-01", "", "2027-05-01"]
    assert operator.post(add, typed | {"closed_on": days}).status_code == 302
    row = SupportHours.objects.get()
    assert row.closed_on == [date(2027, 1, 1), date(2027, 5, 1)]
    change = f"/admin/service/supporthours/{row.pk}/change/"
    page = operator.get(change).content.decode()
    assert page.count('type="date" name="closed_on"') == 6
    assert 'value="2027-05-01"' in page
    assert operator.post(change, typed | {"closed_on": ["", ""]}).status_code == 302
    row.refresh_from_db()
    assert row.closed_on == []
