"""What callers hear: prompts in each language, written or uploaded, listened to, and where they are used."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies
from telephony.actions import prompts as actions
from telephony.console.sound_files import read_upload
from telephony.models import Prompt, PromptWording, Voice
from telephony.queries import prompts as queries
from telephony.sounds.processing import made_of
from telephony.speech.failures import in_words
from telephony.speech.port import LONGEST_TEXT
from telephony.speech.providers.espeak import is_installed
from telephony.tasks import send_to_be_spoken
from tenants.errors import BadInput, DomainError, NotFound
from tenants.people.console.access import member_required
from tenants.typed import whole

LANGUAGES = {"zh": gettext_lazy("Chinese"), "en": gettext_lazy("English")}
MOST = 500


class NewPromptForm(forms.Form):
    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    note = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("For your colleagues; callers do not hear it."),
    )
    zh = forms.CharField(
        max_length=LONGEST_TEXT,
        required=False,
        label=gettext_lazy("Text in Chinese"),
        widget=forms.Textarea({"rows": 3, "lang": "zh"}),
    )
    en = forms.CharField(
        max_length=LONGEST_TEXT,
        required=False,
        label=gettext_lazy("Text in English"),
        widget=forms.Textarea({"rows": 3, "lang": "en"}),
        help_text=gettext_lazy("A language without a text can be uploaded on the next page."),
    )


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def prompt_list(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:80]
    found = list(queries.prompts(search)[:MOST])
    uses = queries.uses_of_prompts(prompt.pk for prompt in found)
    page = {
        "rows": [(prompt, _told(prompt), uses.get(prompt.pk, [])) for prompt in found],
        "search": search,
        "speaking": queries.speaking(),
        "has_engine": is_installed(),
        "needs_engine": _needs_engine(),
        "may_change": policies.can_configure(request.user),
    }
    return render(request, "telephony/prompts/list.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def new_prompt(request: HttpRequest) -> HttpResponse:
    if not policies.can_configure(request.user):
        return redirect("telephony:prompts")
    form, status = NewPromptForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            prompt = _made(request, form.cleaned_data)
            messages.success(request, _("The prompt is made. Its texts are being spoken."))
            return redirect("telephony:prompt", prompt.pk)
        except DomainError as refusal:
            field = getattr(refusal, "field", "") if isinstance(refusal, BadInput) else ""
            form.add_error(field if field in form.fields else None, refusal.message)
            status = refusal.status
    return render(request, "telephony/prompts/new.html", {"form": form}, status=status)


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def prompt_page(request: HttpRequest, prompt_id: int) -> HttpResponse:
    prompt = queries.prompt(prompt_id)
    if prompt is None:
        raise NotFound
    page = {
        "prompt": prompt,
        "languages": _told(prompt),
        "is_waiting": any(row["wording"] and row["wording"].state == "waiting" for row in _told(prompt)),
        "uses": queries.uses_of_prompt(prompt.pk),
        "longest": LONGEST_TEXT,
        "may_change": policies.can_configure(request.user),
    }
    return render(request, "telephony/prompts/prompt.html", page)


@require_POST
@member_required(*policies.LEADERS)
def change_prompt(request: HttpRequest, prompt_id: int, act: str) -> HttpResponse:
    """`act`: name, zh, en (the text), zh-file, en-file, zh-none, en-none, again, delete."""
    if not policies.can_configure(request.user):
        return redirect("telephony:prompt", prompt_id)
    try:
        messages.success(request, _changed(request, prompt_id, act, timezone.now()))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("telephony:prompts") if _is_gone(prompt_id) else redirect("telephony:prompt", prompt_id)


@require_POST
@member_required(*policies.LEADERS)
def speak_again(request: HttpRequest) -> HttpResponse:
    """Every text of a language, after its voice was changed, or all that failed."""
    if policies.can_configure(request.user):
        language = request.POST.get("language", "")
        ids = actions.speak_again(at=timezone.now(), language=language if language in LANGUAGES else "")
        send_to_be_spoken(ids)
        messages.success(request, _("%(count)d texts are spoken anew.") % {"count": len(ids)})
    return redirect("telephony:prompts")


def _made(request: HttpRequest, given: dict[str, Any]) -> Prompt:
    prompt = actions.keep_prompt(name=given["name"], note=given["note"])
    waiting = []
    for language in LANGUAGES:
        if given[language].strip():
            wording = actions.word_prompt(
                prompt_id=prompt.pk,
                language=language,
                text=given[language],
                at=timezone.now(),
                by=request.user,
            )
            waiting += _if_waiting(wording)
    send_to_be_spoken(waiting)
    return prompt


def _changed(request: HttpRequest, prompt_id: int, act: str, at: datetime) -> str:
    given = request.POST
    language, _sign, what = act.partition("-")
    if act == "name":
        actions.keep_prompt(prompt_id=prompt_id, name=given.get("name", ""), note=given.get("note", ""))
        return _("Saved.")
    if act == "delete":
        actions.drop_prompt(prompt_id=prompt_id)
        return _("The prompt is deleted.")
    if act == "again":
        send_to_be_spoken(actions.speak_again(at=at, prompt_id=prompt_id))
        return _("Being spoken once more.")
    if language not in LANGUAGES:
        raise NotFound
    if what == "file":
        made = made_of(read_upload(request))
        actions.upload_wording(prompt_id=prompt_id, language=language, made=made, at=at, by=request.user)
        return _("The file was taken: %(seconds).1f seconds.") % {"seconds": made.seconds}
    if what == "none":
        actions.drop_wording(prompt_id=prompt_id, language=language)
        return _("The wording is deleted.")
    wording = actions.word_prompt(
        prompt_id=prompt_id,
        language=language,
        text=given.get("text", ""),
        voice_id=whole(given.get("voice", "")),
        at=at,
        by=request.user,
    )
    send_to_be_spoken(_if_waiting(wording))
    return _("Saved. Callers hear the new words as soon as they are spoken.")


def _if_waiting(wording: PromptWording) -> list[int]:
    return [wording.pk] if wording.state == PromptWording.State.WAITING else []


def _is_gone(prompt_id: int) -> bool:
    return queries.prompt(prompt_id) is None


def _told(prompt: Prompt) -> list[dict[str, Any]]:
    """Each language as the pages show it."""
    known = {wording.language: wording for wording in prompt.wordings.all()}
    return [
        {
            "code": code,
            "name": name,
            "wording": known.get(code),
            "problem": in_words(known[code].problem) if code in known else "",
            "voices": Voice.objects.filter(language=code) if prompt else [],
        }
        for code, name in LANGUAGES.items()
    ]


def _needs_engine() -> bool:
    """Some texts would be spoken by the built-in voice."""
    known = {voice.language: voice for voice in queries.voices() if voice.is_default}
    return any(code not in known or known[code].provider == Voice.Provider.ESPEAK for code in LANGUAGES)
