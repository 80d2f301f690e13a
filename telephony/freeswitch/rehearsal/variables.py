"""The variables a leg is born with, gets by its media, and ends with: the ones a real SIP leg has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bus import Value
from .clock import stamp

if TYPE_CHECKING:
    from .leg import Leg

_Q850 = {
    "NORMAL_CLEARING": 16,
    "ORIGINATOR_CANCEL": 487,
    "NO_ANSWER": 19,
    "NO_USER_RESPONSE": 18,
    "USER_BUSY": 17,
    "CALL_REJECTED": 21,
    "ALLOTTED_TIMEOUT": 602,
    "NO_ROUTE_DESTINATION": 3,
    "USER_NOT_REGISTERED": 606,
    "SUBSCRIBER_ABSENT": 20,
    "DESTINATION_OUT_OF_ORDER": 27,
    "UNALLOCATED_NUMBER": 1,
    "PICKED_OFF": 605,
    "LOSE_RACE": 502,
    "MANAGER_REQUEST": 503,
    "NORMAL_TEMPORARY_FAILURE": 41,
    "SYSTEM_SHUTDOWN": 500,
    "CALL_AWARDED_DELIVERED": 7,
    "NORMAL_UNSPECIFIED": 31,
    "INVALID_GATEWAY": 609,
}

_SDP = (
    "v=0\r\no=rehearsal 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
)


def inbound(leg: Leg, *, port: str, serial: int) -> dict[str, Value]:
    """Of a call that comes in over SIP, at CHANNEL_CREATE."""
    profile, host = leg.profile, "127.0.0.1"
    caller, dialled = profile.cid_number, profile.destination
    display = f'"{profile.cid_name}" ' if profile.cid_name else ""
    uri, target = f"{caller}@{host}:5071", f"{dialled}@{host}:{port}"
    found: dict[str, Value] = {
        "direction": "inbound",
        "uuid": leg.uuid,
        "call_uuid": leg.uuid,
        "session_id": str(serial),
        "sip_from_user": caller,
        "sip_from_port": "5071",
        "sip_from_uri": uri,
        "sip_from_host": host,
        "channel_name": leg.name,
        "sip_call_id": f"{serial}-rehearsal@{host}",
        "sip_local_network_addr": host,
        "sip_network_ip": host,
        "sip_network_port": "5071",
        "sip_invite_stamp": str(leg.times.created),
        "sip_received_ip": host,
        "sip_received_port": "5071",
        "sip_via_protocol": "udp",
        "sip_from_user_stripped": caller,
        "sofia_profile_name": "external",
        "sofia_profile_url": f"sip:mod_sofia@{host}:{port}",
        "recovery_profile_name": "external",
        "sip_from_display": profile.cid_name,
        "sip_full_from": f"{display}<sip:{uri}>",
        "sip_full_to": f"<sip:{target}>",
        "sip_req_user": dialled,
        "sip_req_port": port,
        "sip_req_uri": target,
        "sip_req_host": host,
        "sip_to_user": dialled,
        "sip_to_port": port,
        "sip_to_uri": target,
        "sip_to_host": host,
        "sip_contact_user": caller,
        "sip_contact_port": "5071",
        "sip_contact_uri": uri,
        "sip_contact_host": host,
        "max_forwards": "70",
        "switch_r_sdp": _SDP,
        "ep_codec_string": "CORE_PCM_MODULE.PCMA@8000h@20i@64000b",
        "endpoint_disposition": "DELAYED NEGOTIATION",
    }
    return {name: value for name, value in found.items() if value}


def outbound(leg: Leg, *, user: str, domain: str, contact: str, serial: int) -> dict[str, Value]:
    """Of a call to a registered phone, at CHANNEL_CREATE; the originate's own variables come on top."""
    host = "127.0.0.1"
    return {
        "direction": "outbound",
        "is_outbound": "true",
        "uuid": leg.uuid,
        "call_uuid": leg.uuid,
        "session_id": str(serial),
        "sip_local_network_addr": host,
        "sip_profile_name": "internal",
        "channel_name": leg.name,
        "sip_destination_url": contact,
        "dialed_user": user,
        "dialed_domain": domain,
        "sip_invite_domain": domain,
        "presence_id": f"{user}@{domain}",
        "originate_early_media": "true",
        "originate_endpoint": "user",
        "sip_req_uri": contact.removeprefix("sip:"),
        "sip_call_id": f"{serial}-rehearsal@{host}",
        "sofia_profile_name": "internal",
        "recovery_profile_name": "internal",
        "sofia_profile_url": f"sip:mod_sofia@{host}:5060",
    }


def media() -> dict[str, Value]:
    """Once audio flows."""
    return {
        "remote_audio_media_flow": "sendrecv",
        "audio_media_flow": "sendrecv",
        "rtp_audio_recv_pt": "8",
        "rtp_use_codec_name": "PCMA",
        "rtp_use_codec_rate": "8000",
        "rtp_use_codec_ptime": "20",
        "rtp_use_codec_channels": "1",
        "rtp_last_audio_codec_string": "PCMA@8000h@20i@1c",
        "read_codec": "PCMA",
        "original_read_codec": "PCMA",
        "read_rate": "8000",
        "original_read_rate": "8000",
        "write_codec": "PCMA",
        "write_rate": "8000",
        "dtmf_type": "rfc2833",
        "local_media_ip": "127.0.0.1",
        "remote_media_ip": "127.0.0.1",
        "rtp_use_pt": "8",
        "endpoint_disposition": "ANSWER",
    }


