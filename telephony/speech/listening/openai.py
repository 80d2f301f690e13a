"""Services that listen as OpenAI's do: `POST <address>/audio/transcriptions`. Many self-hosted ones do too."""

import math
from uuid import uuid4

from telephony.speech.listening.port import SECONDS, UNTOLD, Heard, Said, number_in, told_by, wav_of
from telephony.speech.providers.openai import ADDRESS
from tenants.outward import request


def listen(said: Said) -> Heard:
    asked = said.asked
    fields = {
        "model": asked.setting("listen_model", "whisper-1"),
        "language": said.language,
        "response_format": "verbose_json",
        "temperature": "0",
        "prompt": ", ".join(said.phrases)[:500],
    }
    edge = uuid4().hex
    headers = {
        "Authorization": f"Bearer {said.secret}",
        "Content-Type": f"multipart/form-data; boundary={edge}",
    }
    url = f"{asked.setting('url', ADDRESS).rstrip('/')}/audio/transcriptions"
    body = _form(edge, fields, wav_of(said.samples))
    told = told_by(request("POST", url, headers=headers, body=body, seconds=SECONDS))
    return Heard(text=str(told.get("text") or ""), confidence=_sureness(told.get("segments")))


def _form(edge: str, fields: dict[str, str], wav: bytes) -> bytes:
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="said.wav"\r\n'
    head = "".join(parts) + file + "Content-Type: audio/wav\r\n\r\n"
    return head.encode() + wav + f"\r\n--{edge}--\r\n".encode()


def _sureness(segments: object) -> float:
    """The mean probability of what was understood, less where it is rather no speech at all."""
    rows = [one for one in segments if isinstance(one, dict)] if isinstance(segments, list) else []
    known = [(number_in(one.get("avg_logprob")), number_in(one.get("no_speech_prob")) or 0.0) for one in rows]
    sure = [
        math.exp(min(0.0, found)) * (1 - min(1.0, nothing)) for found, nothing in known if found is not None
    ]
    return sum(sure) / len(sure) if sure else UNTOLD
