"""The worker's thread that rings who is on call: by which line, what it says, and what a new life of it does."""

import wave
from datetime import UTC, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from telephony.cells.models import Cell
from telephony.freeswitch import pager_call
from telephony.freeswitch.pager_call import Rung, Trace
from telephony.speech.failures import SpeechFailed
from telephony.switch import UnsafeValue
from telephony.trunks.models import Trunk, TrunkCall
from telephony.worker import pager_sound
from telephony.worker.pager import Pager, result_of
from tenants.service.actions.cases import open_case
from tenants.service.actions.ringing import begin_call
from tenants.service.actions.roster import set_target
from tenants.service.models import Page, PageCall, RingTest

PHONE = "+8613800138000"
FAILS = Rung(cause="NORMAL_TEMPORARY_FAILURE")


class Switch:
    """What the pager asks of it, and what it says."""

    def __init__(self):
        self.rings, self.sounds, self.answers, self.trace = [], [], [], Trace.GONE
        self.ended, self.forgotten, self.plan, self.phrases = [], [], "/conf/pager.xml", ["urgent-case"]

    def ring(self, node, **asked):
        self.rings.append(asked)
        self.sounds.append(Path(asked["sound"]).read_bytes() if asked["sound"] else b"")
        rows = PageCall if asked["phrase"] == "urgent-case" else RingTest
        row = rows.objects.get(call_id=asked["call_id"])
        assert (row.started_at is not None, row.ended_at) == (True, None), "kept before it rings"
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def trace_of(self, node, call_id):
        return self.trace


@pytest.fixture
def switch(monkeypatch):
    made = Switch()
    monkeypatch.setattr(pager_call, "ring", made.ring)
    monkeypatch.setattr(pager_call, "trace_of", made.trace_of)
    monkeypatch.setattr(pager_call, "plan_of", lambda node: made.plan)
    monkeypatch.setattr(pager_call, "knows", lambda node, phrase: phrase in made.phrases)
    monkeypatch.setattr(pager_call, "is_gone", lambda node, call_id, seconds: True)
    monkeypatch.setattr(pager_call, "end", lambda node, call_id: made.ended.append(call_id))
    monkeypatch.setattr(pager_call, "forget", lambda node, call_id: made.forgotten.append(call_id))
    return made


@pytest.fixture
def silent(monkeypatch):
    """A machine without a voice."""

    def fail(*_asked):
        raise SpeechFailed("no_engine")

    monkeypatch.setattr(pager_sound, "speak", fail)


@pytest.fixture
def known(tmp_path):
    (tmp_path / "temp").mkdir()
    return {"cell": "main", "node": "fs1", "gateway": "", "directory": str(tmp_path)}


@pytest.fixture
def pager(known, switch, silent):
    return Pager(known, may_act=lambda: True, rest=lambda: None)


@pytest.fixture
def olivia(member):
    made = member(None, "operator", name="Olivia", language="zh-hans")
    set_target(operator=made, way="log", address="", phone=PHONE)
    return made


@pytest.fixture
def trunks(db):
    """t… of two carriers, the first first; only the first's account is a number."""
    cell, _is_new = Cell.objects.get_or_create(name="main")
    made = []
    for position, (name, account) in enumerate((("First", "861055550000"), ("Second", "house"))):
        row = Trunk.objects.create(
            name=name, cell=cell, host="sip.carrier.example", state="in_use", changed_at=timezone.now(),
            username=account,
        )  # fmt: skip
        row.routes.create(prefix="", position=position)
        made.append(row)
    return made


def opened(tenant, subject="No sound"):
    return open_case(
        tenant=tenant, channel="page", severity="urgent", subject=subject, text="x", at=timezone.now()
    )


def results():
    return list(PageCall.objects.order_by("started_at").values_list("result", "cause"))


