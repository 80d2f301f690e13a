"""What our web says when a caller has spoken in a flow: the way out, or to ask again; the words stay with us."""

import wave
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from telephony import hearing
from telephony.freeswitch import flow_answers
from telephony.models import Call, Flow, FlowStep, FlowVersion, Voice
from telephony.speech.failures import SpeechFailed
from telephony.speech.listening import Heard
from tenants.breaker import FAILURES_UNTIL_SHUT
from tenants.secrets import seal
from tests.attacks.payloads import chance, texts

LEG = uuid4()
PHRASES = [
    {"exit": "p1", "name": "Sales", "says": "buy something", "key": "1"},
    {"exit": "p2", "name": "Service"},
]


@pytest.fixture
def spoken(floor, settings, tmp_path, monkeypatch):
    """spoken(text, confidence) → the document the switch gets for it; a call of acme's waits in node s."""
    settings.SWITCH = settings.SWITCH | {"recordings_dir": str(tmp_path)}
    listens = {"prompt": 1, "phrases": PHRASES, "name": "topic", "confidence": 60}
    node = {"id": "s", "kind": "speech", "settings": listens, "exits": {"p1": "q", "p2": "h"}}
    document = {"format": 1, "languages": ["en"], "start": "s", "nodes": [node]}
    now = timezone.now()
    with floor.inside():
        flow = Flow.objects.create(name="Main")
        version = FlowVersion.objects.create(flow=flow, number=1, document=document, published_at=now)
        Call.objects.create(id=LEG, direction="inbound", number=floor.number, arrived_at=now)
    monkeypatch.setattr(hearing, "_begin", lambda name, what: hearing._work(name, what) or True)
    floor.version, floor.folder = version, tmp_path / "utterances"
    floor.folder.mkdir()

    def speak(text, confidence, tries="", **more):
        def listen(provider, said):
            floor.asked = (provider, said)
            if isinstance(text, Exception):
                raise text
            return Heard(text=text, confidence=confidence).tidied()

        monkeypatch.setattr(hearing, "listen", listen)
        record(floor.folder / f"{LEG}-1-{tries}.wav")
        form = {
            "Hunt-Destination-Number": "ask-s",
            "variable_cc_tenant": "acme",
            "variable_cc_flow": str(version.pk),
            "variable_cc_step": "1",
            "variable_cc_silent": tries,
            "variable_cc_lang": "en",
            "variable_cc_looked_us": str(int(now.timestamp() * 1e6)),
            "Unique-ID": str(LEG),
        }
        return flow_answers.answer(form | more, now)

    return speak


def record(path):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x01\x00" * 8000)


def step(floor):
    with floor.inside():
        return FlowStep.objects.get(call_id=LEG)


def test_a_phrase_that_is_understood_leads_on_and_its_words_are_kept(spoken, floor, other_floor):
    answer = spoken("I want to buy something", 0.9)
    assert "n-q" in answer
    assert "cc_v_topic=p1" in answer
    assert "want" not in answer
    assert (step(floor).said, step(floor).confidence) == ("I want to buy something", 0.9)
    with floor.inside():
        assert Call.objects.get(pk=LEG).collected["topic_said"] == "I want to buy something"
    with other_floor.inside():
        assert not FlowStep.objects.exists()
    assert list(floor.folder.iterdir()) == []
    assert floor.asked[0] == "built_in"
    assert floor.asked[1].phrases == ("buy something", "Sales", "Service")


@pytest.mark.parametrize(
    ("text", "sure"), [("sales", 0.4), ("nonsense", 0.95), ("", 0.0), (SpeechFailed("timeout"), 0)]
)
def test_who_is_not_understood_is_asked_again(spoken, floor, text, sure):
    assert "r-s" in spoken(text, sure)
    assert step(floor).confidence == sure
    assert "n-h" in spoken("service", 0.8, tries="x")
    assert step(floor).said == "service"


def test_the_tenants_own_service_is_asked_with_its_key(spoken, floor, other_floor):
    for owner, key in ((floor, "key-of-acme"), (other_floor, "key-of-globex")):
        with owner.inside():
            Voice.objects.create(
                name="V",
                provider="openai",
                language="en",
                secret=seal(key),
                is_listener=True,
                settings={"url": "u"},
            )
    assert "n-q" in spoken("sales", 1.0)
    provider, said = floor.asked
    assert (provider, said.secret, said.settings) == ("openai", "key-of-acme", {"url": "u"})


def test_a_service_that_fails_in_a_row_is_not_waited_for(spoken, floor):
    """Callers go on by key at once."""
    for time in range(FAILURES_UNTIL_SHUT):
        spoken(SpeechFailed("timeout"), 0, tries=time * "x")
    floor.asked = None
    assert "n-q" not in spoken("sales", 1.0, tries="xxxxx")
    assert floor.asked is None
    cache.clear()
    assert "n-q" in spoken("sales", 1.0)


def test_hostile_words_are_text_and_nothing_else(spoken, floor):
    """A14, A15: whatever a recogniser returns, the switch hears of a way out or of none."""
    seen = set()
    for payload in texts(chance(), 300):
        seen.add(spoken(str(payload), 0.99))
        seen.add(spoken(f"sales {payload}", 0.99))
    assert len(seen) <= 4
    assert not any("system" in one or "$(" in one for one in seen)


def test_names_and_moments_that_are_not_the_switchs_are_not_answered(spoken):
    for more in (
        {"variable_cc_silent": "../x"},
        {"Unique-ID": "../../etc/passwd"},
        {"variable_cc_step": "1/.."},
    ):
        assert "not found" in spoken("sales", 1.0, **more)


def test_what_lasts_is_asked_after_and_ends(spoken, floor, monkeypatch):
    monkeypatch.setattr(hearing, "_begin", lambda name, what: True)
    monkeypatch.setattr(flow_answers, "LOOKUP_PATIENCE_SECONDS", 0.01)
    assert "w-s" in spoken("sales", 1.0)
    long_ago = str(int((timezone.now().timestamp() - 60) * 1e6))
    assert "r-s" in spoken("sales", 1.0, variable_cc_looked_us=long_ago)


def test_recordings_nobody_asks_for_any_more_are_deleted(tmp_path):
    import os

    for name, age in (("old", 700), ("new", 10)):
        record(tmp_path / f"{name}.wav")
        os.utime(tmp_path / f"{name}.wav", (timezone.now().timestamp() - age,) * 2)
    assert hearing.forget_left_behind(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new.wav"]
