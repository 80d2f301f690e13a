"""Reads the settings that come from outside: the environment first, then what `make run` wrote in RUN_DIR.

A wrong value ends the process with one line that says which setting, what was found and what is wanted.
"""

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PROJECT = Path(__file__).resolve().parent.parent
ADDRESS = r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}"


class WrongSetting(SystemExit):
    """Ends the process with exit code 1 and this one line on stderr."""

    def __init__(self, name: str, problem: str):
        super().__init__(f"Wrong setting {name}: {problem}")


def run_directory() -> Path:
    """Where the embedded servers keep their data, absolute."""
    return (PROJECT / os.environ.get("RUN_DIR", ".run")).resolve()


def _written_by_run() -> dict[str, str]:
    """The settings of the servers `make run` started, so that `manage.py shell` finds them; {} without them."""
    path = run_directory() / "settings.json"
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise WrongSetting(
            "RUN_DIR", f"{path} cannot be read ({problem}). Remove it and run `make run`."
        ) from None


_embedded = _written_by_run()


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or _embedded.get(name, "") or default


def integer(name: str, default: int, *, lowest: int = 0, highest: int = 2**31) -> int:
    raw = text(name, str(default))
    if not raw.isascii() or not raw.isdigit() or not lowest <= int(raw) <= highest:
        raise WrongSetting(name, f"a whole number from {lowest} to {highest} is wanted, not {raw[:40]!r}.")
    return int(raw)


def port(name: str, default: int) -> int:
    return integer(name, default, lowest=1, highest=65535)


