"""The canary's line to the switch: frames in pieces, a switch that goes away, and what is made of the events."""

import json
import socket
import threading
import time
from uuid import uuid4

import pytest

from telephony.freeswitch.canary_call import EventSocket, Sound, Walked, ask_switch, walk_number

OWN, LEG = "the humming end", str(uuid4())


def frame(kind, body="", **headers):
    lines = [
        f"Content-Type: {kind}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\n".join(lines) + "\n\n" + body).encode()


def told(event):
    return frame("text/event-json", json.dumps(event, ensure_ascii=False))


class Line:
    """A switch that says what it is given, a piece at a time."""

    def __init__(self):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.known = {"host": "127.0.0.1", "event_port": self._server.getsockname()[1], "password": "secret"}
        self.pieces, self.heard = [], []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        line, _address = self._server.accept()
        with line:
            line.sendall(frame("auth/request"))
            self.heard.append(line.recv(1000))
            line.sendall(frame("command/reply", Reply_Text="+OK accepted"))
            for wait, piece in self.pieces:
                time.sleep(wait)
                line.sendall(piece)
            self.heard.append(line.recv(1000))
            line.sendall(frame("api/response", "yes\n"))


def test_a_frame_in_pieces_is_read_once_it_is_whole():
    line, event = Line(), told({"Event-Name": "CUSTOM", "name": "李雷"})
    half = event.index("李".encode()) + 1
    line.pieces = [(0, event[:half]), (0.4, event[half:] + told({"Event-Name": "SECOND"}))]
    with EventSocket(line.known, patience=5) as heard:
        assert heard.event(0.1) is None
        assert heard.say("api is it so") == "yes\n"
        assert [heard.event(1)["name"], heard.event(1)["Event-Name"]] == ["李雷", "SECOND"]
        assert line.heard == [b"auth secret\n\n", b"api is it so\n\n"]
        with pytest.raises(OSError, match="closed the connection"):
            heard.say("api anything more")


class DeafLine(Line):
    """A switch that goes while our words lie there unread, so that the system resets the line."""

    def _serve(self):
        line, _address = self._server.accept()
        with line:
            line.sendall(frame("auth/request"))
            line.recv(1000)
            line.sendall(frame("command/reply", Reply_Text="+OK accepted"))
            line.recv(1, socket.MSG_PEEK)


def test_a_switch_that_goes_without_reading_our_words_has_closed_the_connection():
    with (
        EventSocket(DeafLine().known, patience=5) as heard,
        pytest.raises(OSError, match="closed the connection"),
    ):
        heard.say("api is it so")


def test_a_switch_that_is_away_or_refuses_says_nothing():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        known = {"host": "127.0.0.1", "event_port": nobody.getsockname()[1], "password": "x"}
        assert ask_switch(known, "status") is None
        assert walk_number(known, "+8621555", test_id=uuid4(), seconds=1) is None


@pytest.mark.parametrize("number", ["", "+", "1001@acme", "12 34", "${uuid}", "+86,1", "123\nbgapi status"])
def test_only_digits_are_dialled(number):
    assert walk_number(Line().known, number, test_id=uuid4(), seconds=1) is None


def event(name, **more):
    said = {"Event-Name": name, "Unique-ID": LEG}
    return said | {key.replace("_", "-") if key[0].isupper() else key: value for key, value in more.items()}


def plays(application, data, *, is_there):
    """As a switch tells that it plays something."""
    path = data if application == "playback" else data.split(" ")[5]
    begins = [event("PLAYBACK_START", Playback_File_Path=path)] if is_there else []
    execute = {"Application": application, "Application_Data": data}
    return [event("CHANNEL_EXECUTE", **execute), *begins, event("CHANNEL_EXECUTE_COMPLETE", **execute)]


def test_what_was_met_is_taken_from_the_events_of_the_called_end_alone():
    walked = Walked()
    asked = "0 0 1 1000 D /p/greeting.wav silence_stream://20 cc_more"
    for one in (
        event("CHANNEL_EXECUTE", Application="playback", Application_Data="/p/of-the-hum.wav") | {"Unique-ID": OWN},
        event("CUSTOM", variable_cc_node="n1"),
        *plays("play_and_get_digits", asked, is_there=True),
        event("CUSTOM", variable_cc_node="n2"),
        *plays("playback", "/p/gone.wav", is_there=False),
        *plays("playback", "tone_stream://%(1000,0,660)", is_there=True),
        event("CHANNEL_HANGUP_COMPLETE", variable_cc_ended_at="enter", variable_cc_queue="7", variable_cc_proof="/r/x"),
    ):  # fmt: skip
        walked.hear(one, OWN)
    assert walked.sounds == [
        Sound(path="/p/greeting.wav", node="n1", is_heard=True),
        Sound(path="/p/gone.wav", node="n2", is_heard=False),
    ]
    assert (walked.nodes, walked.place, walked.queue_id) == (["n1", "n2"], "enter", 7)
    assert (walked.recording, walked.is_over, walked.leg_id) == ("/r/x", True, LEG)
