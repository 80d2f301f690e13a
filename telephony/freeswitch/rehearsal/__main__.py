"""Starts the rehearsal switch: `python -m telephony.freeswitch.rehearsal --conf <dir>`. Ctrl-C or SIGTERM ends it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from . import audio, conf, lifecycle, server, steps
from .switch import RehearsalSwitch


def main() -> int:
    parser = argparse.ArgumentParser(prog="telephony.freeswitch.rehearsal", description=__doc__)
    parser.add_argument("--conf", type=Path, required=True, help="the directory with freeswitch.xml")
    parser.add_argument("--run", type=Path, help="where to write rehearsal.pid while running")
    asked = parser.parse_args()
    try:
        return asyncio.run(_serve(asked.conf.absolute(), asked.run))
    except conf.ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2


async def _serve(directory: Path, run: Path | None) -> int:
    steps.install()
    switch = RehearsalSwitch(conf.read(directory))
    controllers: set[server.Controller] = set()
    try:
        listening = await server.serve(switch, controllers)
    except OSError as error:
        port = switch.conf.setting("event_socket", "listen-port")
        words = f"The event socket cannot listen on port {port}: {error.strerror}."
        sys.stderr.write(f"{words} Choose another FREESWITCH_EVENT_PORT.\n")
        return 1
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, switch.stopping.set)
    switch.spawn(switch.beat(float(switch.conf.setting("switch", "event-heartbeat-interval", "5"))))
    switch.spawn(asyncio.to_thread(audio.warm_up))
    host, port = listening.sockets[0].getsockname()[:2]
    with _pid_file(run):
        switch.log(f"rehearsal switch {switch.bus.switch_name} listens for controllers on {host}:{port}")
        await switch.stopping.wait()
    listening.close()
    await _end_calls(switch)
    for controller in list(controllers):
        controller.dismiss()
    await asyncio.sleep(0.05)
    return 0


@contextlib.contextmanager
def _pid_file(run: Path | None) -> Iterator[None]:
    if run is None:
        yield
        return
    run.mkdir(parents=True, exist_ok=True)
    path = run / "rehearsal.pid"
    path.write_text(f"{os.getpid()}\n", encoding="ascii")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def _end_calls(switch: RehearsalSwitch) -> None:
    """Every call gets its record before we go."""
    for leg in list(switch.legs.values()):
        lifecycle.hang_up(leg, "SYSTEM_SHUTDOWN")
    for _ in range(50):
        if not switch.legs:
            break
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
