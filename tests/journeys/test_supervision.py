"""A supervisor steps into a talk from the floor, by keyboard alone; the agent sees who listens, and how."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import has_focus, press_on
from tests.journeys.test_agent_day import ready_agent, rest, stage
from tests.journeys.widths import look_at_widths


@pytest.fixture
def boss(product, visit):
    """On the floor, with a registered phone of their own; `picks_up` is what they do beside the page."""
    made = json.loads(product._program("-m", "tests.journeys.supervision_stage", "furnish"))
    product.made["phones"]["acme"][made["extension"]] = made["password"]
    product.register_phone("acme", made["extension"])
    visitor = visit("acme", "supervisor")
    visitor.go("/floor/")
    expect(visitor.page.locator("#live")).to_have_attribute("data-state", "live")
    phone = f"rehearsal phone {made['extension']}@acme.localhost"
    visitor.picks_up = lambda: product.switch(f"{phone} answer")
    yield visitor
    product.switch(f"{phone} hangup")
    product.switch(f"{phone} unregister")
    product._program("-m", "tests.journeys.supervision_stage", "clear")


def picks_up_when_it_rings(boss) -> None:
    expect(boss.page.locator("#ear-bar-words")).to_contain_text(re.compile("Your phone rings|正在响铃"))
    for _try in range(100):
        if boss.picks_up().startswith("+OK"):
            return
        boss.page.wait_for_timeout(50)
    raise AssertionError("the phone does not ring")


def test_a_supervisor_listens_whispers_takes_over_and_hangs_up_by_keyboard(product, visit, boss):
    ann = ready_agent(product, visit, "ann", "1001")
    product.call("acme", "13812342211", name="Wang Fang")
    stage(ann, "ringing")
    ann.page.keyboard.press("Alt+A")
    stage(ann, "talking")
    page = boss.page
    expect(page.locator("#calls")).to_contain_text("Talking")
    expect(ann.page.locator("#supervised")).to_be_hidden()

    press_on(boss, "#calls button")
    expect(page.locator("#call-dialog")).to_be_visible()
    faults = look_at_widths(boss, "floor-step-in")
    press_on(boss, "#call-dialog [data-act=listen]")
    picks_up_when_it_rings(boss)
    expect(page.locator("#ear-bar-words")).to_have_text("You listen to Ann Acme. Nobody hears you.")
    expect(page.locator("#calls")).to_contain_text("Supervisor Acme listens")
    expect(ann.page.locator("#supervised")).to_have_text("◉ Supervisor Acme listens")
    faults += look_at_widths(boss, "floor-ear")
    faults += look_at_widths(ann, "workspace-supervised")

    press_on(boss, "#ear-bar [data-mode=whisper]")
    expect(page.locator("#ear-bar [data-mode=whisper]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#ear-bar-words")).to_contain_text("You whisper")
    expect(ann.page.locator("#supervised")).to_have_text("◉ Supervisor Acme whispers to you")
    stage(ann, "talking")

    boss.speak("zh-hans")
    boss.go("/floor/")
    expect(page.locator("#ear-bar-words")).to_have_text("您正在耳语：Ann Acme 能听到您，客户听不到。")
    press_on(boss, "#calls button")
    faults += look_at_widths(boss, "floor-step-in")
    boss.speak("en")
    boss.go("/floor/")
    press_on(boss, "#ear-bar [data-act=take_over_call]")
    expect(page.locator("#call-dialog-sure")).to_contain_text("the call is over for Ann Acme")
    assert has_focus(boss, "#call-dialog [data-act=take_over_call]")
    page.keyboard.press("Enter")
    stage(ann, "wrap_up")
    expect(ann.page.locator("#supervised")).to_be_hidden()
    expect(page.locator("#ear-bar")).to_be_hidden()
    expect(page.locator("#calls")).to_contain_text("Supervisor Acme")

    press_on(boss, "#calls button")
    press_on(boss, "#call-dialog [data-act=hang_up_call]")
    expect(page.locator("#call-dialog-sure")).to_contain_text("cannot be undone")
    page.keyboard.press("Enter")
    expect(page.locator("#calls tr")).to_have_count(0)
    assert faults == []
    ann.page.keyboard.press("Alt+D")
    ann.page.keyboard.type("new")
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.press("Alt+W")
    stage(ann, "none")
    rest(ann)
