"""An administrator writes a routing rule with the keyboard alone, in rows of choices instead of JSON."""

import json

import pytest

ADD = "/admin/telephony/routingrule/add/"


def rows(visitor, part: str) -> list:
    return json.loads(visitor.page.locator(f"[name={part}]").input_value())


@pytest.mark.parametrize(("language", "add"), [("en", "Add a condition"), ("zh-hans", "添加条件")])
def test_a_rule_is_written_with_the_keyboard_alone(visit, language, add):
    admin = visit("acme", "admin", language=language)
    admin.go(ADD)
    page, keys = admin.page, admin.page.keyboard
    name = f"VIP {language}"
    page.fill("[name=name]", name)
    page.get_by_role("button", name=add).focus()
    keys.press("Enter")
    page.locator(":focus").select_option("level")
    keys.press("Tab")
    keys.press("Tab")
    keys.type("vip")
    buttons = page.locator(".rule-rows > button")
    buttons.nth(1).focus()
    keys.press("Enter")
    page.locator(":focus").select_option("priority")
    keys.press("Tab")
    keys.type("120")
    assert rows(admin, "conditions") == [{"field": "level", "op": "is", "value": "vip"}]
    assert rows(admin, "effects") == [{"do": "priority", "seconds": 120}]
    assert admin.grave_faults() == []
    page.locator("[name=_continue]").click()
    page.wait_for_url("**/change/")
    assert page.locator(".rule-row").count() == 2
    assert rows(admin, "conditions") == [{"field": "level", "op": "is", "value": "vip"}]
    page.locator(".rule-row button").first.click()
    assert rows(admin, "conditions") == []


def test_what_is_missing_is_said_and_what_was_typed_is_kept(visit):
    admin = visit("acme", "admin")
    admin.go(ADD)
    page = admin.page
    page.fill("[name=name]", "Half a rule")
    page.get_by_role("button", name="Add a condition").click()
    page.locator(".rule-row select").first.select_option("region")
    page.locator("[name=_save]").click()
    page.get_by_text("Row 1: Something is missing: choose or type a value.").wait_for()
    page.get_by_text("A rule needs at least one effect.").wait_for()
    assert rows(admin, "conditions") == [{"field": "region", "op": "is", "value": None}]
