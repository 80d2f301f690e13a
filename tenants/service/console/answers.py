"""One way of doing what a button says: the refusal in words, or "Done."."""

from collections.abc import Callable
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenants.billing import months
from tenants.billing.errors import NoSuchMonth
from tenants.errors import BadInput, DomainError, NotFound


def did(request: HttpRequest, act: Callable[[], object], said: str = "") -> bool:
    try:
        act()
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, said or _("Done."))
    return True


def did_by_form(request: HttpRequest, form: forms.Form, act: Callable[[], object], said: str = "") -> bool:
    """What is refused stands at its field, and what was typed stays."""
    if not form.is_valid():
        return False
    try:
        act()
    except NotFound:
        raise
    except DomainError as refusal:
        field = refusal.field if isinstance(refusal, BadInput) else ""
        form.add_error(field if field in form.fields else None, refusal.message)
        return False
    messages.success(request, said or _("Done."))
    return True


def month_asked(request: HttpRequest, otherwise: date) -> date:
    asked = request.GET.get("month", "")
    found = months.month_from(asked) if asked else otherwise
    if found is None:
        raise NoSuchMonth(field="month")
    return found
