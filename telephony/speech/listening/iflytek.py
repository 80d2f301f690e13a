"""iFlytek online dictation: one signed WebSocket for each utterance, the sound sent in pieces."""

import base64
from email.utils import formatdate
from json import dumps, loads

from telephony.speech.failures import SpeechFailed
from telephony.speech.listening.port import RATE, SECONDS, UNTOLD, Heard, Said
from telephony.speech.providers.iflytek import reason_of, signed
from telephony.speech.websocket import Line, NotSwitched

ADDRESS = "wss://iat-api.xfyun.cn/v2/iat"
PIECE = 12_800
MOST_ANSWERS = 200
_LANGUAGES = {"zh": "zh_cn", "en": "en_us"}


def listen(said: Said) -> Heard:
    asked = said.asked
    key, secret = asked.secrets(2)
    url = signed(asked.setting("listen_url", ADDRESS), key, secret, formatdate(usegmt=True))
    first = {
        "common": {"app_id": asked.needed("app_id")},
        "business": {"language": _LANGUAGES.get(said.language, "en_us"), "domain": "iat"},
    }
    try:
        with Line(url, seconds=SECONDS) as line:
            for place in range(0, max(1, len(said.samples)), PIECE):
                piece = said.samples[place : place + PIECE]
                line.send(dumps((first if place == 0 else {}) | _sound(piece, 0 if place == 0 else 1)))
            line.send(dumps(_sound(b"", 2)))
            return Heard(text=_words(line), confidence=UNTOLD)
    except NotSwitched as problem:
        raise SpeechFailed("refused" if problem.status in (401, 403) else "bad_answer") from None


def _sound(piece: bytes, status: int) -> dict[str, object]:
    told = {"status": status, "format": f"audio/L16;rate={RATE}", "encoding": "raw"}
    return {"data": told | {"audio": base64.b64encode(piece).decode()}}


def _words(line: Line) -> str:
    text = ""
    for _answer in range(MOST_ANSWERS):
        try:
            told = loads(line.receive())
            if code := int(told["code"]):
                raise SpeechFailed(reason_of(code))
            data = told.get("data") or {}
            places = (data.get("result") or {}).get("ws") or []
            text += "".join(str(place["cw"][0]["w"]) for place in places)
            if data.get("status") == 2:
                return text
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            raise SpeechFailed("bad_answer") from None
    raise SpeechFailed("bad_answer")
