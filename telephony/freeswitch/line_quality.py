"""What the switch counted of the sound a leg sent: MOS, jitter, loss, from the variables of its call record. Pure.

The switch makes its MOS of lost packets alone (R = share of packets that came, those missing near each other counted
twice, MOS by G.107's curve, 4.5 at best): of ten percent scattered losses the real one makes 3.5. Codec and delay are
not in it. Its variance of the packets' distances is in ms²: jitter is the root. The delay comes by events (line_delay).
"""

import math

from telephony.facts import LegMeasured, LegSettled
from telephony.freeswitch import line_delay
from telephony.freeswitch.readers import whole
from telephony.freeswitch.trunk_call import PROFILES

ENOUGH_PACKETS = 100
"""Two seconds of sound; of less nothing is said."""
LONGEST = 1000.0
"""ms; what is beyond is no measurement."""


def measured(variables: dict[str, str], leg: LegSettled) -> LegMeasured | None:
    """None when the leg sent no sound to speak of."""
    packets = whole(variables.get("rtp_audio_in_media_packet_count", "")) or 0
    mos = _figure(variables, "mos")
    if packets < ENOUGH_PACKETS or mos is None or not 1.0 <= mos <= 5.0:
        return None
    variance = _figure(variables, "jitter_max_variance") or 0.0
    return LegMeasured(
        node=leg.node,
        at=leg.ended_at,
        tenant=leg.tenant,
        leg_id=leg.leg_id,
        trunk=_trunk(variables),
        packets=packets,
        mos=mos,
        loss_percent=_loss(variables, packets),
        jitter_ms=min(LONGEST, round(math.sqrt(max(0.0, variance)), 2)),
        delay_ms=_delay(variables),
    )


def _delay(variables: dict[str, str]) -> float | None:
    """There and back, as it was told while the leg lasted; None where the far end never reported."""
    found = whole(variables.get(line_delay.VARIABLE, ""))
    return float(found) if found and found <= line_delay.LONGEST else None


def _loss(variables: dict[str, str], packets: int) -> float:
    """Percent of all that were sent. The switch tells how many are missing for each that came, anew every five seconds;
    of a shorter leg only its flaws, which count a packet missing near another twice.
    """
    rate = _figure(variables, "jitter_loss_rate") or 0.0
    flaws = whole(variables.get("rtp_audio_in_flaw_total", "")) or 0
    share = rate / (1 + rate) if rate > 0 else flaws / (packets + flaws)
    return round(min(100.0, 100 * share), 2)


def _figure(variables: dict[str, str], name: str) -> float | None:
    try:
        found = float(variables.get(f"rtp_audio_in_{name}", ""))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _trunk(variables: dict[str, str]) -> str:
    """Calls to the outside name their gateway; those from it are known by the address they come from."""
    gateway = variables.get("sip_gateway_name", "")
    if gateway:
        return gateway[:64]
    if variables.get("direction") == "inbound" and variables.get("sofia_profile_name") in PROFILES:
        return variables.get("sip_network_ip", "")[:64]
    return ""
