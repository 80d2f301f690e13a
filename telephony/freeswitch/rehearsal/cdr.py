"""The call record of a leg, as mod_json_cdr writes it: one JSON file in the spool directory."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from .bus import flat
from .headers import state_number

if TYPE_CHECKING:
    from .leg import Leg, OtherLeg, Profile, Times


async def spool(leg: Leg) -> None:
    """Writes the file; a full disk is logged, and the call ends all the same."""
    conf = leg.switch.conf
    directory = conf.setting("json_cdr", "log-dir")
    if not directory:
        return
    is_b_leg = leg.other is not None and leg.other.kind == "originator"
    if is_b_leg and conf.setting("json_cdr", "log-b-leg", "true") != "true":
        return
    prefix = "a_" if not is_b_leg and conf.setting("json_cdr", "prefix-a-leg") == "true" else ""
    text = json.dumps(record(leg), ensure_ascii=False)
    path = Path(directory) / f"{prefix}{leg.uuid}.cdr.json"
    try:
        await asyncio.get_running_loop().run_in_executor(leg.switch.records_desk, _write, path, text)
    except OSError as error:
        leg.switch.log(f"cannot write the call record: {error}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="replace")


def record(leg: Leg) -> dict[str, object]:
    bus = leg.switch.bus
    stamps = [
        {"app_name": name, "app_data": data, "app_stamp": str(at)} for name, data, at in leg.applications_run
    ]
    return {
        "core-uuid": bus.core_uuid,
        "switchname": bus.switch_name,
        "channel_data": {
            "state": leg.state,
            "direction": leg.direction,
            "state_number": state_number(leg.state),
            "flags": "0=1;1=1;3=1;20=1;37=1;38=1;40=1",
            "caps": "1=1;2=1;3=1;4=1;5=1;6=1;8=1",
        },
        "callStats": _statistics(leg) if leg.has_media else {},
        "variables": {name: flat(value) for name, value in leg.variables.items() if value},
        **({"app_log": {"applications": stamps}} if stamps else {}),
        "callflow": [_flow(leg, profile, is_current=profile is leg.profile) for profile in leg.profiles],
    }


def _statistics(leg: Leg) -> dict[str, object]:
    def of(way: str) -> dict[str, int]:
        prefix = f"rtp_audio_{way}_"
        return {
            name.removeprefix(prefix): int(flat(value))
            for name, value in leg.variables.items()
            if name.startswith(prefix) and flat(value).isdecimal()
        }

    return {"audio": {"inbound": of("in"), "outbound": of("out")}}


def _flow(leg: Leg, profile: Profile, *, is_current: bool) -> dict[str, object]:
    found: dict[str, object] = {"dialplan": profile.dialplan} if profile.dialplan else {}
    found["profile_index"] = str(profile.index)
    if profile.extension is not None:
        applications = [
            {
                **({"last_executed": "true"} if number == profile.extension.current else {}),
                "app_name": name,
                "app_data": data,
            }
            for number, (name, data) in enumerate(profile.extension.applications)
        ]
        found["extension"] = {
            "name": profile.extension.name,
            "number": profile.extension.number,
            "applications": applications,
        }
    caller = _profile(profile, leg.uuid, leg.name)
    other = profile.other or (leg.other if is_current else None)
    if other is not None:
        caller[other.kind] = {f"{other.kind}_caller_profiles": [_other(other)]}
    found["caller_profile"] = caller
    found["times"] = _times(profile, profile.times or leg.times)
    return found


def _profile(profile: Profile, uuid: str, name: str) -> dict[str, object]:
    return {
        "username": profile.username,
        "dialplan": profile.dialplan,
        "caller_id_name": profile.cid_name,
        "ani": profile.ani,
        "aniii": "",
        "caller_id_number": profile.cid_number,
        "network_addr": profile.network_addr,
        "rdnis": profile.rdnis,
        "destination_number": profile.destination,
        "uuid": uuid,
        "source": profile.source,
        "context": profile.context,
        "chan_name": name,
    }


def _other(other: OtherLeg) -> dict[str, object]:
    return _profile(other.profile, other.uuid, other.name)


def _times(profile: Profile, times: Times) -> dict[str, str]:
    moments = {
        "created_time": times.created,
        "profile_created_time": profile.created,
        "progress_time": times.progress,
        "progress_media_time": times.progress_media,
        "answered_time": times.answered,
        "bridged_time": times.bridged,
        "last_hold_time": times.last_hold,
        "hold_accum_time": times.hold_accum,
        "hangup_time": times.hungup,
        "resurrect_time": 0,
        "transfer_time": times.transferred,
    }
    return {name: str(moment) for name, moment in moments.items()}
