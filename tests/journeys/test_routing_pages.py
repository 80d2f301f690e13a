"""A supervisor and the line: who waits and why, stepping in, the four steps of a call; by keyboard alone.

With SCREENSHOTS=<folder> each page is photographed, wide and narrow, in both languages.
"""

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import press_on, type_into
from tests.journeys.looks import FOLDER, look

PATIENCE = 30_000


@pytest.fixture
def ruled(product):
    """acme with rules for VIPs and tags."""
    product._program("-m", "tests.journeys.routing_stage", "furnish")
    yield product
    product._program("-m", "tests.journeys.routing_stage", "clear")


@pytest.fixture
def call(ruled):
    """call("13812342211", "Wang Fang") → leg; whoever still holds the line at the end hangs up."""
    legs = []

    def dial(number: str, name: str) -> str:
        legs.append(ruled.call("acme", number, name=name, patience=600))
        return legs[-1]

    yield dial
    for leg in legs:
        ruled.hang_up(leg)


def in_chinese(visitor, name: str, faults: list[str]) -> None:
    """The same page again in Chinese, and back; only for the photographs, axe sees the page in English."""
    if not FOLDER:
        return
    for language in ("zh-hans", "en"):
        visitor.speak(language)
        visitor.page.reload()
        if language != "en":
            if visitor.page.locator("#live").count():
                expect(visitor.page.locator("#live")).to_have_attribute(
                    "data-state", "live", timeout=PATIENCE
                )
            faults += look(visitor, f"routing-{name}")


def test_a_supervisor_reads_the_line_and_steps_in_by_keyboard(ruled, call, visit):
    faults: list[str] = []
    boss = visit("acme", "supervisor")
    boss.go("/waiting/")
    page = boss.page
    expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()

    callers = [("13812342211", "Wang Fang"), ("13800000002", "Li Na"), ("02079460999", "Zhang Wei")]
    legs = []
    for count, (number, name) in enumerate(callers, start=1):
        legs.append(call(number, name))
        expect(page.locator("table.waiting tbody")).to_have_count(count, timeout=PATIENCE)
    first = page.locator("table.waiting tbody").first
    expect(first).to_contain_text("Li Na", timeout=PATIENCE)
    expect(first).to_contain_text("VIP")
    expect(first).to_contain_text("counts as having waited 5:00 longer")

    wang = f"tbody[data-id='{legs[0]}']"
    press_on(boss, f"{wang} [data-why]")
    expect(page.locator(f"{wang} .why")).to_contain_text("Why not yet, agent by agent", timeout=PATIENCE)
    expect(page.locator(f"{wang} .why")).to_contain_text("138****0002")
    faults += look(boss, "routing-waiting")

    press_on(boss, f"{wang} [data-act$='/pull/']")
    expect(page.locator("#act")).to_contain_text("No agent is free at the moment", timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.locator("#act")).not_to_be_visible()
    assert page.evaluate("document.activeElement.dataset.act").endswith("/pull/")

    press_on(boss, f"{wang} [data-act$='/priority/']")
    expect(page.locator("#act")).to_contain_text("caller who comes first is passed over", timeout=PATIENCE)
    faults += look(boss, "routing-forward")
    page.locator("#act input[value=front]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast--good")).to_contain_text("138****2211", timeout=PATIENCE)
    expect(page.locator(f"{wang} [data-why]")).to_be_visible()
    page.locator("#queue").focus()
    expect(page.locator("table.waiting tbody").first).to_contain_text("Wang Fang", timeout=PATIENCE)
    in_chinese(boss, "waiting", faults)

    boss.go(f"/calls/{legs[1]}/")
    expect(page.locator(".trace")).to_contain_text("VIP first")
    expect(page.locator(".trace")).to_contain_text("asked: Time of day is between 23:58 and 23:59")
    faults += look(boss, "routing-call-waiting")
    for leg in legs:
        ruled.hang_up(leg)
    boss.go("/waiting/")
    expect(page.get_by_text("Nobody is waiting")).to_be_visible(timeout=PATIENCE)
    faults += look(boss, "routing-waiting-empty")
    assert not faults, "\n".join(faults)


def test_a_supervisor_tries_the_rules_by_keyboard(ruled, visit):
    faults: list[str] = []
    boss = visit("acme", "supervisor")
    page = boss.page
    boss.go("/what-if/")
    expect(page.get_by_text("Nothing tried yet")).to_be_visible()
    faults += look(boss, "what-if-empty")

    press_on(boss, "select[name=number]", "ArrowDown")
    type_into(boss, "input[name=caller]", "138 0000 0002")
    press_on(boss, "input[name=everybody]", "Space")
    press_on(boss, "button.button--primary")
    answer = page.locator("#answer-1").locator("xpath=ancestor::section[1]")
    expect(answer).to_contain_text("VIP first")
    expect(answer).to_contain_text("counts as having waited 5:00 longer")
    expect(answer).to_contain_text("would be rung at once")
    faults += look(boss, "what-if-answer")

    # The draft: the first rule switched off, compared, never saved.
    press_on(boss, "ol.drafts li:first-child input[type=checkbox]", "Space")
    press_on(boss, "input[name=caller]")
    expect(page.locator("#answer-2")).to_have_text("With the draft")
    drafted = page.locator("#answer-2").locator("xpath=ancestor::section[1]")
    expect(drafted).not_to_contain_text("VIP first")
    faults += look(boss, "what-if-draft")
    boss.go("/what-if/")
    expect(page.locator("ol.drafts li:first-child input[type=checkbox]")).to_be_checked()
    in_chinese(boss, "what-if", faults)
    assert boss.failures == []
    assert not faults, "\n".join(faults)
