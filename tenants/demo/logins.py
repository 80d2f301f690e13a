"""The file of generated logins (0600): made once, kept by every later start."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

# 20 characters of 32 signs are 100 bits; no sign that could be taken for another.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_password(length: int = 20) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@dataclass
class Logins:
    """`logins` for people, `devices` for their phones; each entry is found again by host and user name."""

    path: Path
    port: int
    logins: list[dict] = field(default_factory=list)
    devices: list[dict] = field(default_factory=list)
    kept: dict = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, port: int) -> "Logins":
        try:
            found = json.loads(path.read_text())
        except (OSError, ValueError):
            found = {}
        kept = {("login", e["host"], e["username"]): e["password"] for e in found.get("logins", ())}
        kept |= {("device", e["domain"], e["username"]): e["password"] for e in found.get("devices", ())}
        return cls(path, port, kept=kept)

    def known(self, kind: str, host: str, username: str) -> str | None:
        return self.kept.get((kind, host, username))

    def add_login(
        self, host: str, tenant: str, person: str, username: str, roles: Iterable[str], password: str
    ) -> None:
        self.logins.append(
            {
                "url": f"http://{host}:{self.port}/",
                "host": host,
                "tenant": tenant,
                "role": next(iter(roles)),
                "name": person,
                "username": username,
                "password": password,
            }
        )

    def add_device(self, domain: str, username: str, password: str, agent: str) -> None:
        self.devices.append({"domain": domain, "username": username, "password": password, "agent": agent})

    def write(self) -> None:
        """In place of the old file at once, readable by its owner only from the first byte."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        half = self.path.with_suffix(".part")
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"logins": self.logins, "devices": self.devices}, file, ensure_ascii=False, indent=1)
        half.replace(self.path)
