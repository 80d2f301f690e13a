"""The event socket itself, over a real connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from telephony.freeswitch.rehearsal import server
from tests.telephony.rehearsal.theatre import PASSWORD, Theatre, play


class Controller:
    """A plain client: sends lines, sorts answers from events."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.events: list[dict[str, Any]] = []

    async def read(self) -> tuple[dict[str, str], str]:
        head = (await asyncio.wait_for(self._reader.readuntil(b"\n\n"), 3)).decode()
        headers = dict(line.split(": ", 1) for line in head.strip().split("\n"))
        body = await self._reader.readexactly(int(headers.get("Content-Length", 0)))
        return headers, body.decode()

    async def answer(self) -> tuple[dict[str, str], str]:
        while True:
            headers, body = await self.read()
            if not headers["Content-Type"].startswith("text/event"):
                return headers, body
            self.events.append(json.loads(body))

    def send(self, text: str) -> None:
        self._writer.write(text.encode("utf-8", "surrogateescape"))

    async def ask(self, command: str) -> str:
        self.send(f"{command}\n\n")
        headers, body = await self.answer()
        return body or headers["Reply-Text"]

    async def event(self, name: str) -> dict[str, Any]:
        while True:
            found = next((event for event in self.events if event["Event-Name"] == name), None)
            if found:
                return found
            headers, body = await self.read()
            if headers["Content-Type"].startswith("text/event"):
                self.events.append(json.loads(body))


Scene = Callable[[Theatre, Callable[[], Awaitable[Controller]]], Awaitable[Any]]


def over_a_socket(directory: Path, scene: Scene) -> Any:
    async def run(on: Theatre) -> Any:
        listening = await server.serve(on.switch, set())
        port = listening.sockets[0].getsockname()[1]

        async def connect() -> Controller:
            controller = Controller(*await asyncio.open_connection("127.0.0.1", port))
            headers, _ = await controller.answer()
            assert headers == {"Content-Type": "auth/request"}
            return controller

        try:
            return await scene(on, connect)
        finally:
            listening.close()

    return play(directory, run)


def test_a_wrong_password_is_shown_the_door(tmp_path: Path) -> None:
    async def scene(on: Theatre, connect: Callable[[], Awaitable[Controller]]) -> None:
        controller = await connect()
        assert await controller.ask("api status") == "-ERR command not found"
        assert await controller.ask("auth wrong") == "-ERR invalid"
        headers, body = await controller.read()
        assert headers["Content-Type"] == "text/disconnect-notice"
        assert body.startswith("Disconnected")
        with pytest.raises(asyncio.IncompleteReadError):
            await controller.read()

    over_a_socket(tmp_path, scene)


def test_each_controller_hears_what_it_asked_for(tmp_path: Path) -> None:
    async def scene(on: Theatre, connect: Callable[[], Awaitable[Controller]]) -> None:
        one, other = await connect(), await connect()
        for controller in (one, other):
            assert await controller.ask(f"auth {PASSWORD}") == "+OK accepted"
        assert (
            await one.ask("event json CHANNEL_CREATE CUSTOM cc::enqueue") == "+OK event listener enabled json"
        )
        assert await other.ask("event json CHANNEL_HANGUP_COMPLETE") == "+OK event listener enabled json"
        assert await other.ask("event json NOSUCH") == "-ERR no keywords supplied"
        leg_id = await on.queued()
        await on.ask(f"uuid_kill {leg_id}")
        assert (await other.event("CHANNEL_HANGUP_COMPLETE"))["Unique-ID"] == leg_id
        assert (await one.event("CUSTOM"))["Event-Subclass"] == "cc::enqueue"
        assert {event["Event-Name"] for event in one.events} == {"CHANNEL_CREATE", "CUSTOM"}
        sequences = [int(event["Event-Sequence"]) for event in one.events]
        assert sequences == sorted(set(sequences))

    over_a_socket(tmp_path, scene)


def test_nixevent_and_filter_narrow_what_is_heard(tmp_path: Path) -> None:
    async def scene(on: Theatre, connect: Callable[[], Awaitable[Controller]]) -> None:
        controller = await connect()
        await controller.ask(f"auth {PASSWORD}")
        await controller.ask("event json ALL")
        assert await controller.ask("nixevent CHANNEL_ANSWER") == "+OK events nixed"
        await controller.ask("noevents")
        await controller.ask("event json CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_DESTROY")
        await controller.ask("nixevent CHANNEL_ANSWER")
        answer = await controller.ask("filter Caller-ANI 222")
        assert answer == "+OK filter added. [Caller-ANI]=[222]"
        legs = [await on.queued(**{"from": number}) for number in ("111", "222")]
        await on.ask("hupall")
        await on.over(*legs)
        await controller.event("CHANNEL_DESTROY")
        assert [(event["Event-Name"], event["Unique-ID"]) for event in controller.events] == [
            ("CHANNEL_CREATE", legs[1]),
            ("CHANNEL_DESTROY", legs[1]),
        ]

    over_a_socket(tmp_path, scene)


def test_bgapi_answers_at_once_and_tells_the_end_under_our_id(tmp_path: Path) -> None:
    async def scene(on: Theatre, connect: Callable[[], Awaitable[Controller]]) -> None:
        controller = await connect()
        await controller.ask(f"auth {PASSWORD}")
        await controller.ask("event json BACKGROUND_JOB")
        assert await controller.ask("bgapi status\nJob-UUID: mine") == "+OK Job-UUID: mine"
        job = await controller.event("BACKGROUND_JOB")
        assert (job["Job-UUID"], job["Job-Command"]) == ("mine", "status")
        assert job["_body"].startswith("UP 0 years")

    over_a_socket(tmp_path, scene)


def test_a_command_in_pieces_and_one_with_a_body_are_understood(tmp_path: Path) -> None:
    async def scene(on: Theatre, connect: Callable[[], Awaitable[Controller]]) -> None:
        controller = await connect()
        for letter in f"auth {PASSWORD}\n\n":
            controller.send(letter)
            await asyncio.sleep(0)
        assert (await controller.answer())[0]["Reply-Text"] == "+OK accepted"
        assert await controller.ask("sendevent CUSTOM\nContent-Length: 5\n\nhello"[:-2] + "lo") == "+OK"
        assert (await controller.ask("api version")).startswith("FreeSWITCH Version")

    over_a_socket(tmp_path, scene)


@pytest.mark.parametrize(
    "junk", ["\x00" * 4096, "api " + "x" * 2_000_000, "GET / HTTP/1.1\r\n\r\n", "\udcff\udcfe\n\n"]
)
def test_junk_ends_at_most_its_own_connection(tmp_path: Path, junk: str) -> None:
    async def scene(on: Theatre, connect: Callable[[], Awaitable[Controller]]) -> None:
        bad = await connect()
        await bad.ask(f"auth {PASSWORD}")
        bad.send(junk + "\n\n")
        good = await connect()
        await good.ask(f"auth {PASSWORD}")
        assert (await good.ask("api version")).startswith("FreeSWITCH Version")

    over_a_socket(tmp_path, scene)


def test_exit_says_goodbye(tmp_path: Path) -> None:
    async def scene(on: Theatre, connect: Callable[[], Awaitable[Controller]]) -> None:
        controller = await connect()
        await controller.ask(f"auth {PASSWORD}")
        assert await controller.ask("exit") == "+OK bye"
        assert (await controller.read())[0]["Content-Type"] == "text/disconnect-notice"
        assert on.switch.bus.listeners == {on.ear}

    over_a_socket(tmp_path, scene)
