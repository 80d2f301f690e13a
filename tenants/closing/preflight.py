"""What stands in the way of closing a tenant's month: in words, with the place where it is mended."""

from datetime import date
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from tenants.billing import months
from tenants.billing.models import Charge
from tenants.billing.queries import charges_of, kinds_of, unpriced_of
from tenants.closing.queries.closes import open_months_before
from tenants.closing.queries.terms import Terms
from tenants.models import Tenant
from tenants.plans.queries.trials import days_of_trial
from tenants.queries import contracts_between
from tenants.service.queries.availability import undecided_until


class Kind(NamedTuple):
    """`is_warning`: a person may go on all the same."""

    words: Promise
    mended_at: str
    is_warning: bool = False


KINDS = {
    "not_over": Kind(_("The month is not over yet where the tenant is."), ""),
    "earlier_open": Kind(_("Earlier months are not closed: %(count)s."), ""),
    "no_seller": Kind(_("Nobody is named who issues the bills of this country."), "/admin/closing/seller/"),
    "no_rate": Kind(_("Kinds of charges without a rate of tax: %(count)s."), "/admin/closing/taxrule/"),
    "unpriced": Kind(_("Charges without a price: %(count)s."), "/admin/billing/charge/?price=missing&"),
    "estimated": Kind(
        _("Charges that are only estimated: %(count)s."),
        "/admin/billing/charge/?is_estimated__exact=1&",
        is_warning=True,
    ),
    "undecided": Kind(
        _("Months whose credit waits for somebody to say what a gap in the watch was: %(count)s."),
        "/service/months/",
        is_warning=True,
    ),
    "no_contract": Kind(
        _("Something was used in this month without a contract."), "/admin/tenants/contract/", is_warning=True
    ),
}


class Problem(NamedTuple):
    code: str
    amount: int = 1

    @property
    def is_warning(self) -> bool:
        return KINDS[self.code].is_warning

    @property
    def words(self) -> str:
        return str(KINDS[self.code].words) % {"count": self.amount}

    def link(self, tenant: Tenant, month: date) -> str:
        """Where it is mended, narrowed to the tenant's month; empty: only waiting helps."""
        where = KINDS[self.code].mended_at
        if not where.endswith("&"):
            return where
        return where + urlencode({"month": month.isoformat(), "tenant__id__exact": tenant.pk})


def problems_of(tenant: Tenant, month: date, terms: Terms) -> list[Problem]:
    """Of one tenant's month on the day of the terms; what blocks comes first. Reads only."""
    kinds = kinds_of(tenant, month)
    counted: dict[str, Any] = {
        "not_over": months.next_month(month) > terms.day,
        "earlier_open": len(open_months_before(tenant, month)),
        "no_seller": bool(kinds) and terms.seller is None,
        "no_rate": sum(terms.rate_of(kind) is None for kind in kinds),
        "unpriced": unpriced_of(tenant, month).count(),
        "estimated": _still_estimated(tenant, month),
        "undecided": undecided_until(tenant, month),
        "no_contract": bool(kinds) and not _has_terms(tenant, month),
    }
    return [Problem(code, int(count)) for code, count in counted.items() if count]


def _has_terms(tenant: Tenant, month: date) -> bool:
    """A contract, or a trial."""
    last, trial = months.last_day(month), days_of_trial(tenant)
    if trial and trial[0] <= last and trial[1] >= month:
        return True
    return contracts_between(tenant, month, last).exists()


def _still_estimated(tenant: Tenant, month: date) -> int:
    """Legs whose true length nobody has told yet."""
    charges = charges_of(tenant, month)
    told = charges.filter(kind=Charge.Kind.ADJUSTMENT).values("leg_id")
    return charges.filter(is_estimated=True).exclude(leg_id__in=told).count()


def said(problems: list[list[Any]], tenant: Tenant, month: date) -> list[dict[str, Any]]:
    """What was written down of a close, for a page."""
    found = [Problem(str(code), int(count)) for code, count in problems if code in KINDS]
    return [
        {"words": one.words, "link": one.link(tenant, month), "is_warning": one.is_warning} for one in found
    ]
