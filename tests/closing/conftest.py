"""acme pays in yuan in Shanghai, globex in pounds in London; both have a seller. Months are closed by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from tenants.closing.actions.closes import close_step, finish_run, start_run
from tenants.closing.models import Bill, Close, Payer, Seller
from tenants.models import Tenant
from tests.billing.conftest import british, charge, contract, plan, prices  # noqa: F401  (fixtures)

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
IN_OCTOBER = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
AT = datetime(2026, 12, 2, 3, 10, tzinfo=UTC)
IN_JANUARY = datetime(2027, 1, 3, 3, 10, tzinfo=UTC)


@pytest.fixture
def sellers(db) -> dict[str, Seller]:
    ours = {
        "tax_number": "91310000MA1FL0000X",
        "address": "上海市浦东新区世纪大道1号",
        "bank": "工商银行 1001 2233",
    }
    return {
        "CN": Seller.objects.create(country="CN", series="CN", name="云呼通信技术有限公司", **ours),
        "GB": Seller.objects.create(
            country="GB", series="GB", name="Cloud Call Ltd", tax_number="GB123456789"
        ),
    }


@pytest.fixture
def terms_of(acme, sellers, prices, contract) -> Payer:  # noqa: F811
    """What stands on acme's bills; with it all there is to bill acme."""
    return Payer.objects.create(
        tenant=acme, title="艾可米（上海）贸易有限公司", tax_number="91310115TEST00001X", payment_days=15
    )


def close(tenant: Tenant, month: date = NOVEMBER, at: datetime = AT, **asked: bool) -> Close:
    """One tenant's month, worked off at once; the state tells how it went."""
    run = start_run(month=month, tenants=[tenant], by_name="Fiona", at=at, **asked)
    for one in run.closes.all():
        close_step(close_id=one.pk, at=at)
    finish_run(run_id=run.pk, at=at)
    return Close.objects.get(tenant=tenant, month=month)


@pytest.fixture
def invoice(acme, terms_of, charge) -> Callable[..., Bill]:  # noqa: F811
    """invoice() closes acme's November with one call and gives its bill."""

    def make(**asked) -> Bill:
        charge(61)
        close(acme, **asked)
        return Bill.objects.get(tenant=acme, month=NOVEMBER)

    return make
