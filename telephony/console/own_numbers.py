"""A tenant's own numbers: where they lead, what they cost and did; applications, papers, display pools, masks."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies
from telephony.actions.display_health import end_rest
from telephony.actions.number_desk import delete_pool, mask_agent, save_pool
from telephony.console.number_desk import hand_in, paper_answer
from telephony.console.number_forms import MaskForm, PaperForm, PoolForm, WishForm, language
from telephony.console.number_words import papers_told, verdict_words
from telephony.models import DisplayPool
from telephony.number_limits import place_words
from telephony.queries.display_health import answers_of
from telephony.queries.displays import display_pools, own_numbers, virtual_numbers
from telephony.queries.number_desk import COUNTED, bindings_of, calls_of_numbers, outside_calls
from telephony.queries.number_health import NumberHealth, number_health
from tenants.context import current_tenant
from tenants.desk import actions as desk
from tenants.desk import queries
from tenants.desk.policies import APPLICANTS, OWN_READERS, can_apply_for_numbers
from tenants.errors import BadInput, DomainError, NotFound
from tenants.numbers import format_number
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required

MOST_LISTED = 200
POOL_TERMS = ("name", "way", "least_connected", "judged_calls", "rest_minutes")


@never_cache
@require_GET
@member_required(*OWN_READERS)
def numbers(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, wish: WishForm | None = None, paper: PaperForm | None = None) -> HttpResponse:
    tenant, at, today = current_tenant(), timezone.now(), timezone.localdate()
    lent = queries.numbers_lent_to(tenant)
    told = {number: (calls, last) for number, calls, last in calls_of_numbers([one.e164 for one in lent], at)}
    health = number_health(at)
    rows = [
        {
            "number": one,
            "bindings": bindings_of(one.e164),
            "calls": told[one.e164][0],
            "last": told[one.e164][1],
            "health": health.get(one.e164, NumberHealth()),
            "outside": len(outside_calls(one, at)),
        }
        for one in lent[:MOST_LISTED]
    ]
    idle = queries.idle_numbers(at, tenant=tenant)
    seen = {
        "rows": rows,
        "idle": {one.number.pk for one in idle},
        "since": (at - COUNTED).date(),
        "counted_days": COUNTED.days,
        "applications": queries.applications(tenant),
        "papers": papers_told(queries.papers_of_tenant(tenant), today),
        "wish": wish or WishForm(initial={"country": str(tenant.country)}),
        "paper": paper or PaperForm(),
        "may_apply": can_apply_for_numbers(request.user),
    }
    status = 422 if (wish and wish.errors) or (paper and paper.errors) else 200
    return render(request, "telephony/numbers/own.html", seen, status=status)


@never_cache
@require_GET
@member_required(*OWN_READERS)
def number(request: HttpRequest, number_id: int) -> HttpResponse:
    """What it may be used for, and the calls that did not keep to it."""
    found = _own(number_id)
    at = timezone.now()
    outside = [(call, verdict_words(verdict, language())) for call, verdict in outside_calls(found, at)]
    seen = {
        "number": found,
        "bindings": bindings_of(found.e164),
        "regions": [place_words(one, language()) for one in found.regions],
        "changes": [one for one in queries.changes_of(found.pk) if one.tenant_id == found.tenant_id],
        "papers": papers_told(_shown_papers(found), timezone.localdate()),
        "outside": outside[:MOST_LISTED],
        "outside_count": len(outside),
        "counted_days": COUNTED.days,
    }
    return render(request, "telephony/numbers/number.html", seen)


def _shown_papers(found: Any) -> list[Any]:
    """The contract with the carrier is the house's."""
    return [one for one in queries.papers_of_number(found) if one.tenant_id or one.kind != "contract"]


@require_POST
@member_required(*APPLICANTS)
def apply(request: HttpRequest) -> HttpResponse:
    form = WishForm(request.POST)
    if not form.is_valid():
        return _page(request, wish=form)
    desk.apply_for_number(wish=desk.Wish(**form.cleaned_data), at=timezone.now())
    messages.success(request, _("Sent. Your operator decides; you read the answer here."))
    return redirect("telephony:own_numbers")


