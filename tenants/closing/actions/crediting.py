"""An issued invoice is corrected by a credit note: of all that is left of it, or of parts of lines. Never of more."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from tenants.billing import months
from tenants.billing.models import ZERO
from tenants.billing.rounding import to_coin
from tenants.closing.actions.issuing import write_bill
from tenants.closing.errors import (
    MoreThanTheInvoice,
    NothingLeftToCredit,
    OnlyInvoicesAreCredited,
    ReasonMissing,
)
from tenants.closing.models import Bill, BillLine, BillTax
from tenants.closing.queries.bills import credited_lines


@transaction.atomic
def credit_bill(
    *, bill_id: int, reason: str, at: datetime, amounts: Mapping[int, Decimal] | None = None
) -> Bill:
    """`amounts`: how much of which line, as the line is priced; None: all that is left of every line."""
    # Held, so that two at once cannot give back more than there is; a lock changes nothing in it.
    bill = Bill.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=bill_id)
    if bill.is_credit:
        raise OnlyInvoicesAreCredited
    if not reason.strip():
        raise ReasonMissing(field="reason")
    lines = {line.pk: line for line in bill.lines.all()}
    done = credited_lines(bill)
    left = {pk: line.amount - done.get(pk, (ZERO, ZERO))[0] for pk, line in lines.items()}
    wanted = left if amounts is None else {pk: to_coin(one, bill.currency) for pk, one in amounts.items()}
    wanted = {pk: one for pk, one in wanted.items() if one}
    if not wanted:
        raise NothingLeftToCredit
    _refuse_more(wanted, left)
    rows = [_credit_line(bill, lines[pk], one, *done.get(pk, (ZERO, ZERO))) for pk, one in wanted.items()]
    note = _note(bill, reason.strip())
    _refuse_whole(bill, rows)
    day = months.day_of(at, bill.tenant.time_zone)
    return write_bill(note, rows, _taxes(bill, rows), series=bill.series, day=day, at=at)


def _refuse_more(wanted: Mapping[int, Decimal], left: Mapping[int, Decimal]) -> None:
    """Of each line no more than is left, and nothing of the other sign."""
    for pk, amount in wanted.items():
        rest = left.get(pk, ZERO)
        if amount * rest <= 0 or abs(amount) > abs(rest):
            raise MoreThanTheInvoice(left=rest, field="amount")


def _refuse_whole(bill: Bill, rows: list[BillLine]) -> None:
    """An invoice with discounts is less than the sum of its other lines."""
    given = sum((note.total for note in bill.credits.all()), ZERO)
    asked = sum((row.net + row.tax for row in rows), ZERO)
    if asked <= 0 or given + asked > bill.total:
        raise MoreThanTheInvoice(left=bill.total - given, field="amount")


def _credit_line(bill: Bill, line: BillLine, amount: Decimal, done: Decimal, done_tax: Decimal) -> BillLine:
    """Its tax is what the tax of all that is credited by now comes to, less what was credited before: the last part
    takes the rest, so the parts are the whole.
    """
    tax = to_coin(line.tax * (done + amount) / line.amount, bill.currency) - done_tax
    return BillLine(
        kind=line.kind,
        label=line.label,
        source_month=line.source_month,
        quantity=line.quantity if amount == line.amount else ZERO,
        unit_price=line.unit_price if amount == line.amount else ZERO,
        amount=amount,
        tax_code=line.tax_code,
        tax_percent=line.tax_percent,
        net=amount - tax if bill.is_tax_included else amount,
        tax=tax,
        corrects=line,
    )


def _note(bill: Bill, reason: str) -> Bill:
    return Bill(
        kind=Bill.Kind.CREDIT,
        tenant=bill.tenant,
        month=bill.month,
        currency=bill.currency,
        is_tax_included=bill.is_tax_included,
        language=bill.language,
        seller=bill.seller,
        payer=bill.payer,
        corrects=bill,
        reason=reason[:300],
    )


def _taxes(bill: Bill, rows: list[BillLine]) -> list[BillTax]:
    found = []
    for tax in bill.taxes.all():
        own = [row for row in rows if row.tax_code == tax.code]
        if own:
            found.append(
                BillTax(
                    code=tax.code,
                    name=tax.name,
                    name_zh=tax.name_zh,
                    percent=tax.percent,
                    net=sum((row.net for row in own), ZERO),
                    tax=sum((row.tax for row in own), ZERO),
                )
            )
    return found
