"""Each service that understands speech, as it is asked and as it refuses, against a server that judges as theirs do."""

import base64
import json
import shutil
import subprocess
import wave
from urllib.parse import parse_qs, urlsplit

import pytest

from telephony.speech.failures import WORDS, SpeechFailed
from telephony.speech.listening import Heard, Said, listen
from telephony.speech.listening.sphinx import words_of
from telephony.speech.port import speech_key
from tests.telephony.prompts import stand_ins
from tests.telephony.prompts.stand_ins import KEY, SECRET, running

SAMPLES = b"\x10\x00" * 8000
SERVICES = ("openai", "azure", "alibaba", "iflytek")


class Ears:
    """What the stand-in understands: shapes as each service's documents show them."""

    text, sure = "我找王芳", 0.9


@pytest.fixture
def service(settings, monkeypatch):
    def do_post(handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if handler.server.status:
            return handler._say(handler.server.status, b'{"error": "no"}', "application/json")
        place = urlsplit(handler.path)
        answers = {
            "/v1/audio/transcriptions": _openai,
            "/speech/recognition/conversation/cognitiveservices/v1": _azure,
            "/stream/v1/asr": _alibaba,
        }
        status, told = answers[place.path](handler, body, {k: v[0] for k, v in parse_qs(place.query).items()})
        return handler._say(status, json.dumps(told).encode(), "application/json")

    monkeypatch.setattr(stand_ins.Handler, "do_POST", do_post)
    monkeypatch.setattr(stand_ins, "_iflytek", _iflytek)
    with running() as server:
        settings.PRIVATE_SERVICES = frozenset({server.address})
        yield server


def _openai(handler, body, _query):
    if handler.headers["Authorization"] != f"Bearer {KEY}":
        return 401, {"error": {"message": "Incorrect API key"}}
    edge = handler.headers["Content-Type"].partition("boundary=")[2].encode()
    parts = [part.partition(b"\r\n\r\n") for part in body.split(b"--" + edge)[1:-1]]
    named = {
        head.partition(b'name="')[2].partition(b'"')[0].decode(): content[:-2] for head, _, content in parts
    }
    handler.server.asked.append(named)
    assert named["response_format"] == b"verbose_json"
    return 200, {"text": Ears.text, "segments": [{"avg_logprob": -0.105, "no_speech_prob": 0.0}]}


def _azure(handler, body, query):
    if handler.headers["Ocp-Apim-Subscription-Key"] != KEY:
        return 401, {}
    handler.server.asked.append({"file": body, "language": query["language"].encode()})
    assert query["format"] == "detailed"
    if body == b"":
        return 400, {}
    return 200, {"RecognitionStatus": "Success", "NBest": [{"Confidence": Ears.sure, "Lexical": Ears.text}]}


def _alibaba(handler, body, query):
    if handler.headers["X-NLS-Token"] != "token-of-the-day":
        return 200, {"status": 40000001, "message": "Gateway:ACCESS_DENIED"}
    handler.server.asked.append({"file": body, "language": b""})
    assert (query["format"], query["sample_rate"], query["appkey"]) == ("pcm", "8000", "a")
    return 200, {"status": 20000000, "result": Ears.text}


def _iflytek(handler):
    """Pieces come in frames until the one that says it is the last; words go back in two answers."""
    import hashlib
    import hmac

    parts = urlsplit(handler.path)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    told = f"host: {given['host']}\ndate: {given['date']}\nGET {parts.path} HTTP/1.1"
    made = base64.b64encode(hmac.new(SECRET.encode(), told.encode(), hashlib.sha256).digest()).decode()
    if f'signature="{made}"' not in base64.b64decode(given["authorization"]).decode():
        return handler._say(401, b"{}", "application/json")
    key = handler.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    handler.send_response(101)
    for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade")):
        handler.send_header(name, value)
    handler.send_header(
        "Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    )
    handler.end_headers()
    handler.close_connection = True
    if handler.server.status:
        return handler.wfile.write(stand_ins._frame(json.dumps({"code": handler.server.status}).encode()))
    sound, language = b"", ""
    while True:
        asked = json.loads(stand_ins._read_frame(handler.rfile))
        language = asked.get("business", {}).get("language", language)
        sound += base64.b64decode(asked["data"]["audio"])
        if asked["data"]["status"] == 2:
            break
    handler.server.asked.append({"file": sound, "language": language.encode()})
    for piece, status in ((Ears.text[:2], 1), (Ears.text[2:], 2)):
        words = [{"cw": [{"w": one, "sc": 0}]} for one in piece]
        said = {"code": 0, "data": {"status": status, "result": {"ws": words}}}
        handler.wfile.write(stand_ins._frame(json.dumps(said).encode()))
    return None


def said(provider, address, secret=None, **more):
    known = {
        "openai": ({"url": f"http://{address}/v1"}, KEY),
        "azure": ({"url": f"http://{address}"}, KEY),
        "alibaba": (
            {"url": f"http://{address}", "token_url": f"http://{address}", "app_key": "a"},
            f"{KEY}:{SECRET}",
        ),
        "iflytek": ({"listen_url": f"ws://{address}/v2/iat", "app_id": "app"}, f"{KEY}:{SECRET}"),
    }
    settings, own = known[provider]
    return Said(
        samples=SAMPLES, language="zh", phrases=("王芳",), settings=settings | more, secret=secret or own
    )


def failure(provider, what):
    with pytest.raises(SpeechFailed) as failed:
        listen(provider, what)
    assert failed.value.reason in WORDS
    return failed.value.reason


@pytest.mark.parametrize(
    ("provider", "sure"), [("openai", 0.9), ("azure", 0.9), ("alibaba", 0.75), ("iflytek", 0.75)]
)
def test_a_service_is_asked_as_it_wants_and_its_words_are_heard(service, provider, sure):
    heard = listen(provider, said(provider, service.address))
    assert heard.text == "我找王芳"
    assert heard.confidence == pytest.approx(sure, abs=0.005)
    [asked] = service.asked
    assert SAMPLES in asked["file"]
    assert asked["language"] in (b"zh", b"zh-CN", b"zh_cn", b"")


@pytest.mark.parametrize("provider", SERVICES)
def test_a_wrong_key_is_told_as_such(service, provider):
    assert failure(provider, said(provider, service.address, secret="other:other")) == "refused"


@pytest.mark.parametrize("provider", ["openai", "azure", "alibaba"])
@pytest.mark.parametrize(
    ("status", "reason"), [(403, "refused"), (429, "busy"), (404, "settings"), (500, "bad_answer")]
)
def test_a_refusal_has_its_reason(service, provider, status, reason):
    service.status = status
    assert failure(provider, said(provider, service.address)) == reason


def test_addresses_inside_are_refused_for_listening_too(settings):
    for provider in SERVICES:
        assert failure(provider, said(provider, "127.0.0.1:9")) in ("not_encrypted", "private_address")


def test_hostile_words_become_one_plain_line():
    heard = Heard(text="a\x00b\n${system rm}\u202e" + "x" * 999, confidence=7.0).tidied()
    assert heard.text.isprintable()
    assert (len(heard.text), heard.confidence) == (300, 1.0)
    assert Heard(text=" \n", confidence=0.9).tidied().confidence == 0.0


def test_what_a_voice_needs_to_listen_does_not_make_its_texts_new():
    known = {"provider": "openai", "language": "en", "text": "Hello"}
    spoken = speech_key(settings={"voice": "alloy"}, **known)
    assert spoken == speech_key(settings={"voice": "alloy", "listen_model": "whisper-1"}, **known)


def test_the_built_in_one_writes_nothing_but_words_into_its_grammar():
    assert words_of("Sales; <x> = ${rm} | (a)*") == "sales x rm a"
    with pytest.raises(SpeechFailed):
        listen("built_in", Said(samples=SAMPLES, language="zh", phrases=("王芳",)))
    assert listen("built_in", Said(samples=SAMPLES, language="en", phrases=("王芳",))).confidence == 0.0


def test_the_built_in_one_is_sure_of_a_few_words_that_sound_unlike_each_other(tmp_path):
    pytest.importorskip("pocketsphinx")
    if not shutil.which("espeak-ng") or not shutil.which("sox"):
        pytest.skip("no espeak-ng or sox on PATH")
    phrases = ("billing", "technical support", "mary white")
    told = []
    for phrase in (*phrases, "the weather is nice"):
        path = tmp_path / "said.wav"
        subprocess.run(
            ["espeak-ng", "-v", "en-us", "-s", "140", "-w", str(tmp_path / "w.wav"), phrase], check=True
        )
        shape = ["-r", "8000", "-c", "1", "-b", "16"]
        subprocess.run(
            [
                "sox",
                "-V1",
                "-D",
                str(tmp_path / "w.wav"),
                *shape,
                str(path),
                "gain",
                "-3",
                "pad",
                "0.3",
                "0.4",
            ],
            check=True,
        )
        with wave.open(str(path)) as file:
            told.append(
                listen("built_in", Said(samples=file.readframes(2**20), language="en", phrases=phrases))
            )
    assert [one.text for one in told[:3]] == list(phrases)
    assert min(one.confidence for one in told[:3]) >= 0.6
