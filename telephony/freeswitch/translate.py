"""The switch's events → facts. Pure: one small function for each kind of event; nothing is believed unseen.

Values under `variable_…` are a leg's own; they are never mixed with the event's headers, whatever they are called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from telephony import facts
from telephony.facts import Direction, HungUpBy
from telephony.freeswitch import call_story, flow_paths, line_news
from telephony.freeswitch.flow_speech import FOLDER as UTTERANCES
from telephony.freeswitch.readers import (
    Event,
    is_nobodys,
    moment,
    shown,
    signed,
    skills_of,
    text,
    uuid_of,
    variable,
    whole,
)

# How the leg's SIP dialogue ended when the person on it ended it.
_ENDED_BY_PARTY = {"recv_bye", "recv_cancel", "recv_refuse"}


class NotAFact(ValueError):
    """The event lacks what its fact must have."""


@dataclass(frozen=True)
class Source:
    """Which switch speaks, and where its recordings lie (so that paths can be told relative to it)."""

    node: str
    recordings_dir: str = ""
    _directory: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "_directory", self.recordings_dir.rstrip("/") + "/" if self.recordings_dir else ""
        )

    def relative(self, path: str) -> str:
        return path.removeprefix(self._directory) if self._directory else path


def translate(event: Event, source: Source) -> facts.Fact | None:
    """The fact in this event; None when there is none for us, or its call is nobody's. Raises NotAFact."""
    name = text(event, "Event-Name")
    if is_nobodys(event):
        return None
    if name == "CUSTOM":
        name = text(event, "Event-Subclass")
    translator = _TRANSLATORS.get(name)
    return translator(event, source) if translator else None


# --- what every fact has ---------------------------------------------------------------------------------------
def _leg_id(event: Event, name: str = "Unique-ID") -> UUID:
    leg_id = uuid_of(text(event, name))
    if leg_id is None:
        raise NotAFact(f"no leg in {name}")
    return leg_id


def _said(event: Event, source: Source) -> dict[str, Any]:
    """What every fact has."""
    at = moment(text(event, "Event-Date-Timestamp"))
    if at is None:
        raise NotAFact("no moment")
    return {"node": source.node, "at": at, "sequence": whole(text(event, "Event-Sequence")) or 0}


def _of_leg(event: Event, source: Source) -> dict[str, Any]:
    """What every leg's fact has."""
    leg_id = _leg_id(event)
    offer_id = uuid_of(variable(event, "cc_offer"))
    return {
        **_said(event, source),
        "tenant": variable(event, "cc_tenant"),
        "leg_id": leg_id,
        # A variable can outlive its purpose (a transferred leg inherits): an offer is only ever its own leg.
        "offer_id": offer_id if offer_id == leg_id else None,
    }


def _direction(event: Event) -> Direction:
    return Direction.INBOUND if text(event, "Call-Direction") == "inbound" else Direction.OUTBOUND


def caller_number(event: Event) -> str:
    """As the caller first showed it: once joined, the leg's own headers tell of the other side."""
    return shown(text(event, "Caller-Orig-Caller-ID-Number") or text(event, "Caller-Caller-ID-Number"))


def caller_name(event: Event) -> str:
    return shown(text(event, "Caller-Orig-Caller-ID-Name") or text(event, "Caller-Caller-ID-Name"))


def dialled(event: Event) -> str:
    """The number as dialled (it survives transfers), or the extension we rang."""
    if _direction(event) is Direction.OUTBOUND and (extension := variable(event, "dialed_user")):
        return shown(extension)
    return shown(variable(event, "sip_req_user") or text(event, "Caller-Destination-Number"))


# --- one function for each event ------------------------------------------------------------------------------------
def _leg_created(event: Event, source: Source) -> facts.Fact:
    return facts.LegCreated(
        **_of_leg(event, source),
        direction=_direction(event),
        dialled=dialled(event),
        caller_number=caller_number(event),
        caller_name=caller_name(event),
        call_id=uuid_of(variable(event, "cc_call")),
        agent_id=whole(variable(event, "cc_agent")),
        epoch=whole(variable(event, "cc_epoch")),
        username=variable(event, "dialed_user"),
        domain=variable(event, "dialed_domain"),
        line=line_news.line_of(variable(event, "cc_line")),
    )


def _leg_queued(event: Event, source: Source) -> facts.Fact:
    said = _of_leg(event, source)
    queue_id = whole(variable(event, "cc_queue"))
    if queue_id is None:
        raise NotAFact("no queue")
    return facts.LegQueued(
        **said,
        queue_id=queue_id,
        queued_at=moment(variable(event, "cc_queued_us")) or said["at"],
        priority=signed(variable(event, "cc_prio")),
        **_caller(event, said),
        skills=skills_of(variable(event, "cc_skills")),
        wanted_agent_id=whole(variable(event, "cc_wanted")),
    )


