"""Prompts and their wordings: written, spoken later by a task, or uploaded. What callers hear changes when it is ready.

Until then the sound of before stays. A sound is never changed or taken away: flows on the switch's disk name it.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from telephony.actions.setup import floor_changed
from telephony.models import Prompt, PromptWording, Sound, Voice
from telephony.queries.prompts import uses_of_prompt, voice_for
from telephony.sounds import store
from telephony.sounds.processing import MadeSound
from telephony.speech.port import LONGEST_TEXT, speech_key
from telephony.text import plain_line
from tenants.context import current_schema
from tenants.errors import BadInput, DomainError, NotFound
from tenants.people.actions import record_audit
from tenants.people.policies import Member

State = PromptWording.State
LANGUAGES = ("zh", "en")


class PromptNotFound(NotFound):
    "There is no such prompt."


class PromptNameTaken(BadInput):
    "Another prompt has this name."


class PromptInUse(DomainError):
    "Callers hear this prompt: take it out of %(places)s first."


class NothingToSay(BadInput):
    "Write what callers are to hear, or upload a sound."


@transaction.atomic
def keep_prompt(*, name: str, note: str = "", prompt_id: int | None = None) -> Prompt:
    """Make or rename one. Raises PromptNameTaken, and BadInput without a name."""
    prompt = _locked(prompt_id) if prompt_id else Prompt()
    before = {"name": prompt.name, "note": prompt.note} if prompt_id else None
    prompt.name, prompt.note = plain_line(name, 80), plain_line(note, 200)
    if not prompt.name:
        raise BadInput(_("A prompt needs a name."), field="name")
    if Prompt.objects.filter(name=prompt.name).exclude(pk=prompt.pk).exists():
        raise PromptNameTaken(field="name")
    prompt.save()
    after = {"name": prompt.name, "note": prompt.note}
    if before != after:
        record_audit(verb="changed" if before else "added", subject=prompt, before=before, after=after)
    return prompt


@transaction.atomic
def drop_prompt(*, prompt_id: int) -> None:
    """Raises PromptInUse while a flow, a queue or a survey names it."""
    prompt = _locked(prompt_id)
    places = uses_of_prompt(prompt.pk)
    if places:
        raise PromptInUse(places=", ".join(map(str, places[:5])))
    record_audit(verb="deleted", subject=prompt, before={"name": prompt.name})
    prompt.delete()


@transaction.atomic
def word_prompt(
    *,
    prompt_id: int,
    language: str,
    text: str,
    at: datetime,
    voice_id: int | None = None,
    by: Member | None = None,
) -> PromptWording:
    """The prompt's text in a language. Spoken before in this voice it is ready at once, else a task speaks it."""
    prompt = _locked(prompt_id)
    said = _said(text)
    voice = Voice.objects.filter(pk=voice_id, language=_known(language)).first() if voice_id else None
    wording = _wording(prompt, language)
    is_same = not wording.is_uploaded and wording.text == said and wording.voice_id == (voice and voice.pk)
    if is_same and wording.state == State.READY and wording.sound_id:
        return wording
    before = _told(wording) if wording.pk else None
    wording.text, wording.voice, wording.is_uploaded = said, voice, False
    _changed(wording, by, at)
    _await_speech(wording)
    wording.save()
    record_audit(verb="worded", subject=prompt, before=before, after=_told(wording))
    floor_changed()
    return wording


@transaction.atomic
def upload_wording(
    *, prompt_id: int, language: str, made: MadeSound, at: datetime, text: str = "", by: Member | None = None
) -> PromptWording:
    """A sound somebody recorded. `text` says what is heard in it; it is not spoken."""
    prompt = _locked(prompt_id)
    wording = _wording(prompt, _known(language))
    before = _told(wording) if wording.pk else None
    wording.text, wording.voice, wording.is_uploaded = plain_line(text, LONGEST_TEXT), None, True
    wording.sound, wording.state, wording.problem = keep_sound(made, at=at), State.READY, ""
    _changed(wording, by, at)
    wording.save()
    record_audit(verb="uploaded", subject=prompt, before=before, after=_told(wording))
    floor_changed()
    return wording


