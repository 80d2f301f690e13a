"""What the switch says of itself is on its disk in both languages, and figures are said as people say them."""

import pytest

from telephony.freeswitch.configuration import OUR_FILES
from telephony.speech import phrases, spoken


def words(pieces: list[str]) -> str:
    return " ".join(piece.removeprefix("words/") for piece in pieces)


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_every_phrase_and_every_word_has_its_sound(language):
    folder = OUR_FILES / "sounds" / language
    names = [*phrases.PHRASES, *(f"words/{word}" for word in spoken.WORDS[language])]
    assert [name for name in names if not (folder / f"{name}.wav").is_file()] == []


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_whatever_can_be_said_is_said_in_pieces_that_exist(language):
    said = [phrases.position(place, language) for place in range(1, 130)]
    said += [phrases.expected_wait(seconds, language) for seconds in range(0, 5000, 7)]
    said += [phrases.offer("offer-callback", key, language) for key in "0123456789*#"]
    said += [
        spoken.number(value, language) for value in (0, 10, 11, 110, 1005, 20_300, 10**9 + 1, 10**12 - 1)
    ]
    said += [spoken.say(text, "date", language) for text in ("2026-11-21", "1900-01-01", "20050930")]
    said += [spoken.say("-12.50", "money", language)]
    folder = OUR_FILES / "sounds" / language
    assert {piece for pieces in said for piece in pieces if not (folder / f"{piece}.wav").is_file()} == set()


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "0", "0"),
        (12, "10 2", "12"),
        (21, "2 10 1", "20 1"),
        (105, "1 hundred 0 5", "1 hundred 5"),
        (110, "1 hundred 1 10", "1 hundred 10"),
        (1005, "1 thousand 0 5", "1 thousand 5"),
        (12_000, "1 ten-thousand 2 thousand", "12 thousand"),
        (100_005, "10 ten-thousand 0 5", "1 hundred thousand 5"),
    ],
)
def test_numbers_are_said_as_people_say_them(value, chinese, english):
    assert words(spoken.number(value, "zh")) == chinese
    assert words(spoken.number(value, "en")) == english


def test_money_dates_and_digits():
    assert words(spoken.say("12.50", "money", "zh")) == "10 2 point 5 yuan"
    assert words(spoken.say("2026-11-21", "date", "zh")) == "2 0 2 6 year 10 1 month 2 10 1 day"
    assert words(spoken.say("2026-11-21", "date", "en")) == "month-11 day-21 20 20 6"
    assert words(spoken.say("40071", "digits", "en")) == "4 0 0 7 1"
    assert words(spoken.say("31st of never; rm -rf", "date", "en")) == "3 1"
    assert spoken.say("${system(id)}", "number", "zh") == []


def test_waiting_is_never_promised_shorter_than_expected():
    assert phrases.expected_wait(30, "en") == ["wait-under-one"]
    assert phrases.expected_wait(60, "en") == ["wait-one"]
    assert words(phrases.expected_wait(61, "en")) == "wait-before 2 wait-after"
    assert phrases.expected_wait(3601, "en") == ["wait-long"]
    assert phrases.position(1, "zh") == ["next-in-line"]
    assert words(phrases.position(7, "zh")) == "position-before 7 position-after"
    assert phrases.position(100, "zh") == ["position-far"]
