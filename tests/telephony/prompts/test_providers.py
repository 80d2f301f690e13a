"""Each speech service as it is asked and as it refuses, against a server of ours that judges as theirs do."""

import json
import shutil
import time

import pytest

from telephony.sounds.processing import made_of
from telephony.speech.failures import WORDS, SpeechFailed, in_words
from telephony.speech.port import Utterance, speech_key
from telephony.speech.providers import alibaba, openai, speak
from telephony.speech.providers.alibaba import signature
from telephony.speech.providers.azure import _ssml
from tenants import outward
from tenants.outward import Unreachable, is_outside
from tests.telephony.prompts.stand_ins import KEY, SECRET, running

TEXT = '您好 <break time="9s"/> & "welcome" </voice>'


@pytest.fixture
def service(settings):
    with running() as server:
        settings.PRIVATE_SERVICES = frozenset({server.address})
        yield server


def utterance(provider: str, address: str, *, secret: str | None = None, **more: str) -> Utterance:
    known = {
        "openai": ({"url": f"http://{address}/v1", "model": "tts-1", "voice": "alloy"}, KEY),
        "azure": ({"url": f"http://{address}", "voice": "zh-CN-XiaoxiaoNeural"}, KEY),
        "alibaba": (
            {
                "url": f"http://{address}",
                "token_url": f"http://{address}",
                "app_key": "a",
                "voice": "xiaoyun",
            },
            f"{KEY}:{SECRET}",
        ),
        "iflytek": (
            {"url": f"ws://{address}/v2/tts", "app_id": "app", "voice": "xiaoyan"},
            f"{KEY}:{SECRET}",
        ),
    }
    settings, own_secret = known[provider]
    return Utterance(
        text=TEXT, language="zh", settings=settings | more, secret=own_secret if secret is None else secret
    )


SERVICES = ("openai", "azure", "alibaba", "iflytek")


def failure(provider: str, what: Utterance) -> str:
    with pytest.raises(SpeechFailed) as failed:
        speak(provider, what)
    assert failed.value.reason in WORDS
    assert KEY not in in_words(failed.value.reason)
    return failed.value.reason


@pytest.mark.parametrize("provider", SERVICES)
def test_a_service_is_asked_as_it_wants_and_its_sound_is_one_for_telephones(service, provider):
    made = made_of(speak(provider, utterance(provider, service.address)), is_trimmed=True)
    assert made.seconds == pytest.approx(1.0, abs=0.15)
    assert made.loudness == pytest.approx(-20.0, abs=0.2)
    assert len(service.asked) == 1


@pytest.mark.parametrize("provider", SERVICES)
def test_a_wrong_key_is_told_as_such(service, provider):
    secret = "other:other" if provider in ("alibaba", "iflytek") else "other"
    assert failure(provider, utterance(provider, service.address, secret=secret)) == "refused"


@pytest.mark.parametrize("provider", ["openai", "azure", "alibaba"])
@pytest.mark.parametrize(
    ("status", "reason"), [(403, "refused"), (429, "busy"), (503, "busy"), (500, "bad_answer")]
)
def test_a_refusal_is_told_as_what_it_is(service, provider, status, reason):
    service.status = status
    found = failure(
        provider, utterance(provider, service.address, **({"secret": "t"} if provider == "alibaba" else {}))
    )
    # Alibaba tells every refusal in JSON of its own.
    assert found == reason or (provider == "alibaba" and found == "bad_answer")


def test_iflytek_tells_its_refusals_in_a_code(service):
    service.status = 11200
    assert failure("iflytek", utterance("iflytek", service.address)) == "refused"
    service.status = 10163
    assert failure("iflytek", utterance("iflytek", service.address)) == "bad_answer"


@pytest.mark.parametrize("provider", SERVICES)
def test_private_addresses_are_refused_unless_the_operator_names_them(service, settings, provider):
    settings.PRIVATE_SERVICES = frozenset()
    assert failure(provider, utterance(provider, service.address)) == "not_encrypted"
    secured = {"url": f"https://{service.address}/v1", "token_url": f"https://{service.address}"}
    if provider == "iflytek":
        secured = {"url": f"wss://{service.address}/v2/tts"}
    assert failure(provider, utterance(provider, service.address, **secured)) == "private_address"
    assert service.asked == []


def test_a_name_that_answers_with_a_private_address_is_refused(monkeypatch):
    answers = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr(outward.socket, "getaddrinfo", lambda *_a, **_k: answers)
    monkeypatch.setattr(outward.socket, "create_connection", lambda *_a, **_k: pytest.fail("connected"))
    with pytest.raises(Unreachable, match="private_address"):
        outward.request("GET", "https://rebinding.example/")


