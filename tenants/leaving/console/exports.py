"""Everything as one archive: asked for, watched while it is written, downloaded. For owners, and for operators."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django import forms
from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.context import current_tenant
from tenants.errors import BadInput, DomainError
from tenants.leaving import queries, tasks
from tenants.leaving.actions import exports
from tenants.leaving.errors import ExportNotFound
from tenants.leaving.passphrase import LEAST
from tenants.leaving.policies import OPERATORS, OWNERS
from tenants.leaving.signing import our_fingerprint
from tenants.people.console.access import member_required


class ExportForm(forms.Form):
    secret = forms.CharField(
        required=False,
        min_length=LEAST,
        max_length=200,
        strip=False,
        label=gettext_lazy("Passphrase"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "Seals the keys of your services inside the archive; we keep no copy of it. Empty: they are left out, "
            "and given anew elsewhere. Everything else can be read without it."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


class OperatorsForm(ExportForm):
    tenant = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Tenant"))
    field_order = ("tenant", "secret")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = queries.tenants_to_export()


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*OWNERS)
def page(request: HttpRequest) -> HttpResponse:
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _asked(request, form, current_tenant()):
        return redirect("leaving:exports")
    return _shown(request, form, "tenants/leaving/exports.html")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*OPERATORS)
def operators_page(request: HttpRequest) -> HttpResponse:
    form = OperatorsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _asked(request, form, form.cleaned_data["tenant"]):
        return redirect("leaving_operators:exports")
    return _shown(request, form, "tenants/leaving/operators.html")


def _asked(request: HttpRequest, form: ExportForm, tenant: Any) -> bool:
    try:
        made = exports.ask_export(
            tenant=tenant, by=request.user, secret=form.cleaned_data["secret"], at=timezone.now()
        )
    except DomainError as refusal:
        field = refusal.field if isinstance(refusal, BadInput) else None
        form.add_error(field if field in form.fields else None, refusal.message)
        return False
    tasks.send(tasks.export, made.pk)
    messages.success(request, _("Asked for. You may leave this page; it goes on."))
    return True


def _shown(request: HttpRequest, form: ExportForm, template: str) -> HttpResponse:
    now = timezone.now()
    rows = [(one, one.can_be_downloaded(now)) for one in queries.own_exports()[: queries.MOST_SHOWN]]
    page = {
        "form": form,
        "rows": rows,
        "is_running": any(one.is_open for one, _ready in rows),
        "days": exports.KEPT.days,
        "fingerprint": our_fingerprint(),
    }
    return render(request, template, page, status=422 if form.errors else 200)


@require_POST
@member_required(*OWNERS)
def act(request: HttpRequest, export_id: int | str, act: str) -> HttpResponse:
    _did(request, export_id, act)
    return redirect("leaving:exports")


@require_POST
@member_required(*OPERATORS)
def operators_act(request: HttpRequest, export_id: int | str, act: str) -> HttpResponse:
    _did(request, export_id, act)
    return redirect("leaving_operators:exports")


def _did(request: HttpRequest, export_id: int | str, act: str) -> None:
    export = _own(export_id)
    if act == "cancel":
        exports.cancel_export(export=export, by=request.user, at=timezone.now())
    else:
        exports.throw_away(export=export, by=request.user)
    messages.success(request, _("Done."))


@never_cache
@require_GET
@member_required(*OWNERS)
def download(request: HttpRequest, export_id: int | str) -> HttpResponse:
    return _sent(request, export_id)


@never_cache
@require_GET
@member_required(*OPERATORS)
def operators_download(request: HttpRequest, export_id: int | str) -> HttpResponse:
    return _sent(request, export_id)


def _sent(request: HttpRequest, export_id: int | str) -> HttpResponse:
    export = _own(export_id)
    pieces = exports.hand_out(export=export, by=request.user, at=timezone.now())
    answer = StreamingHttpResponse(_streamed(request, pieces), content_type="application/x-tar")
    answer["Content-Length"] = str(export.size)
    name = f"{export.tenant.schema_name}-{export.started_at:%Y%m%d-%H%M}.tar"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-SHA256"] = export.sha256
    return answer


def _streamed(request: HttpRequest, pieces: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """Under ASGI an async iterator: a plain one would be read into memory whole."""
    return _in_threads(pieces) if isinstance(request, ASGIRequest) else pieces


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await sync_to_async(next, thread_sensitive=False)(pieces, None)) is not None:
        yield piece


def _own(export_id: int | str) -> Any:
    """The current tenant's; of others there is nothing to be known."""
    found = queries.export_of(int(export_id))
    if found is None:
        raise ExportNotFound
    return found
