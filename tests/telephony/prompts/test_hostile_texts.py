"""Whatever a tenant types as a text is spoken as text; whatever is typed as a setting is one, or is refused."""

import base64
import json
import random
import shutil
import socket
import subprocess
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path

import pytest
from django.utils import timezone

from telephony.actions import prompts as actions
from telephony.models import PromptWording
from telephony.sounds.processing import made_of
from telephony.speaking import speak_wording
from telephony.speech.failures import SpeechFailed
from telephony.speech.port import LONGEST_TEXT, Utterance
from telephony.speech.providers import PROVIDERS, alibaba, azure, espeak, iflytek, openai, speak
from telephony.text import plain_line
from tenants.errors import BadInput
from tenants.outward import Answer
from tests.telephony.prompts.conftest import tone
from tests.telephony.prompts.hostile import PIECES, texts

MANY = 10_000
SOUND = tone()
PROOF = Path("/tmp/owned")
TEXTS = [said for typed in texts(MANY) if (said := plain_line(typed, LONGEST_TEXT))]


@pytest.fixture
def sent(monkeypatch) -> list[dict]:
    """What would go out, of every provider; the answer is a sound."""
    found: list[dict] = []

    def request(method, url, *, headers=None, body=b"", **_more):
        found.append({"url": url, "headers": headers, "body": body})
        return Answer(status=200, kind="audio/wav", body=b"sound")

    for module in (openai, azure, alibaba):
        monkeypatch.setattr(module, "request", request)
    return found


def said_by(provider: str, text: str, **settings: str) -> bytes:
    secret = "token" if provider == "alibaba" else "key"
    return speak(provider, Utterance(text=text, language="zh", settings=settings, secret=secret))


def test_a_prompts_text_is_one_line_of_letters_and_no_controls():
    assert len(TEXTS) > 0.9 * MANY
    assert not [said for said in TEXTS if not said.isprintable() or said != said.strip()]


def test_azure_gets_one_element_of_very_text(sent):
    for text in TEXTS:
        said_by("azure", text, voice="zh-CN-XiaoxiaoNeural", region="eastasia")
    for text, asked in zip(TEXTS, sent, strict=True):
        root = ET.fromstring(asked["body"])
        assert [element.tag for element in root.iter()] == ["speak", "voice", "prosody"]
        assert root[0][0].text == text
    assert {asked["url"] for asked in sent} == {
        "https://eastasia.tts.speech.microsoft.com/cognitiveservices/v1"
    }


@pytest.mark.parametrize(
    ("provider", "name", "voice"),
    [
        ("openai", "input", {"model": "tts-1", "voice": "alloy"}),
        ("alibaba", "text", {"app_key": "a", "voice": "xiaoyun"}),
    ],
)
def test_others_get_it_as_one_string_of_json(sent, provider, name, voice):
    for text in TEXTS:
        said_by(provider, text, **voice)
    told = [json.loads(asked["body"]) for asked in sent]
    assert [one.pop(name) for one in told] == TEXTS
    assert {json.dumps(one, sort_keys=True) for one in told} == {json.dumps(told[0], sort_keys=True)}
    assert len({(asked["url"], *asked["headers"].items()) for asked in sent}) == 1


def test_iflytek_gets_it_as_base64():
    known = {"app_id": "a", "voice": "xiaoyan"}
    for text in TEXTS:
        asked = json.loads(json.dumps(iflytek._asked(Utterance(text=text, language="zh", settings=known))))
        assert base64.b64decode(asked.pop("data")["text"]).decode() == text
        assert asked == {
            "common": {"app_id": "a"},
            "business": {"aue": "raw", "auf": "audio/L16;rate=8000", "vcn": "xiaoyan", "tte": "utf8", "speed": 50},
        }  # fmt: skip


def test_espeak_gets_it_by_standard_input_and_no_word_of_it_as_an_argument(monkeypatch):
    ran: list[tuple[tuple[str, ...], bytes]] = []

    def run(command, *, input, **_more):
        ran.append((tuple(command), input))
        return subprocess.CompletedProcess(command, 0, SOUND, b"")

    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/espeak-ng")
    monkeypatch.setattr(subprocess, "run", run)
    for text in TEXTS:
        speak("espeak", Utterance(text=text, language="en"))
    assert [given.decode() for _command, given in ran] == TEXTS
    assert len({command for command, _given in ran}) == 1


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng on this machine")
def test_the_real_espeak_does_nothing_but_speak():
    PROOF.unlink(missing_ok=True)
    made = []
    for text in (said for piece in PIECES if (said := plain_line(piece, LONGEST_TEXT))):
        with suppress(SpeechFailed):
            made.append(speak("espeak", Utterance(text=text, language="en")))
    assert len(made) > len(PIECES) / 2
    assert {content[:4] for content in made} == {b"RIFF"}
    assert not PROOF.exists()
    said = plain_line(" ".join(PIECES[:20]), 200)
    assert made_of(speak("espeak", Utterance(text=said, language="en")), is_trimmed=True).seconds > 1


def test_whatever_is_typed_as_a_setting_or_a_key_is_refused_in_words_and_goes_nowhere(monkeypatch):
    """No address is looked up that is not a whole web address, and nothing but SpeechFailed comes out."""
    looked_up: list[str] = []

    def nowhere(host, *_more, **_also):
        looked_up.append(host)
        raise OSError

    def run(command, **_more):
        given = command[command.index("-v") + 1]
        assert set(given) <= espeak._VOICE_LETTERS
        return subprocess.CompletedProcess(command, 0, SOUND, b"")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/espeak-ng")
    monkeypatch.setattr(subprocess, "run", run)
    chance = random.Random(15)
    typed = [*texts(2000), "²", "٣", "nan", "inf", "-1", "9" * 5000]
    for text in typed:
        for provider, known in PROVIDERS.items():
            settings = {field.name: field.default or "x" for field in known.FIELDS}
            settings[chance.choice(list(settings))] = text
            secret = chance.choice(["a:b", text, f"a:{text}"])
            with suppress(SpeechFailed):
                speak(provider, Utterance(text="Hello.", language="en", settings=settings, secret=secret))
    assert {
        host for host in looked_up if not set(host) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    } == set()


def test_hundreds_of_them_are_kept_as_they_were_typed_and_named_by_their_checksum(in_acme, engine, disk):
    prompt = actions.keep_prompt(name=plain_line("".join(PIECES[:6]), 80))
    for text in TEXTS[:: MANY // 40]:
        wording = actions.word_prompt(prompt_id=prompt.pk, language="en", text=text, at=timezone.now())
        assert PromptWording.objects.get(pk=wording.pk).text == text
    speak_wording(wording.pk)
    assert {path.suffix for path in (disk / "acme").iterdir()} == {".wav"}
    assert {len(path.stem) for path in (disk / "acme").iterdir()} == {64}
    with pytest.raises(BadInput):
        actions.word_prompt(prompt_id=prompt.pk, language="../en", text="x", at=timezone.now())
