"""Text messages: the services that send them, what became of each, and who wants none."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies, queries
from telephony.actions import text_services as actions
from telephony.models import SurveyText, TextOptOut, TextService
from telephony.queries import texts as reads
from telephony.texting import deliver, sample_message
from telephony.texts.failures import TextFailed, in_words
from telephony.texts.providers import PROVIDERS
from tenants.errors import BadInput, DomainError, NotFound
from tenants.numbers import takes_texts, to_e164
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required

ROWS_PER_PAGE = 50
PERIOD = timedelta(days=30)
LABELS = {
    "url": gettext_lazy("Address"),
    "sign_name": gettext_lazy("Signature approved there (SignName)"),
    "template": gettext_lazy("Template approved there (TemplateCode)"),
    "variable": gettext_lazy("Variable of the template for the code"),
    "sender": gettext_lazy("Sender"),
    "text_zh": gettext_lazy("Text in Chinese"),
    "text_en": gettext_lazy("Text in English"),
}
HELPS = {
    "template": gettext_lazy(
        "The template holds the address of your pages with /s/ and the variable at its end."
    ),
    "text_zh": gettext_lazy("{link} is the link, {name} your name. Empty: our own words."),
    "text_en": gettext_lazy("{link} is the link, {name} your name. Empty: our own words."),
}
KEYS = {
    "alibaba": gettext_lazy("AccessKey ID and secret, with a colon between them"),
    "json": gettext_lazy("Key (sent as a bearer token)"),
}


class TextServiceForm(forms.Form):
    """The fields of a provider, its own settings after the name."""

    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))

    def __init__(self, provider: str, *args: Any, has_secret: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in PROVIDERS[provider].FIELDS:
            self.fields[field.name] = forms.CharField(
                max_length=200,
                required=field.is_required,
                label=LABELS[field.name],
                initial=field.default,
                help_text=HELPS.get(field.name, ""),
            )
        self.fields["secret"] = forms.CharField(
            max_length=500,
            required=not has_secret,
            label=KEYS[provider],
            widget=forms.PasswordInput({"autocomplete": "off"}),
            help_text=_("Kept encrypted. Leave empty to keep the one there is.") if has_secret else "",
        )
        self.fields["is_used"] = forms.BooleanField(
            required=False, label=_("Sends our text messages, instead of any other")
        )


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def text_page(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in SurveyText.State.values else ""
    many = reads.texts_by_state(timezone.now() - PERIOD)
    page = Paginator(reads.texts(state), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    seen = {
        "services": reads.text_services(),
        "providers": TextService.Provider.choices,
        "surveys": reads.surveys_by_text(),
        "page": page,
        "rows": [(row, in_words(row.reason)) for row in page.object_list],
        "openable": queries.openable(request.user, [row.call_id for row in page.object_list]),
        "state": state,
        "states": [(value, label, many.get(value, 0)) for value, label in SurveyText.State.choices],
        "opt_outs": reads.opt_outs()[:ROWS_PER_PAGE],
        "may_change": policies.can_configure(request.user),
    }
    return render(request, "telephony/texts/list.html", seen)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.CONFIGURERS)
def service_form(request: HttpRequest, service_id: int | None = None) -> HttpResponse:
    """A new one of `?provider=`, or a known one."""
    service = reads.text_service(service_id) if service_id else None
    provider = service.provider if service else request.GET.get("provider", "")
    if provider not in PROVIDERS or (service_id and service is None):
        raise NotFound
    initial = {"name": service.name, "is_used": service.is_used} | service.settings if service else None
    form = TextServiceForm(provider, request.POST or None, initial=initial, has_secret=bool(service))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _kept(form, provider, service_id)
            messages.success(request, _("The service is saved."))
            return redirect("telephony:texts")
        except DomainError as refusal:
            field = getattr(refusal, "field", "") if isinstance(refusal, BadInput) else ""
            form.add_error(field if field in form.fields else None, refusal.message)
            status = refusal.status
    page = {"form": form, "service": service, "provider": TextService.Provider(provider).label}
    return render(request, "telephony/texts/service.html", page, status=status)


def _kept(form: TextServiceForm, provider: str, service_id: int | None) -> None:
    given = form.cleaned_data
    actions.keep_text_service(
        service_id=service_id,
        name=given["name"],
        provider=provider,
        settings={field.name: given[field.name] for field in PROVIDERS[provider].FIELDS},
        secret=given["secret"] or None,
        is_used=given["is_used"],
    )


@require_POST
@member_required(*policies.CONFIGURERS)
def try_service(request: HttpRequest, service_id: int) -> HttpResponse:
    """Sends one message to a number of theirs, so that a wrong key is found here and not after calls."""
    service = reads.text_service(service_id)
    if service is None:
        raise NotFound
    number = to_e164(request.POST.get("number", "")[:40], str(request.tenant.country)) or ""
    if not takes_texts(number):
        messages.error(request, _("That is no mobile number. Nothing was sent."))
        return redirect("telephony:texts")
    record_audit(verb="tried", subject=service, after={"number": number[-4:]})
    try:
        deliver(service, sample_message(service, number, request.LANGUAGE_CODE[:2]))
        messages.success(request, _("%(name)s has taken the message.") % {"name": service.name})
    except TextFailed as failure:
        told = {"name": service.name, "problem": in_words(failure.reason)}
        messages.error(request, _("%(name)s has sent nothing. %(problem)s") % told)
    return redirect("telephony:texts")


@require_POST
@member_required(*policies.CONFIGURERS)
def delete_service(request: HttpRequest, service_id: int) -> HttpResponse:
    actions.drop_text_service(service_id=service_id)
    messages.success(request, _("The service is deleted. What it has sent stays in the list."))
    return redirect("telephony:texts")


@require_POST
@member_required(*policies.LEADERS)
def add_opt_out(request: HttpRequest) -> HttpResponse:
    try:
        actions.opt_out(
            number=request.POST.get("number", "")[:40],
            source=TextOptOut.Source.HOUSE,
            at=timezone.now(),
            member=request.user,
        )
        messages.success(request, _("This number gets no text messages any more."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("telephony:texts")


@require_POST
@member_required(*policies.CONFIGURERS)
def lift_opt_out(request: HttpRequest, opt_out_id: int) -> HttpResponse:
    actions.lift_opt_out(opt_out_id=opt_out_id)
    messages.success(request, _("This number may be sent text messages again."))
    return redirect("telephony:texts")