@require_POST
@member_required(*APPLICANTS)
def withdraw(request: HttpRequest, application_id: int) -> HttpResponse:
    try:
        desk.withdraw_application(application_id=application_id, at=timezone.now())
        messages.success(request, _("Withdrawn."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("telephony:own_numbers")


@require_POST
@member_required(*APPLICANTS)
def hand_in_paper(request: HttpRequest) -> HttpResponse:
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            hand_in(form, tenant_id=current_tenant().pk)
            messages.success(request, _("The paper is kept, sealed. Your operator can read it too."))
            return redirect("telephony:own_numbers")
        except BadInput as refusal:
            form.add_error("file", refusal.message)
    return _page(request, paper=form)


@never_cache
@require_GET
@member_required(*APPLICANTS)
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Its own alone: what it handed in."""
    found = next((one for one in queries.papers_of_tenant(current_tenant()) if one.pk == paper_id), None)
    if found is None:
        raise NotFound
    record_audit(verb="downloaded", subject=f"desk.numberpaper:{found.pk}")
    return paper_answer(found)


# --- what those we call see ---


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*OWN_READERS, writers=policies.CONFIGURERS)
def displays(request: HttpRequest) -> HttpResponse:
    """Posting binds a virtual number to an agent, or frees the agent of it."""
    own, at = _choices(), timezone.now()
    mask = MaskForm(request.POST or None, own=own)
    if request.method == "POST" and mask.is_valid():
        try:
            mask_agent(
                agent_id=mask.cleaned_data["agent"].pk,
                number=mask.cleaned_data["number"],
                at=timezone.now(),
            )
            messages.success(request, _("Saved. It holds from the next call on."))
            return redirect("telephony:displays")
        except BadInput as refusal:
            mask.add_error("number", refusal.message)
    seen = {
        "pools": [
            (pool, [(one.number_e164, one.is_resting(at)) for one in pool.numbers.all()])
            for pool in display_pools()
        ],
        "masks": list(virtual_numbers()),
        "lent": own_numbers(),
        "mask": mask,
        "may_change": policies.can_configure(request.user),
    }
    status = 422 if mask.errors else 200
    return render(request, "telephony/numbers/displays.html", seen, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.CONFIGURERS)
def pool(request: HttpRequest, pool_id: int | None = None) -> HttpResponse:
    found = DisplayPool.objects.filter(pk=pool_id).first()
    if pool_id and found is None:
        raise NotFound
    if request.method == "POST" and "delete" in request.POST and found is not None:
        delete_pool(pool=found, at=timezone.now())
        return redirect("telephony:displays")
    if request.method == "POST" and "wake" in request.POST and found is not None:
        return _woken(request, found)
    form = PoolForm(request.POST or None, own=_choices(), initial=_known(found))
    if request.method == "POST" and form.is_valid() and _saved(form, pool_id):
        messages.success(request, _("Saved. It holds from the next call on."))
        return redirect("telephony:displays")
    seen = {"form": form, "pool": found, "numbers": _told_numbers(found, timezone.now()) if found else []}
    return render(request, "telephony/numbers/pool.html", seen, status=422 if form.errors else 200)


def _woken(request: HttpRequest, found: DisplayPool) -> HttpResponse:
    row = request.POST["wake"]
    is_key = row.isascii() and row.isdigit() and len(row) < 18
    if is_key and end_rest(pool_id=found.pk, pool_number_id=int(row), at=timezone.now()):
        messages.success(request, _("Its rest is over: it is shown again from the next call on."))
    return redirect("telephony:display_pool", found.pk)


def _told_numbers(found: DisplayPool, at: datetime) -> list[dict[str, Any]]:
    """Each with how its last calls out were answered, and whether it rests."""
    rows = []
    for one in found.numbers.all():
        answers = answers_of(one, at)
        percent = 100 * sum(answers) // len(answers) if answers else None
        rows.append({"row": one, "calls": len(answers), "percent": percent, "rests": one.is_resting(at)})
    return rows


def _known(found: DisplayPool | None) -> dict[str, Any] | None:
    if found is None:
        return None
    numbers = list(found.numbers.values_list("number_e164", flat=True))
    return {name: getattr(found, name) for name in (*POOL_TERMS, "queue", "is_active")} | {"numbers": numbers}


def _saved(form: PoolForm, pool_id: int | None) -> bool:
    given = {**form.cleaned_data}
    queue = given.pop("queue")
    try:
        save_pool(pool_id=pool_id, queue_id=queue.pk if queue else None, at=timezone.now(), **given)
    except BadInput as refusal:
        form.add_error("numbers", refusal.message)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
    return not form.errors


def _choices() -> list[tuple[str, str]]:
    country = str(current_tenant().country)
    return [(one, format_number(one, country)) for one in sorted(own_numbers())]


def _own(number_id: int) -> Any:
    lent = queries.numbers_lent_to(current_tenant())
    found = next((one for one in lent if one.pk == number_id), None)
    if found is None:
        raise NotFound
    return found