def test_key_1_answers_the_page_of_this_tenants_case_alone(acme, globex, olivia, trunks, pager, switch):
    ours, theirs = opened(acme), opened(globex)
    pressed_at = timezone.now() + timedelta(seconds=9)
    switch.answers = [Rung(is_answered=True, taken_at=pressed_at), Rung(is_answered=True)]
    with capture_logs() as logs:
        pager.look(timezone.now())
    assert [(one["line"], one["number"], one["shows"], one["language"]) for one in switch.rings] == [
        (trunks[0].key, PHONE, "861055550000", "zh")
    ] * 2  # fmt: skip
    ours.refresh_from_db()
    theirs.refresh_from_db()
    page, other = ours.pages.get(), theirs.pages.get()
    assert (page.answered_at, page.answered_way, ours.handler) == (pressed_at, "phone", "Olivia")
    assert (other.answered_at, other.answered_way, theirs.handler) == (None, "", "")
    assert results() == [("taken", ""), ("no_key", "")]
    assert not TrunkCall.objects.exists(), "no place is kept at the trunk"
    assert len(switch.forgotten) == 2
    assert PHONE[3:] not in str(logs)
    pager.look(timezone.now())
    assert len(switch.rings) == 2, "not twice at once"


def test_the_next_trunk_is_tried_where_a_carrier_fails_and_never_when_somebody_is_engaged(
    acme, globex, olivia, trunks, pager, switch
):
    opened(acme)
    switch.answers = [FAILS, Rung(cause="USER_BUSY")]
    pager.look(timezone.now())
    assert [(one["line"], one["shows"]) for one in switch.rings] == [
        (trunks[0].key, "861055550000"),
        (trunks[1].key, "0000"),
    ]
    assert len({one["call_id"] for one in switch.rings}) == 1
    assert results() == [("busy", "USER_BUSY")]
    opened(globex)
    PageCall.objects.update(ended_at=timezone.now() - timedelta(seconds=59))
    switch.answers = [Rung(cause="USER_BUSY")]
    pager.look(timezone.now())
    assert [one["line"] for one in switch.rings[2:]] == [trunks[0].key]
    assert results() == [("busy", "USER_BUSY")] * 2


def test_without_a_line_or_a_switch_nobody_is_rung_and_nothing_is_used_up(acme, olivia, pager, switch, known):
    opened(acme)
    pager.look(timezone.now())
    known["gateway"], switch.plan = "sip.carrier.example:5060", ""
    pager.look(timezone.now())
    assert (switch.rings, PageCall.objects.count()) == ([], 0)
    switch.plan, switch.answers, known["pager_number"] = "/conf/pager.xml", [FAILS], "861066660000"
    pager.look(timezone.now())
    assert [(one["line"], one["shows"]) for one in switch.rings] == [("backup", "861066660000")]
    assert results() == [("failed", "NORMAL_TEMPORARY_FAILURE")]


def test_what_cannot_be_said_to_the_switch_safely_is_a_failed_call(acme, olivia, trunks, pager, switch):
    opened(acme)
    switch.answers = [UnsafeValue("x")]
    pager.look(timezone.now())
    assert results() == [("failed", "NOT_SENT")]


def test_who_may_not_act_rings_nobody(acme, olivia, trunks, known, switch, silent):
    opened(acme)
    Pager(known, may_act=lambda: False, rest=lambda: None).look(timezone.now())
    assert switch.rings == []


