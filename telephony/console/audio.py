"""Messages and spoken comments as sound: policy, range requests, and an entry in the ledger for every play."""

from uuid import UUID

import redis
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from telephony import actions, policies, queries
from telephony.actions.sound_alarms import open_sound
from telephony.console.sound_answers import sound_answer
from telephony.models import SurveyAnswer, Voicemail
from telephony.queries.teams import is_in_scope, team_of
from tenants.errors import NotFound
from tenants.people.console.access import member_required
from tenants.people.policies import Role

WHO = policies.SEEING_CALLS
HEARING_MESSAGES = (Role.AGENT, Role.INSPECTOR, *policies.LEADERS)
ONE_PLAY = 60
"""Seconds within which further requests of the same player belong to the same play."""


@require_GET
@member_required(*HEARING_MESSAGES)
def voicemail_audio(request: HttpRequest, voicemail_id: UUID) -> HttpResponse:
    voicemail = queries.voicemail(voicemail_id)
    if voicemail is None or not policies.can_see_calls(request.user):
        raise NotFound
    answer = _sound(request, voicemail)
    actions.mark_heard(voicemail_id=voicemail.pk, member=request.user, at=timezone.now())
    return answer


@require_GET
@member_required(*WHO)
def comment_audio(request: HttpRequest, answer_id: int) -> HttpResponse:
    """What a caller said after the call: for those who may hear the call itself."""
    answer = queries.survey_answer(answer_id)
    if answer is None or not answer.comment_path:
        raise NotFound
    may_listen = policies.can_listen(request.user, answer.call, team_of(request.user))
    if not may_listen or not is_in_scope(request.user, answer.call):
        raise NotFound
    return _sound(request, answer)


def _sound(request: HttpRequest, row: Voicemail | SurveyAnswer) -> HttpResponse:
    """A player asks many times for pieces of one play; it is noted with the first of them."""
    is_download = "download" in request.GET
    if is_download and not policies.can_see_every_call(request.user):
        raise NotFound
    sound = open_sound(row)
    if is_download or _is_first_piece(request, row):
        sound.prove()
        actions.note_custody(row, "downloaded" if is_download else "played", at=timezone.now())
    name = f"{row.call.arrived_at:%Y%m%d-%H%M%S}-{row.pk}.wav"
    return sound_answer(request, sound, name=name, is_download=is_download)


def _is_first_piece(request: HttpRequest, row: Voicemail | SurveyAnswer) -> bool:
    return is_first(f"play:{request.user.pk}:{type(row).__name__}:{row.pk}", ONE_PLAY)


def is_first(what: str, seconds: int) -> bool:
    try:
        return bool(cache.add(what, 1, seconds))
    except (redis.RedisError, OSError):
        # Without a cache every piece is written down: too much rather than nothing.
        return True