@transaction.atomic
def drop_wording(*, prompt_id: int, language: str) -> None:
    prompt = _locked(prompt_id)
    for wording in prompt.wordings.filter(language=language):
        record_audit(verb="wording deleted", subject=prompt, before=_told(wording))
        wording.delete()
    floor_changed()


@transaction.atomic
def note_spoken(*, wording_id: int, key: str, made: MadeSound, at: datetime) -> bool:
    """The task's news. False when the text or the voice is another by now: that one is spoken by its own task."""
    sound = keep_sound(made, at=at, key=key)
    wording = PromptWording.objects.select_for_update().filter(pk=wording_id).first()
    if wording is None or key_of(wording) != key:
        return False
    wording.sound, wording.state, wording.problem = sound, State.READY, ""
    wording.save(update_fields=["sound", "state", "problem"])
    floor_changed()
    return True


@transaction.atomic
def note_unspoken(*, wording_id: int, key: str, reason: str) -> None:
    """`reason` is a code of telephony.speech.failures. The sound of before, if any, stays."""
    wording = PromptWording.objects.select_for_update().filter(pk=wording_id).first()
    if wording is None or key_of(wording) != key or wording.state == State.READY:
        return
    wording.state, wording.problem = State.FAILED, reason[:200]
    wording.save(update_fields=["state", "problem"])


@transaction.atomic
def speak_again(*, at: datetime, prompt_id: int | None = None, language: str = "") -> list[int]:
    """What failed, or all of a language whose voice has changed. Returns the ids of wordings a task has to speak."""
    found = PromptWording.objects.select_for_update().filter(is_uploaded=False).exclude(text="")
    if prompt_id is not None:
        found = found.filter(prompt_id=prompt_id)
    if language:
        found = found.filter(language=language)
    for wording in found:
        _await_speech(wording)
        wording.save(update_fields=["state", "problem", "sound"])
    floor_changed()
    return [wording.pk for wording in found if wording.state == State.WAITING]


def keep_sound(made: MadeSound, *, at: datetime, key: str = "") -> Sound:
    """The file first: a row without its file would be silence."""
    store.keep(current_schema(), made)
    known = {
        "seconds": made.seconds,
        "bytes": len(made.content),
        "loudness": made.loudness,
        "made_at": at,
        "speech_key": key,
    }
    sound, is_new = Sound.objects.get_or_create(sha256=made.sha256, defaults=known)
    if key and not is_new and sound.speech_key != key:
        sound.speech_key = key
        sound.save(update_fields=["speech_key"])
    return sound


def key_of(wording: PromptWording) -> str:
    """What would be spoken for it now, in the voice it would be spoken in."""
    voice = voice_for(wording)
    return speech_key(
        provider=voice.provider, language=wording.language, settings=voice.settings, text=wording.text
    )


def _await_speech(wording: PromptWording) -> None:
    sound = Sound.objects.filter(speech_key=key_of(wording)).first()
    wording.problem = ""
    if sound is not None and store.is_there(current_schema(), sound.sha256):
        wording.sound, wording.state = sound, State.READY
    else:
        wording.state = State.WAITING


def _locked(prompt_id: int) -> Prompt:
    prompt = Prompt.objects.select_for_update().filter(pk=prompt_id).first()
    if prompt is None:
        raise PromptNotFound
    return prompt


def _wording(prompt: Prompt, language: str) -> PromptWording:
    found = prompt.wordings.filter(language=_known(language)).first()
    return found or PromptWording(prompt=prompt, language=language)


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise BadInput(_("This language is not known."), field="language")
    return language


def _said(text: str) -> str:
    """Without control characters: they would be markup to some services and noise to others."""
    said = "".join(character if character.isprintable() else " " for character in text)
    said = " ".join(said.split())
    if not said:
        raise NothingToSay(field="text")
    if len(said) > LONGEST_TEXT:
        raise BadInput(_("A prompt has 2,000 characters at most."), field="text")
    return said


def _changed(wording: PromptWording, by: Member | None, at: datetime) -> None:
    wording.changed_at, wording.changed_by = at, by


def _told(wording: PromptWording) -> dict[str, object]:
    return {
        "language": wording.language,
        "text": wording.text[:500],
        "is_uploaded": wording.is_uploaded,
        "sound": wording.sound_id,
    }
