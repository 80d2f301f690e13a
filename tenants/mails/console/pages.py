"""The outbox: what waits and why, what was given up. Nobody reads anybody's mail here: words are not shown."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.mails import actions, queries, server
from tenants.mails.models import Mail
from tenants.mails.policies import OPERATORS
from tenants.people.console.access import member_required


@never_cache
@require_GET
@member_required(*OPERATORS)
def outbox(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    before = request.GET.get("before", "")
    chosen = [state] if state in Mail.State.values else []
    rows = queries.mails(
        chosen, int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    )
    told = settings.MAIL_SERVER
    page = {
        "rows": rows[: queries.MOST_SHOWN],
        "more": rows[queries.MOST_SHOWN - 1].pk if len(rows) > queries.MOST_SHOWN else None,
        "state": chosen[0] if chosen else "",
        "states": Mail.State.choices,
        "figures": queries.outbox(),
        "is_set": server.is_set(),
        "server": f"{told['host']}:{told['port']}" if told else "",
        "sender": settings.MAIL_FROM,
    }
    return render(request, "tenants/mails/outbox.html", page)


@require_POST
@member_required(*OPERATORS)
def trial(request: HttpRequest) -> HttpResponse:
    if actions.send_trial(by=request.user, at=timezone.now()):
        messages.success(request, _("Written. Look below whether it was taken."))
    else:
        messages.error(request, _("Your account has no mail address."))
    return redirect("mails:outbox")


@require_POST
@member_required(*OPERATORS)
def again(request: HttpRequest) -> HttpResponse:
    given_up = [row.pk for row in queries.mails([Mail.State.GIVEN_UP])]
    count = actions.try_again(mail_ids=given_up, at=timezone.now())
    messages.success(request, _("%(count)s mails are tried again.") % {"count": count})
    return redirect("mails:outbox")
