"""The ways by which operators are called: a registry, so that wiring can add one. Outside any transaction."""

import json
from collections.abc import Callable

import structlog

from tenants import outward

log = structlog.get_logger()

SECONDS = 8.0
Way = Callable[[str, str, dict[str, str]], str]
"""(address, sentence, more) → '' when it was taken, else what went wrong."""


def by_log(address: str, sentence: str, more: dict[str, str]) -> str:
    """In the list of the page and the log: for the small house where somebody always looks."""
    log.warning("Somebody is called", case=more.get("case", ""), level=more.get("level", ""))
    return ""


def by_webhook(address: str, sentence: str, more: dict[str, str]) -> str:
    """POST of JSON: an SMS gateway, a pager service, a chat. Any 2xx is taken."""
    body = json.dumps({"text": sentence, **more}, ensure_ascii=False).encode()
    try:
        answer = outward.request(
            "POST", address, body=body, seconds=SECONDS,
            headers={"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body))},
        )  # fmt: skip
    except outward.Unreachable as problem:
        return str(problem.args[0])
    return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"


_ways: dict[str, Way] = {"log": by_log, "webhook": by_webhook}


def add_way(name: str, way: Way) -> None:
    _ways[name] = way


def send(way: str, address: str, sentence: str, more: dict[str, str]) -> str:
    return _ways.get(way, by_log)(address, sentence, more)
