"""Who is on call is rung, on both switches: key 1 takes the case on, a mailbox does not, the key is not forgotten."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from telephony import facts
from telephony.freeswitch import cdr, pager_call
from telephony.freeswitch.canary_call import EventSocket
from telephony.freeswitch.pager_call import Rung, Trace
from telephony.freeswitch.translate import Source
from telephony.worker import pager as pagers
from telephony.worker import pager_sound
from tests.contract.driver import HOT_LINE, NODE, SwitchUnderTest, wait_until
from tests.contract.test_outside_phones import press
from tests.contract.test_trunks import Trunks, trunks  # noqa: F401  (fixture)

PHONE = "+8613877776666"


def known(line: SwitchUnderTest) -> dict[str, Any]:
    told = line.settings
    return {
        "host": "127.0.0.1", "event_port": told.event_port, "password": told.password, "node": NODE, "cell": "main",
        "gateway": told.gateway, "directory": str(line.directory), "pager_number": HOT_LINE,
    }  # fmt: skip


class Beside(threading.Thread):
    """Something that takes its time, and what came of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._work, self.found = work, None
        self.start()

    def run(self) -> None:
        self.found = self._work()

    def result(self) -> Any:
        self.join(60)
        assert not self.is_alive()
        return self.found


def begin(line: SwitchUnderTest, call_id: UUID, way: str = "backup", sound: str = "", **more: str) -> Beside:
    plan = pager_call.plan_of(known(line))
    assert plan.endswith("/pager.xml")
    asked = {
        "plan": plan,
        "line": way,
        "number": PHONE,
        "shows": HOT_LINE,
        "language": "en",
        "sound": sound,
        **more,
    }
    return Beside(lambda: pager_call.ring(known(line), call_id=call_id, seconds=8, **asked))


def asks(line: SwitchUnderTest, call_id: UUID) -> Callable[[], bool]:
    return lambda: "play_and_get_digits" in line.api(f"uuid_getvar {call_id} current_application")


def told_of(line: SwitchUnderTest) -> list[facts.Fact]:
    return [fact for fact in line.log.since_start() if isinstance(fact, facts.LegFact)]


def settled(line: SwitchUnderTest, call_id: UUID) -> list[facts.Fact]:
    source = Source(NODE, str(line.settings.recordings_dir))
    paths = wait_until(lambda: list(line.settings.spool_dir.glob(f"*{call_id}*.json")), 15, "no record")
    return [fact for path in paths for fact in cdr.settle(path.read_bytes(), source)]


def test_key_1_takes_on_and_another_key_does_not_and_nobody_else_hears_of_it(line: SwitchUnderTest) -> None:
    line.carrier(answer_after=0.2)
    call_id, before = uuid4(), timezone.now()
    sound = pager_sound.lay(
        known(line), call_id, language="en", number="C-000012", subject="No sound in Sales"
    )
    assert sound is not None
    with EventSocket(known(line), patience=5) as wire:
        wire.say(f"filter Unique-ID {call_id}")
        wire.say("event json PLAYBACK_START")
        call = begin(line, call_id, sound=str(sound))
        heard = wire.event(15)
        assert heard is not None
        assert heard["Playback-File-Path"] == str(sound), json.dumps(heard)[:400]
    press(line, call_id, "5")
    # So long a wrong key would need to be taken for a right one.
    time.sleep(1)
    wait_until(asks(line, call_id), 10, "a wrong key is asked again")
    assert pager_call.trace_of(known(line), call_id) is Trace.LIVE
    press(line, call_id, "1")
    rung: Rung = call.result()
    assert rung.is_answered
    assert rung.taken_at is not None
    assert before < rung.taken_at < timezone.now()
    # Should we have died meanwhile: the switch still knows, until it is told to forget.
    assert pager_call.trace_of(known(line), call_id) == rung.taken_at
    pager_call.forget(known(line), call_id)
    assert pager_call.trace_of(known(line), call_id) is Trace.GONE
    assert (told_of(line), settled(line, call_id)) == ([], [])


