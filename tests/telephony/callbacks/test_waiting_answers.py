"""What our web answers about a waiting caller: position, wait, keys, a promise written down before it is spoken."""

import re
import time

import pytest

from telephony.freeswitch import waiting_answers
from telephony.models import Callback, QueueStay, WaitingTerms
from tests.telephony.callbacks.desk import press_key, row, terms
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")
ANN, BEN = "+8613800000001", "+8613800000002"


@pytest.fixture
def office(floor, settings) -> Office:
    settings.SWITCH = {**settings.SWITCH, "gateway": "127.0.0.1:5999"}
    return Office(floor)


def asks(office: Office, what: str, call_id, **more: str) -> str:
    form = {
        "Hunt-Destination-Number": what,
        "Caller-Context": "cc",
        "Unique-ID": str(call_id),
        "variable_cc_tenant": office.floor.tenant.schema_name,
        "variable_cc_queue": str(office.floor.queue.pk),
        "variable_cc_lang": "zh",
        "Event-Date-Timestamp": str(int(office.floor.now.timestamp()) * 1_000_000),
    }
    return waiting_answers.answer(form | more, office.floor.now)


def pieces(document: str) -> list[str]:
    return re.findall(r"\$\{cc_sounds\}/zh/([a-z0-9/-]+)\.wav", document)


def test_the_position_is_told_and_moves_up(office):
    terms(office, says_wait=False, offers_callback=False)
    first = office.caller(number=ANN)
    office.pass_seconds(1)
    second = office.caller(number=BEN)
    office.pass_seconds(20)
    assert pieces(asks(office, "announce", first)) == ["next-in-line"]
    assert pieces(asks(office, "announce", second)) == ["position-before", "words/2", "position-after"]
    office.switch.end(first)
    office.settle()
    assert pieces(asks(office, "announce", second)) == ["next-in-line"]


def test_only_a_caller_whose_switch_sent_them_here_is_sent_back(office):
    terms(office, says_wait=False)
    caller = office.caller(number=ANN)
    office.pass_seconds(20)
    back = "wait 'XML:${cc_dialplan}' cc"
    for sent, is_sent in (("announce", True), ("wait", False)):
        assert (back in asks(office, "announce", caller, **{"Caller-Destination-Number": sent})) is is_sent
    late = asks(office, "timed-out", caller, **{"Caller-Destination-Number": "timed-out"})
    assert back not in late
    assert "voicemail 'XML:${cc_dialplan}' cc" in late


def test_a_promised_callback_counts_in_the_position_of_those_behind(office):
    terms(office, says_wait=False, offers_callback=False)
    first = office.caller(number=ANN)
    office.pass_seconds(1)
    second = office.caller(number=BEN)
    office.pass_seconds(20)
    press_key(office, first)
    office.switch.end(first)
    office.settle()
    assert "words/2" in pieces(asks(office, "announce", second))


def test_the_next_announcement_comes_when_the_queue_says(office):
    terms(office, announce_every_seconds=40)
    call_id = office.caller(number=ANN)
    told = asks(office, "announce", call_id)
    assert f"cc_announce_at={int(office.floor.now.timestamp()) + 40}" in told


def test_keys_are_offered_as_the_queue_allows(office):
    terms(office, says_wait=False, offers_voicemail=True)
    told = asks(office, "announce", office.caller(number=ANN))
    assert pieces(told)[-4:] == ["offer-callback", "words/1", "offer-voicemail", "words/2"]
    assert "cc_callback_key=1" in told
    assert "^[12]$" in told


def test_a_withheld_number_is_offered_no_callback(office):
    terms(office, says_wait=False, offers_voicemail=True)
    told = asks(office, "announce", office.caller(number="anonymous"))
    assert "offer-callback" not in pieces(told)
    assert "cc_callback_key=none" in told


def test_the_expected_wait_is_told_when_somebody_works(office):
    terms(office, says_position=False, offers_callback=False)
    office.floor.agent()
    office.settle()
    office.caller(number=BEN)
    call_id = office.caller(number=ANN)
    assert pieces(asks(office, "announce", call_id))[0].startswith("wait-")


def test_without_terms_there_is_only_music(office):
    told = asks(office, "announce", office.caller(number=ANN))
    assert pieces(told) == []
    assert "cc_place=waiting" in told
    assert "transfer" not in told


def test_the_promise_is_written_down_and_then_spoken(office):
    terms(office)
    call_id = office.caller(number=ANN)
    told = asks(office, "promise", call_id)
    assert pieces(told) == ["callback-promised"]
    assert "cc_place=callback" in told
    with office.floor.inside():
        assert Callback.objects.get().number == ANN
    assert pieces(asks(office, "promise", call_id)) == ["callback-kept", "goodbye"]
    with office.floor.inside():
        assert Callback.objects.count() == 1


def test_who_calls_in_again_may_keep_or_cancel(office):
    terms(office, says_wait=False, says_position=False)
    call_id = office.caller(number=ANN)
    callback_id = press_key(office, call_id)
    office.switch.end(call_id)
    office.settle()
    again = office.caller(number=ANN)
    told = asks(office, "announce", again)
    assert pieces(told) == ["callback-waiting"]
    assert "cc_cancel_key=2" in told
    assert pieces(asks(office, "unpromise", again)) == ["callback-cancelled"]
    cancelled = row(office, callback_id)
    assert (cancelled.state, cancelled.cancelled_by) == (Callback.State.CANCELLED, "key")


def test_what_cannot_be_promised_is_refused_and_the_caller_waits_on(office):
    terms(office)
    call_id = office.caller(number="anonymous")
    told = asks(office, "promise", call_id)
    assert pieces(told) == ["callback-refused"]
    assert "cc_place=waiting" in told


def test_at_the_longest_wait_the_queue_chooses_once(office):
    terms(office)
    call_id = office.caller(number=ANN)
    assert "voicemail" in asks(office, "timed-out", call_id)
    terms(office, when_too_long=WaitingTerms.TooLong.CALLBACK)
    for _twice in range(2):
        assert "callback-promised" in pieces(asks(office, "timed-out", call_id))
    with office.floor.inside():
        assert Callback.objects.count() == 1
    office.switch.give_up_waiting(call_id, "callback")
    office.settle()
    with office.floor.inside():
        assert QueueStay.objects.get().exit == QueueStay.Exit.FLOW_OUT


@pytest.mark.parametrize("schema", ["globex_unknown", "public; drop", "", "../acme"])
def test_an_unknown_tenant_gets_no_answer(office, schema):
    call_id = office.caller(number=ANN)
    assert "not found" in asks(office, "announce", call_id, variable_cc_tenant=schema)


def test_another_tenants_call_is_not_known(office, other_floor):
    call_id = office.caller(number=ANN)
    terms(office)
    told = asks(office, "promise", call_id, variable_cc_tenant=other_floor.tenant.schema_name)
    assert "cc_place=callback" not in told
    with other_floor.inside():
        assert not Callback.objects.exists()


def test_an_answer_is_quick(office):
    terms(office, offers_voicemail=True)
    for number in range(30):
        office.caller(number=f"+86138000010{number:02}")
    call_id = office.caller(number=ANN)
    began = time.perf_counter()
    for _turn in range(10):
        asks(office, "announce", call_id)
    assert (time.perf_counter() - began) / 10 < 0.3
