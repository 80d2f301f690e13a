"""What we say to the switch, as text. Pure: every value goes through one function that lets only harmless ones pass."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from telephony.switch import OfferCommand, OutsidePhone, QueueEntry, RungPhone, UnsafeValue

# No character here means anything to an originate string, a dial string, a variable list or an expansion.
_HARMLESS = re.compile(r"[A-Za-z0-9_.+@:/-]{1,255}")
_CAUSE = re.compile(r"[A-Z0-9_]{1,40}")
_CONTACT = re.compile(r"sip:[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?")
_LINE_NAME = re.compile(r"[a-z0-9]{1,20}")
_SHOWN_NUMBER = re.compile(r"\+?[0-9]{1,32}")

WITHHELD = "anonymous"
CONFIRM_KEY = "1"
CONFIRM_SOUND = "press-one"
WAITING_LOOP = "XML:${cc_dialplan} cc"
IN_THE_CALL = "XML:${cc_call_plan} call"


def checked(value: object) -> str:
    """The value as text, or UnsafeValue. Refusing is safer than quoting: some values are parsed three times over."""
    text = str(value)
    if not _HARMLESS.fullmatch(text) or ".." in text:
        raise UnsafeValue("A value holds characters that could change a command.")
    return text


def variables(**values: object) -> str:
    """`a=1,b=2` for the braces of an originate."""
    return ",".join(f"{name}={checked(value)}" for name, value in values.items())


def shown_number(number: str) -> str:
    """A caller's number as it may be put on a phone's display."""
    return number if _SHOWN_NUMBER.fullmatch(number) else WITHHELD


def originate_offer(offer: OfferCommand) -> str:
    """Ring the agent; when answered, record and take the caller out of the loop, with nobody's further help.

    What happens at the answer is the extension "join" of our static dialplan: when the caller has left, or no longer
    waits, or another offer was quicker, the agent's leg ends and nobody else's. Several phones are rung by one
    command: the first to answer goes on, the switch itself ends the others (LOSE_RACE).
    """
    dialling = _dialling(offer) if offer.dials else {}
    place = f"{'call-back' if offer.dials else 'join'} {WAITING_LOOP}"
    settings = variables(
        cc_tenant=offer.tenant,
        cc_call=offer.call_id,
        cc_caller=offer.caller_leg_id,
        cc_epoch=offer.epoch,
        dialed_domain=offer.domain,
        originate_timeout=int(offer.timeout_seconds),
        origination_caller_id_number=shown_number(offer.caller_number),
        origination_caller_id_name=shown_number(offer.caller_number),
        intercept_unbridged_only="true",
        hangup_after_bridge="true",
        ignore_early_media="true",
        ignore_display_updates="true",
        RECORD_STEREO="true",
        media_timeout=60_000,
        media_hold_timeout=3_600_000,
        **dialling,
    )
    phones = ",".join(_phone(phone, offer.domain) for phone in offer.phones)
    return f"bgapi originate {{{settings}}}{phones} {f'take {IN_THE_CALL}' if offer.is_parked else place}"


def rings_for(caller_leg_id: UUID, seconds: int) -> str:
    """A phone rings for this caller, by the switch's own clock: nothing is asked of our web meanwhile (conf/cc.xml)."""
    until = f"${{expr(${{strepoch()}}+{int(seconds)})}}"
    return f"api expand uuid_setvar {checked(caller_leg_id)} cc_rings_until {until}"


def _dialling(offer: OfferCommand) -> dict[str, str]:
    """Digits alone go into a dial string; a number that is none is refused, and nobody is rung."""
    digits, shown = offer.dials.removeprefix("+"), offer.shown_number
    if not re.fullmatch(r"[0-9]{2,32}", digits) or not re.fullmatch(r"\+?[0-9]{1,32}", shown):
        raise UnsafeValue("Only digits can be dialled and shown.")
    return {"cc_dials": digits, "cc_shown": shown, **ways(offer.lines)}


def ways(lines: Sequence[str]) -> dict[str, str]:
    """What conf/line.xml goes by: the trunk to try, and those to try after it."""
    first, *more = [line_name(line) for line in lines]
    return {"cc_way": first, **({"cc_ways": ":".join(more)} if more else {})}


def line_name(line: str) -> str:
    """A gateway as the switch knows it."""
    if not _LINE_NAME.fullmatch(line):
        raise UnsafeValue("A line is a few small letters and digits.")
    return line


def _phone(phone: RungPhone, domain: str) -> str:
    """`[its own variables]endpoint`. By its registration, not through the directory: an offer needs no answer from
    our web.
    """
    # The switch knows where its recordings are; we say where among them.
    recording = {} if phone.recording is None else {"cc_recording": phone.recording}
    own = variables(
        origination_uuid=phone.offer_id,
        cc_offer=phone.offer_id,
        cc_agent=phone.agent_id,
        **({} if phone.outside else {"dialed_user": phone.username}),
        **(confirmed(phone.outside) if phone.outside else {}),
        **recording,
    )
    return f"[{own}]{endpoint(phone, domain)}"


