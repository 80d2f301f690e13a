"""iFlytek online speech: one signed WebSocket for each text; raw samples come back in pieces.

The secret is `<API key>:<API secret>`. The signature is over host, date and request line, as their documents say.
"""

import base64
import binascii
import hashlib
import hmac
from email.utils import formatdate
from json import dumps, loads
from urllib.parse import urlencode

from telephony.speech.failures import SpeechFailed
from telephony.speech.port import Field, Utterance
from telephony.speech.websocket import Line, NotSwitched
from tenants.outward import MOST_BYTES, parts_of

ADDRESS = "wss://tts-api.xfyun.cn/v2/tts"
RATE = 8000
_REFUSED = {10005, 10006, 10007, 10313, 11200}
_BUSY = {10014, 10019, 10101, 10114, 11201, 11202, 11203}


class Iflytek:
    FIELDS = (
        Field(name="app_id", is_required=True),
        Field(name="voice", is_required=True, default="xiaoyan"),
        Field(name="speed", default="50"),
        Field(name="url", default=ADDRESS),
        Field(name="listen_url", default="wss://iat-api.xfyun.cn/v2/iat"),
    )
    NEEDS_SECRET = True

    def speak(self, what: Utterance) -> bytes:
        key, secret = what.secrets(2)
        url = signed(what.setting("url", ADDRESS), key, secret, formatdate(usegmt=True))
        try:
            with Line(url) as line:
                line.send(dumps(_asked(what)))
                return _wav(_samples(line))
        except NotSwitched as problem:
            raise SpeechFailed("refused" if problem.status in (401, 403) else "bad_answer") from None


def signed(address: str, key: str, secret: str, date: str) -> str:
    parts = parts_of(address)
    host, path = parts.netloc, parts.path or "/"
    told = f"host: {host}\ndate: {date}\nGET {path} HTTP/1.1"
    made = base64.b64encode(hmac.new(secret.encode(), told.encode(), hashlib.sha256).digest()).decode()
    names = f'api_key="{key}", algorithm="hmac-sha256", headers="host date request-line", signature="{made}"'
    query = {"authorization": base64.b64encode(names.encode()).decode(), "date": date, "host": host}
    return f"{parts.scheme}://{host}{path}?{urlencode(query)}"


def _asked(what: Utterance) -> dict[str, object]:
    speed = what.setting("speed", "50")
    return {
        "common": {"app_id": what.needed("app_id")},
        "business": {
            "aue": "raw",
            "auf": f"audio/L16;rate={RATE}",
            "vcn": what.needed("voice"),
            "tte": "utf8",
            "speed": min(int(speed), 100) if speed.isdecimal() else 50,
        },
        "data": {"status": 2, "text": base64.b64encode(what.text.encode()).decode()},
    }


def reason_of(code: int) -> str:
    return "refused" if code in _REFUSED else "busy" if code in _BUSY else "bad_answer"


def _samples(line: Line) -> bytes:
    samples = bytearray()
    while len(samples) < MOST_BYTES:
        try:
            told = loads(line.receive())
            code, data = int(told["code"]), told.get("data") or {}
            if code:
                raise SpeechFailed(reason_of(code))
            samples += base64.b64decode(data.get("audio") or "")
            if data.get("status") == 2:
                return bytes(samples)
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise SpeechFailed("bad_answer") from None
    raise SpeechFailed("bad_answer")


def _wav(samples: bytes) -> bytes:
    """A header before raw samples: 8 kHz, one channel, 16 bits."""
    head = b"RIFF" + (len(samples) + 36).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    shape = (1).to_bytes(2, "little") * 2 + RATE.to_bytes(4, "little") + (RATE * 2).to_bytes(4, "little")
    shape += (2).to_bytes(2, "little") + (16).to_bytes(2, "little")
    return head + shape + b"data" + len(samples).to_bytes(4, "little") + samples
