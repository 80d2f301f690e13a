"""The least a web could do for the switch: one fixed document for each question, from memory, under the same server."""

from __future__ import annotations

from typing import Any

from telephony.freeswitch import documents
from tests.contract.web import Phone

DOCUMENT = documents.directory_document(Phone.of("1001", "acme.localhost", "x")).encode()
HEADERS = [(b"content-type", b"text/xml"), (b"content-length", str(len(DOCUMENT)).encode())]


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": DOCUMENT})
