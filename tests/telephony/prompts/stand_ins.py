"""Local servers that answer as the four speech services do, strictly: a wrong request gets their kind of refusal."""

import base64
import hashlib
import hmac
import json
import socketserver
import struct
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, quote, urlsplit

from tests.telephony.prompts.conftest import tone

KEY, SECRET = "key-of-acme", "secret-of-acme"


class Service(socketserver.ThreadingTCPServer):
    """`asked` holds what came; `status`, when set, is answered instead of a sound."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict] = []
        self.status = 0
        self.redirect = ""
        self.endless = 0.0
        """Seconds between two pieces of an answer that has no end; 0 answers properly."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, *_told):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.redirect:
            return self._say(302, b"", "text/plain", {"Location": self.server.redirect})
        if self.server.endless:
            return self._drip()
        if self.server.status:
            return self._say(self.server.status, b'{"error": "no"}', "application/json")
        answers = {"/v1/audio/speech": _openai, "/cognitiveservices/v1": _azure, "/stream/v1/tts": _alibaba}
        status, content, kind = answers[urlsplit(self.path).path](self, body)
        return self._say(status, content, kind)

    def do_GET(self):
        if "Upgrade" in self.headers:
            return _iflytek(self)
        return self._say(*_alibaba_token(self))

    def _drip(self):
        piece = b"RIFF" if self.server.endless > 0.01 else bytes(2**20)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\n")
        with suppress(OSError):
            for _piece in range(200):
                self.wfile.write(piece)
                time.sleep(self.server.endless)
        self.close_connection = True

    def _say(self, status, content, kind, more=None):
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            **(more or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True


def _openai(handler, body):
    asked = json.loads(body)
    handler.server.asked.append(asked)
    if handler.headers["Authorization"] != f"Bearer {KEY}":
        return 401, b'{"error": {"message": "Incorrect API key"}}', "application/json"
    if (
        set(asked) != {"model", "voice", "input", "response_format", "speed"}
        or asked["response_format"] != "wav"
    ):
        return 400, b"{}", "application/json"
    return 200, tone(rate=24000), "audio/wav"


def _azure(handler, body):
    speak = ET.fromstring(body)
    handler.server.asked.append(
        {"voice": speak[0].get("name"), "text": "".join(speak.itertext()), "lang": speak.attrib}
    )
    if handler.headers["Ocp-Apim-Subscription-Key"] != KEY:
        return 401, b"", "text/plain"
    if (
        handler.headers["X-Microsoft-OutputFormat"] != "riff-8khz-16bit-mono-pcm"
        or not handler.headers["User-Agent"]
    ):
        return 400, b"", "text/plain"
    return 200, tone(rate=8000), "audio/x-wav"


def _alibaba(handler, body):
    asked = json.loads(body)
    handler.server.asked.append(asked)
    if asked["token"] != "token-of-the-day":
        told = {"status": 40000001, "message": "Gateway:ACCESS_DENIED"}
        return 200, json.dumps(told).encode(), "application/json"
    return 200, tone(rate=8000), "audio/mpeg"


def _alibaba_token(handler):
    given = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
    signature = given.pop("Signature", "")
    told = "&".join(f"{quote(name, safe='~')}={quote(given[name], safe='~')}" for name in sorted(given))
    wanted = hmac.new(
        f"{SECRET}&".encode(), f"GET&%2F&{quote(told, safe='~')}".encode(), hashlib.sha1
    ).digest()
    if given.get("AccessKeyId") != KEY or signature != base64.b64encode(wanted).decode():
        return 400, b'{"Code": "SignatureDoesNotMatch"}', "application/json"
    return 200, b'{"Token": {"Id": "token-of-the-day", "ExpireTime": 1}}', "application/json"


def _iflytek(handler):
    """The signature is judged before the switch to WebSocket; samples come in three frames, a ping between them."""
    parts = urlsplit(handler.path)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    told = f"host: {given['host']}\ndate: {given['date']}\nGET {parts.path} HTTP/1.1"
    wanted = base64.b64encode(hmac.new(SECRET.encode(), told.encode(), hashlib.sha256).digest()).decode()
    names = base64.b64decode(given["authorization"]).decode()
    if f'api_key="{KEY}"' not in names or f'signature="{wanted}"' not in names:
        return handler._say(401, b'{"message":"HMAC signature cannot be verified"}', "application/json")
    key = handler.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    handler.send_response(101)
    handler.send_header("Upgrade", "websocket")
    handler.send_header("Connection", "Upgrade")
    handler.send_header(
        "Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    )
    handler.end_headers()
    asked = json.loads(_read_frame(handler.rfile))
    handler.server.asked.append(asked)
    handler.close_connection = True
    if handler.server.status:
        return handler.wfile.write(
            _frame(json.dumps({"code": handler.server.status, "message": "no"}).encode())
        )
    samples = tone(rate=8000)[44:]
    handler.wfile.write(_frame(b"are you there", kind=0x9))
    for place in range(3):
        piece = samples[place * len(samples) // 3 : (place + 1) * len(samples) // 3]
        data = {"audio": base64.b64encode(piece).decode(), "status": 2 if place == 2 else 1}
        handler.wfile.write(_frame(json.dumps({"code": 0, "data": data}).encode()))
    return None


def _frame(content: bytes, kind: int = 0x1) -> bytes:
    size = struct.pack("!B", len(content)) if len(content) < 126 else struct.pack("!BH", 126, len(content))
    if len(content) >= 1 << 16:
        size = struct.pack("!BQ", 127, len(content))
    return bytes([0x80 | kind]) + size + content


def _read_frame(file) -> bytes:
    _first, second = file.read(2)
    assert second & 0x80, "a client masks what it sends"
    length = second & 0x7F
    if length == 126:
        length = int.from_bytes(file.read(2), "big")
    mask, content = file.read(4), file.read(length)
    return bytes(value ^ mask[place % 4] for place, value in enumerate(content))


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
