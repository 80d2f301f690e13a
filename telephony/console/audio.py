"""Recordings and voicemails as sound: policy, range requests, and an audit entry for every play."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import redis
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from telephony import actions, policies, queries
from telephony.models import Recording, SurveyAnswer, Voicemail
from telephony.queries.nodes import recording_folder
from tenants.context import current_schema
from tenants.errors import DomainError, NotFound
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required
from tenants.people.policies import Role

Played = Recording | Voicemail | SurveyAnswer
WHO = (Role.AGENT, Role.INSPECTOR, *policies.LEADERS)
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
CHUNK = 64 * 1024
ONE_PLAY = 60
"""Seconds within which further requests of the same player belong to the same play."""


class SoundMissing(DomainError):
    "The sound file is not there. It may still be on its way from the telephone system, or past its retention."

    status = 404


@require_GET
@member_required(*WHO)
def recording_audio(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    recording = queries.recording(recording_id)
    if recording is None or not policies.can_listen(request.user, recording.call):
        raise NotFound
    return _sound(request, recording, lambda: _note_play(request, recording), recording.path)


@require_GET
@member_required(*WHO)
def voicemail_audio(request: HttpRequest, voicemail_id: UUID) -> HttpResponse:
    voicemail = queries.voicemail(voicemail_id)
    if voicemail is None or not policies.can_see_calls(request.user):
        raise NotFound
    heard = partial(actions.mark_heard, voicemail_id=voicemail.pk, member=request.user, at=timezone.now())
    return _sound(request, voicemail, heard, voicemail.path)


@require_GET
@member_required(*WHO)
def comment_audio(request: HttpRequest, answer_id: int) -> HttpResponse:
    """What a caller said after the call: for those who may hear the call itself."""
    answer = queries.survey_answer(answer_id)
    if answer is None or not answer.comment_path or not policies.can_listen(request.user, answer.call):
        raise NotFound
    return _sound(request, answer, lambda: _note_play(request, answer), answer.comment_path)


def _sound(
    request: HttpRequest, row: Played, note_play: Callable[[], None], stored_path: str
) -> HttpResponse:
    """A player asks many times for pieces of one play; it is noted with the first of them."""
    path = path_of(stored_path)
    is_download = "download" in request.GET
    if is_download and not policies.can_see_every_call(request.user):
        raise NotFound
    if is_download or _is_first_piece(request, row):
        note_play()
    answer = _whole_or_part(request, path)
    answer["Content-Type"] = "audio/wav"
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    kind = "attachment" if is_download else "inline"
    answer["Content-Disposition"] = f'{kind}; filename="{row.call.arrived_at:%Y%m%d-%H%M%S}-{row.pk}.wav"'
    return answer


def _note_play(request: HttpRequest, recording: Played) -> None:
    record_audit(verb="downloaded" if "download" in request.GET else "played", subject=recording)


def path_of(stored_path: str) -> Path:
    """The file inside this tenant's folder of recordings; anything that leads out of it is not there."""
    recordings = recording_folder(stored_path)
    folder = (recordings / current_schema()).resolve()
    path = (recordings / stored_path).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise SoundMissing
    return path


def _is_first_piece(request: HttpRequest, row: Played) -> bool:
    try:
        return cache.add(f"play:{request.user.pk}:{type(row).__name__}:{row.pk}", 1, ONE_PLAY)
    except (redis.RedisError, OSError):
        # Without a cache every piece is written down: too much rather than nothing.
        return True


def _whole_or_part(request: HttpRequest, path: Path) -> HttpResponse:
    size = path.stat().st_size
    wanted = wanted_bytes(request.headers.get("Range", ""), size)
    first, last = wanted or (0, size - 1)
    if wanted and (first > last or first >= size):
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    answer = StreamingHttpResponse(
        _pieces(request, path, first, last - first + 1), status=206 if wanted else 200
    )
    answer["Content-Length"] = str(last - first + 1)
    if wanted:
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    return answer


def wanted_bytes(asked: str, size: int) -> tuple[int, int] | None:
    """(first, last) of a single range; None when there is none we understand, and the whole is sent."""
    match = RANGE.fullmatch(asked.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _pieces(
    request: HttpRequest, path: Path, first: int, length: int
) -> Iterator[bytes] | AsyncIterator[bytes]:
    """Under ASGI an async iterator: a plain one would be read into memory whole."""
    pieces = _read(path.open("rb"), first, length)
    return _in_threads(pieces) if isinstance(request, ASGIRequest) else pieces


def _read(file: BinaryIO, first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while length > 0 and (piece := file.read(min(CHUNK, length))):
            length -= len(piece)
            yield piece


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await sync_to_async(next, thread_sensitive=False)(pieces, None)) is not None:
        yield piece
