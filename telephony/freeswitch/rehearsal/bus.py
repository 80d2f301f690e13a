"""News: stamps every event with the headers all events share, and hands it to those who asked for it."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable
from typing import Protocol
from urllib.parse import quote

import orjson

from .clock import gmt, now_us, stamp

Value = str | list[str]
Headers = dict[str, Value]

# Where FreeSWITCH fires each event: file, function, line. Part of the shape, of no further meaning.
_ORIGIN = {
    "CHANNEL_CREATE": ("switch_core_state_machine.c", "switch_core_session_run", "626"),
    "CHANNEL_OUTGOING": ("switch_core_session.c", "switch_core_session_outgoing_channel", "768"),
    "CHANNEL_ORIGINATE": ("switch_core_state_machine.c", "switch_core_session_run", "632"),
    "CHANNEL_PROGRESS": ("switch_channel.c", "switch_channel_perform_mark_ring_ready_value", "3507"),
    "CHANNEL_PROGRESS_MEDIA": ("switch_channel.c", "switch_channel_perform_mark_pre_answered", "3583"),
    "CHANNEL_ANSWER": ("switch_channel.c", "switch_channel_perform_mark_answered", "3848"),
    "CHANNEL_CALLSTATE": ("switch_channel.c", "switch_channel_perform_set_callstate", "302"),
    "CHANNEL_EXECUTE": ("switch_core_session.c", "switch_core_session_exec", "2993"),
    "CHANNEL_EXECUTE_COMPLETE": ("switch_core_session.c", "switch_core_session_exec", "3061"),
    "CHANNEL_PARK": ("switch_ivr.c", "switch_ivr_park", "1002"),
    "CHANNEL_UNPARK": ("switch_ivr.c", "switch_ivr_park", "1213"),
    "CHANNEL_HOLD": ("switch_ivr.c", "switch_ivr_hold", "1598"),
    "CHANNEL_UNHOLD": ("switch_ivr.c", "switch_ivr_unhold", "1672"),
    "CHANNEL_BRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1689"),
    "CHANNEL_UNBRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1879"),
    "CHANNEL_HANGUP": ("switch_channel.c", "switch_channel_perform_hangup", "3447"),
    "CHANNEL_HANGUP_COMPLETE": ("switch_core_state_machine.c", "switch_core_session_reporting_state", "943"),
    "CHANNEL_DESTROY": ("switch_core_session.c", "switch_core_session_perform_destroy", "1587"),
    "PLAYBACK_START": ("switch_ivr_play_say.c", "switch_ivr_play_file", "1649"),
    "PLAYBACK_STOP": ("switch_ivr_play_say.c", "switch_ivr_play_file", "2023"),
    "RECORD_START": ("switch_ivr_async.c", "send_record_start_event", "1210"),
    "RECORD_STOP": ("switch_ivr_async.c", "send_record_stop_event", "1241"),
    "DTMF": ("switch_channel.c", "switch_channel_dequeue_dtmf", "678"),
    "BACKGROUND_JOB": ("mod_event_socket.c", "api_exec", "1580"),
    "HEARTBEAT": ("switch_core.c", "send_heartbeat", "95"),
    "RELOADXML": ("switch_xml.c", "switch_xml_open_root", "2407"),
    "CUSTOM": ("mod_dptools.c", "event_function", "1800"),
}


class Event:
    """One event: headers in order, and a body for the few that have one."""

    __slots__ = ("_json", "body", "headers", "name", "subclass")

    def __init__(self, name: str, subclass: str, headers: Headers, body: str | None) -> None:
        self.name, self.subclass, self.headers, self.body = name, subclass, headers, body
        self._json = b""

    def as_json(self) -> bytes:
        """Made once for all who hear it."""
        if not self._json:
            told = self.headers if self.body is None else self.headers | {"_body": self.body}
            try:
                self._json = orjson.dumps(told)
            except TypeError:
                # A caller's name may hold bytes that are no text.
                self._json = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
        return self._json

    def as_plain(self) -> bytes:
        lines = [f"{name}: {quote(flat(value), errors='replace')}\n" for name, value in self.headers.items()]
        return ("".join(lines) + "\n" + (self.body or "")).encode("utf-8", "replace")


def flat(value: Value) -> str:
    """Several values in one string, as FreeSWITCH writes them in call records."""
    return value if isinstance(value, str) else "ARRAY::" + "|:".join(value)


class Listener(Protocol):
    def wants(self, name: str, subclass: str) -> bool: ...

    def hear(self, event: Event) -> None: ...


class Bus:
    """Fires events in one order: Event-Sequence starts anew with each start of the switch, as does Core-UUID."""

    def __init__(self, switch_name: str) -> None:
        self.core_uuid = str(uuid.uuid4())
        self.host_name = socket.gethostname()
        self.switch_name = switch_name
        self.listeners: set[Listener] = set()
        self._sequence = 0

    def fire(
        self,
        name: str,
        headers: Callable[[], Headers] | Headers | None = None,
        *,
        subclass: str = "",
        body: str | None = None,
    ) -> None:
        """The headers are only built when somebody listens: most events of a busy switch concern nobody."""
        self._sequence += 1
        wanted = [listener for listener in self.listeners if listener.wants(name, subclass)]
        if not wanted:
            return
        own = headers() if callable(headers) else dict(headers or {})
        event = Event(name, subclass, self.core_headers(name, subclass) | own, body)
        for listener in wanted:
            listener.hear(event)

    def core_headers(self, name: str, subclass: str = "") -> Headers:
        at = now_us()
        file, function, line = _ORIGIN.get(name, ("switch_core.c", "rehearsal", "1"))
        first: Headers = {"Event-Subclass": subclass} if subclass else {}
        return first | {
            "Event-Name": name,
            "Core-UUID": self.core_uuid,
            "FreeSWITCH-Hostname": self.host_name,
            "FreeSWITCH-Switchname": self.switch_name,
            "FreeSWITCH-IPv4": "127.0.0.1",
            "FreeSWITCH-IPv6": "::1",
            "Event-Date-Local": stamp(at),
            "Event-Date-GMT": gmt(at),
            "Event-Date-Timestamp": str(at),
            "Event-Calling-File": file,
            "Event-Calling-Function": function,
            "Event-Calling-Line-Number": line,
            "Event-Sequence": str(self._sequence),
        }


# Events FreeSWITCH knows and we never fire: subscribing to them is no error.
_QUIET = """
    CHANNEL_DATA CHANNEL_STATE CHANNEL_APPLICATION CHANNEL_UUID CALL_UPDATE CALL_DETAIL MESSAGE_WAITING MESSAGE_QUERY
    PRESENCE_IN PRESENCE_OUT STARTUP SHUTDOWN API LOG DETECTED_SPEECH MEDIA_BUG_START MEDIA_BUG_STOP RE_SCHEDULE CODEC
    SESSION_HEARTBEAT MODULE_LOAD COMMAND RECV_RTCP_MESSAGE CALL_SETUP_REQ CHANNEL_GLOBAL MESSAGE NOTIFY SEND_MESSAGE
"""

KNOWN_NAMES = frozenset((*_ORIGIN, *_QUIET.split()))
