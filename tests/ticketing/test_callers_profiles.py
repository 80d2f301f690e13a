"""What customers are flows down to where calls are routed, with every change of it."""

import pytest
from django.core.management import call_command
from tablib import Dataset

from telephony.models import CallerProfile
from tenants.context import enter
from ticketing import actions
from ticketing.admin_resources import CustomerResource
from ticketing.models import Customer

WANG, OFFICE = "+8613812342211", "+861065551234"


def profiles() -> dict[str, tuple]:
    rows = CallerProfile.objects.order_by("e164")
    return {row.e164: (row.level, row.tags, row.language) for row in rows}


@pytest.fixture
def wang(in_acme, now) -> Customer:
    return actions.create_customer(
        name="王芳",
        numbers=["138 1234 2211"],
        level="vip",
        tags=["冰箱"],
        language="zh-hans",
        country="CN",
        at=now,
    )


def test_a_new_customer_is_known_to_routing_and_to_no_other_tenant(wang, globex):
    assert profiles() == {WANG: ("vip", ["冰箱"], "zh-hans")}
    with enter(globex.schema_name):
        assert profiles() == {}


def test_every_change_of_level_tags_and_language_is_told(wang, now):
    actions.change_customer(customer_id=wang.pk, at=now, level="gold")
    actions.change_customer(customer_id=wang.pk, at=now, tags=["投诉过"], language="en")
    actions.change_customer(customer_id=wang.pk, at=now, note="Likes tea.")
    assert profiles() == {WANG: ("gold", ["投诉过"], "en")}


def test_numbers_come_and_go_with_what_is_known(wang, now):
    phone = actions.add_number(customer_id=wang.pk, raw="010 6555 1234", country="CN", at=now)
    assert profiles() == dict.fromkeys((OFFICE, WANG), ("vip", ["冰箱"], "zh-hans"))
    actions.remove_number(phone_id=phone.pk, at=now)
    assert list(profiles()) == [WANG]


def test_a_sheet_tells_too(in_acme):
    head = ["name", "level", "tags", "numbers"]
    assert (
        not CustomerResource()
        .import_data(Dataset(("Li", "vip", "大客户", "13812342211"), headers=head))
        .has_errors()
    )
    assert profiles() == {WANG: ("vip", ["大客户"], "")}
    CustomerResource().import_data(Dataset(("Li", "gold", "", "13812342211"), headers=head))
    assert profiles()[WANG][0] == "gold"


def test_the_administration_tells_and_forgets(acme, wang, member, client_of):
    page = client_of(member(acme, "admin"))
    form = {"name": "王芳", "level": "silver", "language": "zh-hans", "tags": "冰箱", "note": ""}
    form |= {"phones-TOTAL_FORMS": "0", "phones-INITIAL_FORMS": "0"}
    assert page.post(f"/admin/ticketing/customer/{wang.pk}/change/", form).status_code == 302
    assert profiles() == {WANG: ("silver", ["冰箱"], "zh-hans")}
    page.post(f"/admin/ticketing/customer/{wang.pk}/delete/", {"post": "yes"})
    assert (Customer.objects.count(), profiles()) == (0, {})


def test_customers_older_than_the_rules_are_told_once_by_a_command(acme, globex, wang, capsys):
    CallerProfile.objects.all().delete()
    call_command("profile_callers")
    assert profiles() == {WANG: ("vip", ["冰箱"], "zh-hans")}
    with enter(globex.schema_name):
        assert profiles() == {}
    call_command("profile_callers")
    assert "acme: 1" in capsys.readouterr().out
