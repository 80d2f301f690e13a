"""Somebody who has never drawn a flow; every click, key and letter is counted."""

from playwright.sync_api import expect

from tests.journeys.flow_hands import PATIENCE
from tests.journeys.keyboard import MOST_STEPS, has_focus

SECONDS_A_CLICK, SECONDS_A_LETTER = 4, 0.3
"""What an unhurried newcomer takes, looking for the next place included."""
SECONDS_A_KEY, SECONDS_A_TAB = 2, 0.5
"""A key that does something is thought about; one of a row of Tabs is not."""


class Newcomer:
    """Counts each click and each letter."""

    def __init__(self, visitor) -> None:
        self.visitor, self.page = visitor, visitor.page
        self.clicks = self.letters = 0

    def click(self, target) -> None:
        self.clicks += 1
        (self.page.locator(target) if isinstance(target, str) else target).click()

    def write(self, target: str, text: str) -> None:
        self.click(target)
        self.letters += len(text)
        self.page.fill(target, text)

    def choose(self, target: str, label: str) -> None:
        """A list costs two clicks: it opens, and something in it is chosen."""
        self.clicks += 2
        self.page.locator(target).select_option(label=label)

    def add(self, step: str, way: str, kind: str) -> None:
        row = self.page.locator(
            f".fstep:has(.fstep__title:text-is('{step}')) [data-exit='{way}'] .fway__port"
        )
        self.click(row)
        self.click(f".palette__choice:has(.palette__name:text-is('{kind}'))")

    def says(self, zh: str, en: str) -> None:
        self.write("[data-field='prompt.zh']", zh)
        self.write("[data-field='prompt.en']", en)
        self.click(self.page.get_by_role("button", name="Use this text"))
        expect(self.page.locator(".prompt-field__heard")).to_be_visible(timeout=PATIENCE)

    @property
    def seconds(self) -> float:
        return self.clicks * SECONDS_A_CLICK + self.letters * SECONDS_A_LETTER


class Fingers:
    """A newcomer without a mouse."""

    def __init__(self, visitor) -> None:
        self.visitor, self.page, self.keys = visitor, visitor.page, visitor.page.keyboard
        self.presses = self.tabs = self.letters = 0

    def press(self, *keys: str) -> None:
        self.presses += len(keys)
        for key in keys:
            self.keys.press(key)

    def type(self, text: str) -> None:
        self.letters += len(text)
        self.keys.type(text)

    def to(self, selector: str, key: str = "Tab") -> None:
        """Tab until the focus is there."""
        for _ in range(MOST_STEPS):
            if has_focus(self.visitor, selector):
                return
            self.tabs += 1
            self.keys.press(key)
        raise AssertionError(f"{selector} is not reached with {key}")

    def add_after(self, what: str, queue: str = "") -> None:
        """A step after the one that has the focus; the new one has it afterwards."""
        steps = self.page.locator(".fstep").count()
        self.press("a")
        self.type(what)
        self.press("Enter")
        expect(self.page.locator(".fstep")).to_have_count(steps + 1, timeout=PATIENCE)
        if queue:
            self.to("select[data-field=queue]")
            self.type(queue)
        if what != "menu":
            self.press("Escape")

    def back_to(self, name: str) -> None:
        found = self.page.locator(f".fstep:has(.fstep__title:text-is('{name}'))").get_attribute("data-id")
        self.to(f".fstep[data-id={found}] .fstep__main", "Shift+Tab")

    @property
    def seconds(self) -> float:
        return self.presses * SECONDS_A_KEY + self.tabs * SECONDS_A_TAB + self.letters * SECONDS_A_LETTER