def test_the_address_that_was_judged_is_the_one_connected_to(monkeypatch):
    """A name that answers differently the second time is not asked a second time."""
    answers = iter([[(2, 1, 6, "", ("93.184.216.34", 443))], [(2, 1, 6, "", ("127.0.0.1", 443))]])
    monkeypatch.setattr(outward.socket, "getaddrinfo", lambda *_a, **_k: next(answers))
    seen = []

    def connect(address, **_more):
        seen.append(address)
        raise OSError

    monkeypatch.setattr(outward.socket, "create_connection", connect)
    with pytest.raises(Unreachable, match="unreachable"):
        outward.request("GET", "https://rebinding.example/")
    assert seen == [("93.184.216.34", 443)]


def test_a_redirect_is_not_followed(service):
    service.redirect = "http://169.254.169.254/latest/meta-data/"
    assert failure("openai", utterance("openai", service.address)) == "bad_answer"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "::ffff:7f00:1", "2002:7f00:1::", "ff02::1", "nonsense"],
)  # fmt: skip
def test_what_is_not_outside(address):
    assert not is_outside(address)


def test_what_is_outside():
    assert is_outside("93.184.216.34")
    assert is_outside("2606:2800:220:1:248:1893:25c8:1946")


def test_an_answer_without_end_is_left(service, monkeypatch):
    """Two gigabytes in a hurry, and a byte now and then: neither memory nor the task is theirs."""
    service.endless = 0.0001
    assert failure("openai", utterance("openai", service.address)) == "bad_answer"
    service.endless = 0.1
    whole = outward.request
    monkeypatch.setattr(openai, "request", lambda *what, **more: whole(*what, **more, seconds=0.6))
    began = time.monotonic()
    assert failure("openai", utterance("openai", service.address)) == "timeout"
    assert time.monotonic() - began < 3


def test_an_answer_nested_without_end_is_no_answer(monkeypatch):
    nested = outward.Answer(status=200, kind="application/json", body=b"[" * 200_000)
    monkeypatch.setattr(alibaba, "request", lambda *_what, **_more: nested)
    assert failure("alibaba", utterance("alibaba", "x")) == "bad_answer"


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://x/", "https://user:pass@host/", "https://", "https://host:99999/",
     "https://a b/", "https://host/\r\nX: y"],
)  # fmt: skip
def test_only_plain_web_addresses_are_taken(url):
    assert failure("openai", utterance("openai", "", url=url)) == "bad_address"


def test_what_a_person_typed_is_text_to_azure_and_never_markup():
    what = utterance("azure", "x", rate='"/><audio src="http://x"/>')
    assert "<break" not in _ssml(what)
    assert "<audio" not in _ssml(what)


def test_azure_reads_the_very_text(service):
    speak("azure", utterance("azure", service.address))
    assert service.asked[0]["text"] == TEXT


def test_missing_settings_are_told_before_anything_is_sent(service):
    assert failure("alibaba", utterance("alibaba", service.address, app_key="")) == "settings"
    assert failure("iflytek", utterance("iflytek", service.address, secret="only-one-part")) == "settings"
    assert (
        failure("azure", Utterance(text="x", language="zh", settings={"region": "a.evil.example/"}))
        == "settings"
    )
    assert service.asked == []


def test_alibaba_signs_as_its_documents_show():
    """The example of the token service's reference: these parameters, this signature."""
    asked = {
        "AccessKeyId": "my_access_key_id",
        "Action": "CreateToken",
        "Format": "JSON",
        "RegionId": "cn-shanghai",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "b924c8c3-6d03-4c5d-ad36-d984d3116788",
        "SignatureVersion": "1.0",
        "Timestamp": "2019-04-18T08:32:31Z",
        "Version": "2019-02-28",
    }
    assert signature(asked, "my_access_key_secret") == "hHq4yNsPitlfDJ2L0nQPdugdEzM="


def test_the_same_text_in_the_same_voice_has_one_key():
    known = {"provider": "azure", "language": "zh", "settings": {"a": "1", "b": "2"}, "text": "您好 世界"}
    key = speech_key(**known)
    assert speech_key(**known | {"settings": {"b": "2", "a": "1"}, "text": " 您好  世界\n"}) == key
    for change in ({"text": "您好"}, {"language": "en"}, {"settings": {"a": "1"}}, {"provider": "openai"}):
        assert speech_key(**known | change) != key


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng on this machine")
@pytest.mark.parametrize(
    ("language", "text"), [("zh", "您好，欢迎致电。"), ("en", "--version $(id) <hello>")]
)
def test_espeak_speaks_both_languages_and_takes_no_word_for_an_option(language, text):
    made = made_of(speak("espeak", Utterance(text=text, language=language)), is_trimmed=True)
    assert 0.5 < made.seconds < 10


def test_without_espeak_it_is_said_plainly(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert failure("espeak", Utterance(text="hello", language="en")) == "no_engine"


def test_a_text_without_words_is_refused():
    assert failure("espeak", Utterance(text="  ", language="en")) == "no_text"
    assert json.dumps(sorted(WORDS))