def test_who_tries_their_telephone_hears_that_it_is_a_test(line: SwitchUnderTest) -> None:
    line.carrier(answer_after=0.2)
    call_id, told = uuid4(), []
    assert pager_call.knows(known(line), "ring-test")
    assert not pager_call.knows(known(line), "another")
    with EventSocket(known(line), patience=5) as wire:
        wire.say(f"filter Unique-ID {call_id}")
        wire.say("event json PLAYBACK_START")
        call = begin(line, call_id, phrase="ring-test")
        heard = wire.event(15)
        assert heard is not None
        told.append(heard["Playback-File-Path"])
        wait_until(asks(line, call_id), 10, "nobody asks for the key")
        press(line, call_id, "1")
        while not told[-1].endswith("-taken.wav") and (heard := wire.event(15)) is not None:
            told.append(heard["Playback-File-Path"])
    assert told[0].endswith("/en/ring-test.wav")
    assert told[-1].endswith("/en/ring-test-taken.wav")
    assert call.result().taken_at is not None
    pager_call.forget(known(line), call_id)
    assert (told_of(line), settled(line, call_id)) == ([], [])


def test_a_mailbox_takes_nothing_on_and_is_let_go(
    line: SwitchUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pager_call, "ASK_SECONDS", 3.0)
    line.carrier(answer_after=0.2)
    call_id = uuid4()
    rung: Rung = begin(line, call_id).result()
    assert (rung.is_answered, rung.taken_at) == (True, None)
    assert pagers.result_of(rung) == "no_key"
    assert pager_call.is_gone(known(line), call_id, seconds=5)
    assert pager_call.trace_of(known(line), call_id) is Trace.GONE
    assert told_of(line) == []


def test_engaged_and_a_carrier_that_fails_are_told_apart(trunks: Trunks) -> None:  # noqa: F811
    line, found = trunks.line, []
    trunks.give(trunks.terms("t1", is_registered=False))
    wait_until(lambda: (told := trunks.sees("t1")()) and told.is_up, 15, "t1 is not up")
    for calls in (486, 503):
        trunks.behave("t1", calls=calls)
        found.append(pagers.result_of(begin(line, uuid4(), "t1").result()))
    no_such = begin(line, uuid4(), "t9").result()
    assert (found, no_such.cause) == (["busy", "failed"], "INVALID_GATEWAY")


@pytest.fixture
def paged(line: SwitchUnderTest, acme: Any, globex: Any, member: Any) -> tuple[Any, Any, Any]:
    """A pager of this switch; urgent cases of acme and globex, of which acme's alone is to be rung for."""
    from tenants.service.actions.cases import open_case
    from tenants.service.actions.roster import set_target

    def opened(tenant: Any) -> Any:
        told = {"channel": "page", "subject": "No sound", "text": "Since nine."}
        return open_case(tenant=tenant, severity="urgent", at=timezone.now(), **told)

    other = opened(globex)
    olivia = member(None, "operator", name="Olivia")
    set_target(operator=olivia, way="log", address="", phone=PHONE)
    return pagers.Pager(known(line), may_act=lambda: True, rest=lambda: None), opened(acme), other


def outcome(case: Any) -> tuple[Any, ...]:
    from tenants.service.models import PageCall

    page = case.pages.first()
    case.refresh_from_db()
    calls = PageCall.objects.filter(page__case=case).values_list("result", flat=True)
    return (page.answered_way if page else None, case.handler, list(calls))


def test_from_the_case_to_the_key_and_into_its_history(
    line: SwitchUnderTest, paged: tuple[Any, Any, Any]
) -> None:
    pager, case, other = paged
    line.carrier(answer_after=0.2)

    def person() -> None:
        leg = wait_until(lambda: _picked_up(line), 15, "nobody was rung")
        wait_until(asks(line, leg), 15, "nobody asks for the key")
        press(line, leg, "1")

    owner = Beside(person)
    pager.look(timezone.now())
    owner.result()
    assert outcome(case) == ("phone", "Olivia", ["taken"])
    assert outcome(other) == (None, "", [])


def test_who_presses_nothing_has_not_taken_the_case_on(
    line: SwitchUnderTest, paged: tuple[Any, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pager, case, other = paged
    monkeypatch.setattr(pager_call, "ASK_SECONDS", 2.0)
    line.carrier(answer_after=0.2)
    pager.look(timezone.now())
    pager.look(timezone.now())
    assert outcome(case) == ("", "", ["no_key"])
    assert outcome(other) == (None, "", [])


def _picked_up(line: SwitchUnderTest) -> UUID | None:
    """The one call there is, once it has been answered."""
    rows = json.loads(line.api("show channels as json")).get("rows", [])
    found = [row["uuid"] for row in rows if row.get("callstate") == "ACTIVE"]
    return UUID(found[0]) if found else None