def _caller(event: Event, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "dialled": variable(event, "cc_number") or dialled(event),
        "caller_number": caller_number(event),
        "caller_name": caller_name(event),
        "arrived_at": moment(text(event, "Caller-Channel-Created-Time")) or said["at"],
    }


def _flow_stepped(event: Event, source: Source) -> facts.Fact | None:
    said = _of_leg(event, source)
    names = {name.removeprefix("variable_"): None for name in event if name.startswith("variable_cc_v_")}
    kind = shown(text(event, "Flow-Kind"))[:16]
    return flow_paths.flow_stepped(
        lambda name: variable(event, name), names, said, kind=kind, **_caller(event, said)
    )


def _leg_ringing(event: Event, source: Source) -> facts.Fact:
    return facts.LegRinging(**_of_leg(event, source))


def _leg_answered(event: Event, source: Source) -> facts.Fact:
    said = _of_leg(event, source)
    return facts.LegAnswered(
        **said, answered_at=moment(text(event, "Caller-Channel-Answered-Time")) or said["at"]
    )


def _pair(event: Event, source: Source) -> dict[str, Any]:
    """Both legs of a bridge, the one first that fetched the other: the event comes on one leg only, and on either."""
    said = _of_leg(event, source)
    first, second = _leg_id(event, "Bridge-A-Unique-ID"), _leg_id(event, "Bridge-B-Unique-ID")
    said["leg_id"], said["other_leg_id"] = first, second
    offer_id = uuid_of(variable(event, "cc_offer"))
    said["offer_id"] = offer_id if offer_id in (first, second) else None
    return said


def _legs_bridged(event: Event, source: Source) -> facts.Fact:
    return facts.LegsBridged(**_pair(event, source))


def _legs_unbridged(event: Event, source: Source) -> facts.Fact:
    return facts.LegsUnbridged(**_pair(event, source))


def _leg_held(event: Event, source: Source) -> facts.Fact:
    return facts.LegHeld(**_of_leg(event, source))


def _leg_unheld(event: Event, source: Source) -> facts.Fact:
    return facts.LegUnheld(**_of_leg(event, source))


def hung_up_by(disposition: str) -> HungUpBy:
    return HungUpBy.PARTY if disposition in _ENDED_BY_PARTY else HungUpBy.SWITCH


def _leg_hung_up(event: Event, source: Source) -> facts.Fact:
    if failed := line_news.failed(event, _said(event, source)):
        return failed
    said = _of_leg(event, source)
    by = hung_up_by(variable(event, "sip_hangup_disposition"))
    return facts.LegHungUp(
        **said,
        direction=_direction(event),
        cause=text(event, "Hangup-Cause"),
        by=by,
        created_at=moment(text(event, "Caller-Channel-Created-Time")) or said["at"],
        answered_at=moment(text(event, "Caller-Channel-Answered-Time")),
        ended_at=moment(text(event, "Caller-Channel-Hangup-Time")) or said["at"],
        line=line_news.line_of(variable(event, "cc_line")),
    )


def _line_stated(event: Event, source: Source) -> facts.Fact | None:
    return line_news.stated(event, _said(event, source))


def _recording_started(event: Event, source: Source) -> facts.Fact | None:
    if variable(event, "cc_place") in ("voicemail", "survey") or _is_utterance(event, source):
        return None
    return facts.RecordingStarted(
        **_of_leg(event, source), path=source.relative(text(event, "Record-File-Path"))
    )


def _is_utterance(event: Event, source: Source) -> bool:
    """What a flow listens to is no recording of the call: it is understood and deleted."""
    return source.relative(text(event, "Record-File-Path")).startswith(f"{UTTERANCES}/")


def _recording_stopped(event: Event, source: Source) -> facts.Fact | None:
    if _is_utterance(event, source):
        return None
    said = _of_leg(event, source)
    path = source.relative(text(event, "Record-File-Path"))
    seconds = (whole(variable(event, "record_ms")) or 0) / 1000
    if variable(event, "cc_place") == "survey":
        answer = survey_answer(lambda name: variable(event, name), said)
        return replace(answer, comment_path=path, comment_seconds=seconds)
    if variable(event, "cc_place") != "voicemail":
        return facts.RecordingStopped(**said, path=path, seconds=seconds)
    return facts.VoicemailLeft(
        **said,
        queue_id=whole(variable(event, "cc_queue")),
        path=path,
        seconds=seconds,
        caller_number=caller_number(event),
        caller_name=caller_name(event),
    )


def _survey_answered(event: Event, source: Source) -> facts.Fact:
    return survey_answer(lambda name: variable(event, name), _of_leg(event, source))


