"""A local server that answers as Alibaba Cloud's and as a plain JSON service, strictly: a wrong request is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, quote, urlsplit

KEY, SECRET = "key-of-acme", "secret-of-acme"


class Service(socketserver.ThreadingTCPServer):
    """`taken` holds the messages that were accepted; `status` and `code`, when set, are answered instead."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[dict] = []
        self.asked = 0
        self.status, self.code, self.redirect = 0, "", ""
        self.is_cut_off = False
        """The message is taken, and the line goes dead before the answer."""
        self.seconds = 0.0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, *_told):
        pass

    def do_GET(self):
        """Alibaba's: SendSms, signed; `PhoneNumbers` eleven digits, the template's variable in JSON."""
        given = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        signature = given.pop("Signature", "")
        told = "&".join(f"{quote(name, safe='~')}={quote(given[name], safe='~')}" for name in sorted(given))
        wanted = hmac.new(
            f"{SECRET}&".encode(), f"GET&%2F&{quote(told, safe='~')}".encode(), hashlib.sha1
        ).digest()
        if given.get("AccessKeyId") != KEY:
            return self._answer(404, {"Code": "InvalidAccessKeyId.NotFound"})
        if signature != base64.b64encode(wanted).decode():
            return self._answer(400, {"Code": "SignatureDoesNotMatch"})
        if (given["Action"], given["Version"]) != ("SendSms", "2017-05-25"):
            return self._answer(400, {"Code": "InvalidAction"})
        if not given["PhoneNumbers"].isdigit():
            return self._answer(200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"})
        return self._take(given, {"Code": "OK", "Message": "OK", "BizId": "biz^0"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return self._answer(401, {})
        if self.headers["Idempotency-Key"] != body["id"] or not body["to"].startswith("+"):
            return self._answer(400, {})
        if any(one["id"] == body["id"] for one in self.server.taken):
            # Told again: once is enough.
            return self._answer(200, {"id": "same"})
        return self._take(body, {"id": "m-1"})

    def _take(self, message: dict, answer: dict):
        time.sleep(self.server.seconds)
        if self.server.redirect:
            return self._answer(302, {}, {"Location": self.server.redirect})
        if self.server.status:
            return self._answer(self.server.status, {"Code": self.server.code} if self.server.code else {})
        self.server.taken.append(message)
        if self.server.is_cut_off:
            self.server.asked += 1
            self.close_connection = True
            return None
        return self._answer(200, answer)

    def _answer(self, status: int, told: dict, more: dict | None = None):
        self.server.asked += 1
        content = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True


@contextmanager
def running() -> Iterator[Service]:
    service = Service()
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()
