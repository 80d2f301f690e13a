"""The product as it runs: a database of its own, web and telephony worker as processes, against a switch under test."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import redis

from contactcenter.run import web
from tests.contract.driver import NODE, SwitchUnderTest, free_port, wait_until
from tests.contract.furnish import PASSWORD
from tests.parts import Nursery, Part
from tests.servers import PROJECT, SERVERS

WEB_SECRET = "web-secret"
OF_ONE_TEST = "PYTEST_CURRENT_TEST"
"""Not a setting, and another in each phase of a test."""


@dataclass
class Product:
    """`line` is the switch; its web questions go to our real web. Its processes are forks of one that has imported what
    they need; the spare alone starts as `manage.py` does by hand.
    """

    line: SwitchUnderTest
    database_url: str
    web_port: int
    logs: Path
    processes: dict[str, Part | subprocess.Popen[bytes]] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    """Settings of one test's own."""
    web_host: str = "127.0.0.1"
    sessions: dict[tuple[str, str], str] = field(default_factory=dict)
    """(tenant, username) → what is in the session of the first who signed in by a page."""
    _nurseries: list[tuple[dict[str, str], Nursery]] = field(default_factory=list, repr=False)
    _line_to_rows: psycopg.Connection | None = field(default=None, repr=False)
    _line_to_orders: redis.Redis | None = field(default=None, repr=False)
    _guard: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def made(self) -> dict[str, str]:
        return {"password": PASSWORD}

    def address(self, tenant: str, path: str = "/") -> str:
        return f"http://{tenant}.localhost:{self.web_port}{path}"

    @property
    def environment(self) -> dict[str, str]:
        told = self.line.settings
        return os.environ | {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": SERVERS.start_valkey().url,
            "PORT": str(self.web_port),
            "FREESWITCH_HOST": "127.0.0.1",
            "FREESWITCH_KIND": "freeswitch",
            "FREESWITCH_EVENT_PORT": str(told.event_port),
            "FREESWITCH_PASSWORD": told.password,
            "FREESWITCH_SIP_PORT": str(told.sip_port),
            "FREESWITCH_TRUNK_PORT": str(told.trunk_port),
            "FREESWITCH_TRUNK_TLS_PORT": str(told.trunk_tls_port),
            "FREESWITCH_WS_PORT": str(told.ws_port),
            "FREESWITCH_DIRECTORY": str(self.line.directory),
            "FREESWITCH_SPOOL": str(told.spool_dir),
            "FREESWITCH_RECORDINGS": str(told.recordings_dir),
            "SWITCH_SECRET": WEB_SECRET,
            "SWITCH_NODE": NODE,
            "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
            **self.more,
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._nursery().run(*words)

    def _nursery(self) -> Nursery:
        """One for each state of our settings: a process has read them once and for all."""
        wanted = {name: value for name, value in self.environment.items() if name != OF_ONE_TEST}
        with self._guard:
            for known, nursery in self._nurseries:
                if known == wanted:
                    return nursery
            made = Nursery(wanted, self.logs / "nursery.log")
            self._nurseries.append((wanted, made))
            return made

    def furnish(self, agents: int) -> list[dict[str, Any]]:
        return self.furnish_floor(agents)["agents"]

    def furnish_floor(self, agents: int, wrap_up_seconds: int = 600) -> dict[str, Any]:
        """`{"queue": its id, "agents": [{"id", "username"}, …]}`."""
        return self.furnished_by("tests.contract.furnish", "agents", str(agents), str(wrap_up_seconds))

    def furnished_by(self, module: str, *words: str) -> dict[str, Any]:
        """What a process like `furnish` made and printed."""
        made = self.run("-m", module, *words)
        assert made.returncode == 0, made.stderr[-3000:]
        return json.loads(made.stdout.strip().splitlines()[-1])

    def make_ready(self, agent_ids: list[int], tenant: str = "acme") -> None:
        """Ask the worker, as the agents' pages would; returns when it has heard."""
        for agent_id in agent_ids:
            order = {
                "order_id": f"ready-{agent_id}",
                "tenant": tenant,
                "member_id": None,
                "language": "en",
                "sent_at": time.time(),
                "order": {"type": "set_ready", "agent_id": agent_id},
            }
            wait_until(
                lambda said=json.dumps(order): self._redis().publish("orders:main", said), 30, "nobody hears"
            )

    def start_web(self) -> None:
        self._start("web", *web.arguments(self.web_host, self.web_port))
        self.wait_for_web()

    def wait_for_web(self) -> None:
        wait_until(self._web_answers, 40, "the web did not come up")

    def _web_answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.web_port}/healthz", timeout=5):
                return True
        except URLError as error:
            return getattr(error, "code", None) is not None
        except OSError:
            return False

    def start_worker(self) -> None:
        """Returns when it acts for the cell, routes, and hears orders: from then on nothing is refused."""
        self._start("worker", "manage.py", "run_telephony")
        self.wait_for_routing(self.processes["worker"].pid)

    def start_both(self) -> None:
        """Web and worker side by side; returns as both of the above do."""
        self.launch_both()
        self.wait_for_web()
        self.wait_for_routing(self.processes["worker"].pid)

    def launch_both(self) -> None:
        """Waits for neither."""
        self._start("web", *web.arguments(self.web_host, self.web_port))
        self._start("worker", "manage.py", "run_telephony")

    def start_spare(self) -> None:
        """Returns when it stands by: imported, connected, listening."""
        # What imports it imports models, and a benchmark that starts a product has no settings of its own.
        from telephony.cells.queries import SPARES

        log = (self.logs / "spare.log").open("ab")
        command = [sys.executable, "manage.py", "run_telephony"]
        self.processes["spare"] = subprocess.Popen(
            command, cwd=PROJECT, env=self.environment, stdout=log, stderr=log
        )
        member = f"{socket.gethostname()}:{self.processes['spare'].pid}"
        wait_until(lambda: self._redis().zscore(SPARES, member), 60, "no spare stands by")

    def kill_worker(self) -> None:
        self.kill("worker")

    def kill(self, name: str) -> None:
        killed = self.processes.pop(name)
        killed.send_signal(signal.SIGKILL)
        killed.wait()

    def wait_for_routing(self, pid: int) -> None:
        """Until the worker with this process id holds the lease, has compared rows and switch, and hears orders."""
        wait_until(lambda: self._is_routing(pid), 60, "the worker does not route")

    def _is_routing(self, pid: int) -> bool:
        said = self.rows("select holder, epoch, report from cells_lease")
        if not said or not said[0][0].endswith(f":{pid}"):
            return False
        _holder, epoch, report = said[0]
        [(_channel, listeners)] = self._redis().pubsub_numsub("orders:main")
        return bool(report.get("epoch") == epoch and report.get("is_routing") and listeners)

    def wait_for_routing_of(self, cell: str) -> None:
        """As above where there are several cells: our worker acts for this one."""
        ours = f":{self.processes['worker'].pid}"
        said = (
            "select holder, epoch, report from cells_lease join cells_cell on cells_cell.id = cell_id"
            " where cells_cell.name = %s"
        )

        def is_routing() -> bool:
            [(holder, epoch, report)] = self.rows(said, cell)
            return bool(holder.endswith(ours) and report.get("epoch") == epoch and report.get("is_routing"))

        wait_until(is_routing, 60, "the worker does not route")

    def wait_for_phones(self, *usernames: str, tenant: str = "acme") -> None:
        """Until the rows say that these phones are registered: only then can their agents become ready."""
        asked = (
            f"select count(*) from {tenant}.telephony_device where sip_username = any(%s)"
            " and registered_at > coalesce(unregistered_at, '-infinity')"
        )
        wait_until(lambda: self.rows(asked, list(usernames)) == [(len(usernames),)], 20, "no phone is known")

    def _redis(self) -> redis.Redis:
        with self._guard:
            if self._line_to_orders is None:
                self._line_to_orders = redis.Redis.from_url(SERVERS.start_valkey().url)
            return self._line_to_orders

    def _start(self, name: str, *words: str) -> None:
        self.processes[name] = self._nursery().start(name, list(words), self.logs / f"{name}.log")

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Asked again and again by whoever waits: by one connection, until the server takes it away."""
        with self._guard:
            try:
                return self._connected().execute(query, values or None).fetchall()
            except psycopg.OperationalError:
                if self._line_to_rows is None or not self._line_to_rows.closed:
                    raise
                self._hang_up()
                return self._connected().execute(query, values or None).fetchall()

    def _connected(self) -> psycopg.Connection:
        if self._line_to_rows is None:
            self._line_to_rows = psycopg.connect(self.database_url, autocommit=True, prepare_threshold=None)
        return self._line_to_rows

    def _hang_up(self) -> None:
        if self._line_to_rows is not None:
            self._line_to_rows.close()
        self._line_to_rows = None

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with self._guard:
            for _settings, nursery in self._nurseries:
                nursery.close()
            self._nurseries.clear()
            self._hang_up()


@contextmanager
def running_product(line: SwitchUnderTest, web_port: int, name: str) -> Iterator[Product]:
    with SERVERS.copy_of_database(name) as url:
        product = Product(line, url, web_port, line.directory)
        try:
            yield product
        finally:
            product.stop()
            time.sleep(0.2)


__all__ = ["Product", "free_port", "running_product"]
