"""An operator tries their own telephone: by the pager that rings for cases, after them, and never instead."""

# ruff: noqa: F811

import wave
from datetime import UTC, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from telephony.freeswitch.configuration import OUR_FILES
from telephony.freeswitch.pager_call import Rung, Trace
from telephony.trunks.models import Trunk, TrunkCall
from telephony.worker import pager_sound
from tenants.service.actions.ring_tests import ask_ring_test, begin_test
from tenants.service.models import Page, PageCall, RingTest
from tests.telephony.test_pager import (  # noqa: F401  (fixtures)
    FAILS,
    PHONE,
    known,
    olivia,
    opened,
    pager,
    silent,
    switch,
    trunks,
)


def frames(sound):
    with wave.open(BytesIO(sound)) as file:
        return file.readframes(file.getnframes())


def asked(olivia, seconds_ago=0):
    return ask_ring_test(operator=olivia, at=timezone.now() - timedelta(seconds=seconds_ago))


def outcome(row):
    row.refresh_from_db()
    return row.found(timezone.now()), row.cause


def test_a_test_rings_by_the_same_way_says_that_it_is_one_and_touches_no_case(
    acme, olivia, trunks, pager, switch, known
):
    row, pressed_at = asked(olivia), timezone.now() + timedelta(seconds=5)
    switch.answers = [FAILS, Rung(is_answered=True, taken_at=pressed_at)]
    with capture_logs() as logs:
        pager.look(timezone.now())
    assert [(one["line"], one["number"], one["phrase"], one["language"]) for one in switch.rings] == [
        (trunks[0].key, PHONE, "ring-test", "zh"),
        (trunks[1].key, PHONE, "ring-test", "zh"),
    ]
    own = (OUR_FILES / "sounds" / "zh" / "ring-test.wav").read_bytes()
    assert frames(switch.sounds[0]).startswith(frames(own))
    assert not pager_sound.place_of(known, row.call_id).exists()
    assert (outcome(row), row.ended_at, switch.forgotten) == (("taken", ""), pressed_at, [row.call_id])
    assert not PageCall.objects.exists()
    assert not TrunkCall.objects.exists()
    assert PHONE[3:] not in str(logs)
    pager.look(timezone.now())
    assert len(switch.rings) == 2, "once"


@pytest.mark.parametrize(
    ("rung", "found"),
    [
        (Rung(is_answered=True, cause="NORMAL_CLEARING"), ("no_key", "")),
        (Rung(cause="CALL_REJECTED"), ("refused", "CALL_REJECTED")),
        (Rung(cause="USER_BUSY"), ("busy", "USER_BUSY")),
        (Rung(cause="NO_ANSWER"), ("no_answer", "NO_ANSWER")),
    ],
)
def test_what_became_of_a_test_is_told(olivia, trunks, pager, switch, rung, found):
    row = asked(olivia)
    switch.answers = [rung]
    pager.look(timezone.now())
    assert outcome(row) == found


def test_a_case_is_rung_before_a_test_and_nobody_twice_at_once(acme, globex, olivia, trunks, pager, switch):
    row = asked(olivia)
    opened(acme)
    switch.answers = [None]
    pager.look(timezone.now())
    assert [one["phrase"] for one in switch.rings] == ["urgent-case"]
    # The telephone is being rung for the case: the test waits, and is not rung later than anybody expects.
    assert outcome(row) == ("", "")
    PageCall.objects.update(ended_at=timezone.now())
    Page.objects.update(answered_at=timezone.now())
    RingTest.objects.update(asked_at=timezone.now() - timedelta(seconds=31))
    pager.look(timezone.now())
    assert (len(switch.rings), outcome(row)) == (1, ("nobody", ""))


def test_while_a_test_rings_the_same_telephone_is_not_rung_for_a_case(acme, olivia, trunks, pager, switch):
    row = asked(olivia)
    switch.answers = [None]
    pager.look(timezone.now())
    opened(acme)
    pager.look(timezone.now())
    assert [one["phrase"] for one in switch.rings] == ["ring-test"]
    switch.trace, switch.answers = Trace.GONE, [Rung(is_answered=True)]
    RingTest.objects.update(started_at=timezone.now() - timedelta(seconds=21))
    pager.look(timezone.now())
    assert outcome(row) == ("lost", "")
    assert [one["phrase"] for one in switch.rings] == ["ring-test", "urgent-case"]


def test_what_stands_in_the_way_is_told_and_tried_again_while_somebody_waits(
    olivia, trunks, pager, switch, known
):
    row = asked(olivia)
    for plan, why in ((None, "switch_away"), ("", "old_switch")):
        switch.plan = plan
        pager.look(timezone.now())
        assert outcome(row) == (why, "")
    switch.plan = "/conf/pager.xml"
    trunks[0].routes.all().delete()
    trunks[1].routes.all().delete()
    pager.look(timezone.now())
    assert outcome(row) == ("no_trunk", "")
    for one in trunks:
        one.routes.create(prefix="", position=0)
    Trunk.objects.update(channels_out=0)
    pager.look(timezone.now())
    assert outcome(row) == ("no_line", "")
    assert (switch.rings, row.is_under_way(timezone.now())) == ([], True)
    Trunk.objects.update(channels_out=10)
    switch.answers = [Rung(is_answered=True)]
    pager.look(timezone.now())
    assert outcome(row) == ("no_key", "")


@pytest.mark.parametrize(("phrases", "found"), [([], "old_switch"), (["ring-test"], "no_key")])
def test_a_switch_that_cannot_say_that_it_is_a_test_does_not_ring_for_one(
    olivia, trunks, pager, switch, known, phrases, found
):
    known["directory"], switch.phrases = "/nowhere", phrases
    switch.answers = [Rung(is_answered=True)]
    row = asked(olivia)
    pager.look(timezone.now())
    assert outcome(row)[0] == found
    assert [one["sound"] for one in switch.rings] == ([""] if phrases else [])


@pytest.mark.parametrize(
    ("trace", "age", "result"),
    [("key", 21, "taken"), (Trace.GONE, 21, "lost"), (Trace.LIVE, 60, ""), (Trace.LIVE, 200, "lost")],
)
def test_a_new_life_ends_the_test_it_finds_and_never_dials_for_it(
    olivia, trunks, pager, switch, trace, age, result
):
    row, at = asked(olivia, age), timezone.now()
    begin_test(call_id=row.call_id, node="fs1", at=at - timedelta(seconds=age))
    switch.trace = (at - timedelta(seconds=3)).astimezone(UTC) if trace == "key" else trace
    pager.look(at)
    assert (outcome(row), switch.rings) == ((result, ""), [])
