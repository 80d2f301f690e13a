"""What is to be listened to for sentences, and which sentences: for the floor above, which keeps the verdicts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from telephony.models import Recording
from telephony.queries.recording_policies import newest_policy
from telephony.speech.failures import in_words
from telephony.speech.listening.matching import is_han
from tenants.context import current_tenant

LONGEST_TALK = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class RecordedTalk:
    """`language` "en", "zh", …: what the caller chose, else the tenant's."""

    recording_id: UUID
    call_id: UUID
    agent_id: int
    queue_id: int | None
    started_at: datetime
    ended_at: datetime
    language: str


def recorded_talks(
    *, after: datetime, until: datetime, queue_ids: Collection[int], limit: int
) -> list[RecordedTalk]:
    """Whose file ended within (after, until], the first first; `queue_ids` empty: of all queues."""
    found = Recording.objects.filter(
        started_at__gt=after - LONGEST_TALK,
        ended_at__gt=after,
        ended_at__lte=until,
        agent__isnull=False,
        medium=Recording.Medium.SOUND,
    )
    if queue_ids:
        found = found.filter(queue_id__in=queue_ids)
    own = current_tenant().language.partition("-")[0]
    return [
        RecordedTalk(
            recording_id=one.pk,
            call_id=one.call_id,
            agent_id=one.agent_id,
            queue_id=one.queue_id,
            started_at=one.started_at,
            ended_at=one.ended_at,
            language=(one.call.language or own).partition("-")[0],
        )
        for one in found.select_related("call").order_by("ended_at")[:limit]
    ]


def phrases_to_say(language: str) -> tuple[int, tuple[str, ...]]:
    """(version of the recording policy, its sentences in this language): Chinese ones in Chinese talks alone."""
    policy = newest_policy()
    is_chinese = language == "zh"
    return policy.version, tuple(one for one in policy.phrases if is_han(one) == is_chinese)


def why_not_listened(code: str) -> str:
    """In words; of recordings that are gone, changed or out of reach too."""
    from telephony.vault.errors import SoundMissing, SoundOutOfReach, SoundTampered

    kept = {"gone": SoundMissing, "tampered": SoundTampered, "away": SoundOutOfReach}
    return kept[code]().message if code in kept else in_words(code)
