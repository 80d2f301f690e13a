"""Maintenance announced to the tenant, with its calendar, and what the tenant wishes for."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.people.console.access import member_required
from tenants.plans.actions.notices import acknowledge_notice, make_wish
from tenants.plans.calendars import event
from tenants.plans.models import Notice
from tenants.plans.policies import NOTICE_ROLES
from tenants.plans.queries.notices import notices_for, readers_of, wishes_of


class WishForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("What should the product do?"), max_length=160)
    about = forms.CharField(
        label=gettext_lazy("What for?"), max_length=2000, required=False, widget=forms.Textarea
    )


def worded(notice: Notice) -> tuple[str, str]:
    """Title and body in the reader's language."""
    if (get_language() or "").startswith("zh"):
        return notice.title_zh, notice.body_zh
    return notice.title, notice.body


@never_cache
@require_GET
@member_required(*NOTICE_ROLES)
def notice_list(request: HttpRequest) -> HttpResponse:
    now, read = timezone.now(), readers_of(request.tenant)
    rows = [(one, *worded(one), read.get(one.pk)) for one in notices_for(request.tenant)[:100]]
    seen = {
        "coming": [row for row in reversed(rows) if row[0].ends_at > now],
        "over": [row for row in rows if row[0].ends_at <= now],
        "tab": "notices",
    }
    return render(request, "tenants/plans/notices.html", seen)


def _notice(request: HttpRequest, notice_id: int) -> Notice:
    found = notices_for(request.tenant).filter(pk=notice_id).first()
    if found is None:
        raise Http404
    return found


@require_POST
@member_required(*NOTICE_ROLES)
def acknowledge(request: HttpRequest, notice_id: int) -> HttpResponse:
    acknowledge_notice(
        tenant=request.tenant,
        notice=_notice(request, notice_id),
        by_name=str(request.user),
        at=timezone.now(),
    )
    return redirect("plans:notices")


@require_GET
@member_required(*NOTICE_ROLES)
def calendar(request: HttpRequest, notice_id: int) -> HttpResponse:
    notice = _notice(request, notice_id)
    title, body = worded(notice)
    answer = HttpResponse(
        event(f"notice-{notice.pk}@{request.get_host()}", title, body, notice.starts_at, notice.ends_at),
        content_type="text/calendar; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="maintenance-{notice.pk}.ics"'
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*NOTICE_ROLES)
def wishes(request: HttpRequest) -> HttpResponse:
    form = WishForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        make_wish(tenant=request.tenant, by_name=str(request.user), at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Thank you. The answer will stand here."))
        return redirect("plans:wishes")
    seen = {"form": form, "wishes": wishes_of(request.tenant)[:200], "tab": "wishes"}
    return render(request, "tenants/plans/wishes.html", seen, status=422 if form.errors else 200)
