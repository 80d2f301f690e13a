"""Prove it: this house tried with the canary of another, when the owner says so; what was asked, and what came back."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import OperationalError

from tenants.people.console.access import member_required
from tenants.trust import actions, probes, proving, queries
from tenants.trust.models import ProofRun
from tenants.trust.policies import PROVERS, READERS, can_prove_isolation
from tenants.trust.tasks import prove

KINDS = {
    "address": gettext_lazy("Addresses: pages, lists, exports, API, with the canary's ids"),
    "search": gettext_lazy("Searches for the canary's words and number"),
    "table": gettext_lazy("Tables of the database"),
    "cache": gettext_lazy("Keys of the cache"),
    "topic": gettext_lazy("Topics of open pages"),
}


@never_cache
@require_GET
@member_required(*READERS)
def proof(request: HttpRequest) -> HttpResponse:
    runs, last = queries.proof_runs(), queries.last_proof()
    tasks = probes.tasks()
    page = {
        "runs": runs,
        "last": last,
        "is_waiting": bool(runs) and runs[0].state in (ProofRun.State.ASKED, ProofRun.State.RUNNING),
        "kinds": _by_kind(last.results) if last else [],
        "bad": [one for one in last.results if one["outcome"] != proving.KEPT] if last else [],
        "may_run": can_prove_isolation(request.user),
        "carried": sum(carries for _name, carries in tasks),
        "fleet": [name for name, carries in tasks if not carries],
    }
    return render(request, "tenants/trust/proof.html", page)


def _by_kind(results: list[dict[str, Any]]) -> list[tuple[Any, int, int, list[dict[str, Any]]]]:
    """(words, how many, how many leaked, each) of every kind."""
    leaks = Counter(one["kind"] for one in results if one["outcome"] == proving.LEAKED)
    of = {kind: [one for one in results if one["kind"] == kind] for kind in KINDS}
    return [(words, len(of[kind]), leaks[kind], of[kind]) for kind, words in KINDS.items()]


@require_POST
@member_required(*PROVERS)
def run(request: HttpRequest) -> HttpResponse:
    asked = actions.ask_for_proof(by=request.user, at=timezone.now())
    try:
        prove.delay(asked.pk, request.user.pk)
    except OperationalError:
        messages.error(request, _("The task queue is away. Try again in a minute."))
    else:
        messages.info(request, _("The house is being tried. Reload this page in a minute."))
    return redirect("trust:proof")
