"""Kinds of charges and what goes to an account of the books, in words: chosen from by finance, told in lists."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tenants.billing.models import InvoiceLine
from tenants.closing.models import TaxRate

KINDS = dict(InvoiceLine.KINDS)


def kind_in_words(kind: str) -> str:
    """`number` → Number fee; empty: every kind that has no rule of its own."""
    return str(KINDS.get(kind, kind)) if kind else _("All others")


def use_in_words(use: str) -> str:
    """`revenue:seats` → Revenue: Seats; `tax` → Tax: all others. What no bill books is told as it stands."""
    of, _colon, detail = use.partition(":")
    if of == "revenue":
        return pgettext("account", "Revenue: %(kind)s") % {"kind": kind_in_words(detail)}
    if of == "tax":
        return pgettext("account", "Tax: %(code)s") % {"code": detail or _("All others")}
    return {
        "receivable": pgettext("account", "Receivables: what tenants owe"),
        "bank": pgettext("account", "Bank: what was paid"),
    }.get(use, use)


def uses() -> list[str]:
    """Everything `books` may look for, the general one of each before its details."""
    codes = TaxRate.objects.order_by("code").values_list("code", flat=True).distinct()
    return [
        "receivable",
        "bank",
        "revenue",
        *(f"revenue:{kind}" for kind in KINDS),
        "tax",
        *(f"tax:{code}" for code in codes),
    ]
