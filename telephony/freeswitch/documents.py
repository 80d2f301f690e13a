"""The answers to mod_xml_curl: who may register, and where a call goes. Pure.

What is returned is code to the switch: it is preprocessed, parsed, and action data is expanded once more when it runs.
So each value passes `attribute`, which escapes XML and refuses everything that could be expanded; no text of a caller
is ever put in. There is no `<?xml` line (the line it stands on would be dropped), and each tag has its own line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol
from xml.sax.saxutils import quoteattr

from telephony.freeswitch.commands import ways

NOT_FOUND = """<document type="freeswitch/xml">
<section name="result">
<result status="not found"/>
</section>
</document>
"""
LONGEST_VALUE = 512
# Expansion, preprocessing, and anything that ends a line or cannot be shown.
_CODE = re.compile(r"[${}\\`]|x-?pre-?process|<\?|</?include", re.I)
_NAME = re.compile(r"[a-z0-9_]{1,63}")
WAITING_LOOP = "'XML:${cc_dialplan}' cc"
FLOWS = "'XML:${cc_flow_plan}' flow"
_PLACES = {"suspended": "suspended", "emergency_message": "emergency", "backup": "backup"}
# Ours, not a value: the switch expands it when it rings the phone.
_DIAL_STRING = (
    "{sip_invite_domain=${dialed_domain},presence_id=${dialed_user}@${dialed_domain}}"
    "${sofia_contact(internal/${dialed_user}@${dialed_domain})}"
)


class UnsafeText(ValueError):
    """A value that the switch could take for code."""


class Phone(Protocol):
    """A device that may register."""

    @property
    def tenant(self) -> str: ...
    @property
    def agent_id(self) -> int: ...
    @property
    def username(self) -> str: ...
    @property
    def domain(self) -> str: ...
    @property
    def a1_hash(self) -> str: ...


class Route(Protocol):
    """Where a call goes: `treatment` is a queries.Treatment's word; `language` is "zh" or "en".

    `backup_number` (E.164, or bare digits) is dialled outside with treatment "backup", who sees `shown_number`, or ""
    the number dialled.
    `flow_version_id`: the published flow callers of the number go through; the queue is where it leads without one.
    """

    @property
    def tenant(self) -> str: ...
    @property
    def treatment(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def queue_id(self) -> int | None: ...
    @property
    def priority(self) -> int: ...
    @property
    def max_wait_seconds(self) -> int: ...
    @property
    def is_recorded(self) -> bool: ...
    @property
    def backup_number(self) -> str: ...
    @property
    def backup_lines(self) -> Sequence[str]: ...
    @property
    def shown_number(self) -> str: ...
    @property
    def flow_version_id(self) -> int | None: ...


def attribute(value: object) -> str:
    """The value in quotes, fit for an XML attribute that the switch will expand; or UnsafeText."""
    text = str(value)
    if len(text) > LONGEST_VALUE or not text.isprintable() or _CODE.search(text):
        raise UnsafeText("A value could be taken for code by the switch.")
    return quoteattr(text)


def directory_document(phone: Phone) -> str:
    """The one user who was asked for. The password itself is nowhere: a1_hash is MD5(user:domain:password)."""
    if not re.fullmatch(r"[0-9a-f]{32}", phone.a1_hash):
        raise UnsafeText("An a1-hash is 32 hexadecimal digits.")
    return "\n".join(
        [
            '<document type="freeswitch/xml">',
            '<section name="directory">',
            f"<domain name={attribute(phone.domain)}>",
            f"<user id={attribute(phone.username)}>",
            "<params>",
            f'<param name="a1-hash" value={attribute(phone.a1_hash)}/>',
            f'<param name="dial-string" value={quoteattr(_DIAL_STRING)}/>',
            "</params>",
            "<variables>",
            '<variable name="user_context" value="devices"/>',
            f'<variable name="cc_tenant" value={attribute(_schema(phone.tenant))}/>',
            f'<variable name="cc_agent" value={attribute(int(phone.agent_id))}/>',
            "</variables>",
            "</user>",
            "</domain>",
            "</section>",
            "</document>",
            "",
        ]
    )


def dialplan_document(route: Route | None) -> str:
    """One extension that names the tenant and hands the call to the switch's own waiting loop."""
    return _in_document(_extension(route, condition="<condition>"))


