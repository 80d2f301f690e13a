"""What each page of an agreement shows, the same for both sides."""

from typing import Any

from django import forms
from django.http import HttpRequest

from tenants.contracts.actions.agreements import FIGURES
from tenants.contracts.console import money_forms, terms_forms, work_forms
from tenants.contracts.console.acts import ActForm, Page
from tenants.contracts.console.desk import Desk
from tenants.contracts.models import CLAUSES, Agreement, Sum
from tenants.contracts.queries import agreements, money, partnership, quotes, requirements
from tenants.errors import NotFound
from tenants.plans.modules import Module

Seen = dict[str, Any]


def _forms(desk: Desk, *kinds: type[ActForm], **initial: dict[str, Any]) -> dict[str, ActForm]:
    """Empty ones, of those this side may use."""
    if not desk.may_write:
        return {}
    mine = [kind for kind in kinds if desk.side in kind.sides]
    return {kind.act: kind(desk, initial=initial.get(kind.act)) for kind in mine}


def _asked_row(request: HttpRequest, rows: list[Any]) -> Any:
    """Which is to be written anew: `?edit=12`."""
    asked = request.GET.get("edit", "")
    return next((row for row in rows if str(row.pk) == asked), None)


def _terms(desk: Desk, request: HttpRequest) -> Seen:
    return {
        "agreements": agreements.shown_agreements(desk.tenant, desk.today),
        "quotes": quotes.shown_quotes(desk.tenant, desk.today, with_drafts=desk.is_vendor),
        "unread": agreements.unread_reminders(desk.tenant, desk.today),
        "forms": _forms(desk, terms_forms.QuoteForm, write_quote=terms_forms.quote_to_begin_with(desk)),
    }


TERMS = Page("terms", (terms_forms.QuoteForm, terms_forms.ReadReminder), _terms)


def _quote(desk: Desk, request: HttpRequest) -> Seen:
    shown = quotes.shown_quote(desk.tenant, desk.row, desk.today)
    if shown is None or (shown.quote.state == "draft" and not desk.is_vendor):
        raise NotFound
    is_draft = shown.quote.state == "draft"
    names = [str(Module(one).label) for one in shown.quote.modules if one in Module.values]
    made = _forms(desk, terms_forms.LineForm) if is_draft else {}
    return {"shown": shown, "module_names": ", ".join(names), "forms": made}


QUOTE = Page(
    "quote",
    (
        terms_forms.LineForm,
        terms_forms.DropLine,
        terms_forms.OfferQuote,
        terms_forms.WithdrawQuote,
        terms_forms.AcceptQuote,
        terms_forms.DeclineQuote,
    ),
    _quote,
)


def _agreement(desk: Desk, request: HttpRequest) -> Seen:
    shown = agreements.shown_agreement(desk.tenant, desk.row, desk.today)
    if shown is None:
        raise NotFound
    found, state = shown.agreement, shown.agreement.state
    made: dict[str, ActForm] = {}
    if state == Agreement.State.ACTIVE:
        made = _forms(desk, terms_forms.AmendForm, amend={"effective_on": desk.today})
    elif state == Agreement.State.DRAFT:
        written = {name: getattr(found, name) for name in (*CLAUSES, *FIGURES)}
        if not shown.signatures:
            made |= _forms(desk, terms_forms.ClausesForm, write_clauses=written)
        if not shown.missing and (desk.is_vendor or "customer" not in shown.signed_sides):
            made |= _forms(desk, terms_forms.SignForm, sign={"signed_on": desk.today})
        if shown.is_ready:
            made |= _forms(desk, terms_forms.ForceForm)
    return {"shown": shown, "forms": made}


AGREEMENT = Page(
    "agreement",
    (
        terms_forms.ClausesForm,
        terms_forms.SignForm,
        terms_forms.DiscardSignatures,
        terms_forms.ForceForm,
        terms_forms.AmendForm,
        terms_forms.ApproveAmendment,
        terms_forms.RefuseAmendment,
    ),
    _agreement,
)


def _requirements(desk: Desk, request: HttpRequest) -> Seen:
    versions = requirements.versions_of(desk.tenant)
    latest = versions[0] if versions else None
    asked = {name: request.GET.get(name, "") for name in ("from", "to")}
    old = next((one for one in versions if str(one.number) == asked["from"]), None)
    new = next((one for one in versions if str(one.number) == asked["to"]), latest)
    is_open = latest is None or latest.confirmed_at is None
    return {
        "versions": versions,
        "latest": latest,
        "is_open": is_open,
        "old": old,
        "new": new,
        "differences": requirements.differences(old, new) if old and new else None,
        "changes": requirements.changes_asked_for(desk.tenant),
        "forms": _forms(desk, work_forms.RequirementForm if is_open else work_forms.ChangeForm),
    }


