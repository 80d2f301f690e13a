"""An owner prepares for the worst; an operator reads what the house bears.

With SCREENSHOTS=<folder> each page is photographed, wide and narrow, in both languages.
"""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import press_on, type_into, walk_to
from tests.journeys.looks import look, look_in_chinese


def looked_at(visitor, kind: str) -> list[str]:
    """The open page in both languages; it is open in English again afterwards."""
    path = urlsplit(visitor.page.url).path
    faults = look(visitor, kind) + look_in_chinese(visitor, path, kind)
    visitor.go(path)
    return faults


def test_an_owner_is_asked_what_callers_get_in_an_emergency(product, visit):
    owner = visit("acme", "owner")
    owner.go("/emergency/new/")
    assert looked_at(owner, "emergency-new") == []


@pytest.fixture
def without_plans(product):
    """acme's emergency ends with the test, whatever became of it."""
    yield
    product._program("-m", "tests.journeys.emergency_stage")


def test_an_owner_prepares_drills_and_switches_an_emergency_by_keyboard(product, visit, without_plans):
    faults: list[str] = []
    owner = visit("acme", "owner")
    page = owner.page
    owner.go("/emergency/")
    expect(page.get_by_text("No plan is prepared")).to_be_visible()
    press_on(owner, "a[href$='/emergency/new/']")
    page.wait_for_url("**/emergency/new/")
    walk_to(owner, "select[name=action]")
    page.keyboard.type("Message")
    press_on(owner, "button.button--primary")
    expect(page.locator("#plans")).to_contain_text("Every number of the company")
    faults += looked_at(owner, "emergency-prepared")

    press_on(owner, "a[href$='/on/']")
    expect(page.locator("form.card")).to_contain_text("another way")
    assert page.evaluate("document.activeElement.matches('button.button--danger')"), "one Enter is enough"
    faults += looked_at(owner, "emergency-switch-on")
    press_on(owner, "button.button--danger")
    expect(page.get_by_text("An emergency plan is switched on.")).to_be_visible()
    faults += looked_at(owner, "emergency-on")

    press_on(owner, "a[href$='/off/']")
    press_on(owner, "form.card button.button--primary")
    expect(page.locator("#plans .badge").first).to_have_text("○ Off")
    press_on(owner, "a[href$='/drill/']")
    press_on(owner, "form.card button.button--primary")
    expect(page.locator("#plans")).to_contain_text("s until in effect", timeout=60_000)
    faults += looked_at(owner, "emergency-drilled")
    assert owner.failures == []
    assert not faults, "\n".join(faults)


def test_an_operator_moves_nobody_where_no_other_cell_routes(product, visit):
    olivia = visit("", "operator")
    faults: list[str] = []
    olivia.go("/cells/")
    expect(olivia.page.locator("h1")).to_have_text("Cells")
    faults += looked_at(olivia, "operators-cells")
    press_on(olivia, "a[href$='/cells/acme/move/']")
    expect(olivia.page.get_by_text("There is no other cell that routes calls")).to_be_visible()
    faults += looked_at(olivia, "operators-cells-nowhere")
    product._program("-m", "tests.journeys.cells_stage", "serve")
    try:
        olivia.go("/cells/acme/move/")
        faults += looked_at(olivia, "operators-cells-move")
        type_into(olivia, "input[name=reason]", "more room")
        press_on(olivia, "button.button--primary")
        expect(olivia.page.get_by_text("moves from main to second")).to_be_visible()
        faults += looked_at(olivia, "operators-cells-moving")
    finally:
        product._program("-m", "tests.journeys.cells_stage", "clear")
    assert not faults, "\n".join(faults)


def test_an_operator_reads_capacity_and_availability(product, visit):
    olivia = visit("", "operator")
    faults: list[str] = []
    for path in ("/capacity/", "/availability/", "/emergency/", "/emergency/acme/on/"):
        answer = olivia.go(path)
        assert answer.status == 200
        faults += looked_at(olivia, f"operators-{re.sub(r'[^a-z]+', '-', path).strip('-')}")
    assert faults == []
