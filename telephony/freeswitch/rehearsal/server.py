"""The event socket: any number of controllers, each with a password, its own subscriptions and its own commands."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from . import commands
from .bus import KNOWN_NAMES, Event, flat

if TYPE_CHECKING:
    from .switch import RehearsalSwitch

_MAX_COMMAND = 1 << 20
_MAX_UNREAD = 64 << 20
_GOODBYE = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


async def serve(switch: RehearsalSwitch, controllers: set[Controller]) -> asyncio.Server:
    """Listens where event_socket.conf says; `controllers` holds who is connected. Raises OSError: the port is taken."""
    conf = switch.conf
    host = conf.setting("event_socket", "listen-ip", "127.0.0.1")
    port = int(conf.setting("event_socket", "listen-port", "8021"))

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        controller = Controller(switch, reader, writer)
        controllers.add(controller)
        await controller.talk()
        controllers.discard(controller)

    return await asyncio.start_server(meet, host, port, limit=_MAX_COMMAND)


class Subscription:
    """What one controller wants to hear, and in which format."""

    def __init__(self) -> None:
        self.format = "plain"
        self.names: set[str] = set()
        self.subclasses: set[str] = set()
        self.filters: list[tuple[str, str]] = []

    def add(self, words: list[str]) -> bool:
        """False when no word is an event's name. Words after CUSTOM are subclasses."""
        known, subclasses = _split(words)
        self.names |= known
        self.subclasses |= subclasses
        return bool(known)

    def drop(self, words: list[str]) -> bool:
        known, subclasses = _split(words)
        self.names -= known - {"CUSTOM"}
        self.subclasses -= subclasses
        return bool(known)

    def wants(self, name: str, subclass: str) -> bool:
        if "ALL" in self.names:
            return True
        return subclass in self.subclasses if name == "CUSTOM" else name in self.names

    def passes(self, event: Event) -> bool:
        """With filters, one of them must hold."""
        if not self.filters:
            return True
        headers = {name.lower(): flat(value) for name, value in event.headers.items()}
        return any(_holds(headers.get(name.lower(), ""), wanted) for name, wanted in self.filters)


def _holds(value: str, wanted: str) -> bool:
    if len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/"):
        try:
            return re.search(wanted[1:-1], value) is not None
        except re.error:
            return False
    return value.lower() == wanted.lower()


def _split(words: list[str]) -> tuple[set[str], set[str]]:
    names = [word.upper() for word in words]
    at = names.index("CUSTOM") + 1 if "CUSTOM" in names else len(words)
    return {name for name in names[:at] if name in KNOWN_NAMES or name == "ALL"}, set(words[at:])


