"""What a person typed stays on the page: a refusal becomes words beside the field, not an error page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from tenants.errors import DomainError


def done_or_said(form: forms.Form, act: Callable[[], Any]) -> Any:
    """What the action answers, or None with the refusal written into the form."""
    try:
        return act()
    except DomainError as refusal:
        field = getattr(refusal, "field", "")
        form.add_error(field if field in form.fields else None, refusal.message)
        return None
