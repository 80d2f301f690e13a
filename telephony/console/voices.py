"""Voices: which service speaks, in which language; its key goes in and never comes out again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies
from telephony.actions import voices as actions
from telephony.console.prompts import LANGUAGES
from telephony.models import Voice
from telephony.queries import prompts as queries
from telephony.speaking import spoken
from telephony.speech.failures import SpeechFailed, in_words
from telephony.speech.listening import LISTENERS
from telephony.speech.providers import PROVIDERS
from telephony.speech.providers.espeak import is_installed
from tenants.errors import BadInput, DomainError, NotFound
from tenants.people.console.access import member_required

LABELS = {
    "url": gettext_lazy("Address"),
    "token_url": gettext_lazy("Address for tokens"),
    "model": gettext_lazy("Model"),
    "voice": gettext_lazy("Voice's name at the service"),
    "speed": gettext_lazy("Speed"),
    "rate": gettext_lazy("Speed"),
    "region": gettext_lazy("Region"),
    "app_key": gettext_lazy("AppKey"),
    "app_id": gettext_lazy("APPID"),
    "listen_model": gettext_lazy("Model that understands callers"),
    "listen_url": gettext_lazy("Address for understanding callers"),
}
HELPS = {
    ("espeak", "voice"): gettext_lazy(
        "Such as cmn for Chinese or en-gb for English. Empty: what suits the language."
    ),
    ("espeak", "speed"): gettext_lazy("Words per minute, 80 to 400; 160 is unhurried."),
    ("openai", "speed"): gettext_lazy("0.25 to 4.0; 1.0 is the voice's own speed."),
    ("azure", "rate"): gettext_lazy("Percent faster, or slower with a minus, such as -10%."),
    ("alibaba", "speed"): gettext_lazy("−500 to 500; 0 is the voice's own speed."),
    ("iflytek", "speed"): gettext_lazy("0 to 100; 50 is the voice's own speed."),
}
KEYS = {
    "openai": gettext_lazy("API key"),
    "azure": gettext_lazy("Key of the resource"),
    "alibaba": gettext_lazy("AccessKey ID and secret, with a colon between them"),
    "iflytek": gettext_lazy("APIKey and APISecret, with a colon between them"),
}
SAMPLES = {"zh": "您好，这是一段试听。", "en": "Hello, this is how I sound."}


class VoiceForm(forms.Form):
    """The fields of a provider, its own settings after the common ones."""

    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    language = forms.ChoiceField(choices=list(LANGUAGES.items()), label=gettext_lazy("Language"))
    is_default = forms.BooleanField(
        required=False,
        label=gettext_lazy("Speaks this language where a prompt names no voice"),
    )

    def __init__(self, provider: str, *args: Any, has_secret: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in PROVIDERS[provider].FIELDS:
            self.fields[field.name] = forms.CharField(
                max_length=200,
                required=field.is_required,
                label=LABELS[field.name],
                initial=field.default,
                help_text=HELPS.get((provider, field.name), ""),
            )
        if provider in LISTENERS:
            self.fields["is_listener"] = forms.BooleanField(
                required=False,
                label=gettext_lazy("Understands callers in this language too"),
                help_text=_("For steps of call flows that listen. Each utterance is sent to this service."),
            )
        if PROVIDERS[provider].NEEDS_SECRET:
            self.fields["secret"] = forms.CharField(
                max_length=500,
                required=not has_secret,
                label=KEYS[provider],
                widget=forms.PasswordInput({"autocomplete": "off"}),
                help_text=_("Kept encrypted. Leave empty to keep the one there is.") if has_secret else "",
            )


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def voice_list(request: HttpRequest) -> HttpResponse:
    page = {
        "voices": queries.voices(),
        "languages": LANGUAGES,
        "providers": list(Voice.Provider.choices),
        "has_engine": is_installed(),
        "may_change": policies.can_configure(request.user),
    }
    return render(request, "telephony/prompts/voices.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def voice_form(request: HttpRequest, voice_id: int | None = None) -> HttpResponse:
    """A new one of `?provider=`, or a known one."""
    if not policies.can_configure(request.user):
        return redirect("telephony:voices")
    voice = queries.voice(voice_id) if voice_id else None
    provider = voice.provider if voice else request.GET.get("provider", "")
    if provider not in PROVIDERS or (voice_id and voice is None):
        raise NotFound
    form = VoiceForm(
        provider, request.POST or None, initial=_initial(voice), has_secret=bool(voice and voice.secret)
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _kept(form, provider, voice_id)
            messages.success(request, _("The voice is saved. New texts are spoken by it."))
            return redirect("telephony:voices")
        except DomainError as refusal:
            field = getattr(refusal, "field", "") if isinstance(refusal, BadInput) else ""
            form.add_error(field if field in form.fields else None, refusal.message)
            status = refusal.status
    page = {"form": form, "voice": voice, "provider": Voice.Provider(provider).label}
    return render(request, "telephony/prompts/voice.html", page, status=status)


@require_POST
@member_required(*policies.LEADERS)
def try_voice(request: HttpRequest, voice_id: int) -> HttpResponse:
    """Speaks a short sample, so that a wrong key is found here and not by callers."""
    voice = queries.voice(voice_id)
    if voice is None or not policies.can_configure(request.user):
        raise NotFound
    try:
        made = spoken(voice, SAMPLES[voice.language], voice.language)
        told = {"name": voice.name, "seconds": made.seconds}
        messages.success(request, _("%(name)s speaks: the sample lasts %(seconds).1f seconds.") % told)
    except SpeechFailed as failure:
        told = {"name": voice.name, "problem": in_words(failure.reason)}
        messages.error(request, _("%(name)s does not speak. %(problem)s") % told)
    return redirect("telephony:voices")


@require_POST
@member_required(*policies.LEADERS)
def delete_voice(request: HttpRequest, voice_id: int) -> HttpResponse:
    if policies.can_configure(request.user):
        actions.drop_voice(voice_id=voice_id)
        messages.success(request, _("The voice is deleted. What it has spoken stays."))
    return redirect("telephony:voices")


def _initial(voice: Voice | None) -> dict[str, Any] | None:
    if voice is None:
        return None
    common = {"name": voice.name, "language": voice.language, "is_default": voice.is_default}
    common["is_listener"] = voice.is_listener
    return common | {name: str(value) for name, value in voice.settings.items()}


def _kept(form: VoiceForm, provider: str, voice_id: int | None) -> None:
    given = form.cleaned_data
    actions.keep_voice(
        voice_id=voice_id,
        name=given["name"],
        provider=provider,
        language=given["language"],
        is_default=given["is_default"],
        is_listener=given.get("is_listener", False),
        settings={field.name: given[field.name] for field in PROVIDERS[provider].FIELDS},
        secret=given.get("secret") or None,
    )
