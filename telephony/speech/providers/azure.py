"""Azure Speech: SSML to the region's address, the key in a header."""

import re
from xml.sax.saxutils import escape, quoteattr

from telephony.speech.failures import SpeechFailed
from telephony.speech.port import Field, Utterance, sound_in
from tenants.outward import request

_LOCALES = {"zh": "zh-CN", "en": "en-US"}


class Azure:
    FIELDS = (
        Field(name="region", default="eastasia"),
        Field(name="voice", is_required=True, default="zh-CN-XiaoxiaoNeural"),
        Field(name="rate", default="0%"),
        Field(name="url"),
    )
    NEEDS_SECRET = True

    def speak(self, what: Utterance) -> bytes:
        headers = {
            "Ocp-Apim-Subscription-Key": what.secret,
            "Content-Type": "application/ssml+xml",
            "X-Microsoft-OutputFormat": "riff-8khz-16bit-mono-pcm",
            "User-Agent": "contactcenter",
        }
        answer = request("POST", _address(what), headers=headers, body=_ssml(what).encode())
        return sound_in(answer, "audio/")


def _address(what: Utterance) -> str:
    own = what.setting("url")
    if own:
        return f"{own.rstrip('/')}/cognitiveservices/v1"
    region = what.needed("region")
    if not re.fullmatch(r"[a-z0-9]{2,40}", region):
        raise SpeechFailed("settings")
    return f"https://{region}.tts.speech.microsoft.com/cognitiveservices/v1"


def _ssml(what: Utterance) -> str:
    """The text is escaped: what a person typed is never markup."""
    voice, rate = what.needed("voice"), what.setting("rate", "0%")
    found = re.match(r"[a-z]{2,3}-[A-Z]{2}", voice)
    locale = found[0] if found else _LOCALES.get(what.language, "en-US")
    inner = f"<prosody rate={quoteattr(rate)}>{escape(what.text)}</prosody>"
    name = quoteattr(voice)
    return f'<speak version="1.0" xml:lang="{locale}"><voice name={name}>{inner}</voice></speak>'
