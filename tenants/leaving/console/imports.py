"""Archives brought in by operators: sent as a file, proved and loaded by a worker."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.errors import BadInput, DomainError
from tenants.leaving import queries, tasks
from tenants.leaving.actions import imports
from tenants.leaving.policies import OPERATORS
from tenants.people.console.access import member_required


class ImportForm(forms.Form):
    archive = forms.FileField(
        label=gettext_lazy("Archive"),
        help_text=gettext_lazy("A large one goes in quicker on the machine itself: manage.py import_tenant"),
    )
    schema_name = forms.CharField(
        max_length=40,
        label=gettext_lazy("Schema"),
        help_text=gettext_lazy("Small letters, digits and _ only, a letter first."),
    )
    host = forms.CharField(
        required=False,
        max_length=253,
        label=gettext_lazy("Host name"),
        help_text=gettext_lazy("Empty: the one it had."),
    )
    secret = forms.CharField(
        required=False,
        max_length=200,
        strip=False,
        label=gettext_lazy("Passphrase"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Empty: keys of services are given anew."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*OPERATORS)
def page(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = imports.ask_import(
                pieces=said["archive"].chunks(), schema=said["schema_name"], host=said["host"],
                secret=said["secret"], by=request.user, at=timezone.now(),
            )  # fmt: skip
        except DomainError as refusal:
            field = refusal.field if isinstance(refusal, BadInput) else None
            form.add_error(field if field in form.fields else None, refusal.message)
        else:
            tasks.send(tasks.bring, made.pk)
            messages.success(request, _("Asked for. You may leave this page; it goes on."))
            return redirect("leaving_operators:imports")
    rows = queries.imports()
    page = {"form": form, "rows": rows, "is_running": any(row.state in ("asked", "running") for row in rows)}
    return render(request, "tenants/leaving/imports.html", page, status=422 if form.errors else 200)
