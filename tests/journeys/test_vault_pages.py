"""The pages of how recordings are kept, full, in both languages at three widths; a purge by two people by hand.

With SCREENSHOTS=<folder> each is photographed.
"""

import pytest

from tests.journeys.widths import LANGUAGES, look_at_widths

PAGES = {
    "kept-storage": "/recordings/storage/",
    "kept-storage-new": "/recordings/storage/new/",
    "kept-retention": "/recordings/retention/",
    "kept-holds": "/recordings/holds/",
    "kept-missing": "/recordings/missing/",
}


@pytest.fixture
def stage(product):
    product._program("-m", "tests.journeys.vault_stage")
    yield product
    product._program("-m", "tests.journeys.vault_stage", "clear")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_keeping_suits_three_widths(stage, visit, language):
    admin = visit("acme", "admin")
    admin.speak(language)
    faults = []
    for name, path in PAGES.items():
        assert admin.go(path).status == 200, path
        faults += look_at_widths(admin, name)
    admin.go("/recordings/missing/")
    admin.go(admin.page.locator("tbody th a").first.get_attribute("href"))
    faults += look_at_widths(admin, "kept-call")
    operator = visit("", "operator")
    operator.speak(language)
    for name, path in (("kept-terms", "/recording-terms/"), ("kept-terms-form", "/recording-terms/acme/")):
        assert operator.go(path).status == 200, path
        faults += look_at_widths(operator, name)
    assert not faults, "\n".join(faults)


def test_a_purge_asked_for_by_one_is_confirmed_by_another_with_the_keyboard(stage, visit):
    admin = visit("acme", "admin")
    admin.go("/recordings/holds/")
    button = admin.page.get_by_role("button", name="Confirm and delete")
    button.focus()
    admin.page.keyboard.press("Enter")
    admin.page.get_by_text("What remains is a tombstone with the hash.").wait_for()
