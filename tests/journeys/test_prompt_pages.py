"""Prompts and music: written, uploaded, listened to and given to a queue, by mouse and with the keyboard alone."""

import math
import struct
import wave

import pytest
from playwright.sync_api import expect

from tests.journeys.flow_hands import PATIENCE, stage_of_flows
from tests.journeys.keyboard import press_on, type_into, walk_to

RATE = 8000
LISTEN = """one => new Promise((done) => {
    one.oncanplay = () => done(one.duration);
    one.muted = true;
    one.play();
})"""


@pytest.fixture
def stage(product):
    yield from stage_of_flows(product)


@pytest.fixture
def tone(tmp_path):
    """A file of two seconds of a tone."""
    path = tmp_path / "welcome.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        swing = (int(8000 * math.sin(440 * math.tau * at / RATE)) for at in range(2 * RATE))
        file.writeframes(b"".join(struct.pack("<h", one) for one in swing))
    return path


def spoken(stage, visitor, count: int) -> None:
    """What waits is spoken; the page finds out by itself."""
    stage._program("-m", "tests.journeys.flow_stage", "speak")
    expect(visitor.page.locator(".badge--good", has_text="Ready")).to_have_count(count, timeout=PATIENCE)


def test_a_prompt_is_written_heard_and_replaced_by_a_file_with_the_mouse(stage, visit, tone):
    admin = visit("acme", "admin")
    page = admin.page
    admin.go("/prompts/")
    page.get_by_role("link", name="Write a prompt").click()
    page.fill("[name=name]", "Welcome")
    page.fill("[name=zh]", "您好，欢迎致电。")
    page.fill("[name=en]", "Welcome to Acme.")
    page.get_by_role("button", name="Save and speak").click()
    expect(page.locator("h1")).to_have_text("Welcome", timeout=PATIENCE)
    spoken(stage, admin, 2)
    player = page.locator("audio").first
    assert player.evaluate(LISTEN) > 0.5, "it can be listened to"
    page.set_input_files("#file-en", tone)
    page.locator("section", has_text="English").get_by_role("button", name="Upload").click()
    expect(page.locator(".badge--good", has_text="Uploaded")).to_have_count(1, timeout=PATIENCE)
    page.get_by_role("link", name="Prompts").first.click()
    page.fill("#q", "welc")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator("tbody tr")).to_contain_text("nowhere")


def test_a_prompt_is_written_changed_and_deleted_with_the_keyboard(stage, visit):
    admin = visit("acme", "admin")
    page = admin.page
    admin.go("/prompts/")
    press_on(admin, "a.button--primary[href$='/prompts/new/']")
    page.wait_for_url("**/prompts/new/")
    type_into(admin, "[name=name]", "Closed")
    type_into(admin, "[name=en]", "We are closed.")
    press_on(admin, "form .button--primary[type=submit]")
    expect(page.locator("h1")).to_have_text("Closed", timeout=PATIENCE)
    spoken(stage, admin, 1)
    walk_to(admin, "#text-en")
    page.keyboard.press("Control+a")
    page.keyboard.type("We are closed today.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#text-en")).to_have_value("We are closed today.", timeout=PATIENCE)
    spoken(stage, admin, 1)
    press_on(admin, "form[action$='/delete/'] button")
    expect(page.locator("h1")).to_have_text("Prompts", timeout=PATIENCE)
    expect(page.locator("main")).not_to_contain_text("We are closed")


def test_music_is_made_filled_and_given_to_a_queue_with_the_mouse(stage, visit, tone):
    admin = visit("acme", "admin")
    page = admin.page
    admin.go("/music/")
    page.fill("#new-name", "Calm")
    page.get_by_role("button", name="Make the music").click()
    page.locator("input[type=file]").set_input_files(tone)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("The piece was taken: 2.0 seconds.")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Sales", exact=True).select_option(label="Calm")
    page.get_by_role("button", name="Save Sales").click()
    expect(page.get_by_text("Callers hear it from the next round on")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_label("Sales", exact=True).locator("option:checked")).to_have_text("Calm")
    page.get_by_role("button", name="Take out welcome").click()
    expect(page.get_by_text("No piece yet")).to_be_visible(timeout=PATIENCE)


def test_music_is_made_and_filled_with_the_keyboard(stage, visit, tone):
    admin = visit("acme", "admin")
    page = admin.page
    admin.go("/music/")
    type_into(admin, "#new-name", "Lively")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lively")).to_be_visible(timeout=PATIENCE)
    walk_to(admin, "input[type=file]")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(tone)
    type_into(admin, "[name=title]", "A tone")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The piece was taken: 2.0 seconds.")).to_be_visible(timeout=PATIENCE)
    walk_to(admin, "#for-all")
    page.keyboard.type("Lively")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#for-all option:checked")).to_have_text("Lively", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Delete Lively")).to_have_count(0)
