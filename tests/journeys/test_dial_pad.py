"""The pad on which any number is dialled: nothing for axe in either language and theme, and no mouse needed."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import press_on, walk_to
from tests.journeys.looks import LANGUAGES, look
from tests.journeys.test_agent_day import rest, stage


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pad_leaves_nothing_to_axe_and_fits_a_telephone(visit, language, theme):
    ann = visit("acme", "ann", language=language, theme=theme)
    ann.go("/workspace/")
    ann.settle()
    open_pad(ann)
    assert ann.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (theme == "dark")
    assert look(ann, f"dial-pad-{theme}") == []


def open_pad(ann) -> None:
    ann.page.keyboard.press("Alt+P")
    expect(ann.page.locator("#dial-dialog")).to_be_visible()
    expect(ann.page.locator("#dialled")).to_be_focused()


def test_a_number_is_dialled_talked_with_and_wrapped_up_without_a_mouse(product, visit):
    """The phone picks up by itself, as the one in a page does."""
    product.register_phone("acme", "1001", "mode=auto answer_after=0.3")
    ann = visit("acme", "ann")
    page, keys = ann.page, ann.page.keyboard
    ann.go("/workspace/")
    ann.settle()
    expect(page.locator("#phone")).to_have_class(re.compile("badge--good"))
    open_pad(ann)
    keys.press("Escape")
    expect(page.locator("#dial-dialog")).to_be_hidden()
    open_pad(ann)
    keys.type("1390000777")
    press_on(ann, "#dial-keys [data-key='8']", "Space")
    press_on(ann, "#dial-keys [data-key='9']")
    press_on(ann, "#dial-wipe")
    expect(page.locator("#dialled")).to_have_value("13900007778")
    walk_to(ann, "#dial-now")
    keys.press("Enter")
    stage(ann, "talking")
    expect(page.locator("#dial-dialog")).to_be_hidden()
    expect(page.locator("#call-number")).to_have_text("139****7778")
    keys.press("Alt+E")
    stage(ann, "wrap_up")
    keys.press("Alt+D")
    keys.type("wrong")
    keys.press("Enter")
    keys.press("Alt+W")
    stage(ann, "none")
    rest(ann)