def choice(name: str, default: str, *, of: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in of:
        raise WrongSetting(name, f"one of {', '.join(of)} is wanted, not {value[:40]!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def objects(name: str, *, keys: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    """A JSON list of objects that know no other keys than these; () when it is not set."""
    raw = text(name)
    try:
        found = json.loads(raw) if raw else []
    except ValueError:
        raise WrongSetting(name, "it is no JSON.") from None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise WrongSetting(name, "a JSON list of objects is wanted.")
    for one in found:
        if unknown := sorted(set(one) - set(keys)):
            raise WrongSetting(name, f"{unknown[0][:40]!r} is not known; these are: {', '.join(keys)}.")
    return tuple(found)


def database(name: str = "DATABASE_URL") -> dict[str, str]:
    """NAME, USER, PASSWORD, HOST and PORT of postgresql://user:password@host:port/name (?host=/socket/directory)."""
    raw = text(name, "postgresql:///contactcenter")
    try:
        url = urlsplit(raw)
        url_port = str(url.port or "")
    except ValueError:
        raise WrongSetting(
            name, "it is not an address. Wanted: postgresql://user:password@host:5432/name"
        ) from None
    if url.scheme not in ("postgres", "postgresql") or len(url.path) < 2:
        raise WrongSetting(
            name, f"postgresql://user:password@host:5432/name is wanted, not {url.scheme or 'nothing'}://…"
        )
    query = parse_qs(url.query)
    return {
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or query.get("user", [""])[0]),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.get("host", [unquote(url.hostname or "")])[0],
        "PORT": url_port or query.get("port", [""])[0],
    }


def redis(name: str = "REDIS_URL") -> str:
    raw = text(name, "redis://127.0.0.1:6379/0")
    if urlsplit(raw).scheme not in ("redis", "rediss"):
        raise WrongSetting(name, "redis://:password@host:6379/0 is wanted.")
    return raw


def socket_url(name: str) -> str:
    """A WebSocket's address, wss://host[:port][/path], or nothing."""
    raw = text(name)
    url = urlsplit(raw)
    if raw and (url.scheme != "wss" or not url.hostname or url.username or url.query or url.fragment):
        raise WrongSetting(name, "wss://host:port is wanted.")
    return raw


def mail_server(name: str, sender: str) -> tuple[dict[str, Any] | None, str]:
    """{host, port, user, password, tls: "start" | "always" | "off"} and the sender's address; None, "" without."""
    raw, address = text(name), text(sender)
    if not raw:
        return None, ""
    try:
        url = urlsplit(raw)
        url_port = url.port
    except ValueError:
        raise WrongSetting(name, "it is not an address. Wanted: smtp://user:password@host:587") from None
    is_plain = parse_qs(url.query).get("tls") == ["off"]
    if url.scheme not in ("smtp", "smtps") or not url.hostname or (url.scheme == "smtps" and is_plain):
        raise WrongSetting(name, "smtp://user:password@host:587 or smtps://user:password@host:465 is wanted.")
    if is_plain and url.password and url.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise WrongSetting(name, "a password is sent encrypted or to this machine alone: leave out tls=off.")
    if not re.fullmatch(ADDRESS, address):
        raise WrongSetting(
            sender, f"{name} needs it: the address mails come from, such as noreply@example.com."
        )
    tls = "always" if url.scheme == "smtps" else "off" if is_plain else "start"
    usual = {"always": 465, "start": 587, "off": 25}[tls]
    who = {"user": unquote(url.username or ""), "password": unquote(url.password or "")}
    return {"host": url.hostname, "port": url_port or usual, "tls": tls, **who}, address


def mailbox(name: str, address: str) -> tuple[dict[str, Any] | None, str]:
    """{host, port, user, password, tls: as above, folder} and the address people write to; None, "" without."""
    raw, written_to = text(name), text(address)
    if not raw:
        return None, ""
    try:
        url = urlsplit(raw)
        url_port = url.port
    except ValueError:
        raise WrongSetting(
            name, "it is not an address. Wanted: imaps://user:password@host:993/INBOX"
        ) from None
    is_plain = parse_qs(url.query).get("tls") == ["off"]
    if url.scheme not in ("imap", "imaps") or not url.hostname or (url.scheme == "imaps" and is_plain):
        raise WrongSetting(name, "imaps://user:password@host:993/INBOX or imap://…:143/INBOX is wanted.")
    if is_plain and url.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise WrongSetting(name, "a password is sent encrypted or to this machine alone: leave out tls=off.")
    if not url.username or not url.password:
        raise WrongSetting(name, "the user and the password of the mailbox are missing.")
    folder = unquote(url.path[1:]) or "INBOX"
    if not re.fullmatch(r"[A-Za-z0-9._ /-]{1,100}", folder):
        raise WrongSetting(name, "the folder has letters, digits, spaces and ._/- in its name, no others.")
    if not re.fullmatch(ADDRESS, written_to):
        raise WrongSetting(
            address, f"{name} needs it: the address people write to, such as support@example.com."
        )
    tls = "always" if url.scheme == "imaps" else "off" if is_plain else "start"
    who = {"user": unquote(url.username), "password": unquote(url.password)}
    usual = 993 if tls == "always" else 143
    return {"host": url.hostname, "port": url_port or usual, "tls": tls, "folder": folder, **who}, written_to


def relays(name: str, secret: str) -> tuple[list[str], str]:
    """Addresses of TURN and STUN servers, comma-separated, and the secret they share with us."""
    urls, shared = words(name), text(secret)
    for url in urls:
        if not re.fullmatch(
            r"(turns?|stuns?):[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(\?transport=(udp|tcp))?", url
        ):
            raise WrongSetting(name, f"turn:host:port or turns:host:port is wanted, not {url[:60]!r}.")
    if any(url.startswith("turn") for url in urls) and len(shared) < 16:
        raise WrongSetting(secret, f"{name} needs it: the relay's static-auth-secret, 16 characters or more.")
    return urls, shared


def secret(name: str) -> str:
    """A secret from outside; where no server is chosen (formatting, migrations) one for this process alone."""
    value = text(name)
    if value:
        return value
    if os.environ.get("DATABASE_URL"):
        raise WrongSetting(name, "it is missing. Set it to a long random text (docs/operations.md).")
    return os.urandom(32).hex()
