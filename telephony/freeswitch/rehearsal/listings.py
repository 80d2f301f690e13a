"""What the switch has now: `show … as json`, `uuid_dump`, `status`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from . import headers as shapes
from .bus import flat
from .clock import stamp
from .switch import VERSION, uptime_words

if TYPE_CHECKING:
    from .leg import Leg
    from .switch import RehearsalSwitch

Row = dict[str, str]


def show(switch: RehearsalSwitch, argument: str) -> str:
    """`show channels|calls|bridged_calls|registrations [count] [as json]`."""
    words = argument.split()
    lister = _LISTS.get(words[0]) if words else None
    if lister is None:
        return "-USAGE: show channels|calls|bridged_calls|registrations [count] [as json]\n"
    rows = lister(switch)
    if words[1:2] == ["count"]:
        return (
            json.dumps({"row_count": len(rows)}) if words[2:] == ["as", "json"] else f"\n{len(rows)} total.\n"
        )
    if words[1:] == ["as", "json"]:
        return json.dumps(
            {"row_count": len(rows), "rows": rows} if rows else {"row_count": 0}, ensure_ascii=False
        )
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)] if rows else []
    return "\n".join([*lines, "", f"{len(rows)} total.", ""])


def dump(leg: Leg, form: str) -> str:
    headers = leg.switch.bus.core_headers("CHANNEL_DATA") | shapes.full(leg)
    if form == "json":
        return json.dumps(headers, ensure_ascii=False)
    return "".join(f"{name}: {quote(flat(value))}\n" for name, value in headers.items()) + "\n"


def status(switch: RehearsalSwitch) -> str:
    counters = switch.counters
    up = uptime_words(time.monotonic() - counters.started)
    return (
        f"UP {up}\nFreeSWITCH (Version {VERSION}) is ready\n{counters.total} session(s) since startup\n"
        f"{len(switch.legs)} session(s) - peak {max(counters.peak, len(switch.legs))}, last 5min {counters.peak} \n"
        "0 session(s) per Sec out of max 200, peak 0, last 5min 0 \n3000 session(s) max\nmin idle cpu 0.00/90.00\n"
    )


def gateway(switch: RehearsalSwitch, name: str) -> str:
    """Down is one that is asked whether it is there, and is not; of the others nobody knows."""
    proxy = switch.conf.gateway(name)
    if not proxy or not switch.lines.has(name):
        return "Invalid Gateway!\n"
    is_down, state = switch.lines.is_down(name), switch.lines.registration(name)
    lines = (f"Name    \t{name}", "Profile \texternal", f"Proxy   \t{proxy}", f"State   \t{state}")
    return "\n".join([*lines, f"Status  \t{'DOWN' if is_down else 'UP'}", ""])


def _channels(switch: RehearsalSwitch) -> list[Row]:
    return [_channel(leg) for leg in sorted(switch.legs.values(), key=lambda leg: leg.times.created)]


def _channel(leg: Leg) -> Row:
    profile, first = leg.profile, leg.profiles[-1]
    codec = {"read_codec": "PCMA", "read_rate": "8000", "read_bit_rate": "64000"} if leg.has_media else {}
    codec |= {name.replace("read", "write"): value for name, value in codec.items()}
    return {
        "uuid": leg.uuid,
        "direction": leg.direction,
        "created": stamp(leg.times.created),
        "created_epoch": str(leg.times.created // 1_000_000),
        "name": leg.name,
        "state": leg.running,
        "cid_name": profile.cid_name,
        "cid_num": profile.cid_number,
        "ip_addr": profile.network_addr,
        "dest": profile.destination,
        "application": leg.get("current_application"),
        "application_data": leg.get("current_application_data"),
        "dialplan": profile.dialplan,
        "context": profile.context,
        "read_codec": "",
        "read_rate": "",
        "read_bit_rate": "",
        "write_codec": "",
        "write_rate": "",
        "write_bit_rate": "",
        **codec,
        "secure": "",
        "hostname": leg.switch.bus.switch_name,
        "presence_id": leg.presence,
        "presence_data": leg.get("presence_data"),
        "accountcode": leg.get("accountcode"),
        "callstate": leg.call_state,
        "callee_name": profile.callee_name,
        "callee_num": profile.callee_number,
        "callee_direction": "",
        "call_uuid": flat(leg.variables.get("call_uuid", leg.uuid)),
        "sent_callee_name": "",
        "sent_callee_num": "",
        "initial_cid_name": first.cid_name,
        "initial_cid_num": first.cid_number,
        "initial_ip_addr": first.network_addr,
        "initial_dest": first.destination,
        "initial_dialplan": first.dialplan,
        "initial_context": first.context,
    }


def _calls(switch: RehearsalSwitch) -> list[Row]:
    """One row for each bridge and each leg that is alone."""
    rows = []
    for leg in switch.legs.values():
        if leg.peer is None or leg.is_originator:
            joined = {f"b_{name}": value for name, value in _channel(leg.peer).items()} if leg.peer else {}
            rows.append(
                {**_channel(leg), **joined, "call_created_epoch": str(leg.times.created // 1_000_000)}
            )
    return rows


def _bridged(switch: RehearsalSwitch) -> list[Row]:
    return [row for row in _calls(switch) if "b_uuid" in row]


def _registrations(switch: RehearsalSwitch) -> list[Row]:
    expires = str(int(time.time()) + 3600)
    return [
        {
            "reg_user": phone.user,
            "realm": phone.domain,
            "token": phone.call_id,
            "url": f"sofia/internal/sip:{phone.address}",
            "expires": expires,
            "network_ip": "127.0.0.1",
            "network_port": str(phone.port),
            "network_proto": "udp",
            "hostname": switch.bus.switch_name,
            "metadata": "",
        }
        for phone in switch.phones
    ]


_LISTS: dict[str, Callable[[RehearsalSwitch], list[Row]]] = {
    "channels": _channels,
    "calls": _calls,
    "bridged_calls": _bridged,
    "registrations": _registrations,
}
