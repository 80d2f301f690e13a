"""The canary's call on both switches: it walks a caller's way, and each fault it is there for is found by one call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from telephony.freeswitch.canary_call import walk_number
from telephony.freeswitch.cdr import settle
from telephony.freeswitch.inventory import live_leg
from telephony.freeswitch.translate import Source
from telephony.queries.canary import Expected
from telephony.worker import canary_steps
from telephony.worker.canary_steps import Outside, Round, Step, outside_of, steps_of
from tests.contract.driver import HOT_LINE, NODE, SwitchUnderTest, wait_until
from tests.contract.flow_rows import VERSION, lay, node

MUTE = '<X-PRE-PROCESS cmd="set" data="RECORD_WRITE_ONLY=true"/>\n'


class Version:
    pk = VERSION


@pytest.fixture(autouse=True)
def queues_in_rows(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """No rows here: who could answer in which queue is said by the test."""
    said = {7: "", 8: ""}
    monkeypatch.setattr(canary_steps, "who_answers", lambda queue_id, at: said[queue_id])
    monkeypatch.setattr(canary_steps, "got_out_lately", lambda at: False)
    return said


@pytest.fixture
def shop(line: SwitchUnderTest) -> Any:
    """A greeting, a menu, a look-up that must not be made, queue 8."""
    return lay(
        line,
        node("hello", "say", {"prompt": 1}, next="menu"),
        node("menu", "menu", {"prompt": 2, "seconds": 1, "timeouts": 0}, k1="sales", timeout="orders"),
        node("orders", "lookup", {"url": "https://shop.example/"}, found="sales", failed="sales"),
        node("sales", "queue", {"queue": 8}),
    )


def known(line: SwitchUnderTest) -> dict[str, Any]:
    told = line.settings
    return {
        "host": "127.0.0.1",
        "event_port": told.event_port,
        "password": told.password,
        "gateway": told.gateway,
        "recordings_dir": told.recordings_dir,
        "prompts_dir": line.directory / "prompts",
    }


def look(line: SwitchUnderTest, outside: Outside | None = None) -> list[Step]:
    """One round, judged as the worker judges it."""
    test_id, started_at = uuid4(), datetime.now(UTC)
    walked = walk_number(known(line), HOT_LINE, test_id=test_id, seconds=20)
    one = Round(
        node=known(line),
        schema="acme",
        number=HOT_LINE,
        version=Version(),  # type: ignore[arg-type]
        test_id=test_id.hex,
        started_at=started_at,
        walked=walked,
    )
    return steps_of(one, Expected(), outside or Outside(), datetime.now(UTC))


def faults(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step["step"], step["problem"]) for step in steps if not step["is_ok"]]


def test_a_whole_way_is_walked_and_nobody_else_hears_of_it(line: SwitchUnderTest, shop: Any) -> None:
    steps = look(line)
    assert faults(steps) == []
    assert [step["step"].partition(":")[0] for step in steps] == [
        *("dial", "flow", "prompt", "prompt", "queue", "outside line", "recording")
    ]
    wait_until(lambda: line.legs_alive() == 0)
    told = [fact for fact in line.log.since_start() if getattr(fact, "tenant", "")]
    assert told == []
    asked = [form.get("Hunt-Destination-Number") for _section, form in line.web.asked]
    assert (asked[0], "ask-sales" in asked, "ask-orders" in asked) == (HOT_LINE, True, False)
    source = Source(NODE, str(line.settings.recordings_dir))
    records = [path.read_bytes() for path in line.settings.spool_dir.glob("*.json")]
    mine = [content for content in records if b"cc_walks" in content]
    assert mine
    assert all(settle(content, source) == [] for content in mine)
    assert list((line.settings.recordings_dir / "acme").glob("canary-*")) == []


def test_its_leg_is_no_leg_of_anybody_while_it_walks(line: SwitchUnderTest, shop: Any) -> None:
    """Seen by a resync or a watchdog, it would become a call."""
    said = walk_number(known(line), HOT_LINE, test_id=uuid4(), seconds=0.6)
    assert said is not None
    assert not said.is_over
    wait_until(lambda: line.api("show channels count").strip().startswith("0"))
    dump = '{"Unique-ID": "%s", "Caller-Channel-Created-Time": "1790000000000000", "variable_cc_test": "ab"}'
    assert live_leg(dump % uuid4()) is None


def test_a_web_that_does_not_say_the_way_is_found(line: SwitchUnderTest) -> None:
    line.web.is_broken = True
    assert faults(look(line)) == [("dial", "no_way")]


def test_a_missing_prompt_is_found(line: SwitchUnderTest, shop: Any) -> None:
    file = line.directory / "prompts" / "acme" / f"{shop.sounds[2]['en']}.wav"
    file.rename(file.with_suffix(".away"))
    try:
        assert faults(look(line)) == [(f"prompt: {file.stem}"[:80], "no_sound")]
    finally:
        file.with_suffix(".away").rename(file)


@pytest.fixture
def mute(line: SwitchUnderTest) -> Iterator[None]:
    """Somebody has set up recordings so that what callers say is not in them."""
    conf = line.directory / "conf" / "freeswitch.xml"
    before = conf.read_text(encoding="utf-8")
    conf.write_text(before.replace("<X-PRE-PROCESS", f"{MUTE}<X-PRE-PROCESS", 1), encoding="utf-8")
    line.api("reloadxml")
    yield
    conf.write_text(before.replace("<X-PRE-PROCESS", MUTE.replace("true", "false") + "<X-PRE-PROCESS", 1))
    line.api("reloadxml")
    conf.write_text(before, encoding="utf-8")


def test_a_muted_recording_is_found(line: SwitchUnderTest, mute: None) -> None:
    assert ("recording", "silent") in faults(look(line))


def test_a_recording_that_cannot_be_written_is_found(line: SwitchUnderTest) -> None:
    """A file stands where the tenant's folder should be: not even root can write there."""
    place = line.settings.recordings_dir / "acme"
    aside = place.with_name("acme-aside")
    if place.exists():
        place.rename(aside)
    place.write_text("in the way")
    try:
        assert ("recording", "missing") in faults(look(line))
    finally:
        place.unlink()
        if aside.exists():
            aside.rename(place)


def test_a_queue_without_agents_is_found(line: SwitchUnderTest, queues_in_rows: dict[int, str]) -> None:
    queues_in_rows[7] = "nobody"
    assert ("queue", "nobody") in faults(look(line))


def test_a_broken_trunk_is_found_and_a_mended_one(line: SwitchUnderTest) -> None:
    line.carrier_goes()
    wait_until(lambda: not outside_of(known(line)).has_carrier, 12, "the missing carrier is not noticed")
    assert ("outside line", "no_carrier") in faults(look(line, outside_of(known(line))))
    line.carrier(answer_after=0.3)
    wait_until(lambda: outside_of(known(line)).has_carrier, 12, "the carrier is not noticed")
    assert outside_of(known(line)).is_open
