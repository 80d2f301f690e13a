"""Reads of what callers hear: prompts with their wordings, voices, music, and who names them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from telephony.flows.document import UnreadableFlow, parse
from telephony.flows.references import references
from telephony.models import (
    Flow,
    Music,
    MusicPiece,
    Prompt,
    PromptWording,
    Queue,
    Sound,
    Survey,
    Voice,
    WaitingTerms,
)


@dataclass(frozen=True)
class Use:
    """Where callers hear a prompt: `kind` is flow, queue or survey."""

    kind: str
    pk: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Speaking:
    """How far the speaking of texts is."""

    ready: int
    waiting: int
    failed: int

    @property
    def total(self) -> int:
        return self.ready + self.waiting + self.failed


def prompts(search: str = "") -> QuerySet[Prompt]:
    """By name, with their wordings and sounds."""
    wordings = PromptWording.objects.select_related("sound", "voice", "changed_by")
    found = Prompt.objects.prefetch_related(Prefetch("wordings", wordings)).order_by("name")
    return found.filter(name__icontains=search) if search else found


def prompt(prompt_id: int) -> Prompt | None:
    return prompts().filter(pk=prompt_id).first()


def wording(wording_id: int) -> PromptWording | None:
    found = PromptWording.objects.select_related("prompt", "sound", "voice")
    return found.filter(pk=wording_id).first()


LOST_AFTER = timedelta(seconds=45)


def wordings_to_speak(at: datetime) -> list[int]:
    """Those whose task must have been lost: they wait for longer than one takes."""
    waiting = PromptWording.objects.filter(state=PromptWording.State.WAITING, is_uploaded=False)
    waiting = waiting.filter(changed_at__lt=at - LOST_AFTER)
    return list(waiting.order_by("changed_at").values_list("pk", flat=True)[:200])


def speaking() -> Speaking:
    states = list(PromptWording.objects.values_list("state", flat=True))
    State = PromptWording.State
    return Speaking(*(states.count(state) for state in (State.READY, State.WAITING, State.FAILED)))


def voices() -> QuerySet[Voice]:
    return Voice.objects.order_by("language", "-is_default", "name")


def voice(voice_id: int) -> Voice | None:
    return Voice.objects.filter(pk=voice_id).first()


def voice_for(row: PromptWording) -> Voice:
    """Its own, else the one used for its language; the built-in one where none is set up (a row that is not saved)."""
    if row.voice is not None:
        return row.voice
    found = Voice.objects.filter(language=row.language).order_by("-is_default", "pk").first()
    return found or built_in(row.language)


def listener_for(language: str) -> Voice | None:
    """The service that understands callers of this language; None where none is set up."""
    return Voice.objects.filter(language=language, is_listener=True).order_by("-is_default", "pk").first()


def built_in(language: str) -> Voice:
    return Voice(name=gettext("Built-in voice"), provider=Voice.Provider.ESPEAK, language=language)


def uses_of_prompt(prompt_id: int) -> list[Use]:
    return uses_of_prompts([prompt_id]).get(prompt_id, [])


def uses_of_prompts(ids: Iterable[int]) -> dict[int, list[Use]]:
    """Each prompt's flows (draft or published), queues and surveys, in three queries."""
    wanted = set(ids)
    found: dict[int, list[Use]] = {}

    def note(prompt_id: int | None, use: Use) -> None:
        if prompt_id in wanted and use not in found.setdefault(int(prompt_id), []):
            found[int(prompt_id)].append(use)

    for flow in Flow.objects.select_related("published"):
        for prompt_id in _prompts_of(flow):
            note(prompt_id, Use("flow", flow.pk, flow.name))
    for terms in WaitingTerms.objects.filter(comfort__in=wanted).select_related("queue"):
        note(terms.comfort_id, Use("queue", terms.queue_id, terms.queue.name))
    for survey in Survey.objects.filter(question__in=wanted):
        note(survey.question_id, Use("survey", survey.pk, survey.name))
    return found


def _prompts_of(flow: Flow) -> set[int]:
    found: set[int] = set()
    for document in (flow.draft, flow.published.document if flow.published else None):
        try:
            found |= references(parse(document))["prompt"] if document else set()
        except UnreadableFlow:
            continue
    return found


def sound(sha256: str) -> Sound | None:
    return Sound.objects.filter(pk=sha256).first()


def music_list() -> QuerySet[Music]:
    pieces = MusicPiece.objects.select_related("sound").order_by("position", "pk")
    return Music.objects.prefetch_related(Prefetch("pieces", pieces)).order_by("name")


def music(music_id: UUID) -> Music | None:
    return music_list().filter(pk=music_id).first()


def music_of_queues() -> list[tuple[Queue, Music | None]]:
    """Every queue with the music named for it, which is None where the default is played."""
    terms = {row.queue_id: row.music for row in WaitingTerms.objects.select_related("music")}
    return [(queue, terms.get(queue.pk)) for queue in Queue.objects.order_by("name")]


def queues_with(music: Music) -> list[str]:
    rows = WaitingTerms.objects.filter(music=music).select_related("queue").order_by("queue__name")
    return [row.queue.name for row in rows]


def name_of_default_music() -> str:
    found = Music.objects.filter(is_default=True).first()
    return found.name if found else gettext("Built-in music")
