"""Alibaba Cloud Intelligent Speech: a token for a day from the access key, then the text.

The secret is `<AccessKey ID>:<AccessKey secret>`; a plain text without a colon is taken for a token itself.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from json import dumps, loads
from urllib.parse import quote, urlencode
from uuid import uuid4

from telephony.speech.failures import SpeechFailed
from telephony.speech.port import Field, Utterance, sound_in
from tenants.outward import request

ADDRESS = "https://nls-gateway-cn-shanghai.aliyuncs.com"
TOKENS = "https://nls-meta.cn-shanghai.aliyuncs.com"
_BUSY = {40000004, 40000005, 51040101}
_REFUSED = {40000001, 40000010}


class Alibaba:
    FIELDS = (
        Field(name="app_key", is_required=True),
        Field(name="voice", is_required=True, default="xiaoyun"),
        Field(name="speed", default="0"),
        Field(name="url", default=ADDRESS),
        Field(name="token_url", default=TOKENS),
    )
    NEEDS_SECRET = True

    def speak(self, what: Utterance) -> bytes:
        asked = {
            "appkey": what.needed("app_key"),
            "token": token_of(what) if ":" in what.secret else what.secret,
            "text": what.text,
            "format": "wav",
            "sample_rate": 8000,
            "voice": what.needed("voice"),
            "speech_rate": _rate(what.setting("speed", "0")),
        }
        url = f"{what.setting('url', ADDRESS).rstrip('/')}/stream/v1/tts"
        headers = {"Content-Type": "application/json"}
        answer = request("POST", url, headers=headers, body=dumps(asked, ensure_ascii=False).encode())
        if answer.kind == "application/json":
            raise SpeechFailed(reason_of(answer.body))
        return sound_in(answer, "audio/")


def _rate(text: str) -> int:
    try:
        return min(max(int(text), -500), 500)
    except ValueError:
        return 0


def reason_of(body: bytes) -> str:
    try:
        status = loads(body).get("status")
    except (ValueError, AttributeError):
        return "bad_answer"
    return "refused" if status in _REFUSED else "busy" if status in _BUSY else "bad_answer"


def token_of(what: Utterance) -> str:
    key_id, key_secret = what.secrets(2)
    asked = {
        "AccessKeyId": key_id,
        "Action": "CreateToken",
        "Format": "JSON",
        "RegionId": "cn-shanghai",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": str(uuid4()),
        "SignatureVersion": "1.0",
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Version": "2019-02-28",
    }
    signed = {"Signature": signature(asked, key_secret)} | asked
    answer = request(
        "GET", f"{what.setting('token_url', TOKENS).rstrip('/')}/?{urlencode(signed, quote_via=quote)}"
    )
    if answer.status in (400, 401, 403, 404):
        raise SpeechFailed("refused")
    try:
        return str(loads(answer.body)["Token"]["Id"])
    except (ValueError, KeyError, TypeError):
        raise SpeechFailed("bad_answer") from None


def signature(asked: dict[str, str], key_secret: str) -> str:
    """As the cloud's remote procedure calls are signed: sorted, percent-encoded, HMAC-SHA1."""
    sorted_query = "&".join(
        f"{quote(name, safe='~')}={quote(asked[name], safe='~')}" for name in sorted(asked)
    )
    told = f"GET&%2F&{quote(sorted_query, safe='~')}"
    made = hmac.new(f"{key_secret}&".encode(), told.encode(), hashlib.sha1).digest()
    return base64.b64encode(made).decode()
