"""What the environment chooses: which servers are ours to start, which are somebody's real ones."""

import os
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path

from contactcenter import environment
from contactcenter.run.failures import CannotRun
from contactcenter.run.secrets_file import Secrets
from contactcenter.run.valkey import free_port

EVENT_PORT, SIP_PORT, TRUNK_PORT, WS_PORT = 8021, 5060, 5080, 5066
REHEARSED_CARRIER = "carrier.rehearsal:5060"
"""Nobody is asked for it: whoever is called through it is played by the rehearsal switch."""


@dataclass
class Choices:
    """Read once at the start; a wrong value has ended the process before anything was started."""

    run_dir: Path = field(default_factory=environment.run_directory)
    port: int = field(default_factory=lambda: _port("PORT", 8000))
    bind: str = field(default_factory=lambda: os.environ.get("BIND", "127.0.0.1"))
    database_url: str = field(default_factory=lambda: os.environ.get("DATABASE_URL", ""))
    redis_url: str = field(default_factory=lambda: os.environ.get("REDIS_URL", ""))
    switch_kind: str = field(default_factory=lambda: _switch_kind())
    has_own_switch: bool = field(default_factory=lambda: not os.environ.get("FREESWITCH_HOST"))

    def __post_init__(self) -> None:
        if self.database_url:
            environment.database()
        if self.redis_url:
            environment.redis()
        if not self.has_own_switch and not os.environ.get("FREESWITCH_PASSWORD"):
            raise CannotRun(
                "FREESWITCH_HOST is set but FREESWITCH_PASSWORD is not: the event socket asks for it."
            )

    def _trunk_tls_port(self) -> str:
        """The one after the carriers' own, unless said otherwise; 0: none."""
        said = os.environ.get("FREESWITCH_TRUNK_TLS_PORT", "").strip()
        usual = min(_port("FREESWITCH_TRUNK_PORT", TRUNK_PORT) + 1, 65535)
        return "0" if said == "0" else str(_port("FREESWITCH_TRUNK_TLS_PORT", usual))

    @property
    def logs(self) -> Path:
        return self.run_dir / "logs"

    @property
    def switch_dir(self) -> Path:
        return self.run_dir / "switch"

    def check_ports(self) -> None:
        """CannotRun with the port and what to do, before anything is started."""
        require_free(self.port, "PORT", self.bind)
        if not self.has_own_switch:
            return
        require_free(_port("FREESWITCH_EVENT_PORT", EVENT_PORT), "FREESWITCH_EVENT_PORT", "127.0.0.1")
        if self.switch_kind == "freeswitch":
            usually = {
                "FREESWITCH_SIP_PORT": SIP_PORT,
                "FREESWITCH_TRUNK_PORT": TRUNK_PORT,
                "FREESWITCH_WS_PORT": WS_PORT,
            }
            for name, usual in usually.items():
                require_free(_port(name, usual), name, "127.0.0.1")

    def switch_settings(self, secrets: Secrets) -> dict[str, str]:
        chosen = {
            "FREESWITCH_KIND": self.switch_kind,
            "FREESWITCH_PASSWORD": os.environ.get("FREESWITCH_PASSWORD") or secrets.switch_password,
            "FREESWITCH_EVENT_PORT": str(_port("FREESWITCH_EVENT_PORT", EVENT_PORT)),
            "FREESWITCH_SIP_PORT": str(_port("FREESWITCH_SIP_PORT", SIP_PORT)),
            "FREESWITCH_TRUNK_PORT": str(_port("FREESWITCH_TRUNK_PORT", TRUNK_PORT)),
            "FREESWITCH_TRUNK_TLS_PORT": self._trunk_tls_port(),
            "SWITCH_SECRET": os.environ.get("SWITCH_SECRET") or secrets.switch_secret,
        }
        if self.has_own_switch or os.environ.get("FREESWITCH_WS_PORT"):
            # Whether somebody else's switch takes phones in pages is theirs to say.
            chosen["FREESWITCH_WS_PORT"] = str(_port("FREESWITCH_WS_PORT", WS_PORT))
        if self.has_own_switch and self.switch_kind == "rehearsal":
            chosen["FREESWITCH_GATEWAY"] = REHEARSED_CARRIER
        passed_on = ("FREESWITCH_HOST", "FREESWITCH_GATEWAY", "FREESWITCH_RTP_START", "FREESWITCH_RTP_END",
                     "FREESWITCH_SPOOL", "FREESWITCH_RECORDINGS", "FREESWITCH_PROMPTS", "FREESWITCH_DIRECTORY",
                     "SWITCH_WEB_URL")  # fmt: skip
        return chosen | {name: os.environ[name] for name in passed_on if os.environ.get(name)}


def _port(name: str, usual: int) -> int:
    raw = os.environ.get(name, "").strip() or str(usual)
    if not raw.isdigit() or not 1 <= int(raw) <= 65535:
        raise CannotRun(f"Wrong setting {name}: a whole number from 1 to 65535 is wanted, not {raw[:40]!r}.")
    return int(raw)


def _switch_kind() -> str:
    chosen = os.environ.get("FREESWITCH_KIND", "")
    if chosen not in ("", "freeswitch", "rehearsal"):
        raise CannotRun(
            f"Wrong setting FREESWITCH_KIND: freeswitch or rehearsal is wanted, not {chosen[:40]!r}."
        )
    if chosen == "freeswitch" and not os.environ.get("FREESWITCH_HOST") and not shutil.which("freeswitch"):
        raise CannotRun(
            "FREESWITCH_KIND is freeswitch, but there is no freeswitch on PATH and no FREESWITCH_HOST."
        )
    is_there = os.environ.get("FREESWITCH_HOST") or shutil.which("freeswitch")
    return chosen or ("freeswitch" if is_there else "rehearsal")


def require_free(port: int, name: str, address: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError:
            raise CannotRun(f"Port {port} ({name}) is not for ordinary users. Choose one over 1023: "
                            f"{name}={port + 8000} make run") from None  # fmt: skip
        except OSError:
            raise CannotRun(f"Port {port} ({name}) is in use. Stop the program that has it (`ss -ltnp | grep {port}` "
                            f"shows it), or choose another: {name}={free_port()} make run") from None  # fmt: skip
