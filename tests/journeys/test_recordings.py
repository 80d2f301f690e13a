"""A recording is found and heard, by mouse and with the keyboard; who is recorded is said on a page; and one talk from
its ring to the player, masked for a card number on the way.
"""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from tests.contract.driver import loudness
from tests.journeys.keyboard import press_on, walk_to
from tests.journeys.looks import look, look_in_chinese
from tests.journeys.product import wait_for
from tests.journeys.test_agent_day import ready_agent, rest, stage
from tests.journeys.test_in_the_call import finish

pytestmark = pytest.mark.timeout(300)
MASK_BY_MACHINE = """async (call) => (await fetch(`/api/v1/calls/${call}/recording/`, {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"],
  },
  body: JSON.stringify({ act: "mask", seconds: 3 }),
})).status"""


@pytest.fixture(scope="module")
def recording(product) -> str:
    return product._program("-m", "tests.journeys.recording_stage").strip()


def seconds_in(page) -> int:
    minutes, rest = page.locator("[data-now]").inner_text().split(":")
    return int(minutes) * 60 + int(rest)


def test_a_recording_is_found_and_heard_with_the_mouse(recording, visit):
    boss = visit("acme", "supervisor")
    page = boss.page
    boss.go("/calls/")
    page.get_by_role("link", name="Recordings").click()
    page.fill("input[name=number]", "13812340099")
    page.get_by_role("button", name="Show").click()
    page.locator("tbody th a").first.click()
    expect(page.locator(".sound__shape")).to_be_attached()
    expect(page.locator(".sound__mark--masked")).to_be_attached()
    assert "12340099" not in page.inner_text("main"), "numbers are masked"
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("[data-now]")).not_to_have_text("0:00")
    page.get_by_role("button", name="Caller").click()
    expect(page.get_by_role("button", name="Caller")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name=re.compile("Masked 0:10–0:16")).click()
    expect(page.locator("[data-now]")).to_have_text(re.compile("0:1[0-9]"))
    page.get_by_role("button", name="Pause").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    assert re.fullmatch(r"\d{8}-\d{6}_\w{8}_supervisor_\d{8}T\d{6}Z\.wav", saved.value.suggested_filename)
    page.reload()
    ledger = page.locator("section[aria-labelledby=ledger-title] tbody tr")
    expect(ledger.filter(has_text="Downloaded").first).to_contain_text("Supervisor Acme")
    expect(ledger.filter(has_text="Played").first).to_contain_text("Supervisor Acme")
    assert look(boss, "recording") == []
    page.select_option("#member", label="Owner Acme")
    page.get_by_role("button", name="Make a link").click()
    shared = page.locator("#address").input_value()
    owner = visit("acme", "owner")
    owner.page.goto(shared)
    expect(owner.page.get_by_text("has shared this recording with you")).to_be_visible()
    assert look_in_chinese(owner, f"/recordings/{recording}/", "recording") == []


def test_a_recording_is_heard_with_the_keyboard_and_its_pages_look_right(recording, visit):
    boss = visit("acme", "owner")
    page = boss.page
    boss.go(f"/recordings/{recording}/")
    expect(page.locator(".sound__shape")).to_be_attached()
    walk_to(boss, "[data-wave]")
    for _each in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-now]")).to_have_text("0:15")
    page.keyboard.press("Space")
    expect(page.locator("[data-play-word]")).to_have_text("Pause")
    expect(page.locator("[data-now]")).not_to_have_text("0:15")
    page.keyboard.press("k")
    expect(page.locator("[data-play-word]")).to_have_text("Play")
    page.keyboard.press("Home")
    expect(page.locator("[data-wave]")).to_have_attribute("aria-valuetext", "0:00 of 0:40")
    boss.go("/recordings/policy/")
    page.select_option("#id_rule-0-whom", label="Everybody")
    page.select_option("#id_rule-0-mode", label="Always")
    press_on(boss, "form.form button.button--primary")
    expect(page.get_by_text("is in force").first).to_be_visible()
    faults = look(boss, "recording policy")
    for path, kind in (("/recordings/", "recordings"), ("/recordings/policy/", "recording policy")):
        boss.go(path)
        faults += look(boss, kind) + look_in_chinese(boss, path, kind)
    assert faults == []