def confirmed(outside: OutsidePhone) -> dict[str, object]:
    """The variables of a leg to an external number: the switch itself asks for the key, again and again, and counts
    the leg as answered only then (group_confirm_…). Its sounds are named from `sound_prefix` on.
    """
    if outside.language not in ("zh", "en"):
        raise UnsafeValue("The switch speaks zh and en.")
    digits_alone(outside.shown_number)
    return {
        "cc_outside": "true",
        "cc_line": line_name(outside.line),
        "origination_caller_id_number": outside.shown_number,
        "origination_caller_id_name": outside.shown_number,
        "group_confirm_key": CONFIRM_KEY,
        "group_confirm_file": f"{outside.language}/{CONFIRM_SOUND}.wav",
    }


def digits_alone(number: str) -> str:
    """Without a leading +. Nothing else goes into a dial string for the carrier."""
    digits = number.removeprefix("+")
    if not re.fullmatch(r"[0-9]{2,32}", digits):
        raise UnsafeValue("Only digits can be dialled and shown.")
    return digits


def endpoint(phone: RungPhone, domain: str) -> str:
    """What is rung: a registered phone, or an external number by way of the gateway."""
    if phone.outside:
        return f"sofia/gateway/{line_name(phone.outside.line)}/{digits_alone(phone.outside.dials)}"
    return f"sofia/internal/{address(phone, domain)}"


def address(phone: RungPhone, domain: str) -> str:
    """Where the phone is: among our own registrations, or where it told another switch of the cell that it is.

    A browser has no address: it can only be rung through the connection it opened to its own switch.
    """
    if not phone.contact:
        return f"{checked(phone.username)}%{checked(domain)}"
    found = _CONTACT.search(phone.contact)
    if found is None or "transport=ws" in phone.contact.lower():
        raise UnsafeValue("A phone at another switch can only be rung at a SIP address of its own.")
    return checked(found[0])


def kill(leg_id: UUID, cause: str) -> str:
    if not _CAUSE.fullmatch(cause):
        raise UnsafeValue("A hang-up cause is a name such as NORMAL_CLEARING.")
    return f"api uuid_kill {checked(leg_id)} {cause}"


def pick_up(leg_id: UUID) -> str:
    return f"api uuid_phone_event {checked(leg_id)} talk"


def hold(leg_id: UUID) -> str:
    return f"api uuid_hold {checked(leg_id)}"


def unhold(leg_id: UUID) -> str:
    return f"api uuid_hold off {checked(leg_id)}"


def set_queue(leg_id: UUID, entry: QueueEntry, now: datetime) -> str:
    """The variables of the waiting loop. `cc_offer` is cleared: this leg is a caller's from now on."""
    values = queue_variables(entry, now)
    listed = ";".join(f"{name}={checked(value)}" for name, value in values.items())
    return f"api uuid_setvar_multi {checked(leg_id)} {listed}"


def queue_variables(entry: QueueEntry, now: datetime) -> dict[str, object]:
    """Where and since when a caller waits, or would wait."""
    return {
        "cc_tenant": entry.tenant,
        "cc_queue": int(entry.queue_id),
        "cc_prio": int(entry.priority),
        "cc_max_wait": int(entry.max_wait_seconds),
        "cc_lang": entry.language,
        "cc_queued_us": microseconds(entry.queued_at or now),
    }


def rejoin(leg_id: UUID) -> str:
    return f"api uuid_transfer {checked(leg_id)} rejoin {WAITING_LOOP}"


def exists(leg_id: UUID) -> str:
    return f"api uuid_exists {checked(leg_id)}"


def dump(leg_id: UUID) -> str:
    return f"api uuid_dump {checked(leg_id)} json"


def beat() -> str:
    """Stamped by the switch's own clock, with which its waiting loop compares it: ours may have been set anew."""
    return "api expand hash insert/cc/router_alive/${strepoch()}"


def microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


LIST_CHANNELS = "api show channels as json"
LIST_CALLS = "api show calls as json"
LIST_REGISTRATIONS = "api show registrations as json"
CORE_UUID = "api global_getvar core_uuid"
SUBSCRIBE = (
    "event json CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_UNBRIDGE"
    " CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP_COMPLETE RECORD_START RECORD_STOP BACKGROUND_JOB HEARTBEAT"
    " RECV_RTCP_MESSAGE CUSTOM sofia::register sofia::unregister sofia::expire cc::enqueue cc::fallback cc::flow"
    " sofia::gateway_state cc::survey cc::held cc::room cc::asked cc::ear"
)
