"""The bar of an owner, who sees most places: at every width all of them are reached, and none lies under another."""

import time

import pytest

from tests.journeys.widths import LANGUAGES

WIDTHS = (1181, 1280, 1366, 1440, 1920)
STANDS = """() => {
  const [nav, end] = [document.querySelector(".bar .nav"), document.querySelector(".bar__end")];
  const menu = document.querySelector(".menu--nav > summary").getBoundingClientRect();
  const shown = getComputedStyle(nav).visibility === "visible" && nav.getBoundingClientRect().width > 0;
  const last = nav.lastElementChild.getBoundingClientRect();
  return {shown, fits: last.right <= end.getBoundingClientRect().left, menu: menu.width > 0};
}"""


def stands_well(visitor) -> bool:
    """Either all in the bar, or all in the menu."""
    found = visitor.page.evaluate(STANDS)
    return found["fits"] if found["shown"] else found["menu"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_places_are_reached_at_every_width(visit, language):
    owner = visit("acme", "owner")
    owner.speak(language)
    seen = {}
    for width in WIDTHS:
        owner.page.set_viewport_size({"width": width, "height": 800})
        owner.go("/calls/")
        end = time.monotonic() + 10
        while not stands_well(owner):
            assert time.monotonic() < end, f"at {width} px places lie under something"
            time.sleep(0.05)
        seen[width] = owner.page.evaluate(STANDS)["shown"]
    assert seen[1920]
    owner.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    if not seen[WIDTHS[0]]:
        owner.page.click(".menu--nav > summary")
        assert owner.page.locator(".menu--nav a:visible").count() == owner.page.locator(".bar .nav a").count()
