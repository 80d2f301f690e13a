"""Azure Speech: the sound to the region's address for short utterances, the key in a header."""

import re
from urllib.parse import urlencode

from telephony.speech.failures import SpeechFailed
from telephony.speech.listening.port import SECONDS, UNTOLD, Heard, Said, number_in, told_by, wav_of
from telephony.speech.port import Utterance
from tenants.outward import request

_LOCALES = {"zh": "zh-CN", "en": "en-US"}
PLACE = "speech/recognition/conversation/cognitiveservices/v1"
_NOTHING = {"NoMatch", "InitialSilenceTimeout", "BabbleTimeout"}


def listen(said: Said) -> Heard:
    headers = {
        "Ocp-Apim-Subscription-Key": said.secret,
        "Content-Type": "audio/wav; codecs=audio/pcm; samplerate=8000",
        "Accept": "application/json",
    }
    url = f"{_address(said.asked)}?{urlencode({'language': _locale(said), 'format': 'detailed'})}"
    told = told_by(request("POST", url, headers=headers, body=wav_of(said.samples), seconds=SECONDS))
    if told.get("RecognitionStatus") in _NOTHING:
        return Heard(text="", confidence=0.0)
    best = told.get("NBest")
    first = best[0] if isinstance(best, list) and best and isinstance(best[0], dict) else None
    if told.get("RecognitionStatus") != "Success" or first is None:
        raise SpeechFailed("bad_answer")
    sure = number_in(first.get("Confidence"))
    return Heard(
        text=str(first.get("Lexical") or first.get("Display") or ""),
        confidence=UNTOLD if sure is None else sure,
    )


def _locale(said: Said) -> str:
    found = re.match(r"[a-z]{2,3}-[A-Z]{2}", said.asked.setting("voice"))
    is_same = found is not None and found[0].startswith(said.language)
    return found[0] if found and is_same else _LOCALES.get(said.language, "en-US")


def _address(asked: Utterance) -> str:
    own = asked.setting("url")
    if own:
        return f"{own.rstrip('/')}/{PLACE}"
    region = asked.needed("region")
    if not re.fullmatch(r"[a-z0-9]{2,40}", region):
        raise SpeechFailed("settings")
    return f"https://{region}.stt.speech.microsoft.com/{PLACE}"
