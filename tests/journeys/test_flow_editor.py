"""A newcomer draws a call flow with the mouse, counted in clicks; somebody else does so with the keyboard alone.

With SCREENSHOTS=<folder> the editor is photographed at three widths, in both languages, light and dark.
"""

import time

import pytest
from playwright.sync_api import expect

from tests.journeys.flow_documents import big_flow, small_flow
from tests.journeys.flow_hands import PATIENCE, flow_path, open_json, ready, saved, stage_of_flows
from tests.journeys.newcomer import Fingers, Newcomer
from tests.journeys.widths import WIDTHS, photograph, sticking_out

MOST_CLICKS = 45
MOST_SECONDS = 5 * 60


@pytest.fixture
def stage(product):
    yield from stage_of_flows(product)


def test_a_newcomer_makes_menu_hours_and_callback_in_five_minutes_of_clicks(stage, visit):
    admin = visit("acme", "admin")
    admin.go("/flows/")
    page, hand = admin.page, Newcomer(admin)
    hand.click(page.get_by_role("link", name="New flow").first)
    hand.write("#flow-name", "Service line")
    hand.click(page.get_by_role("button", name="Make the flow"))
    ready(admin)

    hand.click(page.get_by_role("button", name="Choose the first step"))
    hand.click(".palette__choice:has(.palette__name:text-is('Opening hours'))")
    hand.add("Office hours", "open", "Menu")
    hand.says("销售请按1，售后请按2，回电请按3。", "Sales 1, service 2, callback 3.")
    hand.add("Menu", "1", "Queue")
    hand.choose("[data-field=queue]", "Sales")
    hand.add("Menu", "2", "Queue")
    hand.choose("[data-field=queue]", "Support")
    hand.add("Menu", "3", "Callback")
    hand.choose("[data-field=queue]", "Sales")
    hand.add("Office hours", "closed", "Voicemail")
    hand.choose("[data-field=queue]", "Support")
    saved(admin)
    stage._program("-m", "tests.journeys.flow_stage", "speak")
    expect(page.locator("#problems-count")).to_have_class("tab-count tab-count--warning", timeout=PATIENCE)

    hand.click("#publish")
    expect(page.get_by_role("heading", name="Publish version 1")).to_be_visible(timeout=PATIENCE)
    hand.click(page.get_by_role("button", name="Publish version 1"))
    expect(page.get_by_text("Version 1 is published")).to_be_visible(timeout=PATIENCE)
    hand.click(page.get_by_role("link", name="Service line"))
    hand.click(page.get_by_role("link", name="Numbers"))
    hand.click(page.locator("[name=entry]").first)
    hand.click(page.get_by_role("button", name="Lead these numbers here"))
    expect(page.get_by_text("1 number changed")).to_be_visible(timeout=PATIENCE)
    print(f"newcomer: {hand.clicks} clicks, {hand.letters} letters, {hand.seconds:.0f} s")
    assert hand.clicks <= MOST_CLICKS
    assert hand.seconds <= MOST_SECONDS


def test_a_newcomer_makes_the_same_with_the_keyboard_alone(stage, visit):
    admin = visit("acme", "admin")
    admin.go("/flows/new/")
    page, hand = admin.page, Fingers(admin)
    hand.type("Service line")
    hand.press("Enter")
    ready(admin)
    hand.to("#canvas-empty button")
    hand.press("Enter")
    hand.type("office")
    hand.press("Enter", "Escape")
    hand.add_after("voicemail", queue="Support")
    hand.back_to("Office hours")
    hand.add_after("menu")
    hand.type("销售请按1，售后请按2，回电请按3。")
    hand.press("Tab")
    hand.type("Sales 1, service 2, callback 3.")
    hand.press("Tab", "Enter")
    expect(page.locator(".prompt-field__heard")).to_be_visible(timeout=PATIENCE)
    hand.press("Escape")
    hand.add_after("sales")
    hand.back_to("Menu")
    hand.add_after("support")
    hand.back_to("Menu")
    hand.add_after("callback", queue="Sales")
    saved(admin)
    stage._program("-m", "tests.journeys.flow_stage", "speak")
    expect(page.locator("#problems-count")).to_have_class("tab-count tab-count--warning", timeout=PATIENCE)
    drawn = page.locator(".fstep .fway.is-drawn").all_inner_texts()
    assert sorted(drawn) == ["1", "2", "3", "closed", "open"]
    hand.to("#publish")
    hand.press("Enter")
    expect(page.get_by_role("heading", name="Publish version 1")).to_be_visible(timeout=PATIENCE)
    hand.to("form.card .button--primary")
    hand.press("Enter")
    expect(page.get_by_text("Version 1 is published")).to_be_visible(timeout=PATIENCE)
    print(f"newcomer by keyboard: {hand.presses} keys, {hand.letters} letters, {hand.seconds:.0f} s")
    assert hand.seconds <= MOST_SECONDS


