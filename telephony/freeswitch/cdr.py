"""The switch's own call record, one JSON file for each leg, → facts. Pure; bills are made from nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import orjson

from telephony.facts import (
    Direction,
    Fact,
    FlowStepped,
    LegFact,
    LegsBridged,
    LegSettled,
    LegsUnbridged,
    SurveyAnswered,
    VoicemailLeft,
)
from telephony.freeswitch import call_story, flow_paths
from telephony.freeswitch.line_news import is_tried_again
from telephony.freeswitch.line_quality import measured
from telephony.freeswitch.readers import is_nobodys, moment, shown, uuid_of, whole
from telephony.freeswitch.translate import NotAFact, Source, hung_up_by, survey_answer

UNSHOWN = "cc_s_"
KEYED = re.compile(rb'"digits_dialed"\s*:\s*"(?!none")[^"]')
"""The switch writes down every key it has heard on a leg."""


class RecordUnreadable(ValueError):
    """Half-written, empty, or not a call record. A half-written one is whole a moment later."""


def settle(content: bytes, source: Source) -> list[Fact]:
    """The facts in one record: how the leg went, and the message its caller left if there was one.

    Of a call that was nobody's there is nothing to settle.
    """
    record = _loaded(content)
    variables = {
        name: value if type(value) is str else _word(value) for name, value in record["variables"].items()
    }
    if is_nobodys(_as_event(record, variables)) or _is_tried_again(variables):
        return []
    leg = _leg(record, variables, source)
    told = (_message(leg, variables, source), _survey(leg, variables, source))
    after = (_walk(leg, variables), measured(variables, leg))
    lived = _story(leg, record, variables)
    return [*(fact for fact in told if fact), leg, *lived, *(fact for fact in after if fact)]


def _is_tried_again(variables: dict[str, str]) -> bool:
    """The leg's other record, of the trunk by which it went at last, is the one that counts."""
    cause = variables.get("hangup_cause", "")
    return is_tried_again(variables.get("cc_more", ""), cause, variables.get("answer_uepoch", ""))


def _story(leg: LegSettled, record: dict[str, Any], variables: dict[str, str]) -> list[LegFact]:
    """What happened in the call, of a leg to which something did: with whom it talked, when it stood aside."""
    story = variables.get("cc_story", "")
    if not story:
        return []
    said: dict[str, Any] = {"node": leg.node, "tenant": leg.tenant, "leg_id": leg.leg_id}
    said["offer_id"] = leg.offer_id
    lived: list[LegFact] = list(call_story.told(story, said))
    for other, since, until in call_story.joins(_parts(record), leg.ended_at):
        lived.append(LegsBridged(**said, at=since, other_leg_id=other))
        lived.append(LegsUnbridged(**said, at=until, other_leg_id=other))
    return sorted(lived, key=lambda fact: fact.at)


def scrubbed(content: bytes) -> bytes | None:
    """The record without what callers keyed in as a secret; None when nothing of the kind is in it.

    Whatever else they keyed in goes too: it may have been a card number while the recording was masked, and we read
    it nowhere. The log of applications goes with a secret, and each extension's: they repeat what was set.
    """
    has_secret = UNSHOWN.encode() in content
    if not has_secret and not KEYED.search(content):
        return None
    record = _loaded(content)
    record["variables"] = {
        name: "" if name.startswith(UNSHOWN) or name == "digits_dialed" else value
        for name, value in record["variables"].items()
    }
    if not has_secret:
        return orjson.dumps(record)
    record.pop("app_log", None)
    record["callflow"] = [
        {name: part[name] for name in ("caller_profile", "times") if name in part} for part in _parts(record)
    ]
    return orjson.dumps(record)


def _walk(leg: LegSettled, variables: dict[str, str]) -> FlowStepped | None:
    """The way through a flow, whole: it may be that nobody listened while it was walked."""
    if leg.direction != Direction.INBOUND:
        return None
    return flow_paths.flow_stepped(
        lambda name: variables.get(name, ""),
        variables,
        {"node": leg.node, "at": leg.ended_at, "tenant": leg.tenant, "leg_id": leg.leg_id},
        kind="",
        dialled=leg.dialled,
        caller_number=leg.caller_number,
        caller_name=leg.caller_name,
        arrived_at=leg.created_at,
        ended_at=leg.ended_at,
    )


def _loaded(content: bytes) -> dict[str, Any]:
    try:
        record = orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            record = orjson.loads(content.decode("utf-8", "replace"))
        except orjson.JSONDecodeError as error:
            raise RecordUnreadable(str(error)) from None
    if not isinstance(record, dict) or not isinstance(record.get("variables"), dict):
        raise RecordUnreadable("it has no variables")
    return record


