#!/usr/bin/env python3
"""Looks at a call centre from another machine each ten seconds, and reports what it finds. Python 3.9 and nothing else.

    WATCH_KEY=cco_… WATCH_CONSOLE=https://console.example WATCH_SIP=sip.example:5060 python3 watch_from_outside.py

WATCH_KEY      made on the console, /service/outside/
WATCH_CONSOLE  the operators' address; /healthz is asked for there, and reports go there
WATCH_SIP      host:port of the switch as carriers and phones reach it (SIP over UDP); left out, it is not asked
WATCH_REPORTS  where reports go, if not to WATCH_CONSOLE: another way in, for the days the first one is shut
WATCH_DIR      where looks wait that could not be delivered; else `watch-from-outside` in the home folder

The clock of this machine must be right (NTP): looks are told with their moments. Log lines go to standard error.
"""

import json
import os
import secrets
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

LOOK_EVERY = 10.0
PATIENCE = 5.0
"""Seconds for an answer; two such questions must fit between two looks."""
RESENT_AFTER = (0.0, 0.5, 1.5, 3.0)
"""Seconds: UDP may lose a packet, RFC 3261 sends it again after twice as long each time."""
MOST_KEPT = 7 * 24 * 360
"""Looks of a week."""
MOST_AT_ONCE = 500
MOST_BYTES = 256 * 2**10
CLOCKS_APART = 30.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key goes where it was meant to go, and nowhere else."""

    def redirect_request(self, *_told):
        return None


OPENER = urllib.request.build_opener(_NoRedirect)


def say(words):
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {words}\n")
    sys.stderr.flush()


# --- looking --------------------------------------------------------------------------------------------------------


def ask_web(console):
    """["up" or "down", what was said]. Our own answer counts, whatever it tells of the parts behind it: those are
    watched from inside. A proxy's error page, a wrong certificate, or silence is down.
    """
    try:
        with OPENER.open(f"{console}/healthz", timeout=PATIENCE) as answer:
            code, body = answer.status, answer.read(MOST_BYTES)
    except urllib.error.HTTPError as answer:
        code, body = answer.code, _body_of(answer)
    except (OSError, ValueError) as problem:
        return ["down", _short(problem)]
    except Exception as problem:
        # http.client has errors of its own for what is no HTTP.
        return ["down", _short(problem)]
    told = _parsed(body)
    if code not in (200, 503) or "state" not in told:
        return ["down", f"HTTP {code}"]
    failing = sorted(
        part for part, said in told.items() if isinstance(said, dict) and said.get("state") == "down"
    )
    return ["up", " ".join(failing)[:80]]


def _body_of(answer):
    try:
        return answer.read(MOST_BYTES)
    except OSError:
        return b""


def _parsed(body):
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _short(problem):
    reason = getattr(problem, "reason", problem)
    return type(reason if isinstance(reason, BaseException) else problem).__name__


def ask_sip(host, port):
    """["up" or "down", what was said]. Any answer to our own OPTIONS is one: whether it likes us is not asked."""
    branch, call = "z9hG4bK" + secrets.token_hex(8), secrets.token_hex(12)
    try:
        family, kind, _proto, _name, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as line:
            # Connected: the system hands over nothing from anywhere else, and tells that nobody listens.
            line.connect(where)
            return _answered(line, _options(line, host, port, branch, call), call)
    except OSError as problem:
        return ["down", type(problem).__name__]


def _options(line, host, port, branch, call):
    here = line.getsockname()
    own = f"[{here[0]}]:{here[1]}" if ":" in here[0] else f"{here[0]}:{here[1]}"
    there = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (
        f"OPTIONS sip:{there} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch={branch}\r\nMax-Forwards: 5\r\n"
        f"From: <sip:watch@{own}>;tag={branch[-8:]}\r\nTo: <sip:{there}>\r\nCall-ID: {call}\r\n"
        f"CSeq: 1 OPTIONS\r\nContact: <sip:watch@{own}>\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def _answered(line, question, call):
    began, sent = time.monotonic(), 0
    while (passed := time.monotonic() - began) < PATIENCE:
        if sent < len(RESENT_AFTER) and passed >= RESENT_AFTER[sent]:
            line.send(question)
            sent += 1
            continue
        nearest = RESENT_AFTER[sent] if sent < len(RESENT_AFTER) else PATIENCE
        line.settimeout(max(0.01, nearest - passed))
        try:
            words = line.recv(65535).decode("latin-1").split("\r\n")
        except TimeoutError:
            continue
        if words[0].startswith("SIP/2.0 ") and any(
            one.partition(":")[0].strip().lower() in ("call-id", "i")
            and one.partition(":")[2].strip() == call
            for one in words
        ):
            return ["up", words[0][8:11]]
    return ["down", "no answer"]


def look(told):
    found = {"web": ask_web(told["console"])}
    if told["sip"]:
        found["sip"] = ask_sip(*told["sip"])
    return {"at": round(time.time(), 3), "found": found}


# --- keeping and reporting ------------------------------------------------------------------------------------------


class Shelf:
    """Looks that wait, a line each, on the disk: whoever is killed here has lost nothing but a half line."""

    def __init__(self, folder):
        self.path = Path(folder) / "looks.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.looks = self._read()

    def _read(self):
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        read = [_parsed(line) for line in lines]
        return [
            one
            for one in read
            if isinstance(one.get("at"), (int, float)) and isinstance(one.get("found"), dict)
        ]

    def put(self, one):
        self.looks.append(one)
        if len(self.looks) > MOST_KEPT:
            self._write(self.looks[-MOST_KEPT:])
            return
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(one) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            say(f"A look waits in memory alone: {type(problem).__name__}")

    def drop(self, count):
        """The oldest, once they are known there."""
        self._write(self.looks[count:])

    def _write(self, looks):
        """Whole or not at all."""
        self.looks = looks
        part = self.path.with_suffix(".part")
        try:
            part.write_text("".join(json.dumps(one) + "\n" for one in looks), encoding="utf-8")
            part.replace(self.path)
        except OSError as problem:
            # What was delivered is delivered once more after a start: it is known there.
            say(f"The shelf cannot be written: {type(problem).__name__}")


def deliver(told, shelf, until):
    """What waits, some hundreds at once, the oldest first, until the next look is due. False where the rest waits."""
    while shelf.looks:
        some = shelf.looks[:MOST_AT_ONCE]
        code, answer = _post(told, some)
        if code == 200:
            shelf.drop(len(some))
            _compare_clocks(answer)
        elif code in (400, 413):
            say(f"{len(some)} looks were refused for good: {str(answer.get('message', code))[:200]}")
            shelf.drop(len(some))
        else:
            say(f"{len(shelf.looks)} looks wait: {code if code else answer.get('problem')}")
            return False
        if shelf.looks:
            # Reports are taken once a second.
            if time.monotonic() + 1.2 >= until:
                return False
            time.sleep(1.2)
    return True


def _post(told, looks):
    """(HTTP status or 0, the answer)."""
    # Of http and https alone: _address() takes nothing else.
    asked = urllib.request.Request(  # noqa: S310
        told["reports"] + "/api/v1/outside/looks",
        data=json.dumps({"looks": looks}).encode(),
        headers={"Authorization": f"Bearer {told['key']}", "Content-Type": "application/json"},
        method="POST",
    )
    try:
        with OPENER.open(asked, timeout=PATIENCE) as answer:
            return answer.status, _parsed(answer.read(MOST_BYTES))
    except urllib.error.HTTPError as answer:
        return answer.code, _parsed(_body_of(answer))
    except Exception as problem:
        # Whatever stands in the way: the looks stay here.
        return 0, {"problem": _short(problem)}


def _compare_clocks(answer):
    now = answer.get("now")
    if isinstance(now, (int, float)) and abs(now - time.time()) > CLOCKS_APART:
        say(f"The clock of this machine is {time.time() - now:+.0f} s off: set it, or looks are left out")


# --- starting -------------------------------------------------------------------------------------------------------


def settings(environment):
    """{"key", "console", "reports", "sip": (host, port) or None, "folder"}. Ends with one line where one is wrong."""
    key = environment.get("WATCH_KEY", "").strip()
    if not key.startswith("cco_") or not key.isascii() or not key.isprintable():
        raise SystemExit("Wrong setting WATCH_KEY: the key the console has shown is wanted, cco_….")
    console = _address(environment, "WATCH_CONSOLE", "")
    if not console:
        raise SystemExit(
            "Wrong setting WATCH_CONSOLE: the operators' address is wanted, https://console.example."
        )
    home = str(Path.home() / "watch-from-outside")
    return {
        "key": key,
        "console": console,
        "reports": _address(environment, "WATCH_REPORTS", console),
        "sip": _host_and_port(environment.get("WATCH_SIP", "").strip()),
        "folder": environment.get("WATCH_DIR", "").strip() or home,
    }


def _address(environment, name, otherwise):
    """Encrypted, or on this machine: the key goes there."""
    raw = environment.get(name, "").strip().rstrip("/")
    if not raw:
        return otherwise
    parts = urlsplit(raw)
    is_near = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or parts.path or parts.query or not (parts.scheme == "https" or is_near):
        raise SystemExit(f"Wrong setting {name}: https://host[:port] is wanted, nothing behind it.")
    return raw


def _host_and_port(raw):
    if not raw:
        return None
    host, colon, port = raw.rpartition(":")
    if not colon or not host.strip("[]") or not port.isdigit() or not 0 < int(port) < 65536:
        raise SystemExit("Wrong setting WATCH_SIP: host:port is wanted, sip.example:5060.")
    return host.strip("[]"), int(port)


def main():
    told, stopped = settings(os.environ), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_told: stopped.set())
    shelf = Shelf(told["folder"])
    say(f"Looking at {told['console']}{' and ' + ':'.join(map(str, told['sip'])) if told['sip'] else ''}")
    while not stopped.is_set():
        began = time.monotonic()
        shelf.put(look(told))
        deliver(told, shelf, began + LOOK_EVERY)
        stopped.wait(max(0.5, LOOK_EVERY - (time.monotonic() - began)))


if __name__ == "__main__":
    main()
