"""What finance finds: acme's last month closed, billed, partly credited and partly paid; globex's is still open."""

import os
import sys
from datetime import datetime, timedelta
from decimal import Decimal


def furnish(tenant, globex) -> None:
    """As finance would have made it, on the first days of this month."""
    from django.utils import timezone

    from tenants.billing import months
    from tenants.billing.models import Charge
    from tenants.closing.actions.closes import close_step, finish_run, start_run
    from tenants.closing.actions.crediting import credit_bill
    from tenants.closing.actions.payments import record_payment
    from tenants.closing.actions.receivers import new_secret
    from tenants.closing.models import Bill, Payer, Receiver, Seller
    from tenants.context import enter_public

    now = timezone.now()
    month = months.first_day(months.month_of(now, tenant.time_zone) - timedelta(days=1))
    at = min(
        now, datetime.combine(months.next_month(month), datetime.min.time(), now.tzinfo) + timedelta(days=1)
    )
    with enter_public():
        Seller.objects.create(
            country="CN", series="CN", name="云呼通信技术有限公司", tax_number="91310000MA1FL0000X"
        )
        Seller.objects.create(country="GB", series="GB", name="Cloud Call Ltd", tax_number="GB123456789")
        Payer.objects.create(
            tenant=tenant, title="艾可米（上海）贸易有限公司", tax_number="91310115TEST00001X"
        )
        receiver = Receiver.objects.create(name="Books", url="https://books.example.com/in")
        new_secret(receiver_id=receiver.pk)
        used = [
            (tenant, "inbound", "400 呼入", "600"),
            (tenant, "outbound", "国内", "184.32"),
            (globex, "inbound", "Incoming calls", "60"),
        ]
        for one, kind, label, amount in used:
            Charge.objects.create(
                tenant=one, month=month, kind=kind, source_key="stage", label=label, quantity=1,
                unit_price=Decimal(amount), amount=Decimal(amount), currency=one.currency,
            )  # fmt: skip
        run = start_run(month=month, tenants=[tenant], by_name="Billing", at=at, accepts_warnings=True)
        close_step(close_id=run.closes.get().pk, at=at)
        finish_run(run_id=run.pk, at=at)
        bill = Bill.objects.get(tenant=tenant)
        line = bill.lines.get(kind="inbound")
        credit_bill(bill_id=bill.pk, reason="坐席数有误", at=at, amounts={line.pk: Decimal(100)})
        record_payment(
            tenant=tenant, amount=Decimal(300), currency="CNY", received_on=at.date(), reference="ICBC 2026-1183",
            by_name="Billing", at=at,
        )  # fmt: skip


def open_month() -> str:
    """A month of globex with something used in it and nothing closed, older than any that was; `2026-10`."""
    from django.utils import timezone

    from tenants.billing import months
    from tenants.billing.models import Charge
    from tenants.closing.models import Close
    from tenants.models import Tenant

    globex = Tenant.objects.get(schema_name="globex")
    closed = Close.objects.filter(tenant=globex).order_by("month").values_list("month", flat=True).first()
    this = months.month_of(timezone.now(), globex.time_zone)
    month = months.first_day((closed or this) - timedelta(days=1))
    if closed:
        Charge.objects.create(
            tenant=globex, month=month, kind="inbound", source_key=f"stage {month}", label="Incoming calls",
            quantity=1, unit_price=Decimal(60), amount=Decimal(60), currency=globex.currency,
        )  # fmt: skip
    return f"{month:%Y-%m}"


def work() -> None:
    """What the task does: there is no queue of tasks beside the browser."""
    from tenants.closing.queries.closes import running
    from tenants.closing.running import work_off

    run = running()
    assert run is not None
    assert work_off(run.pk)


def main(step: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    print({"open": open_month, "work": work}[step]() or "")


if __name__ == "__main__":
    main(*sys.argv[1:])
