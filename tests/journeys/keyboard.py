"""Somebody without a mouse: walks with Tab, presses, types."""

from tests.journeys.visitor import Visitor

MOST_STEPS = 160
"""Presses of Tab: more than any of these pages has places to stop at."""


def walk_to(visitor: Visitor, selector: str) -> None:
    """Tab until the focus is there; a place Tab does not reach is a fault."""
    for _ in range(MOST_STEPS):
        if visitor.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab on {visitor.page.url}")


def press_on(visitor: Visitor, selector: str, key: str = "Enter") -> None:
    walk_to(visitor, selector)
    visitor.page.keyboard.press(key)


def type_into(visitor: Visitor, selector: str, text: str) -> None:
    walk_to(visitor, selector)
    visitor.page.keyboard.type(text)
