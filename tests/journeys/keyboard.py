"""Somebody without a mouse: walks with Tab, presses, types."""

from playwright.sync_api import Error

from tests.journeys.visitor import Visitor

MOST_STEPS = 160
"""Presses of Tab: more than any of these pages has places to stop at."""


def walk_to(visitor: Visitor, selector: str) -> None:
    """Tab until the focus is there; a place Tab does not reach is a fault."""
    for _ in range(MOST_STEPS):
        if has_focus(visitor, selector):
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab on {visitor.page.url}")


def has_focus(visitor: Visitor, selector: str) -> bool:
    """Asked of the page one comes to, when the key before has led away from this one."""
    question = "selector => document.activeElement.matches(selector)"
    try:
        return visitor.page.evaluate(question, selector)
    except Error as gone:
        if "navigation" not in gone.message:
            raise
        visitor.page.wait_for_load_state()
        return visitor.page.evaluate(question, selector)


def press_on(visitor: Visitor, selector: str, key: str = "Enter") -> None:
    walk_to(visitor, selector)
    visitor.page.keyboard.press(key)


def type_into(visitor: Visitor, selector: str, text: str) -> None:
    walk_to(visitor, selector)
    visitor.page.keyboard.type(text)
