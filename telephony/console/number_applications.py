"""For operators: what tenants apply for, with the papers and the numbers there are for it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from telephony.console.number_words import papers_told
from tenants.context import enter_public
from tenants.desk import actions as desk
from tenants.desk import queries
from tenants.desk.policies import KEEPERS, READERS
from tenants.errors import DomainError, NotFound
from tenants.people.console.access import member_required


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*READERS, writers=KEEPERS)
def applications(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        _decide(request)
        return redirect("operators:number_applications")
    with enter_public():
        free = list(queries.lendable(timezone.now())[:500])
    asked = [
        (one, [row for row in free if (row.kind, row.country) == (one.kind, one.country)], _papers(one))
        for one in queries.applications()
    ]
    return render(request, "telephony/operators/number_applications.html", {"asked": asked})


def _papers(one: Any) -> list:
    if one.state != "applied":
        return []
    today = timezone.localdate()
    return papers_told(queries.papers_of_tenant(one.tenant), today)


def _decide(request: HttpRequest) -> None:
    known = {name: _id(request.POST.get(name, "")) for name in ("application", "number")}
    if queries.application(known["application"]) is None:
        raise NotFound
    reason = request.POST.get("reason", "").strip()[:300]
    try:
        if request.POST.get("act") == "approve":
            desk.approve_application(
                application_id=known["application"], number_id=known["number"], at=timezone.now()
            )
            messages.success(request, _("Approved: the number is lent."))
        elif reason:
            desk.refuse_application(application_id=known["application"], at=timezone.now(), reason=reason)
            messages.success(request, _("Refused. The tenant reads why."))
        else:
            messages.error(request, _("Say why it is refused: the tenant reads it."))
    except DomainError as refusal:
        messages.error(request, refusal.message)


def _id(text: str) -> int:
    """0 is no row's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