@pytest.fixture
def order_number(product):
    """Callers key in the number of their order first."""
    product._program("-m", "tests.journeys.flow_stage", "collect")
    flows = product.home / "switch" / "conf" / "flows"
    wait_for(lambda: list(flows.glob("acme-*.xml")), "the flow is not on the switch's disk")
    yield
    product._program("-m", "tests.journeys.flow_stage", "clear")


def test_04_a_talk_is_recorded_masked_saved_sealed_found_and_played(product, order_number, visit):
    """TEST-04 in one: recorded (the bar says so), SEC-27 (masked by key and by machine, silent in the file, both edges
    audited), saved and proved, sealed, found by its number, played from the vault. What the caller keyed in before is
    in the agent's hand when it rings.
    """
    ann = ready_agent(product, visit, "ann", "1001")
    call = product.call("acme", "13912348765", name="Zhou Kai", keys="4@1,7@1.3,#@1.6")
    stage(ann, "ringing")
    expect(ann.page.locator("#call-collected")).to_have_text("order 47")
    ann.page.keyboard.press("Alt+A")
    stage(ann, "talking")
    mask_twice(ann, call)
    ann.page.keyboard.press("Alt+E")
    finish(ann)
    rest(ann)
    masks_are_silent_and_audited(product, call)
    assert product._program("-m", "tests.journeys.recording_stage", "seal", call).strip() == "sealed"

    boss = visit("acme", "supervisor")
    boss.go("/recordings/?number=13912348765")
    boss.page.locator("tbody th a").click()
    expect(boss.page.locator(".sound__mark--masked")).to_have_count(2)
    boss.page.get_by_role("button", name="Play").click()
    expect(boss.page.locator("[data-now]")).not_to_have_text("0:00")


def mask_twice(who, call: str) -> None:
    """Once by key, ended by key; once by a machine, for three seconds: it ends by itself."""
    state, left = who.page.locator("#recording-state"), who.page.locator("#mask-left")
    expect(state).to_contain_text("Recording")
    expect(left).to_be_hidden()
    who.page.wait_for_timeout(600)
    who.page.keyboard.press("Alt+C")
    expect(state).to_contain_text("Masked")
    expect(left).to_have_text(re.compile(r"^2:5\d$"))
    expect(who.page.locator("#do-mask")).to_have_attribute("aria-pressed", "true")
    assert look(who, "masked") == []
    who.page.locator("#do-mask").click()
    expect(state).to_contain_text("Recording")
    expect(left).to_be_hidden()
    assert who.page.evaluate(MASK_BY_MACHINE, call) == 202
    expect(state).to_contain_text("Masked")
    expect(left).to_have_text(re.compile(r"^0:0[1-3]$"))
    expect(state).to_contain_text("Recording")
    who.page.wait_for_timeout(800)


def masks_are_silent_and_audited(product, call: str) -> None:
    """In the file silence while masked and voices elsewhere, in the audit log both edges of each."""
    with psycopg.connect(product.environment["DATABASE_URL"]) as rows:
        masks = rows.execute(
            "select m.began_at, m.ended_at, m.why_ended, r.path, r.started_at from acme.telephony_recordingmask m"
            " join acme.telephony_recording r on r.leg = m.offer_id where r.call_id = %s order by m.began_at",
            [call],
        ).fetchall()
        audited = rows.execute(
            "select verb from acme.people_auditentry where subject = %s order by id",
            [f"telephony.call:{call}"],
        ).fetchall()
    assert [mask[2] for mask in masks] == ["asked", "time"]
    file = product.home / "switch" / "recordings" / masks[0][3]
    edges = [[(moment - mask[4]).total_seconds() for moment in mask[:2]] for mask in masks]
    for begin, end in edges:
        assert loudness(file, begin + 0.2, end - 0.2) == [0, 0], "masked, both sides are silent"
    assert max(loudness(file, 0, edges[0][0] - 0.2)) > 0, "heard before"
    assert max(loudness(file, edges[1][1] + 0.3)) > 0, "unmasked, they are heard again"
    told = [verb for (verb,) in audited if "masked the recording" in verb]
    assert told == ["masked the recording of", "unmasked the recording of"] * 2
