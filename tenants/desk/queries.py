"""Reads of the desk. All rows are public: entered here, so that a tenant's page may ask as well."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import DateField, ExpressionWrapper, F, Q, QuerySet

from tenants.context import enter_public
from tenants.desk.models import Asset, NumberApplication, NumberChange, NumberPaper
from tenants.models import Country, Number, Tenant

LICENSED_KINDS = (Number.Kind.SHARED_COST, Number.Kind.SHORT)
"""400 and 95 numbers are given to whoever has the licence, and to nobody else."""
IDLE_DAYS = 90


@dataclass(frozen=True)
class Idle:
    """A number nobody called or was called from for `days`. `fee`: what the tenant pays for it a month."""

    number: Number
    last_call_at: datetime | None
    days: int | None
    """None: no call was ever counted."""

    @property
    def per_month(self) -> Decimal:
        """What leaving it costs whoever looks: the carrier's part, or where it is not known the tenant's."""
        return self.number.carrier_fee or self.number.monthly_fee


def desk_numbers() -> QuerySet[Number]:
    """To be asked in the public schema."""
    return Number.objects.select_related("tenant", "tally").order_by("e164")


def desk_number(number_id: int) -> Number | None:
    with enter_public():
        return desk_numbers().filter(pk=number_id).first()


def numbers_lent_to(tenant: Tenant) -> list[Number]:
    with enter_public():
        return list(desk_numbers().filter(tenant_id=tenant.pk))


def known_number(e164: str) -> Number | None:
    """The inventory's row of a number, with its limits."""
    with enter_public():
        return Number.objects.filter(e164=e164).first() if e164 else None


def idle_numbers(at: datetime, days: int = IDLE_DAYS, tenant: Tenant | None = None) -> list[Idle]:
    """Not retired, without a call for so many days, as last counted; the dearest first. Lent less long ago: not yet."""
    since = at - timedelta(days=days)
    with enter_public():
        found = desk_numbers().exclude(state=Number.State.RETIRED)
        found = found.filter(Q(assigned_at=None) | Q(assigned_at__lte=since))
        found = found.filter(Q(tally=None) | Q(tally__last_call_at=None) | Q(tally__last_call_at__lte=since))
        if tenant is not None:
            found = found.filter(tenant_id=tenant.pk)
        idle = [_idle(number, at) for number in found]
    return sorted(idle, key=lambda one: (-one.per_month, one.number.e164))


def _idle(number: Number, at: datetime) -> Idle:
    tally = getattr(number, "tally", None)
    last = tally.last_call_at if tally else None
    return Idle(number, last, (at - last).days if last else None)


