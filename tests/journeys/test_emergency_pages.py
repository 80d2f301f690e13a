"""A supervisor prepares for the worst, drills it, and switches it on and off; an operator reads what the house bears.

With SCREENSHOTS=<folder> each page is photographed, wide and narrow, in both languages.
"""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.journeys.looks import look, look_in_chinese

PATIENCE = 30_000


def looked_at(visitor, kind: str) -> list[str]:
    """The open page in both languages; it is open in English again afterwards."""
    path = urlsplit(visitor.page.url).path
    faults = look(visitor, kind) + look_in_chinese(visitor, path, kind)
    visitor.go(path)
    return faults


def test_an_emergency_is_prepared_drilled_and_switched(product, visit):
    owner = visit("acme", "owner")
    page = owner.page
    owner.go("/emergency/new/")
    faults = looked_at(owner, "emergency-new")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_text("Callers hear the emergency message, then the call ends.")).to_be_visible(
        timeout=PATIENCE
    )

    page.get_by_role("link", name="Drill").click()
    expect(page.get_by_text("It rings nobody")).to_be_visible(timeout=PATIENCE)
    faults += looked_at(owner, "emergency-drill")
    page.get_by_role("button", name="Begin the drill").click()
    expect(page.get_by_text("s until in effect")).to_be_visible(timeout=2 * PATIENCE)
    expect(page.get_by_text("a test call went the new way")).to_be_visible(timeout=PATIENCE)

    page.get_by_role("link", name="Switch on").click()
    page.get_by_role("button", name="Switch on now").click()
    expect(page.get_by_text("An emergency plan is switched on.")).to_be_visible(timeout=PATIENCE)
    faults += looked_at(owner, "emergency-on")
    page.get_by_role("link", name="Switch off").click()
    page.get_by_role("button", name="Switch off now").click()
    expect(page.get_by_text("Switched off: the next call goes its usual way again.")).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_role("link", name="Change the plan").click()
    page.get_by_role("button", name="Delete this plan").click()
    expect(page.get_by_text("No plan is prepared")).to_be_visible(timeout=PATIENCE)
    assert faults == []


def test_an_operator_reads_capacity_and_availability(product, visit):
    olivia = visit("", "operator")
    faults: list[str] = []
    for path in ("/capacity/", "/availability/", "/emergency/", "/emergency/acme/on/"):
        answer = olivia.go(path)
        assert answer.status == 200
        faults += looked_at(olivia, f"operators-{re.sub(r'[^a-z]+', '-', path).strip('-')}")
    assert faults == []