def survey_answer(of_leg: Callable[[str], str], said: dict[str, Any]) -> facts.SurveyAnswered:
    """By the leg's own variables, of an event or of its record alike. Raises NotAFact."""
    survey_id, asked_at = whole(of_leg("cc_survey")), moment(of_leg("cc_asked_us"))
    if survey_id is None or asked_at is None:
        raise NotAFact("no survey")
    score = whole(of_leg("cc_score"))
    return facts.SurveyAnswered(
        **said,
        survey_id=survey_id,
        queue_id=whole(of_leg("cc_queue")),
        asked_at=asked_at,
        score=score,
        answered_at=None if score is None else moment(of_leg("cc_scored_us")) or said["at"],
    )


def _wait_fell_back(event: Event, source: Source) -> facts.Fact:
    return facts.WaitFellBack(
        **_of_leg(event, source),
        queue_id=whole(variable(event, "cc_queue")),
        reason=variable(event, "cc_reason"),
    )


def _caller_held(event: Event, source: Source) -> facts.Fact:
    fact = call_story.held(lambda name: variable(event, name), _of_leg(event, source))
    if fact is None:
        raise NotAFact("not held for anything")
    return fact


def _room(event: Event, source: Source) -> facts.Fact:
    said = _of_leg(event, source)
    tell = call_story.left if text(event, "Room-State") == "out" else call_story.entered
    fact = tell(variable(event, "cc_room"), variable(event, "cc_room_us"), said)
    if fact is None:
        raise NotAFact("no room")
    return fact


def _asked(event: Event, source: Source) -> facts.Fact:
    """Whoever was asked did not answer, or is gone again; a phone that is not registered has no leg to tell it."""
    command_id = uuid_of(variable(event, "cc_consult"))
    if command_id is None:
        raise NotAFact("nobody was asked")
    words = variable(event, "originate_disposition")
    return facts.CommandFinished(
        **_said(event, source), command_id=command_id, is_ok=words == "SUCCESS", text=words
    )


def _ear_set(event: Event, source: Source) -> facts.Fact:
    return facts.EarSet(
        **_of_leg(event, source),
        agent_leg_id=_leg_id(event, "variable_cc_ear_on"),
        mode=variable(event, "cc_ear_mode")[:16],
    )


def _device_registered(event: Event, source: Source) -> facts.Fact:
    return facts.DeviceRegistered(
        **_said(event, source),
        username=text(event, "from-user"),
        domain=text(event, "from-host").lower(),
        contact=text(event, "contact"),
    )


def _device_unregistered(event: Event, source: Source) -> facts.Fact:
    return facts.DeviceUnregistered(
        **_said(event, source),
        username=text(event, "from-user") or text(event, "user"),
        domain=(text(event, "from-host") or text(event, "host")).lower(),
    )


def _command_finished(event: Event, source: Source) -> facts.Fact | None:
    command_id = uuid_of(text(event, "Job-UUID"))
    if command_id is None:
        return None
    words = text(event, "_body").strip()
    sign, _, rest = words.partition(" ")
    return facts.CommandFinished(
        **_said(event, source), command_id=command_id, is_ok=sign == "+OK", text=rest.strip()
    )


def _switch_beat(event: Event, source: Source) -> facts.Fact:
    return facts.SwitchBeat(
        **_said(event, source),
        core_uuid=text(event, "Core-UUID"),
        live_legs=whole(text(event, "Session-Count")) or 0,
    )


_TRANSLATORS: dict[str, Callable[[Event, Source], facts.Fact | None]] = {
    "CHANNEL_CREATE": _leg_created,
    "CHANNEL_PROGRESS": _leg_ringing,
    "CHANNEL_PROGRESS_MEDIA": _leg_ringing,
    "CHANNEL_ANSWER": _leg_answered,
    "CHANNEL_BRIDGE": _legs_bridged,
    "CHANNEL_UNBRIDGE": _legs_unbridged,
    "CHANNEL_HOLD": _leg_held,
    "CHANNEL_UNHOLD": _leg_unheld,
    "CHANNEL_HANGUP_COMPLETE": _leg_hung_up,
    "RECORD_START": _recording_started,
    "RECORD_STOP": _recording_stopped,
    "cc::enqueue": _leg_queued,
    "cc::flow": _flow_stepped,
    "cc::fallback": _wait_fell_back,
    "cc::survey": _survey_answered,
    "cc::ear": _ear_set,
    "cc::held": _caller_held,
    "cc::room": _room,
    "cc::asked": _asked,
    "sofia::register": _device_registered,
    "sofia::unregister": _device_unregistered,
    "sofia::expire": _device_unregistered,
    "sofia::gateway_state": _line_stated,
    "BACKGROUND_JOB": _command_finished,
    "HEARTBEAT": _switch_beat,
}
