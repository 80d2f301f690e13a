"""The shape of a leg in an event: the headers FreeSWITCH writes, in its order, after captured events of a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bus import Headers, flat

if TYPE_CHECKING:
    from .leg import Leg, OtherLeg, Profile, Times

_STATE_NUMBERS = {
    "CS_NEW": "0",
    "CS_INIT": "1",
    "CS_ROUTING": "2",
    "CS_SOFT_EXECUTE": "3",
    "CS_EXECUTE": "4",
    "CS_EXCHANGE_MEDIA": "5",
    "CS_PARK": "6",
    "CS_CONSUME_MEDIA": "7",
    "CS_HIBERNATE": "8",
    "CS_RESET": "9",
    "CS_HANGUP": "10",
    "CS_REPORTING": "11",
    "CS_DESTROY": "12",
}

_CODEC = {
    "Channel-Read-Codec-Name": "PCMA",
    "Channel-Read-Codec-Rate": "8000",
    "Channel-Read-Codec-Bit-Rate": "64000",
    "Channel-Write-Codec-Name": "PCMA",
    "Channel-Write-Codec-Rate": "8000",
    "Channel-Write-Codec-Bit-Rate": "64000",
}


def state_number(state: str) -> str:
    return _STATE_NUMBERS[state]


def profile_field(leg: Leg, name: str) -> str:
    """A field of the caller profile by the name dialplans use; "" when there is no such field."""
    profile = leg.profile
    fields = {
        "destination_number": profile.destination,
        "caller_id_name": profile.cid_name,
        "caller_id_number": profile.cid_number,
        "callee_id_name": profile.callee_name,
        "callee_id_number": profile.callee_number,
        "network_addr": profile.network_addr,
        "ani": profile.ani,
        "rdnis": profile.rdnis,
        "uuid": leg.uuid,
        "source": profile.source,
        "context": profile.context,
        "dialplan": profile.dialplan,
        "username": profile.username,
        "chan_name": leg.name,
        "channel_name": leg.name,
        "transfer_source": profile.transfer_source,
        "created_time": str(leg.times.created),
        "answered_time": str(leg.times.answered),
    }
    return fields.get(name, "")


def basic(leg: Leg) -> Headers:
    """The channel's own headers, without variables."""
    found: Headers = {
        "Channel-State": leg.running,
        "Channel-Call-State": leg.call_state,
        "Channel-State-Number": state_number(leg.state),
        "Channel-Name": leg.name,
        "Unique-ID": leg.uuid,
        "Call-Direction": leg.direction,
        "Presence-Call-Direction": leg.direction,
        "Channel-HIT-Dialplan": "true" if leg.direction == "inbound" or leg.is_flipped else "false",
    }
    if leg.presence:
        found["Channel-Presence-ID"] = leg.presence
    if data := leg.variables.get("presence_data"):
        found["Channel-Presence-Data"] = data
    found["Channel-Call-UUID"] = flat(leg.variables.get("call_uuid", leg.uuid))
    found["Answer-State"] = leg.answer_state
    if leg.cause:
        found["Hangup-Cause"] = leg.cause
    if leg.has_media:
        found |= _CODEC
    return found | _caller(leg) | (_other(leg.other) if leg.other else {})


def full(leg: Leg) -> Headers:
    """The channel's headers and `variable_…` for each of its variables."""
    return basic(leg) | {f"variable_{name}": value for name, value in leg.variables.items()}


def _caller(leg: Leg) -> Headers:
    profile = leg.profile
    logical = (
        "outbound" if leg.direction == "outbound" and leg.peer is None and leg.other is None else "inbound"
    )
    found: Headers = {"Caller-Direction": leg.direction, "Caller-Logical-Direction": logical}
    found |= _identity("Caller-", profile, caller_id="Caller-ID")
    found["Caller-Unique-ID"] = leg.uuid
    found["Caller-Source"] = profile.source
    if profile.transfer_source:
        found["Caller-Transfer-Source"] = profile.transfer_source
    found["Caller-Context"] = profile.context
    if profile.rdnis:
        found["Caller-RDNIS"] = profile.rdnis
    found["Caller-Channel-Name"] = leg.name
    found["Caller-Profile-Index"] = str(profile.index)
    return found | _moments("Caller-", profile, leg.times) | _privacy("Caller-")


def _other(other: OtherLeg) -> Headers:
    profile = other.profile
    found: Headers = {
        "Other-Type": other.kind,
        "Other-Leg-Direction": other.direction,
        "Other-Leg-Logical-Direction": "inbound",
    }
    found |= _identity("Other-Leg-", profile, caller_id="Caller-ID")
    found["Other-Leg-Unique-ID"] = other.uuid
    found["Other-Leg-Source"] = profile.source
    found["Other-Leg-Context"] = profile.context
    if profile.rdnis:
        found["Other-Leg-RDNIS"] = profile.rdnis
    found["Other-Leg-Channel-Name"] = other.name
    return found | _moments("Other-Leg-", profile, other.times) | _privacy("Other-Leg-")


def _identity(prefix: str, profile: Profile, *, caller_id: str) -> Headers:
    pairs = {
        "Username": profile.username,
        "Dialplan": profile.dialplan,
        f"{caller_id}-Name": profile.cid_name,
        f"{caller_id}-Number": profile.cid_number,
        f"Orig-{caller_id}-Name": profile.orig_cid_name,
        f"Orig-{caller_id}-Number": profile.orig_cid_number,
        "Callee-ID-Name": profile.callee_name,
        "Callee-ID-Number": profile.callee_number,
        "Network-Addr": profile.network_addr,
        "ANI": profile.ani,
        "Destination-Number": profile.destination,
    }
    return {prefix + name: value for name, value in pairs.items() if value}


def _moments(prefix: str, profile: Profile, times: Times) -> Headers:
    moments = {
        "Profile-Created-Time": profile.created,
        "Channel-Created-Time": times.created,
        "Channel-Answered-Time": times.answered,
        "Channel-Progress-Time": times.progress,
        "Channel-Progress-Media-Time": times.progress_media,
        "Channel-Hangup-Time": times.hungup,
        "Channel-Transfer-Time": times.transferred,
        "Channel-Resurrect-Time": 0,
        "Channel-Bridged-Time": times.bridged,
        "Channel-Last-Hold": times.last_hold,
        "Channel-Hold-Accum": times.hold_accum,
    }
    return {prefix + name: str(moment) for name, moment in moments.items()}


def _privacy(prefix: str) -> Headers:
    return {
        f"{prefix}Screen-Bit": "true",
        f"{prefix}Privacy-Hide-Name": "false",
        f"{prefix}Privacy-Hide-Number": "false",
    }