def cost_of(idle: list[Idle]) -> dict[str, Decimal]:
    """Currency → what they cost a month together."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in idle:
        sums[one.number.currency] += one.per_month
    return dict(sums)


def changes_of(number_id: int) -> list[NumberChange]:
    with enter_public():
        return list(NumberChange.objects.filter(number_id=number_id).select_related("tenant")[:200])


def last_holder(number_id: int) -> tuple[Tenant | None, str]:
    """Who had a number that nobody has now, and the number; None where somebody has it."""
    with enter_public():
        number = Number.objects.filter(pk=number_id).first()
        if number is None or number.tenant_id is not None:
            return None, ""
        last = number.assignments.select_related("tenant").order_by("-id").first()
        return (last.tenant if last else None), number.e164


def lendable(at: datetime) -> QuerySet[Number]:
    """To be asked in the public schema."""
    free = Q(state=Number.State.FREE) | Q(state=Number.State.QUARANTINE, rests_until__lte=at)
    return Number.objects.filter(free, tenant=None).order_by("e164")


def applications(tenant: Tenant | None = None) -> list[NumberApplication]:
    """Undecided ones first, then the newest; of one tenant, or of all."""
    with enter_public():
        found = NumberApplication.objects.select_related("tenant", "number")
        if tenant is not None:
            found = found.filter(tenant_id=tenant.pk)
        undecided = list(found.filter(state=NumberApplication.State.APPLIED).order_by("id"))
        return undecided + list(found.exclude(state=NumberApplication.State.APPLIED)[:50])


def application(application_id: int) -> NumberApplication | None:
    with enter_public():
        return NumberApplication.objects.select_related("tenant", "number").filter(pk=application_id).first()


def application_of(number: Number) -> NumberApplication | None:
    """The one by which whoever has the number got it."""
    with enter_public():
        found = NumberApplication.objects.filter(number_id=number.pk, tenant_id=number.tenant_id)
        return found.select_related("tenant").first() if number.tenant_id else None


def papers_of_number(number: Number) -> list[NumberPaper]:
    """Its own, and those of whoever has it."""
    whose = Q(number_id=number.pk)
    if number.tenant_id is not None:
        whose |= Q(tenant_id=number.tenant_id, number=None)
    with enter_public():
        return list(NumberPaper.objects.filter(whose).select_related("number", "tenant"))


def papers_of_tenant(tenant: Tenant) -> list[NumberPaper]:
    """Which it handed in, and no paper of the house: what a carrier takes from us is not its business."""
    with enter_public():
        return list(NumberPaper.objects.filter(tenant_id=tenant.pk).select_related("number"))


def paper(paper_id: int) -> NumberPaper | None:
    with enter_public():
        return NumberPaper.objects.select_related("number", "tenant").filter(pk=paper_id).first()


def needs_licence(kind: str, *, tenant_id: int, number_id: int | None, day: date) -> bool:
    """A number of this kind may not be lent to this tenant as long as no licence holds. To be asked in the public
    schema.
    """
    return kind in LICENSED_KINDS and not has_licence(tenant_id, number_id, day)


def has_licence(tenant_id: int, number_id: int | None, day: date) -> bool:
    """A licence of the tenant or of the number holds on this day. To be asked in the public schema."""
    whose = Q(tenant_id=tenant_id, number=None)
    if number_id is not None:
        whose |= Q(number_id=number_id)
    found = NumberPaper.objects.filter(whose, kind=NumberPaper.Kind.LICENCE)
    return found.filter(Q(expires_on=None) | Q(expires_on__gte=day)).exists()


def papers_ending(day: date) -> list[NumberPaper]:
    """Over, or within their days before the end; the most urgent first."""
    told_on = ExpressionWrapper(F("expires_on") - F("warn_days"), output_field=DateField())
    with enter_public():
        found = NumberPaper.objects.annotate(told_on=told_on).filter(told_on__lte=day)
        return list(found.select_related("number__tenant", "tenant").order_by("expires_on", "id")[:200])


def papers_to_tell(day: date) -> list[NumberPaper]:
    """To be asked in the public schema."""
    return [one for one in papers_ending(day) if one.told_at is None]


def contracts_ending(day: date, days: int = 60) -> list[Number]:
    """Numbers whose contract with the carrier ends within so many days, or has ended."""
    with enter_public():
        found = desk_numbers().exclude(state=Number.State.RETIRED)
        return list(found.filter(expires_on__lte=day + timedelta(days=days)).order_by("expires_on")[:200])


def assets_due(day: date) -> QuerySet[Asset]:
    """What is to be maintained by this day, the longest overdue first. In the public schema."""
    found = Asset.objects.exclude(state=Asset.State.RETIRED).filter(due_on__lte=day)
    return found.order_by("due_on", "name")


NUMBER_KINDS = Number.Kind.choices
NUMBER_USES = Number.Use.choices
NUMBER_OUTSIDE = Number.Outside.choices
NUMBER_STATES = Number.State.choices
NUMBER_COUNTRIES = Country.choices
KINDS_OF_PAPERS = NumberPaper.Kind.choices
"""For the forms of the floor above, which does not know our rows."""
