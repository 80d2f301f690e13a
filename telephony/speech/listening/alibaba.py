"""Alibaba Cloud Intelligent Speech: one short sentence at once. It does not say how sure it is."""

from urllib.parse import urlencode

from telephony.speech.failures import SpeechFailed
from telephony.speech.listening.port import SECONDS, UNTOLD, Heard, Said, told_by
from telephony.speech.providers.alibaba import ADDRESS, reason_of, token_of
from tenants.outward import request

_DONE = 20000000


def listen(said: Said) -> Heard:
    asked = said.asked
    query = {
        "appkey": asked.needed("app_key"),
        "format": "pcm",
        "sample_rate": "8000",
        "enable_inverse_text_normalization": "false",
    }
    headers = {
        "X-NLS-Token": token_of(asked) if ":" in said.secret else said.secret,
        "Content-Type": "application/octet-stream",
    }
    url = f"{asked.setting('url', ADDRESS).rstrip('/')}/stream/v1/asr?{urlencode(query)}"
    answer = request("POST", url, headers=headers, body=said.samples, seconds=SECONDS)
    told = told_by(answer)
    if told.get("status") != _DONE:
        raise SpeechFailed(reason_of(answer.body))
    return Heard(text=str(told.get("result") or ""), confidence=UNTOLD)
