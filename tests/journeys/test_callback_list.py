"""Promised callbacks: found and cancelled, by mouse and with the keyboard; the customer's own page."""

import pytest
from playwright.sync_api import expect

from tests.journeys.flow_hands import PATIENCE, stage_of_flows
from tests.journeys.keyboard import press_on


@pytest.fixture
def stage(product):
    yield from stage_of_flows(product)


@pytest.fixture
def promised(stage):
    """One waits to be called back from Support, one from Sales."""
    stage._program("-m", "tests.journeys.flow_stage", "promise")


def test_callbacks_are_found_and_cancelled_with_the_mouse(promised, visit):
    boss = visit("acme", "supervisor")
    page = boss.page
    boss.go("/floor/")
    page.get_by_role("link", name="Callbacks").click()
    row = page.locator("tbody tr")
    expect(row).to_have_count(2, timeout=PATIENCE)
    expect(row.first).to_contain_text("Support")
    assert "12345678" not in page.inner_text("main"), "numbers are masked"
    expect(page.get_by_text("nobody can be called back")).to_have_count(0)
    page.locator("#queue").select_option(label="Sales")
    page.get_by_role("button", name="Show").click()
    expect(row).to_have_count(1, timeout=PATIENCE)
    row.get_by_role("button", name="Cancel the callback").click()
    expect(page.get_by_text("Nobody will be rung for it.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Cancelled").click()
    expect(row).to_have_count(1, timeout=PATIENCE)
    expect(row).to_contain_text("Sales")


def test_callbacks_are_cancelled_by_keyboard_and_by_the_customer(promised, visit):
    ann = visit("acme", "ann")
    page = ann.page
    ann.go("/callbacks/")
    link = page.get_by_role("link", name="Customer's page").first.get_attribute("href")
    press_on(ann, "tbody tr:nth-child(2) form button")
    expect(page.get_by_text("Nobody will be rung for it.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("tbody tr")).to_have_count(1)
    guest = visit("acme")
    guest.go(link)
    expect(guest.page.locator("body")).to_contain_text("Your place in line is kept.")
    told = guest.page.inner_text("body")
    assert "138*" not in told, "the page tells no number"
    assert "+86" not in told
    press_on(guest, "form.form button")
    expect(guest.page.get_by_text("This callback is cancelled.")).to_be_visible(timeout=PATIENCE)
    assert guest.grave_faults() == []
    ann.go("/callbacks/")
    expect(page.get_by_text("No callback here")).to_be_visible()
