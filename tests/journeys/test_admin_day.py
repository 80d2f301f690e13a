"""A new house: its administrator sets up team, queue, people, flow and number, and a caller reaches an agent; counted.

The count is that of `newcomer.py`: four seconds for each click, looking for it included, 0.3 for each letter typed.
"""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.flow_hands import PATIENCE, ready, saved
from tests.journeys.looks import look
from tests.journeys.newcomer import Newcomer

MOST_CLICKS, MOST_SECONDS = 40, 10 * 60
_tries = itertools.count(1)
COLLEAGUES = {"Carol Chen": "carol", "Dan Diaz": "dan"}


@pytest.fixture
def house(product):
    """The name of a tenant who has one number, and nothing else."""
    turn = next(_tries)
    house, number = f"initech{turn}", f"+131255501{turn:02}"
    product._program("-m", "tests.journeys.admin_stage", "open", house, number, product.made["password"])
    product.made["numbers"][house] = number
    product.made["phones"][house] = {}
    return house


def test_an_administrator_sets_up_a_house_within_ten_minutes_of_clicks(house, visit):
    admin = visit(house, "admin")
    page, hand = admin.page, Newcomer(admin)
    steps = page.locator(".first-steps")
    expect(steps.locator("li")).to_have_count(6)
    assert look(admin, "first-steps") == []

    add_team_and_queue(page, hand)
    invitations = add_people(admin, hand)
    draw_flow(admin, hand)
    expect(page.get_by_role("link", name="Lead another number here")).to_be_visible()
    hand.click(page.get_by_role("link", name="Lead another number here"))
    expect(page.locator("#id_number_e164")).to_have_value(admin.product.made["numbers"][house])
    hand.click(page.locator("[name=_save]"))
    expect(page.locator("#result_list tbody tr")).to_contain_text("Public hotline")
    print(f"administrator: {hand.clicks} clicks, {hand.letters} letters, {hand.seconds:.0f} s")
    assert hand.clicks <= MOST_CLICKS
    assert hand.seconds <= MOST_SECONDS

    admin.go("/admin/")
    expect(steps).to_have_count(0)
    a_caller_reaches(arrive(visit(house), invitations["carol"]))


def add_team_and_queue(page, hand: Newcomer) -> None:
    hand.click(page.get_by_role("link", name="Add a team"))
    hand.write("[name=name]", "Service")
    hand.click(page.get_by_role("button", name="Add the team"))
    hand.click(page.locator("nav.nav a", has_text="Settings"))
    hand.click(page.locator(".first-steps").get_by_role("link", name="Add a queue"))
    hand.write("[name=name]", "General")
    hand.click(page.locator("[name=_save]"))
    hand.click(page.get_by_role("link", name="Initech").first)


def add_people(admin, hand: Newcomer) -> dict[str, str]:
    """User name → path of the invitation; each phone's password is kept as the page told it, once."""
    page, invitations = admin.page, {}
    hand.click(page.locator(".first-steps").get_by_role("link", name="Add a person"))
    for place, (name, username) in enumerate(COLLEAGUES.items(), start=1):
        hand.write("#id_name", name)
        hand.write("#id_username", username)
        hand.click(page.get_by_label("Agent", exact=True))
        hand.click(page.get_by_label("General", exact=True))
        hand.choose("#id_team", "Service")
        hand.click(page.locator("[name=_save]" if place == len(COLLEAGUES) else "[name=_addanother]"))
        expect(page.locator("body")).to_contain_text("/invitation/")
        told = page.locator("body").inner_text()
        invitations[username] = re.search(r"(/invitation/\S+/)", told)[1]
        extension, password = re.search(r"user (\d+), server \S+, password (\w{24})", told).groups()
        admin.product.made["phones"][admin.tenant][extension] = password
    return invitations


def draw_flow(admin, hand: Newcomer) -> None:
    page = admin.page
    hand.click(page.get_by_role("link", name="Initech").first)
    hand.click(page.locator(".first-steps").get_by_role("link", name="Draw a flow"))
    hand.click(page.get_by_text("Public hotline", exact=True))
    hand.click(page.get_by_role("button", name="Make the flow"))
    ready(admin)
    admin.product._program("-m", "tests.journeys.admin_stage", "speak", admin.tenant)
    saved(admin)
    hand.click("#publish")
    hand.click(page.get_by_role("button", name="Publish version 1"))
    expect(page.get_by_text("Version 1 is published")).to_be_visible(timeout=PATIENCE)
    hand.click(page.get_by_role("link", name="Choose numbers"))


def arrive(carol, invitation: str):
    """A colleague follows their link, chooses a password, signs in and is ready."""
    carol.go(invitation)
    for box in carol.page.locator("input[type=password]").all():
        box.fill("correct-horse-battery")
    carol.page.click("button.button--primary")
    if "/sign-in/" in carol.page.url:
        carol.page.fill("[name=username]", "carol")
        carol.page.fill("[name=password]", "correct-horse-battery")
        carol.page.click("button.button--primary")
    carol.go("/workspace/")
    carol.settle()
    carol.product.register_phone(carol.tenant, "1001")
    carol.page.keyboard.press("Alt+R")
    expect(carol.page.locator("#status-word")).to_contain_text("● Ready")
    return carol


def a_caller_reaches(carol) -> None:
    """English, then a person."""
    leg = carol.product.call(carol.tenant, "13125550199", name="Peter", keys="2@6,0@14")
    expect(carol.page.locator("#hand")).to_have_attribute("data-stage", "ringing", timeout=90_000)
    carol.page.keyboard.press("Alt+A")
    expect(carol.page.locator("#hand")).to_have_attribute("data-stage", "talking")
    carol.product.hang_up(leg)
    expect(carol.page.locator("#hand")).to_have_attribute("data-stage", "wrap_up")