class Controller:
    """One connection."""

    def __init__(
        self, switch: RehearsalSwitch, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._switch, self._reader, self._writer = switch, reader, writer
        self._subscription = Subscription()
        self._is_known = False

    # -- hearing ----------------------------------------------------------------------------------------------------

    def wants(self, name: str, subclass: str) -> bool:
        return self._subscription.wants(name, subclass)

    def hear(self, event: Event) -> None:
        if not self._subscription.passes(event):
            return
        if self._writer.transport.get_write_buffer_size() > _MAX_UNREAD:
            self._switch.log("a controller does not read its events: disconnected")
            self._writer.transport.abort()
            return
        data = event.as_json() if self._subscription.format == "json" else event.as_plain()
        self._send(
            f"Content-Length: {len(data)}\nContent-Type: text/event-{self._subscription.format}\n\n", data
        )

    # -- talking ----------------------------------------------------------------------------------------------------

    async def talk(self) -> None:
        self._send("Content-Type: auth/request\n\n")
        try:
            while (request := await self._next()) and await self._answer(*request):
                await self._writer.drain()
            await self._writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            pass  # it went away, or does not speak our language
        finally:
            self._switch.bus.listeners.discard(self)
            self._writer.close()

    def dismiss(self) -> None:
        """The switch goes: says so and closes once what was said is sent."""
        self._send(f"Content-Type: text/disconnect-notice\nContent-Length: {len(_GOODBYE)}\n\n{_GOODBYE}")
        self._writer.close()

    async def _next(self) -> tuple[str, dict[str, str]] | None:
        """A command line and its headers; a body is read and ignored."""
        block = b"\n"
        while not block.strip():
            block = await self._reader.readuntil(b"\n\n")
        first, *lines = block.decode("utf-8", "replace").replace("\r", "").strip("\n").split("\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        if headers.get("content-length", "").isdecimal():
            await self._reader.readexactly(min(int(headers["content-length"]), _MAX_COMMAND))
        return first.strip(), headers

    async def _answer(self, line: str, headers: dict[str, str]) -> bool:
        """False ends the connection."""
        word, _, argument = line.partition(" ")
        word = word.lower()
        if word == "exit":
            return self._leave("+OK bye")
        if not self._is_known:
            return self._authenticate(word, argument)
        act = self._verbs().get(word)
        if act is None:
            self._reply("-ERR command not found")
            return True
        await act(argument.strip(), headers)
        return True

    def _authenticate(self, word: str, password: str) -> bool:
        wanted = self._switch.conf.setting("event_socket", "password")
        if word == "auth" and wanted and hmac.compare_digest(password.encode(), wanted.encode()):
            self._is_known = True
            self._switch.bus.listeners.add(self)
            self._reply("+OK accepted")
            return True
        if word == "auth":
            return self._leave("-ERR invalid")
        self._reply("-ERR command not found")
        return True

    def _leave(self, words: str) -> bool:
        self._reply(words)
        self._send(f"Content-Type: text/disconnect-notice\nContent-Length: {len(_GOODBYE)}\n\n{_GOODBYE}")
        return False

    def _verbs(self) -> dict[str, Callable[[str, dict[str, str]], Awaitable[None]]]:
        return {
            "api": self._api,
            "bgapi": self._bgapi,
            "event": self._event,
            "nixevent": self._nixevent,
            "noevents": self._noevents,
            "filter": self._filter,
            "linger": self._linger,
            "nolinger": self._linger,
            "log": self._accept,
            "nolog": self._accept,
            "sendevent": self._accept,
        }

    async def _api(self, argument: str, headers: dict[str, str]) -> None:
        data = (await self._run(argument)).encode("utf-8", "replace")
        self._send(f"Content-Type: api/response\nContent-Length: {len(data)}\n\n", data)

    async def _bgapi(self, argument: str, headers: dict[str, str]) -> None:
        job = headers.get("job-uuid") or self._switch.new_uuid()
        self._send(f"Content-Type: command/reply\nReply-Text: +OK Job-UUID: {job}\nJob-UUID: {job}\n\n")
        self._switch.spawn(self._finish(job, argument))

    async def _finish(self, job: str, argument: str) -> None:
        body = await self._run(argument)
        name, _, rest = argument.partition(" ")
        headers = {"Job-UUID": job, "Job-Command": name} | ({"Job-Command-Arg": rest} if rest else {})
        length = {"Content-Length": str(len(body.encode("utf-8", "replace")))}
        self._switch.bus.fire("BACKGROUND_JOB", {**headers, **length}, body=body)

    async def _run(self, text: str) -> str:
        try:
            return await commands.execute(self._switch, text)
        except Exception as error:  # a command's fault must not end the connection, nor the switch
            self._switch.warning("a command failed", error)
            return "-ERR internal error\n"

    async def _event(self, argument: str, headers: dict[str, str]) -> None:
        words = argument.split()
        form = words.pop(0).lower() if words and words[0].lower() in {"json", "plain", "xml"} else "plain"
        if not self._subscription.add(words):
            self._reply("-ERR no keywords supplied")
            return
        self._subscription.format = "json" if form == "json" else "plain"
        self._reply(f"+OK event listener enabled {self._subscription.format}")

    async def _nixevent(self, argument: str, headers: dict[str, str]) -> None:
        done = self._subscription.drop(argument.split())
        self._reply("+OK events nixed" if done else "-ERR no keywords supplied")

    async def _noevents(self, argument: str, headers: dict[str, str]) -> None:
        self._subscription.names.clear()
        self._subscription.subclasses.clear()
        self._reply("+OK no longer listening for events")

    async def _filter(self, argument: str, headers: dict[str, str]) -> None:
        words = argument.split(" ", 2)
        filters = self._subscription.filters
        if words[0].lower() == "delete" and len(words) > 1:
            kept = [
                one
                for one in filters
                if one[0].lower() != words[1].lower() or words[2:] not in ([], [one[1]])
            ]
            filters[:] = [] if words[1].lower() == "all" else kept
            self._reply(f"+OK filter deleted. [{words[1]}][{' '.join(words[2:])}]")
        elif len(words) > 1 and words[0]:
            value = " ".join(words[1:])
            filters.append((words[0], value))
            self._reply(f"+OK filter added. [{words[0]}]=[{value}]")
        else:
            self._reply("-ERR invalid syntax")

    async def _linger(self, argument: str, headers: dict[str, str]) -> None:
        self._reply("-ERR not controlling a session")

    async def _accept(self, argument: str, headers: dict[str, str]) -> None:
        self._reply("+OK")

    def _reply(self, words: str) -> None:
        self._send(f"Content-Type: command/reply\nReply-Text: {words}\n\n")

    def _send(self, head: str, body: bytes = b"") -> None:
        if not self._writer.is_closing():
            self._writer.write(head.encode("utf-8", "replace") + body)
