"""Two tenants in two cells: acme in Shanghai in `main`, globex in London in `north`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tenants.models import Contract, Plan, Sla, Tenant
from tenants.service import fetching
from tenants.service.actions.watch import note_homes, note_round
from tenants.service.models import ContactAddress
from tests.service.letter_box import GRACE, WANG, LetterBox

UP = {
    ("web", ""): ("up", ""), ("socket", ""): ("up", ""), ("database", ""): ("up", ""), ("cache", ""): ("up", ""),
    ("worker", "main"): ("up", ""), ("switch", "main"): ("up", ""),
    ("worker", "north"): ("up", ""), ("switch", "north"): ("up", ""),
}  # fmt: skip
START = datetime(2026, 10, 31, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_file(settings, tmp_path) -> None:
    settings.RUN_DIR = tmp_path


@pytest.fixture
def homes(acme, globex):
    Tenant.objects.filter(pk=globex.pk).update(cell="north")
    globex.refresh_from_db()
    note_homes(at=START)


@pytest.fixture
def promised(acme, globex):
    """promised(acme, availability="99.950", credit="10") → the contract of 2026, alone."""

    def make(
        tenant, *, availability="99.950", credit="10", response=30, recovery=240, currency="CNY"
    ) -> Contract:
        sla, _new = Sla.objects.get_or_create(
            name=f"Gold {availability}",
            defaults={
                "availability_percent": Decimal(availability), "credit_percent": Decimal(credit),
                "response_minutes": response, "recovery_minutes": recovery,
            },
        )  # fmt: skip
        plan, _new = Plan.objects.get_or_create(
            code=f"sla-{currency.lower()}",
            defaults={"name": "Standard", "currency": currency, "included_seats": 3},
        )
        Contract.objects.filter(tenant=tenant).delete()
        return Contract.objects.create(
            tenant=tenant, plan=plan, sla=sla, starts_on=date(2026, 1, 1), seats=10
        )

    return make


class Watch:
    """Rounds as the watch makes them, without one each ten seconds: only where something changes. The time between is
    told as seen.
    """

    def __init__(self) -> None:
        self.state = dict(UP)

    def round(self, at: datetime, **changed: str) -> None:
        """`down(…)` and `up(…)` say it shorter. Names: web, switch_north."""
        from tenants.service.models import WatchClock

        for name, state in changed.items():
            part, _, cell = name.partition("_")
            self.state[part, cell] = (state, "")
        # Looked at until ten seconds ago.
        WatchClock.objects.filter(last_at__lt=at - timedelta(seconds=10)).update(
            last_at=at - timedelta(seconds=10)
        )
        note_round(at=at, found=self.state)

    def outage(self, name: str, start: datetime, length: timedelta) -> None:
        self.round(start, **{name: "down"})
        self.round(start + length, **{name: "up"})


@pytest.fixture
def watch(homes) -> Watch:
    made = Watch()
    made.round(START)
    return made


@pytest.fixture
def box(settings, db, redis_server, tmp_path) -> Iterator[LetterBox]:
    """Met once, when it was empty: what comes from now on is taken."""
    made = LetterBox()
    settings.MAILBOX = {
        "host": "127.0.0.1", "port": made.port, "tls": "off", "folder": "INBOX", "user": "support",
        "password": "geheim 密码",
    }  # fmt: skip
    settings.MAILBOX_ADDRESS = "support@calls.example"
    settings.MAIL_FROM = "noreply@calls.example"
    assert fetching.fetch_due() == 0
    yield made
    made.close()


@pytest.fixture
def houses(acme, globex):
    ContactAddress.objects.create(tenant=acme, address=WANG.decode())
    ContactAddress.objects.create(tenant=globex, address=GRACE.decode())
    return acme, globex