def _word(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else str(value)


def _as_event(record: dict[str, Any], variables: dict[str, str]) -> dict[str, str]:
    named = {f"variable_{name}": variables.get(name, "") for name in ("cc_test", "sip_req_user")}
    return named | {"Caller-Context": str(_profile(record).get("context", ""))}


def _profile(record: dict[str, Any]) -> dict[str, Any]:
    """The caller's profile of the oldest part of the call's way: the number as it was dialled."""
    parts = _parts(record)
    profile = parts[-1].get("caller_profile") if parts else None
    return profile if isinstance(profile, dict) else {}


def _parts(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The stretches of the call's way between its transfers, the newest first."""
    flow = record.get("callflow")
    return [part for part in flow if isinstance(part, dict)] if isinstance(flow, list) else []


def _first_bridge(record: dict[str, Any], variables: dict[str, str]) -> datetime | None:
    """The variable tells of the newest stretch alone: it is empty after a survey, and late after a second talk."""
    times = [part["times"] for part in _parts(record) if isinstance(part.get("times"), dict)]
    met = [moment(_word(found.get("bridged_time", ""))) for found in times]
    return min((at for at in met if at), default=_moment(variables, "bridge"))


def _leg(record: dict[str, Any], variables: dict[str, str], source: Source) -> LegSettled:
    leg_id = uuid_of(variables.get("uuid", ""))
    created_at, ended_at = _moment(variables, "start"), _moment(variables, "end")
    if leg_id is None or created_at is None or ended_at is None:
        raise RecordUnreadable("it does not say which leg, or when")
    offer_id = uuid_of(variables.get("cc_offer", ""))
    profile = _profile(record)
    return LegSettled(
        node=source.node,
        at=ended_at,
        tenant=variables.get("cc_tenant", ""),
        leg_id=leg_id,
        offer_id=offer_id if offer_id == leg_id else None,
        direction=Direction.INBOUND if variables.get("direction") == "inbound" else Direction.OUTBOUND,
        dialled=_dialled(variables, profile),
        caller_number=shown(unquote(_word(profile.get("caller_id_number", "")))),
        caller_name=shown(unquote(_word(profile.get("caller_id_name", "")))),
        call_id=uuid_of(variables.get("cc_call", "")),
        agent_id=whole(variables.get("cc_agent", "")),
        queue_id=_queue_of(variables),
        created_at=created_at,
        answered_at=_moment(variables, "answer"),
        bridged_at=_first_bridge(record, variables),
        ended_at=ended_at,
        billable_seconds=whole(variables.get("billsec", "")) or 0,
        cause=variables.get("hangup_cause", ""),
        by=hung_up_by(variables.get("sip_hangup_disposition", "")),
        is_outside=variables.get("cc_outside") == "true",
        other_leg_id=uuid_of(variables.get("last_bridge_to", "") or variables.get("bridge_uuid", "")),
    )


def _queue_of(variables: dict[str, str]) -> int | None:
    """A caller in a flow has a queue to fall back to, and may never come to it."""
    has_waited = variables.get("cc_queued_us") or variables.get("cc_place") == "voicemail"
    if variables.get("cc_flow") and not has_waited:
        return None
    return whole(variables.get("cc_queue", ""))


def _moment(variables: dict[str, str], name: str) -> datetime | None:
    return moment(variables.get(f"{name}_uepoch", ""))


def _dialled(variables: dict[str, str], profile: dict[str, Any]) -> str:
    return shown(
        variables.get("cc_number")
        or variables.get("dialed_user")
        or variables.get("sip_req_user")
        or unquote(_word(profile.get("destination_number", "")))
    )


def _message(leg: LegSettled, variables: dict[str, str], source: Source) -> VoicemailLeft | None:
    """Told again from the record: the event may have come while nobody listened."""
    path = variables.get("cc_voicemail", "")
    milliseconds = whole(variables.get("record_ms", "")) or 0
    if not path or not milliseconds or variables.get("cc_place") != "voicemail":
        return None
    return VoicemailLeft(
        node=leg.node,
        at=leg.ended_at,
        tenant=leg.tenant,
        leg_id=leg.leg_id,
        queue_id=leg.queue_id,
        path=source.relative(path),
        seconds=milliseconds / 1000,
        caller_number=leg.caller_number,
        caller_name=leg.caller_name,
    )


def _survey(leg: LegSettled, variables: dict[str, str], source: Source) -> SurveyAnswered | None:
    """What the caller was asked after the talk, and answered; None when nothing was asked."""
    said = {"node": leg.node, "at": leg.ended_at, "tenant": leg.tenant, "leg_id": leg.leg_id}
    try:
        answer = survey_answer(lambda name: variables.get(name, ""), said)
    except NotAFact:
        return None
    path, milliseconds = variables.get("cc_comment", ""), whole(variables.get("record_ms", ""))
    if not path or not milliseconds:
        return answer
    return replace(answer, comment_path=source.relative(path), comment_seconds=milliseconds / 1000)