def test_a_flow_is_drawn_tried_and_undone_with_the_keyboard_alone(stage, visit):
    admin = visit("acme", "admin")
    admin.go("/flows/new/")
    page, keys = admin.page, admin.page.keyboard
    keys.type("By keyboard")
    keys.press("Enter")
    ready(admin)
    page.get_by_role("button", name="Choose the first step").focus()
    keys.press("Enter")
    keys.type("menu")
    keys.press("Enter")
    expect(page.locator("[data-field='prompt.zh']")).to_be_focused(timeout=PATIENCE)
    keys.type("销售请按一")
    keys.press("Tab")
    keys.type("For sales press one")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator(".prompt-field__heard")).to_be_visible(timeout=PATIENCE)
    keys.press("Escape")
    expect(page.locator(".fstep__main").first).to_be_focused()
    keys.press("a")
    keys.type("sales")
    keys.press("Enter")
    expect(page.locator(".fstep")).to_have_count(2)
    keys.press("Escape")
    before = place_of(page, 1)
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    assert place_of(page, 1) == (before[0], before[1] + 40)
    keys.press("Shift+Tab")
    expect(page.locator(".fstep__main").first).to_be_focused()
    keys.press("Tab")
    keys.press("Delete")
    expect(page.locator(".fstep")).to_have_count(1)
    keys.press("Control+z")
    expect(page.locator(".fstep")).to_have_count(2)
    keys.press("Control+z")
    keys.press("Control+y")
    saved(admin)
    page.locator("#tab-step").focus()
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(page.locator("#pane-trial")).to_be_visible()
    expect(page.locator(".trial__heard")).to_have_text(["销售请按一"], timeout=PATIENCE)
    keys.press("9")
    expect(page.locator(".trial__pressed")).to_have_text(["9"], timeout=PATIENCE)
    keys.press("1")
    expect(page.locator(".trial__end")).to_have_text("The caller waits in the queue Sales.", timeout=PATIENCE)
    keys.press("Backspace")
    expect(page.locator(".trial__end")).to_contain_text("press a key", timeout=PATIENCE)
    assert admin.grave_faults() == []


def place_of(page, number: int) -> tuple[float, float]:
    box = page.locator(".fstep").nth(number).bounding_box()
    zoom = page.evaluate(
        "new DOMMatrix(getComputedStyle(document.querySelector('.canvas__world')).transform).a"
    )
    return round(box["x"] / zoom), round(box["y"] / zoom)


def test_lines_are_pulled_steps_dragged_and_lines_cut_with_the_mouse(stage, visit):
    admin = visit("acme", "admin")
    open_json(admin, "By mouse", small_flow())
    page = admin.page
    port = page.locator(".fstep[data-id=n1] [data-exit='2'] .fway__port")
    target = page.locator(".fstep[data-id=n3]").bounding_box()
    port.hover()
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 20, steps=6)
    page.mouse.up()
    expect(page.locator("[data-way='n1:2']")).to_have_count(1)
    before = place_of(page, 1)
    box = page.locator(".fstep").nth(1).bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120, steps=8)
    page.mouse.up()
    after = place_of(page, 1)
    assert (after[0] > before[0], after[1] > before[1]) == (True, True)
    page.locator(".fstep[data-id=n1] [data-exit='2']").click()
    page.locator("#canvas").focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-way='n1:2']")).to_have_count(0)
    saved(admin)
    page.reload()
    ready(admin)
    expect(page.locator("[data-way]")).to_have_count(1)


def test_two_who_draw_at_once_are_told(stage, visit):
    first = visit("acme", "admin")
    open_json(first, "Two at once", small_flow())
    second = visit("acme", "owner")
    second.go(flow_path(first))
    ready(second)
    for visitor, title in ((first, "Mine"), (second, "Theirs")):
        visitor.page.locator(".fstep__main").first.click()
        visitor.page.fill("[data-field=title]", title)
        if visitor is first:
            saved(first)
    expect(second.page.locator("#conflict")).to_be_visible(timeout=PATIENCE)
    expect(second.page.locator("#conflict-words")).to_contain_text("Admin Acme")


def test_a_big_flow_stays_quick_in_the_hand(stage, visit):
    admin = visit("acme", "admin")
    open_json(admin, "Big", big_flow(200))
    page = admin.page
    expect(page.locator(".fstep")).to_have_count(200, timeout=PATIENCE)
    page.locator("#zoom-fit").click()
    page.locator("#zoom-in").click()
    step = page.locator(".fstep__main").nth(3)
    step.focus()
    began = time.monotonic()
    for _ in range(40):
        page.keyboard.press("ArrowDown")
    each = (time.monotonic() - began) / 40
    print(f"200 steps: {each * 1000:.0f} ms a move")
    assert each < 0.25
    saved(admin)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_editor_suits_every_width_in_light_and_dark(stage, visit, language):
    faults = []
    for theme in ("light", "dark"):
        admin = visit("acme", "admin", language=language, theme=theme)
        admin.go("/flows/new/")
        admin.page.check("input[value=clinic]")
        admin.page.locator("form.flow-new .button--primary").click()
        ready(admin)
        path = flow_path(admin)
        for width in WIDTHS:
            admin.page.set_viewport_size({"width": width, "height": 900})
            admin.go(path)
            ready(admin)
            for view in ("picture", "list", "json"):
                admin.page.locator(f"#tab-{view}").click()
                faults += [f"{width} {theme} {view}: {fault}" for fault in admin.grave_faults()]
                photograph(admin, f"flow-{view}-{language}-{theme}-{width}")
            admin.page.locator("#tab-picture").click()
            admin.page.locator("#tab-trial").click()
            expect(admin.page.locator(".trial__end")).to_be_visible(timeout=PATIENCE)
            faults += [f"{width} {theme} trial: {fault}" for fault in admin.grave_faults()]
            faults += sticking_out(admin, width)
            photograph(admin, f"flow-trial-{language}-{theme}-{width}")
    assert not faults, "\n".join(faults)
