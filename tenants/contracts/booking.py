"""What billing is told: what is paid once goes into the ledger on its day, once; and for how long somebody signed."""

from datetime import date, datetime

from tenants.billing.actions import book_item, draft_invoice
from tenants.billing.models import ContractTerm
from tenants.billing.months import first_day, next_month
from tenants.billing.rounding import to_cent
from tenants.contracts.models import ChangeRequest, Quote, QuoteLine
from tenants.models import Contract, Tenant
from tenants.plans.queries import today_of

Kind = QuoteLine.Kind
LEDGER_KINDS = {
    Kind.CUSTOMISING: "custom",
    Kind.INTEGRATION: "custom",
    Kind.TRAINING: "setup",
    Kind.SERVICE: "setup",
}
"""Everything else is a purchase."""
SOURCE = "quote"


def book_once(quote: Quote, at: datetime) -> None:
    """In the month of the tenant in which it is carried out: the one before may be billed already."""
    month = first_day(today_of(quote.tenant, at))
    for line in quote.lines.filter(billed=QuoteLine.Billed.ONCE, unit_price__gt=0):
        book_item(
            quote.tenant,
            month=month,
            kind=LEDGER_KINDS.get(Kind(line.kind), "one_off"),
            label=f"{quote.reference} {line.label}",
            amount=to_cent(line.amount),
            currency=quote.currency,
            source_key=f"{SOURCE}:{quote.pk}:{line.kind}:{line.pk}",
            quantity=line.quantity,
        )


def book_change(change: ChangeRequest, at: datetime) -> None:
    """What a change of the requirements costs, in the month in which both sides have approved it."""
    if change.impact_cost <= 0:
        return
    book_item(
        change.tenant,
        month=first_day(today_of(change.tenant, at)),
        kind="custom",
        label=f"CR-{change.number} {change.key} {change.title}".strip(),
        amount=change.impact_cost,
        currency=change.currency,
        source_key=f"change:{change.pk}:{Kind.CUSTOMISING}",
    )


def charge_anew(tenant: Tenant, day: date, at: datetime) -> None:
    """Months that are over and not closed yet: nothing else drafts them again before they are."""
    month, running = first_day(day), first_day(today_of(tenant, at))
    while month < running:
        draft_invoice(tenant=tenant, month=month, at=at)
        month = next_month(month)


def keep_length(contract: Contract, months: int | None) -> None:
    """For how long it was signed: by that the ledger takes off what a long term brings."""
    if months:
        ContractTerm.objects.update_or_create(contract=contract, defaults={"months": months})


def carry_length(before: Contract | None, after: Contract) -> None:
    """Terms that follow others were signed for as long, and are paid in the same way."""
    length = ContractTerm.objects.filter(contract=before).first() if before else None
    if length is not None:
        ContractTerm.objects.get_or_create(
            contract=after, defaults={"months": length.months, "paid": length.paid}
        )
