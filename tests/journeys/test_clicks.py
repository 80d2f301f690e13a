"""What docs/clicks.md says an agent's work costs here, counted click by click on the running pages.

Typing is not counted, nor are keys; of lists that are typed into, choosing by Enter belongs to the typing.
"""

import re
from pathlib import Path

from playwright.sync_api import expect

from contactcenter.environment import PROJECT
from tests.journeys.keyboard import type_into
from tests.journeys.test_agent_day import ready_agent, rest, stage, wait_for_ring

PAGE = Path(PROJECT) / "docs" / "clicks.md"
FIRST_COLUMN = "| What the agent does | Here |"
ALONE = (
    "Sign in to a working phone",
    "Go ready",
    "Pause with a reason",
    "Choose what rings: page, IP phone, number",
    "Find a customer",
    "Call a number that stands on a page",
    "Call any number",
    "Keys for a machine at the far end",
    "Hold, and back",
    "End the call",
    "More time for wrap-up",
    "Wrap up with a disposition",
    "Check microphone, noise, echo and line before a shift",
)
WITH_A_COLLEAGUE = (
    "See who calls: name, level, tags, last contacts, open tickets",
    "Refuse",
    "Answer",
    "Write a note on the call",
    "Mask the recording for a card number",
    "All three together",
    "Ask first, then hand over",
    "Park, so that a colleague picks up",
    "Transfer to a queue or colleague at once",
    "Transfer to a number outside",
)
ELSEWHERE = {
    "Mute, and back": "tests/contract/test_page_phone.py",
    "Number outside: a mailbox cannot take the caller": "tests/contract/test_outside_phones.py",
    "Take a call back promised to a customer": "tests/contract/test_callbacks.py",
}
"""What needs a phone with sound of its own, or somebody far away, and a switch for both."""


def ours() -> dict[str, tuple[int, ...]]:
    """What the page says of us: the clicks of each row; two numbers where it is done and undone."""
    table = PAGE.read_text().partition(FIRST_COLUMN)[2].partition("\n\n")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines()[2:]]
    said = {name.strip(): re.match(r"(\d+)(?: \+ (\d+))?", cell.strip()) for name, cell in rows}
    assert all(said.values()), f"without a number: {said}"
    return {name: tuple(int(one) for one in found.groups() if one) for name, found in said.items() if found}


class Hand:
    """Clicks, and remembers how often, until a thing is done."""

    def __init__(self, visitor, counted: dict[str, tuple[int, ...]]) -> None:
        self.visitor, self.page, self.counted, self.clicks = visitor, visitor.page, counted, 0

    def click(self, target) -> None:
        self.clicks += 1
        (self.page.locator(target) if isinstance(target, str) else target).click()

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def done(self, row: str) -> None:
        """Of what is done and undone the second number follows the first."""
        self.counted[row] = (*self.counted.get(row, ()), self.clicks)
        self.clicks = 0

    def wrap_up(self) -> None:
        """By whoever is not counted for it."""
        clicks = self.clicks
        stage(self, "wrap_up")
        self.choose_and_finish()
        self.clicks = clicks

    def choose_and_finish(self) -> None:
        self.click("#disposition")
        self.type("wrong")
        self.page.keyboard.press("Enter")
        self.click("#do-finish")
        stage(self, "none")


def test_every_row_of_ours_is_counted_here_or_seen_elsewhere():
    assert {*ALONE, *WITH_A_COLLEAGUE, *ELSEWHERE} == set(ours())
    assert all((Path(PROJECT) / test).is_file() for test in ELSEWHERE.values())


def test_alone_at_the_desk(product, visit):
    product.register_phone("acme", "1001")
    counted: dict[str, tuple[int, ...]] = {}
    hand = Hand(visit("acme"), counted)
    begin_the_day(hand, product.made["password"])
    find_and_call_a_customer(hand, product)
    call_any_number(hand)
    check_the_phone(hand)
    assert counted == {row: ours()[row] for row in ALONE}


