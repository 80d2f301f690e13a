"""The stage of `benchmarks.networks`: product, switch and relay here, an agent's browser at the far end of a wire."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.wire import HERE, Wire
from tests.outside import TOOLS

RELAY_SECRET = "a-secret-of-the-relay-and-ours"
CONFIGURATION = Path(__file__).resolve().parents[1] / "deploy" / "turnserver.conf"


@dataclass
class Apart:
    product: Any
    ann: Any
    wire: Wire
    relay_port: int


def lacking() -> str:
    """What this machine has not; "" when all is there."""
    if os.geteuid() != 0 or not os.access("/dev/net/tun", os.W_OK) or not shutil.which("ip"):
        return "a network of its own takes root, /dev/net/tun and iproute2"
    for name in ("freeswitch", "sipp", "browser"):
        if not TOOLS[name].path:
            return f"no {name} on this machine"
    return "" if shutil.which("turnserver") else "no coturn on this machine (apt-get install coturn)"


@contextmanager
def apart() -> Iterator[Apart]:
    """One agent, signed in and ready, whose browser reaches us by the wire alone."""
    from benchmarks.whole_product import stop_switch
    from tests.contract.driver import free_port
    from tests.contract.product import running_product
    from tests.contract.real import FreeSwitchUnderTest
    from tests.servers import SERVERS

    SERVERS.start_postgres()
    home, web_port, relay_port = Path(tempfile.mkdtemp(prefix="cc-bench-")), free_port(), free_port()
    line = FreeSwitchUnderTest(home, web_url=f"http://127.0.0.1:{web_port}", address=HERE)
    try:
        with Wire() as wire, _relay(home, relay_port):
            line.start()
            with running_product(line, web_port, f"bench_{web_port}") as product:
                product.web_host = "0.0.0.0"
                product.more = {"TURN_URLS": f"turn:{HERE}:{relay_port}", "TURN_SECRET": RELAY_SECRET}
                product.furnish_floor(1, wrap_up_seconds=0)
                product.start_both()
                with _agent(product, wire, home) as ann:
                    yield Apart(product, ann, wire, relay_port)
    finally:
        stop_switch(line)
        SERVERS.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _relay(home: Path, port: int) -> Iterator[None]:
    """As shipped; the switch's address alone is let through, as the file says where it is no public one."""
    own = [
        f"--listening-ip={HERE}",
        f"--relay-ip={HERE}",
        f"--listening-port={port}",
        "--no-tls",
        "--no-dtls",
    ]
    own += [f"--static-auth-secret={RELAY_SECRET}", "--realm=relay.example", "--log-file=stdout"]
    own += [f"--allowed-peer-ip={HERE}", f"--pidfile={home}/relay.pid", f"--userdb={home}/relay.db"]
    with (home / "relay.log").open("wb") as log:
        command = ["turnserver", "-c", str(CONFIGURATION), *own]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.kill()
            process.wait(5)


@contextmanager
def _agent(product: Any, wire: Wire, home: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    from tests.contract.headset import MICROPHONE, REMEMBER, Ann, write_voice

    program = home / "browser"
    program.write_text(f'#!/bin/sh\nexec {" ".join(wire.prefix)} {TOOLS["browser"].path} "$@"\n')
    program.chmod(0o755)
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", f"--host-resolver-rules=MAP *.localhost {HERE}"]
    arguments += [*MICROPHONE, f"--use-file-for-fake-audio-capture={write_voice(home / 'voice.wav')}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=arguments)
        ann = Ann(product, browser, "acme")
        ann.context.add_init_script(REMEMBER)
        ann.take_calls()
        yield ann
        browser.close()
