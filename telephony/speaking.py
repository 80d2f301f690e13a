"""From a text that waits to be spoken to its sound: asks the voice's service, never inside a transaction.

What a voice has once said is not asked again, in whichever prompt the same text stands.
"""

import structlog
from django.utils import timezone

from telephony.actions.prompts import key_of, note_spoken, note_unspoken
from telephony.models import PromptWording, Voice
from telephony.queries import prompts as queries
from telephony.sounds.processing import MadeSound, SoundRefused, made_of
from telephony.speech.failures import SpeechFailed
from telephony.speech.port import Utterance
from telephony.speech.providers import speak
from tenants.context import current_schema
from tenants.secrets import SecretUnreadable, unseal

log = structlog.get_logger()


def speak_wording(wording_id: int) -> bool:
    """True when callers can hear it now."""
    wording = queries.wording(wording_id)
    if wording is None or wording.is_uploaded or wording.state == PromptWording.State.READY:
        return wording is not None
    voice = queries.voice_for(wording)
    key = key_of(wording)
    try:
        made = spoken(voice, wording.text, wording.language)
    except SpeechFailed as failure:
        log.warning(
            "A prompt could not be spoken.",
            tenant=current_schema(),
            prompt=wording.prompt_id,
            reason=failure.reason,
        )
        note_unspoken(wording_id=wording_id, key=key, reason=failure.reason)
        return False
    return note_spoken(wording_id=wording_id, key=key, made=made, at=timezone.now())


def spoken(voice: Voice, text: str, language: str) -> MadeSound:
    """Raises SpeechFailed."""
    try:
        secret = unseal(voice.secret)
    except SecretUnreadable:
        raise SpeechFailed("secret") from None
    said = speak(
        voice.provider, Utterance(text=text, language=language, settings=voice.settings, secret=secret)
    )
    try:
        return made_of(said, is_trimmed=True)
    except SoundRefused:
        raise SpeechFailed("bad_sound") from None
