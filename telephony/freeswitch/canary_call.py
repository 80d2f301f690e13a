"""The canary's call: the switch dials one of our numbers and walks its way as a caller who hums and presses nothing.

It goes where a caller's goes, through each node of a flow and each prompt, up to where somebody would be rung, a
message left or a number outside dialled; conf/canary.xml takes it there. What happens to it is heard by its events
alone, so nothing is believed that the switch has not done. Bills, reports and rows leave out whatever carries cc_test.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from telephony.freeswitch.commands import checked, variables
from telephony.freeswitch.test_call import CALLER

EVENTS = "CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE PLAYBACK_START CHANNEL_HANGUP_COMPLETE CUSTOM cc::flow"
HUM = "hum"
"""The extension of conf/canary.xml in which the calling end sounds, to be heard in a recording."""
OLD_CONFIGURATION = "old_configuration"
"""The switch was started with files that know no canary."""
_NUMBER = re.compile(r"\+?[0-9]{2,32}")
_PLAYING = {"playback": 0, "play_and_get_digits": 5}
"""Application → which word of its data is the sound."""

Event = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sound:
    """`node`: the flow's node it was to be heard in, "" outside of a flow."""

    path: str
    node: str
    is_heard: bool


@dataclass
class Walked:
    """`place`: the extension of cc.xml it was sent to, "" when the way ended by itself or took longer than we listen;
    `recording`: the path of the recorded second as the switch knows it.
    """

    place: str = ""
    queue_id: int | None = None
    nodes: list[str] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)
    recording: str = ""
    is_over: bool = False
    leg_id: str = ""
    _wanted: str = ""
    _is_heard: bool = False

    def hear(self, event: Event, own: str) -> None:
        """`own`: the id of the humming end, whose doings are none of the caller's."""
        if event.get("Unique-ID") == own:
            return
        self.leg_id = str(event.get("Unique-ID", self.leg_id))
        name = str(event.get("Event-Name", ""))
        if name == "CUSTOM":
            self.nodes.append(str(event.get("variable_cc_node", "")))
        elif name == "CHANNEL_EXECUTE":
            self._wanted, self._is_heard = _sound_of(event), False
        elif name == "PLAYBACK_START":
            self._is_heard |= event.get("Playback-File-Path") == self._wanted
        elif name == "CHANNEL_EXECUTE_COMPLETE" and self._wanted:
            node = self.nodes[-1] if self.nodes else ""
            self.sounds.append(Sound(path=self._wanted, node=node, is_heard=self._is_heard))
            self._wanted = ""
        elif name == "CHANNEL_HANGUP_COMPLETE":
            self._end(event)

    def _end(self, event: Event) -> None:
        queue = str(event.get("variable_cc_queue", ""))
        self.place = str(event.get("variable_cc_ended_at", ""))
        self.queue_id = int(queue) if queue.isdigit() else None
        self.recording = str(event.get("variable_cc_proof", ""))
        self.is_over = True


def _sound_of(event: Event) -> str:
    """The file that is to be played now, "" for anything else."""
    at = _PLAYING.get(str(event.get("Application", "")))
    words = str(event.get("Application-Data", "")).split(" ")
    wanted = "" if at is None or len(words) <= at else words[at]
    return wanted if wanted.startswith("/") else ""


def walk_number(known: Mapping[str, Any], number: str, *, test_id: UUID, seconds: float) -> Walked | None:
    """`known` is the settings of one switch; None when it is away. A way longer than `seconds` is cut off there."""
    if not _NUMBER.fullmatch(number):
        return None
    try:
        with EventSocket(known, patience=5.0) as line:
            return _walk(line, number, test_id, time.monotonic() + seconds)
    except (OSError, ValueError):
        return None


def ask_switch(known: Mapping[str, Any], command: str) -> str | None:
    """One question of ours to the switch; None when it is away."""
    try:
        with EventSocket(known, patience=5.0) as line:
            return line.say(f"api {command}")
    except (OSError, ValueError):
        return None


