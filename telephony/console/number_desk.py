"""For operators: every number with what it costs, may and did; its papers, its end."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import paper_store
from telephony.actions.number_desk import count_calls, take_from_tenant
from telephony.console.number_forms import LeaveForm, PaperForm, ReasonForm, TermsForm, language
from telephony.console.number_words import papers_told
from telephony.number_limits import place_words
from telephony.queries.number_desk import COUNTED, Bindings, bindings_of
from tenants.context import enter_row, every_tenant
from tenants.desk import actions as desk
from tenants.desk import queries
from tenants.desk.policies import KEEPERS, READERS
from tenants.errors import BadInput, NotFound
from tenants.lending import end_quarantine
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required

PAGE = 100
LONGEST_IDLE = 3650


@never_cache
@require_GET
@member_required(*READERS)
def numbers(request: HttpRequest) -> HttpResponse:
    given = request.GET
    page = Paginator(_found(given), PAGE).get_page(given.get("page"))
    today = timezone.localdate()
    seen = {
        "page": page,
        "given": {name: given.get(name, "")[:40] for name in ("q", "kind", "state")},
        "kinds": queries.NUMBER_KINDS,
        "states": queries.NUMBER_STATES,
        "papers": papers_told(queries.papers_ending(today), today),
        "contracts": queries.contracts_ending(today),
        "waiting": [one for one in queries.applications() if one.state == "applied"],
        "today": today,
        "counted_days": COUNTED.days,
    }
    return render(request, "telephony/operators/numbers.html", seen)


def _found(given: Any) -> Any:
    found = queries.desk_numbers()
    if asked := given.get("q", "").strip()[:40]:
        found = found.filter(
            Q(e164__contains=asked) | Q(tenant__name__icontains=asked) | Q(carrier__icontains=asked)
        )
    for name in ("kind", "state"):
        if value := given.get(name, ""):
            found = found.filter(**{name: value[:12]})
    return found


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*READERS)
def idle(request: HttpRequest) -> HttpResponse:
    """Posting counts the calls of all tenants now; looking shows what was counted last."""
    at = timezone.now()
    if request.method == "POST":
        for tenant in every_tenant():
            with enter_row(tenant):
                count_calls(at)
        return redirect(request.get_full_path())
    days = _days(request.GET.get("days", ""))
    found = queries.idle_numbers(at, days)
    seen = {"idle": found, "days": days, "costs": sorted(queries.cost_of(found).items())}
    return render(request, "telephony/operators/idle_numbers.html", seen)


def _days(typed: str) -> int:
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 6
    return max(1, min(int(typed), LONGEST_IDLE)) if is_number else queries.IDLE_DAYS


@never_cache
@require_GET
@member_required(*READERS)
def number(request: HttpRequest, number_id: int) -> HttpResponse:
    return _page(request, _number(number_id))


def _page(
    request: HttpRequest, found: Any, terms: TermsForm | None = None, paper: PaperForm | None = None
) -> HttpResponse:
    known = {name: getattr(found, name) for name in ("use", "purpose", "outside")}
    known["regions"] = TermsForm.written(found.regions)
    today = timezone.localdate()
    seen = {
        "number": found,
        "regions": [place_words(one, language()) for one in found.regions],
        "bindings": _bindings(found),
        "changes": queries.changes_of(found.pk),
        "applied": queries.application_of(found),
        "papers": papers_told(queries.papers_of_number(found), today),
        "terms": terms or TermsForm(initial=known),
        "paper": paper or PaperForm(),
        "counted_days": COUNTED.days,
    }
    status = 422 if (terms and terms.errors) or (paper and paper.errors) else 200
    return render(request, "telephony/operators/number.html", seen, status=status)


def _bindings(found: Any) -> Bindings:
    if found.tenant is None or not found.tenant.has_schema:
        return Bindings()
    with enter_row(found.tenant):
        return bindings_of(found.e164)


@require_POST
@member_required(*KEEPERS)
def number_terms(request: HttpRequest, number_id: int) -> HttpResponse:
    found, form = _number(number_id), TermsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, terms=form)
    desk.set_terms(number_id=found.pk, terms=desk.Terms(**form.cleaned_data))
    messages.success(request, _("Saved. It holds from the next call on."))
    return redirect("operators:number", found.pk)


@require_POST
@member_required(*KEEPERS)
def number_paper(request: HttpRequest, number_id: int) -> HttpResponse:
    found, form = _number(number_id), PaperForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            hand_in(form, number_id=found.pk)
            messages.success(request, _("The paper is kept, sealed."))
            return redirect("operators:number", found.pk)
        except BadInput as refusal:
            form.add_error("file", refusal.message)
    return _page(request, found, paper=form)


def hand_in(form: PaperForm, *, number_id: int | None = None, tenant_id: int | None = None) -> None:
    """Raises PaperEmpty, PaperTooLarge, PaperOfWrongKind."""
    given = {**form.cleaned_data}
    kept = paper_store.keep(given.pop("file"))
    desk.add_paper(kept=kept, number_id=number_id, tenant_id=tenant_id, at=timezone.now(), **given)


@never_cache
@require_GET
@member_required(*READERS)
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    found = queries.paper(paper_id)
    if found is None:
        raise NotFound
    record_audit(verb="downloaded", subject=found)
    return paper_answer(found)


def paper_answer(found: Any) -> HttpResponse:
    """Never shown in the page: whatever is in it, our address does not run it."""
    answer = HttpResponse(paper_store.read(found), content_type=found.media_type)
    ending = paper_store.ENDINGS[found.media_type]
    answer["Content-Disposition"] = f'attachment; filename="paper-{found.pk}.{ending}"'
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def leave(request: HttpRequest, number_id: int, to: str) -> HttpResponse:
    """Retire it, or take it back into quarantine; first what that touches, counted now."""
    found = _number(number_id)
    is_for_good = to == "retired"
    if to not in ("retired", "quarantine") or found.state == "retired":
        raise NotFound
    form = LeaveForm(request.POST or None, is_for_good=is_for_good)
    if request.method == "POST" and form.is_valid():
        take_from_tenant(
            number=found,
            at=timezone.now(),
            rest_days=None if is_for_good else form.cleaned_data["rest_days"],
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, _("Done. Nothing leads to this number any more."))
        return redirect("operators:number", found.pk)
    seen = {"number": found, "bindings": _bindings(found), "form": form, "is_for_good": is_for_good}
    status = 422 if form.errors else 200
    return render(request, "telephony/operators/number_leaves.html", seen, status=status)


@require_POST
@member_required(*KEEPERS)
def wake(request: HttpRequest, number_id: int) -> HttpResponse:
    """End a quarantine before its time, with a reason."""
    found, form = _number(number_id), ReasonForm(request.POST)
    if form.is_valid():
        end_quarantine(number_id=found.pk, at=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, _("The number may be lent."))
    else:
        messages.error(request, _("Say why the quarantine ends before its time."))
    return redirect("operators:number", found.pk)


def _number(number_id: int) -> Any:
    found = queries.desk_number(number_id) if number_id < 2**31 else None
    if found is None:
        raise NotFound
    return found
