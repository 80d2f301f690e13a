"""A Firefox without a window, driven by WebDriver BiDi: as much of it as a journey of the page's phone asks.

Its microphone is its own made-up one and sounds like the tone "agent". Where there is no firefox-esr, whoever asks for
`firefox` is skipped and says so.
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.contract.driver import free_port, wait_until
from tests.contract.tones import TONES

PATIENCE = 40
PREFERENCES: dict[str, object] = {
    "media.navigator.streams.fake": True,
    "media.navigator.audio.fake_frequency": TONES["agent"],
    "media.navigator.permission.disabled": True,
    # Browser and switch on one machine: its loopback is the only way between them.
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
}
ALT, ENTER, ESCAPE = "\ue00a", "\ue007", "\ue00c"


@dataclass
class Firefox:
    """One page. What it says on its console as an error is kept."""

    line: ClientConnection
    page: str = ""
    failures: list[str] = field(default_factory=list)
    _count: Any = field(default_factory=lambda: itertools.count(1))

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._count)
        self.line.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(self.line.recv(timeout=PATIENCE))
            if said.get("method") == "log.entryAdded" and said["params"]["level"] == "error":
                self.failures.append(str(said["params"].get("text")))
            if said.get("id") == number:
                assert said["type"] == "success", said
                return said["result"]

    def go(self, address: str) -> None:
        self.ask("browsingContext.navigate", context=self.page, url=address, wait="complete")

    def run(self, expression: str) -> Any:
        """Of a text, a number or null that it comes to; it may be waited for."""
        said = self.ask(
            "script.evaluate", expression=expression, target={"context": self.page}, awaitPromise=True
        )
        assert said["type"] == "success", said
        return said["result"].get("value")

    def wait(self, expression: str, value: Any = True) -> None:
        found: list[Any] = []

        def is_so() -> bool:
            found.append(self.run(expression))
            return found[-1] == value

        wait_until(is_so, PATIENCE, f"not {value!r}: {expression}")

    def press(self, *keys: str) -> None:
        """Together, as Alt and a letter."""
        actions = [{"type": "keyDown", "value": key} for key in keys]
        actions += [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self._keys(actions)

    def write(self, text: str) -> None:
        self._keys([{"type": way, "value": key} for key in text for way in ("keyDown", "keyUp")])

    def _keys(self, actions: list[dict[str, str]]) -> None:
        keys = {"type": "key", "id": "keyboard", "actions": actions}
        self.ask("input.performActions", context=self.page, actions=[keys])


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    program = shutil.which("firefox-esr")
    if not program:
        pytest.skip("no firefox-esr on this machine (apt-get install firefox-esr)")
    profile, port = tmp_path / "firefox", free_port()
    profile.mkdir()
    wishes = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(wishes))
    command = [
        program,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        f"--remote-debugging-port={port}",
    ]
    with (tmp_path / "firefox.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        with _connected(port) as line:
            made = Firefox(line)
            made.ask("session.new", capabilities={})
            made.page = made.ask("browsingContext.getTree")["contexts"][0]["context"]
            made.ask("session.subscribe", events=["log.entryAdded"])
            yield made
    finally:
        process.terminate()
        process.wait(15)


def _connected(port: int) -> ClientConnection:
    found: list[ClientConnection] = []

    def is_there() -> bool:
        with suppress(OSError):
            found.append(connect(f"ws://127.0.0.1:{port}/session", max_size=None, proxy=None))
        return bool(found)

    wait_until(is_there, PATIENCE, "Firefox did not come up")
    return found[0]