def final(leg: Leg, *, disposition: str) -> dict[str, Value]:
    """What reporting adds: cause, stamps, epochs and lengths. Lengths count from the leg's creation."""
    times = leg.times
    found: dict[str, Value] = {
        "hangup_cause": leg.cause,
        "hangup_cause_q850": str(_Q850.get(leg.cause, 31)),
        "digits_dialed": "none",
    }
    moments = {
        "start": times.created,
        "profile_start": leg.profile.created,
        "answer": times.answered,
        "bridge": times.bridged,
        "progress": times.progress,
        "progress_media": times.progress_media,
        "end": times.hungup,
    }
    found |= {f"{name}_stamp": stamp(at) for name, at in moments.items() if at}
    for name, at in (moments | {"last_hold": times.last_hold, "resurrect": 0}).items():
        found |= {f"{name}_epoch": str(at // 1_000_000), f"{name}_uepoch": str(at)}
    found |= {
        "hold_accum_seconds": str(times.hold_accum // 1_000_000),
        "hold_accum_usec": str(times.hold_accum),
        "hold_accum_ms": str(times.hold_accum // 1000),
    }
    found |= _last_application(leg) | _lengths(leg)
    found["sip_hangup_disposition"] = disposition
    return found | _statistics(leg)


def _last_application(leg: Leg) -> dict[str, Value]:
    profile = leg.profile
    found: dict[str, Value] = {}
    if leg.applications_run:
        name, data, _ = leg.applications_run[-1]
        found["last_app"] = name
        if data:
            found["last_arg"] = data
    found["caller_id"] = f'"{profile.cid_name or profile.cid_number}" <{profile.cid_number}>'
    return found


def _lengths(leg: Leg) -> dict[str, Value]:
    """Seconds are the difference of whole epochs, as the real one counts them: 4.12 s may be 4 or 5."""
    times = leg.times
    start, end = times.created, times.hungup
    spans = {
        "duration": (start, end),
        "billsec": (times.answered, end) if times.answered else (0, 0),
        "progresssec": (start, times.progress) if times.progress else (0, 0),
        "answersec": (start, times.answered) if times.answered else (0, 0),
        "waitsec": (start, times.bridged) if times.bridged else (0, 0),
        "progress_mediasec": (start, times.progress_media) if times.progress_media else (0, 0),
        "flow_billsec": (start, end),
    }
    found: dict[str, Value] = {}
    for unit, size in (("", 1_000_000), ("m", 1000), ("u", 1)):
        found |= {_unit(name, unit): str(b // size - a // size) for name, (a, b) in spans.items()}
    return found


def _unit(name: str, unit: str) -> str:
    return f"{unit}{name}" if name == "duration" else f"{name[:-3]}{unit}sec"


def _statistics(leg: Leg) -> dict[str, Value]:
    packets = (leg.times.hungup - leg.times.answered) // 20_000 if leg.times.answered else 0
    found: dict[str, Value] = {}
    for way in ("in", "out"):
        prefix = f"rtp_audio_{way}"
        found |= {
            f"{prefix}_raw_bytes": str(packets * 172),
            f"{prefix}_media_bytes": str(packets * 172),
            f"{prefix}_packet_count": str(packets),
            f"{prefix}_media_packet_count": str(packets),
            f"{prefix}_skip_packet_count": "0",
            f"{prefix}_dtmf_packet_count": "0",
            f"{prefix}_cng_packet_count": "0",
        }
    return found | _quality(leg, packets)


def _quality(leg: Leg, packets: int) -> dict[str, Value]:
    """As the real one makes it of lost packets, beside those that came.

    `uuid_setvar <leg> rehearsal_loss 12` (percent) and `rehearsal_jitter 30` (ms) make it bad; it is perfect without.
    """
    loss, jitter = min(99.0, _set(leg, "rehearsal_loss")), _set(leg, "rehearsal_jitter")
    lost = round(packets * loss / (100 - loss))
    share = int(100 - loss)
    mos = 1 + 0.035 * share + 0.000007 * share * (share - 60) * (100 - share)
    return {
        "rtp_audio_in_jitter_min_variance": f"{(jitter / 3) ** 2:.2f}",
        "rtp_audio_in_jitter_max_variance": f"{jitter**2:.2f}",
        "rtp_audio_in_jitter_loss_rate": f"{loss / (100 - loss):.2f}",
        "rtp_audio_in_flaw_total": str(lost),
        "rtp_audio_in_quality_percentage": f"{share:.2f}",
        "rtp_audio_in_mos": f"{min(4.5, mos):.2f}",
    }


def _set(leg: Leg, name: str) -> float:
    try:
        return max(0.0, float(leg.get(name) or 0))
    except ValueError:
        return 0.0
