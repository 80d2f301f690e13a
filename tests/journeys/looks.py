"""Looking at one page: what axe says, whether it fits a telephone, and a photograph when SCREENSHOTS names a folder."""

import os
import re
from pathlib import Path

from tests.journeys.visitor import NARROW, WIDE, Visitor

LANGUAGES = ("en", "zh-hans")
FOLDER = os.environ.get("SCREENSHOTS")
STICK_OUT = """() => [...document.body.querySelectorAll("*")]
    .filter(one => one.getBoundingClientRect().right > innerWidth && !one.closest(".table-frame, .scroll"))
    .slice(0, 12).map(one => one.outerHTML.slice(0, 160) + " … " + Math.round(one.getBoundingClientRect().right))"""


def look_in_chinese(visitor: Visitor, path: str, kind: str) -> list[str]:
    visitor.speak("zh-hans")
    visitor.go(path)
    # The same elements with other words: axe has seen them in English, and sees all again when all are photographed.
    faults = look(visitor, kind, with_axe=bool(FOLDER) and not path.startswith("/admin/"))
    visitor.speak("en")
    return faults


def look(visitor: Visitor, kind: str, *, with_axe: bool = True) -> list[str]:
    visitor.settle()
    faults = (visitor.grave_faults() if with_axe else []) + too_wide(visitor)
    photograph(visitor, kind)
    return faults


def too_wide(visitor: Visitor) -> list[str]:
    """At a telephone's width nothing but a table's own frame scrolls sideways."""
    visitor.page.set_viewport_size({"width": NARROW, "height": 844})
    # Charts follow the window a moment later. Asked from here: the page's own rules forbid it to evaluate a text.
    for _ in range(100):
        fits = visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if fits:
            break
        visitor.page.wait_for_timeout(50)
    culprits = [] if fits else visitor.page.evaluate(STICK_OUT)
    visitor.page.set_viewport_size({"width": WIDE, "height": 900})
    return [] if fits else [f"{visitor.page.url} is wider than {NARROW} px: {culprits}"]


def photograph(visitor: Visitor, kind: str) -> None:
    if not FOLDER:
        return
    name = re.sub(r"\W+", "_", kind.replace("…", "one")).strip("_") or "home"
    for width, height in ((WIDE, 900), (NARROW, 844)):
        visitor.page.set_viewport_size({"width": width, "height": height})
        target = Path(FOLDER) / f"{visitor.tenant or 'operators'}-{name}-{visitor.language}-{width}.png"
        visitor.page.screenshot(path=target, full_page=True)
    visitor.page.set_viewport_size({"width": WIDE, "height": 900})
