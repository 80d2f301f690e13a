"""Sentences found in a talk: cut at silences, compared word by word, and by the recogniser built in."""

import wave
from array import array

import pytest

from telephony.speech.listening import Heard, Said, sphinx
from telephony.speech.listening.spotting import Piece, likeness_within, pieces_of, spot_in_words
from tests.contract.speakers import spoken

RECORDED, RISK = "This call is recorded.", "Do you confirm that you understand the risk?"


def tone(seconds: float) -> array:
    return array("h", [8000, -8000] * int(seconds * 4000))


def silence(seconds: float) -> array:
    return array("h", bytes(int(seconds * 16_000)))


def test_a_talk_is_cut_where_nobody_speaks_and_never_grows_too_long():
    talk = silence(2) + tone(1) + silence(0.2) + tone(1) + silence(3) + tone(40)
    found = [(round(one.begins), round(len(one.samples) / 16_000)) for one in pieces_of(talk.tobytes())]
    assert found[0] == (2, 3)
    assert [begins for begins, _length in found[1:]] == [7, 21, 35]
    assert max(length for _begins, length in found) <= 15
    assert pieces_of(silence(5).tobytes()) == []
    assert pieces_of(b"") == []


@pytest.mark.parametrize(
    ("wanted", "text", "is_like"),
    [
        ("this call is recorded", "good day this call is recorded by us", True),
        ("this call is recorded", "this call gets recorded", False),
        ("do you confirm that you understand the risk", "do you confirm you understand the risk", True),
        ("本次通话将被录音", "您好本次通话将被录音请问", True),
        ("本次通话将被录音", "您好请问有什么可以帮您", False),
        ("", "anything", False),
    ],
)
def test_how_like_a_sentence_is_to_what_was_written(wanted, text, is_like):
    assert (likeness_within(wanted, text) >= 0.8) is is_like


def test_a_sentence_over_a_silence_is_found_and_the_moment_is_its_beginning():
    pieces = [Piece(1.0, b"a"), Piece(5.5, b"b"), Piece(9.0, b"c")]
    texts = {b"a": "Hello there.", b"b": "Do you confirm that you", b"c": "understand the risk? Fine."}
    found = spot_in_words(pieces, (RECORDED, RISK), lambda sound: Heard(text=texts[sound], confidence=0.8))
    assert found.moments == {RISK: (5.5, 0.8)}
    assert found.transcript.splitlines() == list(texts.values())


def test_the_recogniser_built_in_finds_what_was_said_and_nothing_else(tmp_path):
    pytest.importorskip("pocketsphinx")
    told = array("h")
    for text in ("good morning how can I help you today", RECORDED, "let me look at your account please"):
        with wave.open(str(spoken(tmp_path, text))) as sound:
            told += array("h", sound.readframes(sound.getnframes())) + silence(0.8)
    phrases = (RECORDED, RISK)
    hear = lambda sound: sphinx.listen(Said(samples=sound, language="en", phrases=phrases))  # noqa: E731
    found = spot_in_words(pieces_of(told.tobytes()), phrases, hear)
    assert set(found.moments) == {RECORDED}
    assert 2.5 < found.moments[RECORDED][0] < 6
    assert sphinx.knows_every_word(phrases)
    assert not sphinx.knows_every_word(("Contactcenterium for ever.",))
