"""Every tenant's agreement at one look: what holds, what comes, what waits for somebody."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from tenants.context import enter_public, every_tenant
from tenants.contracts.dates import Coming, coming_dates
from tenants.contracts.models import Agreement, Amendment, ChangeRequest, Quote, Reminder
from tenants.contracts.queries.partnership import count_overdue
from tenants.models import Tenant
from tenants.plans.queries import today_of


@dataclass(frozen=True)
class AgreementCard:
    tenant: Tenant
    agreement: Agreement | None
    next: Coming | None
    offered: int
    waiting: int
    """Amendments and changes nobody has decided."""
    overdue: int
    told: list[Reminder]

    @property
    def ends_on(self) -> date | None:
        return self.agreement.ends_on if self.agreement else None


def agreement_cards(at: datetime) -> list[AgreementCard]:
    """Those with the soonest day first, those without an agreement last."""
    with enter_public():
        held = {one.tenant_id: one for one in _active()}
        offered = _counted(
            Quote.objects.filter(state=Quote.State.OFFERED).values_list("tenant_id", flat=True)
        )
        waiting = _counted(
            Amendment.objects.filter(state=Amendment.State.PROPOSED).values_list(
                "agreement__tenant_id", flat=True
            )
        )
        asked = ChangeRequest.objects.filter(state=ChangeRequest.State.PROPOSED)
        for tenant_id, count in _counted(asked.values_list("tenant_id", flat=True)).items():
            waiting[tenant_id] += count
        overdue = count_overdue(at.date())
        cards = []
        for tenant in every_tenant():
            agreement = held.get(tenant.pk)
            today = today_of(tenant, at)
            coming = coming_dates(agreement, today)[:1] if agreement else []
            told = [one for one in agreement.reminders.all() if one.due_on >= today] if agreement else []
            cards.append(
                AgreementCard(
                    tenant=tenant,
                    agreement=agreement,
                    next=coming[0] if coming else None,
                    offered=offered[tenant.pk],
                    waiting=waiting[tenant.pk],
                    overdue=overdue.get(tenant.pk, 0),
                    told=told,
                )
            )
    return sorted(cards, key=lambda card: (card.next.due_on if card.next else date.max, card.tenant.name))


def _active() -> list[Agreement]:
    rows = Agreement.objects.filter(state=Agreement.State.ACTIVE).select_related("plan", "tenant")
    return list(rows.prefetch_related("reminders__agreement__tenant").order_by("starts_on"))


def _counted(ids: object) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for one in ids:  # type: ignore[attr-defined]
        found[one] += 1
    return found


def tenant_named(schema: str) -> Tenant | None:
    """One that has a schema."""
    return next((one for one in every_tenant() if one.schema_name == schema), None)
