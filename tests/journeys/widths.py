"""One page at three widths: a desk, a tablet, a telephone. What axe says, and what sticks out, at each."""

import os
from pathlib import Path

from tests.journeys.looks import STICK_OUT
from tests.journeys.visitor import Visitor

WIDTHS = (1440, 820, 390)
HEIGHT = 900
FOLDER = os.environ.get("SCREENSHOTS")
LANGUAGES = ("en", "zh-hans")


def look_at_widths(visitor: Visitor, name: str) -> list[str]:
    """The page as it is open now, in the visitor's language; afterwards it is as wide as before."""
    faults = []
    before = visitor.page.viewport_size
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": HEIGHT})
        visitor.settle()
        faults += [f"{name} {width} {visitor.language}: {fault}" for fault in visitor.grave_faults()]
        faults += sticking_out(visitor, width)
        photograph(visitor, f"{name}-{visitor.language}-{width}")
    visitor.page.set_viewport_size(before)
    return faults


def sticking_out(visitor: Visitor, width: int) -> list[str]:
    if visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        return []
    return [f"{visitor.page.url} is wider than {width} px: {visitor.page.evaluate(STICK_OUT)}"]


def photograph(visitor: Visitor, name: str) -> None:
    if FOLDER:
        visitor.page.screenshot(path=Path(FOLDER) / f"{name}.png", full_page=True)
