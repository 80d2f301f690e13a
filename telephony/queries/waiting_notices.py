"""What a waiting caller should hear now: the place in line, the wait, what keys do. Few rows: they hear silence."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from telephony.models import PromptWording, Queue, QueueStay, WaitingTerms
from telephony.queries.callbacks import open_callback
from telephony.queries.calling_hours import next_calling_time, waiting_terms
from telephony.queries.emergency import has_outside_line
from telephony.queries.expected_wait import ahead_of, expected_seconds, pace_of
from telephony.speech import phrases
from tenants.context import current_schema

NOTHING_TO_SAY_SECONDS = 600
"""Until our web is asked again about a caller to whom nothing is to be said."""
SHORTEST_PAUSE = 15
KEEP_KEY, CANCEL_KEY = "1", "2"
"""The keys `callback-waiting` names."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """Pieces to be played one after another, with an own sound of the tenant before them, and what keys do."""

    pause_seconds: int = NOTHING_TO_SAY_SECONDS
    pieces: tuple[str, ...] = ()
    own: str = ""
    callback_key: str = ""
    cancel_key: str = ""
    voicemail_key: str = ""


def waiting_notice(call_id: UUID, language: str, at: datetime) -> Said:
    """For the caller of this call; nothing for one who does not wait as far as the rows say."""
    stays = QueueStay.objects.filter(call_id=call_id, left_at=None).select_related("queue", "call")
    stay = stays.order_by("-entered_at").first()
    if stay is None:
        return Said(pause_seconds=SHORTEST_PAUSE)
    terms = WaitingTerms.objects.filter(queue_id=stay.queue_id).first()
    if terms is None:
        return Said()
    promised = open_callback(stay.call.caller_number, stay.queue_id)
    pieces = _standing(stay, terms, language, at)
    offers = _promised() if promised else _offered(stay, terms, at)
    for name, key in (("offer-callback", offers[0]), ("offer-voicemail", offers[2])):
        if key and not promised:
            pieces += phrases.offer(name, key, language)
    pieces += ["callback-waiting"] if promised else []
    return Said(
        pause_seconds=max(SHORTEST_PAUSE, terms.announce_every_seconds),
        pieces=tuple(pieces),
        own=_comfort(terms, language),
        callback_key=offers[0],
        cancel_key=offers[1],
        voicemail_key=offers[2],
    )


def _standing(stay: QueueStay, terms: WaitingTerms, language: str, at: datetime) -> list[str]:
    pieces: list[str] = []
    if terms.says_position:
        pieces += phrases.position(ahead_of(stay) + 1, language)
    if terms.says_wait:
        midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
        seconds = expected_seconds(stay, pace_of(stay.queue_id, midnight), at=at)
        pieces += [] if seconds is None else phrases.expected_wait(seconds, language)
    return pieces


def _promised() -> tuple[str, str, str]:
    return KEEP_KEY, CANCEL_KEY, ""


def _offered(stay: QueueStay, terms: WaitingTerms, at: datetime) -> tuple[str, str, str]:
    """The keys for a callback, for cancelling one, for a message; "" for what is not to be had."""
    can = terms.offers_callback and can_be_called_back(stay.call.caller_number, stay.queue, terms, at)
    callback_key = terms.callback_key if can else ""
    voicemail_key = terms.voicemail_key if terms.offers_voicemail else ""
    return callback_key, "", "" if voicemail_key == callback_key else voicemail_key


def can_be_called_back(number: str, queue: Queue, terms: WaitingTerms, at: datetime) -> bool:
    return number.startswith("+") and has_outside_line() and next_calling_time(queue, terms, at) is not None


def calls_back_at_the_end(queue_id: int) -> bool:
    """Callers of this queue who have waited too long are called back instead of being asked for a message."""
    terms = waiting_terms(queue_id)
    return terms.when_too_long == WaitingTerms.TooLong.CALLBACK


def _comfort(terms: WaitingTerms, language: str) -> str:
    """`<schema>/<sha256>` of the queue's own message, or ""."""
    if terms.comfort_id is None:
        return ""
    found = PromptWording.objects.filter(prompt_id=terms.comfort_id, language=language, sound__isnull=False)
    sha256 = found.values_list("sound_id", flat=True).first()
    return f"{current_schema()}/{sha256}" if sha256 else ""
