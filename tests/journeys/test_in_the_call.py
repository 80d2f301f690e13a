"""Two agents and a caller: one asks the other first, all three meet, a call is parked and picked up; by keyboard."""

import re

from playwright.sync_api import expect

from tests.journeys.looks import look
from tests.journeys.test_agent_day import ready_agent, rest, stage, wait_for_ring


def finish(who) -> None:
    stage(who, "wrap_up")
    who.page.fill("#disposition", "Wrong number")
    who.page.keyboard.press("Enter")
    who.page.click("#do-finish")
    stage(who, "none")


def ask_the_other(first, name: str) -> None:
    """By keyboard alone."""
    first.page.keyboard.press("Alt+T")
    expect(first.page.locator("#transfer-dialog")).to_be_visible()
    first.page.keyboard.type(name)
    button = first.page.locator("#transfer-colleagues [data-asks]:enabled")
    expect(button).to_have_count(1)
    for _ in range(4):
        first.page.keyboard.press("Tab")
        if first.page.evaluate("document.activeElement.hasAttribute('data-asks')"):
            break
    first.page.keyboard.press("Enter")
    stage(first, "consulting")


def test_a_colleague_is_asked_first_then_gets_the_call(product, visit):
    ann, ben = ready_agent(product, visit, "ann", "1001"), ready_agent(product, visit, "ben", "1002")
    leg = product.call("acme", "13900002222", name="Zhao Min")
    first, second = wait_for_ring(ann, ben)
    names = {ann: "Ann Acme", ben: "Ben Acme"}
    first.page.click("#do-answer")
    stage(first, "talking")

    ask_the_other(first, names[second])
    expect(first.page.locator("#asking-words")).to_contain_text(f"Rings at {names[second]}")
    expect(first.page.locator("#do-hand-over")).to_be_disabled()
    stage(second, "ringing")
    expect(second.page.locator("#call-name")).to_have_text("Zhao Min")
    assert look(first, "asking") == []
    second.page.keyboard.press("Alt+A")
    stage(second, "consulting")
    expect(second.page.locator("#asking-words")).to_contain_text(f"{names[first]} asks you")
    expect(second.page.locator("#asking-buttons")).to_be_hidden()
    expect(first.page.locator("#asking-words")).to_contain_text(f"You talk with {names[second]}")

    first.page.keyboard.press("Alt+J")
    for who in (first, second):
        stage(who, "talking")
        expect(who.page.locator("#asking-words")).to_contain_text("All hear each other")
        expect(who.page.locator("#do-transfer")).to_be_disabled()
    assert look(first, "three-on-the-line") == []
    first.page.keyboard.press("Alt+P")
    first.page.keyboard.press("5")
    expect(first.page.locator("#keypad-pressed")).to_have_text("•")
    assert look(first, "keypad") == []
    first.page.keyboard.press("Escape")
    first.page.keyboard.press("Alt+E")
    finish(first)
    sends_the_caller_outside(second)
    product.hang_up(leg)
    for who in (first, second):
        rest(who)


def sends_the_caller_outside(last) -> None:
    """The last of three with the caller: nobody can be asked first from there. The caller talks on without them."""
    stage(last, "talking")
    expect(last.page.locator("#do-park")).to_be_disabled()
    last.page.click("#do-transfer")
    last.page.fill("#transfer-find", "13900009999")
    number = last.page.locator("#transfer-numbers [data-target]")
    expect(number).to_be_visible()
    expect(last.page.locator("#transfer-dialog [data-asks]")).to_have_count(0)
    number.click()
    finish(last)


def test_a_call_is_handed_over_and_one_comes_back(product, visit):
    ann, ben = ready_agent(product, visit, "ann", "1001"), ready_agent(product, visit, "ben", "1002")
    product.call("acme", "13900003333", name="Sun Li")
    first, second = wait_for_ring(ann, ben)
    names = {ann: "Ann Acme", ben: "Ben Acme"}
    first.page.click("#do-answer")
    stage(first, "talking")
    ask_the_other(first, names[second])
    stage(second, "ringing")
    first.page.keyboard.press("Alt+B")
    stage(first, "talking")
    stage(second, "none")
    expect(first.page.locator("#asking")).to_be_hidden()

    ask_the_other(first, names[second])
    stage(second, "ringing")
    second.page.keyboard.press("Alt+A")
    stage(second, "consulting")
    first.page.keyboard.press("Alt+G")
    finish(first)
    stage(second, "talking")
    expect(second.page.locator("#asking")).to_be_hidden()

    second.page.keyboard.press("Alt+L")
    finish(second)
    for who in (first, second):
        expect(who.page.locator("#parked-list")).to_contain_text("Sun Li")
    assert look(first, "parked") == []
    first.page.locator("#parked-list button").press("Enter")
    stage(first, "ringing")
    first.page.click("#do-answer")
    stage(first, "talking")
    expect(first.page.locator("#parked")).to_be_hidden()
    expect(first.page.locator("#call-name")).to_have_text("Sun Li")
    first.page.click("#do-hang-up")
    finish(first)
    first.page.locator("#recent .recent").first.click()
    expect(first.page.locator("h1")).to_have_text("Sun Li")
    expect(first.page.locator("main")).to_contain_text(re.compile("Parked"))
    for who in (first, second):
        who.go("/workspace/")
        rest(who)
