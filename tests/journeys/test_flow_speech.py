"""A step that listens is drawn and tried: phrases as rows, each a way of its own with a key beside it; every width."""

import pytest
from playwright.sync_api import expect

from tests.journeys.flow_hands import PATIENCE, flow_path, open_json, ready, saved, stage_of_flows
from tests.journeys.widths import look_at_widths

PHRASES = [{"exit": "p1", "name": "Sales", "says": "buy something, order", "key": "1"}]
NODES = [
    {"id": "n1", "kind": "speech", "title": "What about", "x": 40, "y": 60,
     "settings": {"phrases": PHRASES}, "exits": {"p1": "n2"}},
    {"id": "n2", "kind": "hangup", "title": "Bye", "x": 360, "y": 60, "settings": {}, "exits": {}},
]  # fmt: skip


@pytest.fixture
def stage(product):
    yield from stage_of_flows(product)


def test_phrases_are_written_connected_and_tried(stage, visit):
    admin = visit("acme", "admin")
    open_json(admin, "Speak up", NODES)
    page = admin.page
    page.locator(".fstep__main").first.click()
    page.fill("[data-field='prompt.zh']", "请说您要办什么")
    page.fill("[data-field='prompt.en']", "What is it about?")
    page.locator("[data-field='prompt.save']").click()
    expect(page.locator(".prompt-field__heard")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="+ Add a phrase").click()
    page.fill("[data-field='phrases.1.name']", "Mary White")
    page.fill("[data-field='phrases.1.says']", "Mary, the boss")
    assert page.locator("[data-field='phrases.1.key']").input_value() == "2", "the next free key"
    expect(page.locator(".fstep").first.locator("[data-exit='p2']")).to_contain_text("Mary White")
    saved(admin)
    page.locator("[data-field='phrases.1.remove']").click()
    expect(page.locator(".fstep").first.locator("[data-exit='p2']")).to_have_count(0)
    # Focus stays among the rows, and never falls into a text field, where this would undo letters.
    expect(page.locator("[data-field='phrases.0.remove']")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator(".fstep").first.locator("[data-exit='p2']")).to_have_count(1)
    expect(page.locator("[data-field='phrases.1.name']")).to_have_value("Mary White")
    faults = look_at_widths(admin, "flow-speech")

    page.locator("#tab-trial").click()
    expect(page.locator(".keypad__key.is-offered")).to_have_text(["1", "2"], timeout=PATIENCE)
    page.locator("[data-key='1']").click()
    expect(page.locator(".trial__end")).to_contain_text("The call ends", timeout=PATIENCE)
    page.locator(".trial__choice").first.select_option(label="not understood")
    expect(page.locator(".trial__end")).to_contain_text("queue", timeout=PATIENCE)
    saved(admin)

    admin.speak("zh-hans")
    admin.go(flow_path(admin))
    ready(admin)
    page.locator(".fstep__main").first.click()
    expect(page.locator("[data-field='phrases.0.says']")).to_be_visible(timeout=PATIENCE)
    faults += look_at_widths(admin, "flow-speech")
    assert not faults, "\n".join(faults)
