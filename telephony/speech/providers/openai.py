"""Services that speak as OpenAI's do: `POST <address>/audio/speech`. Many self-hosted ones do too."""

from json import dumps

from telephony.speech.port import Field, Utterance, sound_in
from tenants.outward import request

ADDRESS = "https://api.openai.com/v1"


class OpenAI:
    FIELDS = (
        Field(name="url", default=ADDRESS),
        Field(name="model", is_required=True, default="tts-1"),
        Field(name="voice", is_required=True, default="alloy"),
        Field(name="speed", default="1.0"),
        Field(name="listen_model", default="whisper-1"),
    )
    NEEDS_SECRET = True

    def speak(self, what: Utterance) -> bytes:
        asked = {
            "model": what.needed("model"),
            "voice": what.needed("voice"),
            "input": what.text,
            "response_format": "wav",
            "speed": _number(what.setting("speed", "1.0")),
        }
        headers = {"Authorization": f"Bearer {what.secret}", "Content-Type": "application/json"}
        url = f"{what.setting('url', ADDRESS).rstrip('/')}/audio/speech"
        answer = request("POST", url, headers=headers, body=dumps(asked, ensure_ascii=False).encode())
        return sound_in(answer, "audio/", "application/octet-stream")


def _number(text: str) -> float:
    try:
        return min(max(0.25, float(text)), 4.0)
    except ValueError:
        return 1.0