REQUIREMENTS = Page(
    "requirements",
    (
        work_forms.RequirementForm,
        work_forms.DropRequirement,
        work_forms.ConfirmVersion,
        work_forms.AcceptRequirement,
        work_forms.ChangeForm,
        work_forms.AssessChange,
        work_forms.ApproveChange,
        work_forms.RefuseChange,
    ),
    _requirements,
)


def _meetings(desk: Desk, request: HttpRequest) -> Seen:
    held = partnership.meetings_of(desk.tenant)
    tasks = [(one, one.is_overdue_on(desk.today)) for one in partnership.open_tasks(desk.tenant)]
    kinds = (work_forms.MinutesForm, work_forms.TaskForm) if held else (work_forms.MinutesForm,)
    return {
        "meetings": held,
        "tasks": tasks,
        "overdue": sum(is_late for _task, is_late in tasks),
        "forms": _forms(desk, *kinds, write_minutes={"held_on": desk.today}),
    }


MEETINGS = Page("meetings", (work_forms.MinutesForm, work_forms.TaskForm, work_forms.FinishTask), _meetings)


def _risks(desk: Desk, request: HttpRequest) -> Seen:
    rows = partnership.risks_of(desk.tenant)
    row = _asked_row(request, rows)
    told = {"what": row.told_title, "mitigation": row.told_mitigation, "owner": row.told_owner} if row else {}
    initial = {"row": row.pk, **_values(row, work_forms.RiskForm), **told} if row else None
    return {
        "risks": [(one, one.state == "open" and one.review_on < desk.today) for one in rows],
        "matrix": partnership.matrix_of(rows),
        "edited": row,
        "forms": _forms(desk, work_forms.RiskForm, write_risk=initial),
    }


def _values(row: Any, kind: type[forms.Form]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in kind.base_fields if hasattr(row, name)}


RISKS = Page("risks", (work_forms.RiskForm, work_forms.CloseRisk, work_forms.BeginRegister), _risks)


def _cases(desk: Desk, request: HttpRequest) -> Seen:
    rows = partnership.cases_of(desk.tenant)
    row = _asked_row(request, rows)
    initial = {"row": row.pk, "title_of": row.title, **_values(row, work_forms.CaseForm)} if row else None
    return {"cases": rows, "edited": row, "forms": _forms(desk, work_forms.CaseForm, write_case=initial)}


CASES = Page("cases", (work_forms.CaseForm, work_forms.AllowCase, work_forms.WithdrawCase), _cases)


def _money(desk: Desk, request: HttpRequest) -> Seen:
    budgets = money.shown_budgets(desk.tenant)
    row = _asked_row(request, [one.budget for one in budgets])
    initial = {"currency": desk.tenant.currency, "first_month": desk.today}
    if row:
        initial = {"row": row.pk, **_values(row, money_forms.BudgetForm)}
        initial |= {f"post_{line.post}": line.planned for line in row.lines.all()}
    made = _forms(
        desk,
        money_forms.BudgetForm,
        money_forms.SpendingForm,
        write_budget=initial,
        add_spending={"spent_on": desk.today},
    )
    tco, roi = (_calculator(desk, kind) for kind in (money_forms.OwningForm, money_forms.InvestingForm))
    return {
        "budgets": budgets,
        "edited": row,
        "tco": money_forms.formulas_of_cost(tco.result()) if tco.is_bound and tco.is_valid() else None,
        "roi": money_forms.formulas_of_return(roi.result()) if roi.is_bound and roi.is_valid() else None,
        "forms": made | ({"tco": tco, "roi": roi} if desk.may_write else {}),
    }


def _calculator(desk: Desk, kind: type[money_forms.Calculator]) -> Any:
    """With the figures of last time, checked again: what was kept may be of an older form."""
    kept = money.figures_of(desk.tenant, Sum.Kind(kind.kind))
    return kind(desk, kept or None)


MONEY = Page(
    "money",
    (
        money_forms.BudgetForm,
        money_forms.SpendingForm,
        money_forms.DropSpending,
        money_forms.OwningForm,
        money_forms.InvestingForm,
    ),
    _money,
)
