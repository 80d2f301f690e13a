"""How long sounds are kept: the rule, what it would delete, and the proof of what was deleted."""

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from telephony import queries
from telephony.actions.retention import LONGEST_DAYS, RetentionChoice, save_retention
from telephony.console.vault import KEEPERS
from telephony.console.vault_words import KINDS
from telephony.models import RetentionPolicy, RetentionRun
from telephony.queries import retention as known
from tenants.context import current_schema, enter
from tenants.errors import BadInput, NotFound
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required

DAYS: dict[str, Any] = {"required": False, "min_value": 1, "max_value": LONGEST_DAYS}


class RetentionForm(forms.Form):
    """A field of days for each kind, of the tenant and of each queue; empty keeps for good, or as the tenant."""

    def __init__(self, *args: Any, rooms: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in KINDS.items():
            self.fields[kind] = forms.IntegerField(
                label=label, help_text=gettext_lazy("Days; empty: kept for good."), **DAYS
            )
        for queue in rooms:
            for kind in KINDS:
                name = f"queue-{queue.pk}-{kind}"
                self.fields[name] = forms.IntegerField(label=f"{queue.name}: {KINDS[kind]}", **DAYS)

    def choice(self) -> RetentionChoice:
        given = self.cleaned_data
        queues: dict[int, dict[str, int]] = {}
        for name, days in given.items():
            if name.startswith("queue-") and days is not None:
                _word, queue, kind = name.split("-")
                queues.setdefault(int(queue), {})[kind] = days
        return RetentionChoice(days={kind: given.get(kind) for kind in KINDS}, queues=queues)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def retention_page(request: HttpRequest) -> HttpResponse:
    """A rule that would delete something at once is saved only when that was seen and confirmed."""
    rooms = list(queries.queues())
    policy = known.newest_retention()
    form = RetentionForm(request.POST or None, rooms=rooms, initial=_initial(policy))
    would = None
    if request.method == "POST" and form.is_valid():
        choice = form.choice()
        would = known.would_delete(choice.days, choice.queues, timezone.now())
        if not would or request.POST.get("confirmed") == str(would):
            try:
                save_retention(choice=choice, at=timezone.now())
                messages.success(request, _("The rule is saved as a new version. It holds from tonight."))
                return redirect("telephony:retention")
            except BadInput as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    page = {
        "form": form,
        "fields": [form[kind] for kind in KINDS],
        "rooms": [(queue, [form[f"queue-{queue.pk}-{kind}"] for kind in KINDS]) for queue in rooms],
        "would": would if not form.errors else None,
        "policy": policy,
        "versions": list(RetentionPolicy.objects.all()[:20]),
        "limits": [(KINDS[kind], limit) for kind, limit in known.limits_of_law().items() if kind in KINDS],
        "runs": list(known.retention_runs()[:20]),
        "kinds": list(KINDS.values()),
    }
    return render(request, "telephony/recordings/retention.html", page, status=400 if form.errors else 200)


@require_GET
@member_required(*KEEPERS)
def run_proof(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """The proof of a run: what was deleted, by which version, line by line, and the hash over the lines."""
    run = RetentionRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound
    record_audit(verb="exported proof of retention", subject=run)
    chain = queries.proved_chain()
    head = {
        "run": run.pk, "started_at": run.started_at.isoformat(), "policy_version": run.policy_version,
        "due": run.due, "deleted": run.deleted, "held": run.held, "failed": run.failed, "sha256_of_lines": run.proof,
        "custody_ledger": {"entries": chain.entries, "head": chain.head, "whole": chain.broken_at is None},
    }  # fmt: skip
    answer = StreamingHttpResponse(
        _document(head, run, current_schema()), content_type="text/plain; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="retention-{run.pk}.txt"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _document(head: dict[str, Any], run: RetentionRun, schema: str) -> Iterator[str]:
    """Its pieces are asked for when the request has left the tenant."""
    yield json.dumps(head, indent=1) + "\n\n"
    with enter(schema):
        lines = [line + "\n" for line in known.proof_lines(run)]
    yield from lines


def _initial(policy: RetentionPolicy | None) -> dict[str, int | None]:
    if policy is None:
        return {}
    ours = {kind: getattr(policy, f"{kind}_days") for kind in KINDS}
    differ = known.days_of_queues(policy)
    theirs = {f"queue-{queue}-{kind}": days for queue, own in differ.items() for kind, days in own.items()}
    return ours | theirs