def _walk(line: EventSocket, number: str, test_id: UUID, until: float) -> Walked:
    walked = Walked()
    plan = line.say("api global_getvar cc_canary_plan").strip()
    if not plan.startswith("/"):
        walked.place, walked.is_over = OLD_CONFIGURATION, True
        return walked
    line.say(f"filter variable_cc_test {test_id.hex}")
    line.say(f"event json {EVENTS}")
    said = variables(
        cc_test=test_id.hex,
        cc_walks="true",
        cc_dialplan=plan,
        origination_uuid=test_id,
        origination_caller_id_number=CALLER,
        originate_timeout=20,
    )
    exported = r"loopback_export='cc_test\,cc_walks\,cc_dialplan'"
    line.say(
        f"bgapi originate {{{said},{exported}}}loopback/{checked(number)}/public/XML {HUM} XML:{checked(plan)} cc"
    )
    while not walked.is_over and (left := until - time.monotonic()) > 0:
        event = line.event(left)
        if event is None:
            break
        walked.hear(event, str(test_id))
    _clear(line, test_id, walked)
    return walked


def _clear(line: EventSocket, test_id: UUID, walked: Walked) -> None:
    """Nothing of the call stays, however it went."""
    line.say(f"api uuid_kill {test_id}")
    if not walked.is_over and walked.leg_id:
        line.say(f"api uuid_kill {UUID(walked.leg_id)}")


class EventSocket:
    """A plain connection for one errand: commands with their answers, and between them events as JSON."""

    def __init__(self, known: Mapping[str, Any], *, patience: float) -> None:
        self._patience = patience
        self._events: list[Event] = []
        self._unread, self._head_bytes = b"", 0
        self._socket = socket.create_connection((known["host"], int(known["event_port"])), patience)
        self._read()
        if not self.say(f"auth {known['password']}").startswith("+OK"):
            self.close()
            raise OSError("The switch does not let us in.")

    def __enter__(self) -> EventSocket:
        return self

    def __exit__(self, *_told: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def say(self, command: str) -> str:
        """The answer; events that come before it are kept."""
        self._socket.settimeout(self._patience)
        self._socket.sendall(f"{command}\n\n".encode())
        while (answer := self._read()) is None:
            pass
        return answer

    def event(self, seconds: float) -> Event | None:
        """The next one, None when none comes in time."""
        self._socket.settimeout(max(0.05, seconds))
        try:
            while not self._events:
                self._read()
        except TimeoutError:
            return None
        return self._events.pop(0)

    def _read(self) -> str | None:
        """One frame: an answer, or None when it was an event. Raises OSError when the switch has gone; a frame that is
        not whole in time stays for the next reading.
        """
        headers = self._headers()
        length = int(headers.get("Content-Length", 0))
        self._fill(lambda: len(self._unread) >= self._head_bytes + length)
        body = self._unread[self._head_bytes : self._head_bytes + length].decode("utf-8", "replace")
        self._unread = self._unread[self._head_bytes + length :]
        kind = headers.get("Content-Type", "")
        if kind == "text/event-json":
            self._events.append(json.loads(body))
            return None
        if kind == "text/disconnect-notice":
            raise OSError("The switch closed the connection.")
        return body or headers.get("Reply-Text", "")

    def _headers(self) -> dict[str, str]:
        self._fill(lambda: b"\n\n" in self._unread.lstrip(b"\n"))
        self._unread = self._unread.lstrip(b"\n")
        head = self._unread.partition(b"\n\n")[0]
        self._head_bytes = len(head) + 2
        lines = (line.partition(": ") for line in head.decode("utf-8", "replace").split("\n"))
        return {name: value for name, _sign, value in lines}

    def _fill(self, is_enough: Callable[[], bool]) -> None:
        while not is_enough():
            try:
                more = self._socket.recv(65_536)
            except ConnectionResetError:
                more = b""  # It went without having read our last words.
            if not more:
                raise OSError("The switch closed the connection.")
            self._unread += more
