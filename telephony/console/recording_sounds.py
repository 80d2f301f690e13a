"""A recording's sound: a link for one person and one minute, the piece a player asks for, and how it looks drawn.

Everything that is refused here is written down, whoever asked.
"""

import re
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony import actions, policies, queries
from telephony.actions.recording_peaks import drawn
from telephony.actions.sound_alarms import open_sound
from telephony.console.audio import WHO, is_first
from telephony.console.sound_answers import sound_answer
from telephony.models import Leg, Recording
from telephony.queries.recordings import masks_of_recording
from telephony.queries.teams import is_in_scope, team_of
from telephony.recording import links
from telephony.recording.errors import LinkRefused
from telephony.text import plain_line
from tenants.context import current_schema
from tenants.errors import NotFound
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def heard_by(request: HttpRequest, recording_id: UUID) -> Recording:
    """The recording, where this person may hear it. What is not there and what is not theirs are refused alike."""
    recording = queries.recording(recording_id)
    if recording is None:
        refuse(recording_id, "unknown")
    may_listen = policies.can_listen(request.user, recording, team_of(request.user))
    if not may_listen or not is_in_scope(request.user, recording):
        refuse(recording, "not_yours")
    return recording


def refuse(what: Recording | UUID | str, why: str, error: type[NotFound] = NotFound) -> NoReturn:
    if isinstance(what, Recording):
        actions.note_custody(what, "refused", at=timezone.now(), details={"why": why}, reason=why)
    else:
        record_audit(verb="refused a recording", subject=f"recording {plain_line(str(what), 80)}", reason=why)
    raise error


@never_cache
@require_POST
@member_required(*WHO)
def recording_link(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """`play`: a link of the same play, whose minute is over."""
    recording = heard_by(request, recording_id)
    is_download = "download" in request.POST
    if is_download and not policies.can_download(request.user):
        refuse(recording, "download")
    link = links.Link(
        tenant=current_schema(),
        recording_id=recording.pk,
        member_id=request.user.pk,
        play=_same_play(request, recording) or links.new_play(),
        is_download=is_download,
    )
    address = reverse("telephony:recording_audio", args=[recording.pk])
    return JsonResponse({"address": f"{address}?key={link.signed()}", "seconds": links.SECONDS})


def _same_play(request: HttpRequest, recording: Recording) -> str:
    before = links.read_link(request.POST.get("play", ""), seconds=links.LONGEST_PLAY)
    is_same = before is not None and _is_for(before, request, recording) and not before.is_download
    return before.play if before and is_same else ""


def _is_for(link: links.Link, request: HttpRequest, recording: Recording) -> bool:
    asked = current_schema(), recording.pk, request.user.pk
    return (link.tenant, link.recording_id, link.member_id) == asked


@require_GET
@member_required(*WHO)
def recording_audio(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    recording = heard_by(request, recording_id)
    link = links.read_link(request.GET.get("key", ""))
    if link is None:
        refuse(recording, "old_link" if "key" in request.GET else "no_link", LinkRefused)
    if not _is_for(link, request, recording):
        refuse(recording, "link_of_another", LinkRefused)
    if link.is_download and not policies.can_download(request.user):
        refuse(recording, "download", LinkRefused)
    sound = open_sound(recording)
    if is_first(f"play:{current_schema()}:{link.play}", links.LONGEST_PLAY):
        sound.prove()
        verb = "downloaded" if link.is_download else "played"
        actions.note_custody(recording, verb, at=timezone.now(), details={"play": link.play})
    name = watermarked(recording, request.user, timezone.now())
    return sound_answer(request, sound, name=name, is_download=link.is_download)


def watermarked(recording: Recording, member: Any, at: datetime) -> str:
    """When it was said, which one, who took it along and when: in a name that means the same on every system."""
    who = UNSAFE.sub("-", member.username).strip("-.") or str(member.pk)
    said_at = recording.started_at or recording.call.arrived_at
    return f"{said_at:%Y%m%d-%H%M%S}_{str(recording.pk)[:8]}_{who[:60]}_{at:%Y%m%dT%H%M%SZ}.wav"


@never_cache
@require_GET
@member_required(*WHO)
def recording_drawn(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """{"seconds", "left": [0…255, …], "right": […], "marks": [{"kind": "masked" | "hold", "start", "end"}]}"""
    recording = heard_by(request, recording_id)
    seen = drawn(recording)
    return JsonResponse(
        {
            "seconds": recording.seconds or 0,
            "left": list(seen.left),
            "right": list(seen.right),
            "marks": marks_of(recording),
        }
    )


def marks_of(recording: Recording) -> list[dict[str, Any]]:
    """In seconds from its beginning, in their order."""
    began = recording.started_at
    if began is None:
        return []
    whiles = [("masked", mask.began_at, mask.ended_at) for mask in masks_of_recording(recording)]
    whiles += [("hold", start, end) for start, end in _holds(recording)]
    length = recording.seconds or 0.0
    marks: list[dict[str, Any]] = [
        {"kind": kind, "start": _within(start, began, length), "end": _within(end, began, length)}
        for kind, start, end in whiles
    ]
    return sorted((one for one in marks if one["end"] > one["start"]), key=lambda one: one["start"])


def _within(moment: datetime | None, began: datetime, length: float) -> float:
    return length if moment is None else round(min(max(0.0, (moment - began).total_seconds()), length), 2)


def _holds(recording: Recording) -> list[tuple[datetime, datetime | None]]:
    marks = Leg.objects.filter(pk=recording.leg).values_list("hold_marks", flat=True).first() or []
    found: list[tuple[datetime, datetime | None]] = []
    for moment, is_held in marks:
        at = datetime.fromisoformat(moment)
        if is_held and not (found and found[-1][1] is None):
            found.append((at, None))
        elif not is_held and found and found[-1][1] is None:
            found[-1] = (found[-1][0], at)
    return found


@member_required(*WHO)
def recording_nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Addresses somebody made up under /recordings/."""
    refuse(rest, "made_up")
