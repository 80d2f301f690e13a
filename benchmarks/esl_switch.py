"""Plays a switch for the event benchmark: lets anyone in, and answers `event …` with recorded events."""

import json
import socket
import threading
from functools import cache
from pathlib import Path
from urllib.parse import quote

RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "recordings"
KINDS = (
    "CHANNEL_BRIDGE.inbound",
    "CHANNEL_EXECUTE_COMPLETE.outbound",
    "CHANNEL_HANGUP.outbound",
    "CALL_UPDATE.inbound",
)
SAFE = "/,()!$'*-._~"  # FreeSWITCH encodes the rest (SWITCH_URL_UNSAFE)
NAME = "王小明（上海分公司）"
FEWEST_BYTES = 9_500
BATCH, BATCHES = 200, 40
EVENTS = BATCH * BATCHES


@cache
def events() -> list[dict[str, str]]:
    """Recorded ones with a Chinese caller, filled up with channel variables to the size of a busy system's."""
    found = []
    for kind in KINDS:
        event = json.loads((RECORDINGS / f"{kind}.json").read_text())
        event["Caller-Caller-ID-Name"] = NAME
        number = 0
        while len(json.dumps(event, ensure_ascii=False).encode()) < FEWEST_BYTES:
            event[f"variable_crm_field_{number}"] = f"值 {number} / value with spaces, {number * 7919}"
            number += 1
        found.append(event)
    return found


def mean_size() -> float:
    sizes = [len(json.dumps(event, ensure_ascii=False).encode()) for event in events()]
    return sum(sizes) / len(sizes)


def batch(is_json: bool) -> bytes:
    """BATCH events as they stand on the wire. FreeSWITCH url-encodes the values of plain events."""
    kind = "json" if is_json else "plain"
    out = []
    for number in range(BATCH):
        event = events()[number % len(KINDS)]
        if is_json:
            body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        else:
            lines = [f"{name}: {quote(str(value), safe=SAFE)}\n" for name, value in event.items()]
            body = "".join([*lines, "\n"]).encode()
        out.append(f"Content-Length: {len(body)}\nContent-Type: text/event-{kind}\n\n".encode() + body)
    return b"".join(out)


def serve(connection: socket.socket, streams: dict[bool, bytes]) -> None:
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"Content-Type: auth/request\n\n")
        for line in lines:
            command = line.strip()
            if command.startswith(b"event"):
                connection.sendall(b"Content-Type: command/reply\nReply-Text: +OK event listener enabled\n\n")
                for _ in range(BATCHES):
                    connection.sendall(streams[b"json" in command])
            elif command:
                reply = b"+OK accepted" if command.startswith(b"auth") else b"+OK"
                connection.sendall(b"Content-Type: command/reply\nReply-Text: " + reply + b"\n\n")
            if command == b"exit":
                return


def main() -> None:
    streams = {is_json: batch(is_json) for is_json in (True, False)}
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_quietly, args=(connection, streams), daemon=True).start()


def _quietly(connection: socket.socket, streams: dict[bool, bytes]) -> None:
    try:
        serve(connection, streams)
    except OSError:
        return


if __name__ == "__main__":
    main()
