"""Any service that takes `POST {"to", "text", "id"}` with a bearer key and answers 2xx; docs/texts.md tells all."""

from collections.abc import Mapping
from json import dumps, loads

from telephony.text import plain_line
from telephony.texts.failures import TextFailed
from telephony.texts.port import SECONDS, Field, TextMessage
from tenants.outward import Answer, request


class PlainJSON:
    FIELDS = (
        Field(name="url", is_required=True),
        Field(name="sender"),
        Field(name="text_zh"),
        Field(name="text_en"),
    )
    IS_REPEATABLE = True

    def address(self, settings: Mapping[str, str]) -> str:
        return str(settings.get("url") or "")

    def send(self, message: TextMessage) -> str:
        if not message.secret.isascii() or not message.secret.isprintable():
            raise TextFailed("settings")
        told = {"to": message.number, "text": message.text, "id": message.key}
        if sender := message.setting("sender"):
            told["from"] = sender
        headers = {
            "Authorization": f"Bearer {message.secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            "User-Agent": "callcentre-texts/1",
        }
        body = dumps(told, ensure_ascii=False).encode()
        return _receipt(request("POST", message.needed("url"), headers=headers, body=body, seconds=SECONDS))


def _receipt(answer: Answer) -> str:
    status = answer.status
    if status in (401, 403):
        raise TextFailed("refused")
    if status in (402, 429, 503):
        raise TextFailed("busy")
    if status in (400, 422):
        raise TextFailed("bad_number")
    if status == 404:
        raise TextFailed("settings")
    if not 200 <= status < 300:
        raise TextFailed("bad_answer", may_have_left=status >= 500)
    try:
        said = loads(answer.body)
    except ValueError:
        return ""
    return plain_line(str(said.get("id") or ""), 80) if isinstance(said, dict) else ""