def fallback_document(numbers: Iterable[tuple[str, Route]]) -> str:
    """For the times when nobody answers the switch: each (digits as dialled, route), then the unknown number."""
    lines: list[str] = []
    for dialled, route in numbers:
        if not re.fullmatch(r"\+?[0-9]{1,32}", dialled):
            raise UnsafeText("A number is digits with at most a plus before them.")
        pattern = rf"^(?:\+|00)?{dialled.removeprefix('+')}$"
        lines += _extension(route, condition=f'<condition field="destination_number" expression="{pattern}">')
    return _in_document(lines + _extension(None, condition="<condition>"))


def _in_document(lines: list[str]) -> str:
    head = ['<document type="freeswitch/xml">', '<section name="dialplan">', '<context name="public">']
    return "\n".join([*head, *lines, "</context>", "</section>", "</document>", ""])


def _extension(route: Route | None, *, condition: str) -> list[str]:
    actions = [*_settings(route), ("transfer", _destination(route))]
    return [
        '<extension name="inbound">',
        condition,
        *(f'<action application="{name}" data={quoteattr(data)}/>' for name, data in actions),
        "</condition>",
        "</extension>",
    ]


def _destination(route: Route | None) -> str:
    if route is not None and _has_flow(route):
        return f"enter-flow {FLOWS}"
    return f"{_place(route)} {WAITING_LOOP}"


def _has_flow(route: Route) -> bool:
    """A flow decides for itself whether anybody is there; only what comes before all hours comes before it."""
    return (
        route.flow_version_id is not None
        and route.queue_id is not None
        and route.treatment in ("queue", "closed")
    )


def _place(route: Route | None) -> str:
    if route is None:
        return "unknown-number"
    if route.treatment in _PLACES:
        return _PLACES[route.treatment]
    if route.treatment == "closed":
        return "closed" if route.queue_id is not None else "unknown-number"
    return "enter"


def _settings(route: Route | None) -> list[tuple[str, str]]:
    """The call's variables. All are of one narrow kind each, so none can be expanded."""
    if route is None:
        return []
    values = {
        "cc_tenant": _schema(route.tenant),
        "cc_lang": "zh" if route.language == "zh" else "en",
        "cc_number": re.sub(r"[^0-9+]", "", route.number)[:33],
        "accountcode": _schema(route.tenant),
    }
    if route.queue_id is not None:
        values |= {
            "cc_queue": str(int(route.queue_id)),
            "cc_prio": str(max(0, int(route.priority))),
            "cc_max_wait": str(max(0, int(route.max_wait_seconds))),
            "cc_notice": "true" if route.is_recorded else "false",
        }
    if _has_flow(route):
        values |= {"cc_flow": str(int(route.flow_version_id or 0)), "cc_home_place": _place(route)}
    if route.treatment == "backup":
        values["cc_backup"] = _outside_number(route.backup_number)
        values |= ways(route.backup_lines or ("backup",))
        values["cc_shown"] = re.sub(r"[^0-9+]", "", route.shown_number or route.number)[:33]
    return [("set", f"{name}={value}") for name, value in values.items()]


def _outside_number(number: str) -> str:
    """Digits alone: what a carrier dials, and nothing a dial string could take for more."""
    digits = number.removeprefix("+")
    if not re.fullmatch(r"[0-9]{2,32}", digits):
        raise UnsafeText("A backup number is digits with at most a plus before them.")
    return digits


def _schema(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UnsafeText("A schema's name is small letters, digits and underscores.")
    return name
