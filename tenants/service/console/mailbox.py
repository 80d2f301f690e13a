"""The mailbox mails to support are fetched from: how its server is, what was taken, and what was refused and why."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tenants.people.console.access import member_required
from tenants.service import fetching, mailbox_sign
from tenants.service.console.mailbox_words import problem_words
from tenants.service.console.status import STATES
from tenants.service.policies import OPERATORS
from tenants.service.queries.mailbox import fetched, mailbox_of


@never_cache
@require_GET
@member_required(*OPERATORS)
def mailbox(request: HttpRequest) -> HttpResponse:
    only_refused = request.GET.get("only") == "refused"
    account = fetching.account() if fetching.is_set() else ""
    box = mailbox_of(account) if account else None
    state, _problem = mailbox_sign.state_now()
    seen = {
        "tab": "mailbox", "is_set": fetching.is_set(), "account": account, "address": settings.MAILBOX_ADDRESS,
        "box": box, "state": state, "words": STATES[state], "only_refused": only_refused,
        "problem_words": problem_words(box.problem) if box else "",
        "rows": fetched(box, only_refused=only_refused) if box else [],
    }  # fmt: skip
    return render(request, "tenants/service/operators/mailbox.html", seen)