@pytest.mark.parametrize(
    ("trace", "age", "result"),
    [
        ("key", 21, "taken"),
        (Trace.GONE, 21, "lost"),
        (Trace.LIVE, 60, ""),
        (Trace.LIVE, 200, "lost"),
        (None, 60, ""),
        (None, 200, "lost"),
        (Trace.GONE, 5, ""),
    ],
)
def test_a_new_life_asks_what_became_of_the_call_and_never_dials_for_it(
    acme, globex, olivia, trunks, pager, switch, known, trace, age, result
):
    at = timezone.now()
    page, other = opened(acme).pages.get(), opened(globex).pages.get()
    Page.objects.filter(pk=other.pk).update(answered_at=at)
    call_id = uuid4()
    begin_call(page_id=page.pk, call_id=call_id, node="fs1", at=at - timedelta(seconds=age))
    left = pager_sound.place_of(known, call_id)
    left.write_bytes(b"RIFF")
    switch.trace = (at - timedelta(seconds=3)).astimezone(UTC) if trace == "key" else trace
    pager.look(at)
    assert (results(), switch.rings) == ([(result, "")], [])
    page.refresh_from_db()
    assert page.answered_at == (switch.trace if result == "taken" else None)
    assert (switch.forgotten, left.exists()) == (([call_id], False) if result else ([], True))


def test_a_switch_that_goes_away_while_it_rings_is_asked_later(acme, olivia, trunks, pager, switch):
    opened(acme)
    switch.answers = [None]
    pager.look(timezone.now())
    assert (results(), len(switch.rings)) == ([("", "")], 1)
    switch.trace = Trace.GONE
    pager.look(timezone.now() + timedelta(seconds=30))
    assert (results(), len(switch.rings)) == ([("lost", "")], 1)


def test_the_sentence_and_the_number_are_said_without_a_voice_and_the_file_goes_again(
    acme, olivia, trunks, pager, switch, known
):
    opened(acme, subject="${system rm}\n../../etc")
    switch.answers = [Rung(is_answered=True)]
    pager.look(timezone.now())
    [sound], [asked] = switch.sounds, switch.rings
    assert sound[:4] == b"RIFF"
    assert Path(asked["sound"]).name == f"page-{asked['call_id'].hex}.wav"
    assert list((Path(known["directory"]) / "temp").iterdir()) == []
    known["directory"] = "/nowhere"
    PageCall.objects.update(ended_at=timezone.now() - timedelta(minutes=2))
    switch.answers = [Rung(is_answered=True)]
    pager.look(timezone.now())
    assert switch.rings[1]["sound"] == "", "then the switch's own sentence has to do"


@pytest.mark.parametrize(("subject", "language"), [("座席听不到声音", "zh"), ("No sound", "en")])
def test_the_subject_is_spoken_in_the_language_it_is_written_in(known, monkeypatch, subject, language):
    said = []

    def speak(_provider, what):
        said.append((what.text, what.language))
        path = Path(pager_sound.OUR_FILES) / "sounds" / "en" / "goodbye.wav"
        return path.read_bytes()

    monkeypatch.setattr(pager_sound, "speak", speak)
    laid = {
        words: pager_sound.lay(known, uuid4(), language="en", number="C-000012", subject=words)
        for words in (subject, subject * 60)
    }
    seconds = []
    for path in laid.values():
        with wave.open(str(path)) as file:
            seconds.append(file.getnframes() / file.getframerate())
        pager_sound.take_away(path)
        assert not path.exists()
    assert said == [(subject, language), ((subject * 60)[:80], language)]
    monkeypatch.setattr(pager_sound, "_spoken", lambda *_asked: [])
    with wave.open(
        str(pager_sound.lay(known, uuid4(), language="en", number="C-000012", subject=""))
    ) as file:
        assert file.getnframes() / file.getframerate() < min(seconds) - 0.5


@pytest.mark.parametrize(
    ("rung", "result"),
    [
        (Rung(is_answered=True, taken_at=timezone.now()), "taken"),
        (Rung(is_answered=True, cause="NORMAL_CLEARING"), "no_key"),
        (Rung(cause="USER_BUSY"), "busy"),
        (Rung(cause="NO_ANSWER"), "no_answer"),
        (Rung(cause="NO_USER_RESPONSE"), "no_answer"),
        (Rung(cause="CALL_REJECTED"), "refused"),
        (Rung(cause="UNALLOCATED_NUMBER"), "failed"),
    ],
)
def test_every_end_has_its_result(rung, result):
    assert result_of(rung) == result
