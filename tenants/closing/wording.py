"""What a bill says in words and figures, on paper and on a page, in the reader's language."""

from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tenants.billing.money import amount_text
from tenants.closing.models import Bill, BillTax


def is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def title_of(bill: Bill) -> str:
    return _("Credit note") if bill.is_credit else _("Invoice")


def percent_text(percent: Decimal | None) -> str:
    """`6 %`; exempt is a word."""
    if percent is None:
        return _("exempt")
    return f"{percent.normalize():f} %"


def tax_words(tax: BillTax, bill: Bill) -> str:
    """`VAT 6 % of 1,000.00`."""
    name = tax.name_zh if is_chinese() else tax.name
    return _("%(name)s of %(net)s") % {"name": name, "net": amount_text(tax.net, bill.places)}


def notes_of(bill: Bill) -> list[str]:
    """What has to be said."""
    found = [
        _("Prices include tax.")
        if bill.is_tax_included
        else _("Prices are without tax; tax is added per rate."),
        _("All amounts are in %(currency)s; nothing was exchanged.") % {"currency": bill.currency},
    ]
    if bill.is_credit:
        return [_("Reason: %(reason)s") % {"reason": bill.reason}, *found]
    rule = _(
        "Each line is rounded half up, the total is the exact sum rounded once; “Rounding” is the difference."
    )
    return [*found, rule]
