"""A supervisor steps into a talk from the floor, by keyboard alone; the agent sees who listens, and how."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import has_focus, press_on, type_into, walk_to
from tests.journeys.test_agent_day import ready_agent, rest, stage
from tests.journeys.widths import look_at_widths, photograph, sticking_out


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
    expect(page.locator("#calls button")).to_be_visible()
    press_on(boss, "#calls button")
    faults += look_at_widths(boss, "floor-step-in")
    boss.speak("en")
    boss.go("/floor/")
    expect(page.locator("#ear-bar")).to_be_visible()
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
    # The row one stands in fades; it goes when one leaves it.
    expect(page.locator("#calls tr:not(.is-gone)")).to_have_count(0)
    assert faults == []
    ann.page.keyboard.press("Alt+D")
    ann.page.keyboard.type("new")
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.press("Alt+W")
    stage(ann, "none")
    rest(ann)


def test_a_line_that_grows_rings_says_what_to_do_and_an_agent_is_moved(product, visit):
    """By keyboard: limits, the alert with its advice, a move for an hour, a view that is kept, the wall, the day."""
    boss = visit("acme", "supervisor")
    page = boss.page
    boss.go("/floor/limits/")
    type_into(boss, "#id_waiting_over", "0")
    press_on(boss, "form.card button")
    expect(page.locator("h1")).to_have_text("Alerts")
    boss.go("/floor/?all=1")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator("#age")).to_be_hidden()
    caller = product.call("acme", "13812342212", name="Zhao Lei")
    expect(page.locator("#calls")).to_contain_text("Zhao Lei")
    alert = page.locator("#alerts .alert", has_text="Too many waiting")
    expect(alert).to_contain_text(re.compile(r"Add (one agent|\d+ agents)"))
    expect(alert).to_contain_text("waiting 1")
    expect(page.locator("#queues a[href^='/waiting/']", has_text="1").first).to_be_visible()
    faults = look_at_widths(boss, "floor-alert")
    page.keyboard.press("a")
    assert has_focus(boss, "#alerts a, #alerts button")
    alert.locator("[data-take]").focus()
    page.keyboard.press("Enter")
    expect(alert).to_contain_text("deals with it")
    faults += move_an_agent(boss)
    faults += look_behind_the_floor(boss)
    product.hang_up(caller)
    boss.go("/floor/limits/")
    walk_to(boss, "#id_waiting_over")
    page.keyboard.press("Backspace")
    press_on(boss, "form.card button")
    assert faults == []


def move_an_agent(boss) -> list[str]:
    """Found by search, moved by a key, and back before the hour is over."""
    page = boss.page
    page.keyboard.press("/")
    page.keyboard.type("1001")
    expect(page.locator("#agents tr")).to_have_count(1)
    walk_to(boss, "#agents [data-key=move]")
    page.keyboard.press("m")
    expect(page.locator("#move-dialog")).to_be_visible()
    faults = look_at_widths(boss, "floor-move")
    press_on(boss, "#move-queues [data-move]:not([disabled])")
    expect(page.locator("#toasts")).to_contain_text("1 agent was moved.")
    page.keyboard.press("Escape")
    assert "q=1001" in page.url
    faults += change_language_and_look(boss, page.url)
    boss.go("/floor/moves/")
    expect(page.locator("tbody tr")).to_have_count(1)
    faults += look_at_widths(boss, "floor-moves")
    press_on(boss, "tbody button")
    expect(page.locator("tbody tr")).to_have_count(0)
    return faults


def look_behind_the_floor(boss) -> list[str]:
    page = boss.page
    boss.go("/floor/wall/")
    expect(page.locator("#queues tr").first).to_contain_text("1")
    expect(page.locator("#alerts")).to_contain_text("Too many waiting")
    faults = look_at_the_wall(boss)
    for address, name in (
        ("/floor/alerts/", "alerts"),
        ("/floor/what-if/", "staffing"),
        ("/figures/", "figures"),
    ):
        boss.go(address)
        faults += look_at_widths(boss, f"floor-{name}")
    boss.go("/floor/?q=1001")
    page.locator("#agents a").click()
    expect(page.locator(".day__band rect").first).to_be_attached()
    return faults + look_at_widths(boss, "floor-day")


def change_language_and_look(boss, address: str) -> list[str]:
    path = address.split("/", 3)[3]
    boss.speak("zh-hans")
    boss.go(f"/{path}")
    expect(boss.page.locator("#agents tr")).to_have_count(1)
    faults = look_at_widths(boss, "floor-alert")
    boss.speak("en")
    boss.go(f"/{path}")
    return faults


def look_at_the_wall(boss) -> list[str]:
    """On a screen of full and of four times that size nothing is cut off, and axe finds nothing."""
    faults, before = [], boss.page.viewport_size
    for width, height in ((1920, 1080), (3840, 2160)):
        boss.page.set_viewport_size({"width": width, "height": height})
        boss.settle()
        faults += [f"wall {width}: {fault}" for fault in boss.grave_faults()] + sticking_out(boss, width)
        photograph(boss, f"wall-{width}")
        tall = boss.page.evaluate("document.documentElement.scrollHeight")
        faults += [] if tall <= height else [f"the wall is {tall} px tall at {width} x {height}"]
    boss.page.set_viewport_size(before)
    return faults
