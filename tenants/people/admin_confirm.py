"""Asks once, with the effect in numbers, before an act that a link alone must never trigger."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise


@dataclass(frozen=True)
class Question:
    title: str | Promise
    button: str | Promise
    back: str
    effects: Sequence[str | Promise] = field(default_factory=list)
    is_dangerous: bool = False
    asks_reason: bool = False


def ask(request: HttpRequest, admin: ModelAdmin, question: Question) -> HttpResponse | None:
    """None once the form came back, else the page that asks."""
    if request.method == "POST":
        return None
    context = admin.admin_site.each_context(request) | vars(question) | {"opts": admin.opts}
    return TemplateResponse(request, "tenants/admin/confirm.html", context)


def given_reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:300]