def begin_the_day(hand: Hand, password: str) -> None:
    page = hand.page
    hand.visitor.go("/sign-in/")
    type_into(hand.visitor, "[name=username]", "ann")
    type_into(hand.visitor, "[name=password]", password)
    hand.click("button.button--primary")
    page.wait_for_url("**/workspace/")
    hand.visitor.settle()
    expect(page.locator("#phone")).to_have_class(re.compile("badge--good"))
    hand.done("Sign in to a working phone")
    hand.click("#go-ready button")
    expect(page.locator("#status-word")).to_have_text("● Ready")
    hand.done("Go ready")
    hand.click("#status")
    hand.click(page.locator("[data-order=set_not_ready]", has_text="Lunch"))
    expect(page.locator("#status-word")).to_have_text("◐ Not ready · Lunch")
    hand.done("Pause with a reason")
    hand.click("#phone")
    hand.click("[data-ring-on=sip]")
    expect(page.locator("[data-ring-on=sip]")).to_have_attribute("aria-pressed", "true")
    hand.done("Choose what rings: page, IP phone, number")
    page.locator("[data-ring-on=any]").click()
    expect(page.locator("[data-ring-on=any]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")


def find_and_call_a_customer(hand: Hand, product) -> None:
    """The own phone picks up by itself, as the one in a page does."""
    page = hand.page
    hand.click("[data-opens=search-dialog]")
    page.locator("#search").focus()
    hand.type("Qiao An")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*/")
    hand.done("Find a customer")
    product.register_phone("acme", "1001", "mode=auto answer_after=0.3")
    hand.click(page.locator("main [data-dial]").first)
    expect(page.locator("#toasts")).to_contain_text("is dialled")
    hand.done("Call a number that stands on a page")
    hand.visitor.go("/workspace/")
    stage(hand, "talking")
    page.click("#do-hang-up")
    hand.wrap_up()


def call_any_number(hand: Hand) -> None:
    page = hand.page
    hand.click("#do-keypad")
    hand.type("13900008888")
    hand.click("#dial-now")
    stage(hand, "talking")
    hand.done("Call any number")
    hand.click("#do-keypad")
    hand.type("5")
    expect(page.locator("#keypad-pressed")).to_have_text("•")
    hand.done("Keys for a machine at the far end")
    page.keyboard.press("Escape")
    for on in ("hold", "talking"):
        hand.click("#do-hold")
        stage(hand, on)
        hand.done("Hold, and back")
    hand.click("#do-hang-up")
    stage(hand, "wrap_up")
    hand.done("End the call")
    before = page.locator("#wrapup-progress").get_attribute("max")
    hand.click("#do-extend")
    expect(page.locator("#wrapup-left")).to_have_text(re.compile(r"^1:[0-3]\d$"))
    assert before is not None
    hand.done("More time for wrap-up")
    hand.choose_and_finish()
    hand.done("Wrap up with a disposition")


def check_the_phone(hand: Hand) -> None:
    """What it says is another test's, with a microphone."""
    hand.click("#phone")
    hand.click(hand.page.get_by_role("link", name="Check the phone"))
    hand.click("#check-start")
    expect(hand.page.locator("#check-step")).not_to_be_empty()
    hand.done("Check microphone, noise, echo and line before a shift")


def test_with_a_caller_and_a_colleague(product, visit):
    counted: dict[str, tuple[int, ...]] = {}
    ann, ben = (
        Hand(ready_agent(product, visit, name, extension), counted)
        for name, extension in (("ann", "1001"), ("ben", "1002"))
    )
    leg = product.call("acme", "13900004444", name="Gao Jie")
    first, second = wait_for_ring(ann, ben)
    refused_then_answered(first, second)
    asked_first(second, first, "#do-hand-over", "Ask first, then hand over")
    second.wrap_up()
    parked_and_moved(first, second, {ann: "Ann", ben: "Ben"})
    asked_first(first, second, "#do-join-all", "All three together")
    leave(first)
    stage(second, "talking")
    sent_outside_by_the_last_of_three(second)
    product.hang_up(leg)
    for who in (ann, ben):
        rest(who)
    assert counted == {row: ours()[row] for row in WITH_A_COLLEAGUE}


def refused_then_answered(first: Hand, second: Hand) -> None:
    expect(first.page.locator("#call-name")).to_have_text("Gao Jie")
    expect(first.page.locator("#pop form").first).to_be_visible()
    first.done("See who calls: name, level, tags, last contacts, open tickets")
    first.click("#do-hang-up")
    stage(first, "none")
    first.done("Refuse")
    stage(second, "ringing")
    second.click("#do-answer")
    stage(second, "talking")
    second.done("Answer")
    second.click("#note")
    second.type("Wants it by Friday")
    second.page.reload()
    stage(second, "talking")
    expect(second.page.locator("#note")).to_have_value("Wants it by Friday")
    second.done("Write a note on the call")
    expect(second.page.locator("#recording-state")).to_contain_text("Recording")
    second.click("#do-mask")
    expect(second.page.locator("#recording-state")).to_contain_text("Masked")
    second.done("Mask the recording for a card number")
    second.page.click("#do-mask")
    expect(second.page.locator("#recording-state")).to_contain_text("Recording")
    be_ready(first)


def asked_first(asks: Hand, asked: Hand, then: str, row: str) -> None:
    asks.click("#do-transfer")
    asks.click(asks.page.locator("#transfer-colleagues [data-asks]:enabled").first)
    stage(asked, "ringing")
    asked.page.click("#do-answer")
    stage(asked, "consulting")
    asks.click(then)
    asks.done(row)
    stage(asked, "talking")


def leave(who: Hand) -> None:
    who.page.click("#do-hang-up")
    who.wrap_up()
    be_ready(who)


def be_ready(who: Hand) -> None:
    if who.page.locator("#go-ready button").is_visible():
        who.page.click("#go-ready button")
    expect(who.page.locator("#status-word")).to_contain_text("● Ready")


def parked_and_moved(parks: Hand, takes: Hand, names: dict[Hand, str]) -> None:
    """In the end whoever parked the call has it again."""
    park = "Park, so that a colleague picks up"
    parks.click("#do-park")
    parks.wrap_up()
    parks.done(park)
    takes.click(takes.page.locator("#parked-list button").first)
    stage(takes, "ringing")
    takes.click("#do-answer")
    stage(takes, "talking")
    takes.done(park)
    takes.click("#do-transfer")
    takes.type(names[parks])
    takes.click(takes.page.locator("#transfer-colleagues [data-target]:enabled").first)
    stage(parks, "ringing")
    takes.done("Transfer to a queue or colleague at once")
    parks.page.click("#do-answer")
    takes.wrap_up()
    stage(parks, "talking")


def sent_outside_by_the_last_of_three(last: Hand) -> None:
    """Sent on at once: nobody can be asked first from there."""
    last.click("#do-transfer")
    last.type("13900009999")
    number = last.page.locator("#transfer-numbers [data-target]")
    expect(number).to_be_visible()
    expect(last.page.locator("#transfer-dialog [data-asks]")).to_have_count(0)
    last.click(number)
    last.done("Transfer to a number outside")
    last.wrap_up()
