"""Voices: which service speaks a language, with which settings. A service's key is sealed and never shown again."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from telephony.models import Voice
from telephony.provider_fields import kept_settings
from telephony.speech.listening import LISTENERS
from telephony.speech.providers import PROVIDERS
from telephony.text import plain_line
from tenants.errors import BadInput, NotFound
from tenants.people.actions import record_audit
from tenants.people.audit import difference, row_values
from tenants.secrets import seal


class VoiceNotFound(NotFound):
    "There is no such voice."


class VoiceNameTaken(BadInput):
    "Another voice has this name."


@transaction.atomic
def keep_voice(
    *,
    name: str,
    provider: str,
    language: str,
    settings: Mapping[str, Any],
    secret: str | None = None,
    is_default: bool = False,
    is_listener: bool = False,
    voice_id: int | None = None,
) -> Voice:
    """`secret` None keeps the one there is. Settings the provider does not know are left out."""
    voice = _locked(voice_id) if voice_id else Voice()
    before = row_values(voice) if voice_id else {}
    if provider not in PROVIDERS or language not in ("zh", "en"):
        raise BadInput(_("This provider or language is not known."), field="provider")
    is_other_service = bool(voice_id) and voice.provider != provider
    voice.name, voice.provider, voice.language = plain_line(name, 80), provider, language
    if not voice.name:
        raise BadInput(_("A voice needs a name."), field="name")
    if Voice.objects.filter(name=voice.name).exclude(pk=voice.pk).exists():
        raise VoiceNameTaken(field="name")
    voice.settings = kept_settings(PROVIDERS[provider].FIELDS, settings)
    if secret is not None or is_other_service:
        voice.secret = seal((secret or "").strip())
    if PROVIDERS[provider].NEEDS_SECRET and not voice.secret:
        raise BadInput(_("This service needs a key."), field="secret")
    _make_default(voice, is_default)
    voice.is_listener = is_listener and provider in LISTENERS
    voice.save()
    was, now = difference(before, row_values(voice))
    if now:
        record_audit(verb="changed" if voice_id else "added", subject=voice, before=was or None, after=now)
    return voice


@transaction.atomic
def drop_voice(*, voice_id: int) -> None:
    """Its texts are spoken by the language's other voice from then on; what was spoken stays."""
    voice = _locked(voice_id)
    record_audit(verb="deleted", subject=voice, before=row_values(voice))
    voice.delete()


def _locked(voice_id: int) -> Voice:
    voice = Voice.objects.select_for_update().filter(pk=voice_id).first()
    if voice is None:
        raise VoiceNotFound
    return voice


def _make_default(voice: Voice, is_default: bool) -> None:
    """One voice per language is used where a text names none."""
    others = Voice.objects.filter(language=voice.language, is_default=True).exclude(pk=voice.pk)
    if is_default:
        others.update(is_default=False)
    voice.is_default = is_default or not others.exists()
