"""The requirements of a tenant: written once, confirmed, then changed only by what both sides approved."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from tenants.context import enter_public
from tenants.contracts import errors
from tenants.contracts.booking import book_change
from tenants.contracts.logs import tell_both, who_acts
from tenants.contracts.models import ChangeRequest, Requirement, RequirementVersion, Side
from tenants.contracts.queries.requirements import latest_version
from tenants.models import Tenant

FIELDS = ("title", "text", "setting", "test")


@dataclass(frozen=True, kw_only=True)
class Line:
    """`setting`: the page where it is set. `test`: how one sees that it works."""

    key: str
    title: str
    text: str = ""
    setting: str = ""
    test: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """`act`: add, change or drop; what is left empty of a change stays as it is."""

    act: str
    line: Line
    reason: str


@dataclass(frozen=True, kw_only=True)
class Impact:
    days: int
    cost: Decimal


def _lock(tenant: Tenant) -> None:
    """Two who write at once make one version after the other."""
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)


@transaction.atomic
def write_requirement(*, tenant: Tenant, line: Line, at: datetime) -> None:
    """Into the first version, while nobody has confirmed it; the same key again writes it anew."""
    with enter_public():
        _lock(tenant)
        version = latest_version(tenant)
        if version is None:
            version = RequirementVersion.objects.create(tenant=tenant, number=1, made_at=at)
        _refuse_confirmed(version)
        values = {name: getattr(line, name) for name in FIELDS}
        row, _made = Requirement.objects.update_or_create(version=version, key=line.key, defaults=values)
        tell_both(tenant, row, "wrote a requirement", key=line.key)


@transaction.atomic
def drop_requirement(*, tenant: Tenant, requirement_id: int) -> None:
    with enter_public():
        row = _own(tenant, requirement_id)
        _refuse_confirmed(row.version)
        tell_both(tenant, row, "deleted", key=row.key)
        row.delete()


def _refuse_confirmed(version: RequirementVersion) -> None:
    if version.confirmed_at is not None:
        raise errors.VersionNotOpen


def _own(tenant: Tenant, requirement_id: int) -> Requirement:
    latest = latest_version(tenant)
    row = Requirement.objects.filter(pk=requirement_id, version=latest).select_related("version").first()
    if row is None or latest is None:
        raise errors.NotYours
    return row


@transaction.atomic
def confirm_requirements(*, tenant: Tenant, at: datetime) -> None:
    """By the customer: from now on this is what is delivered. Raises NotTraced, VersionNotOpen."""
    with enter_public():
        _lock(tenant)
        version = latest_version(tenant)
        if version is None:
            raise errors.NotYours
        _refuse_confirmed(version)
        loose = [row.key for row in version.requirements.all() if not row.is_traced]
        if loose:
            raise errors.NotTraced(keys=", ".join(loose))
        version.confirmed_at, version.confirmed_by = at, who_acts()
        version.save(update_fields=["confirmed_at", "confirmed_by"])
        tell_both(tenant, version, "confirmed", version=version.number)


@transaction.atomic
def accept_requirement(*, tenant: Tenant, requirement_id: int, day: date) -> None:
    """By the customer, who has seen it work; a second time changes nothing."""
    with enter_public():
        row = _own(tenant, requirement_id)
        if row.accepted_on is None:
            row.accepted_on, row.accepted_by = day, who_acts()
            row.save(update_fields=["accepted_on", "accepted_by"])
            tell_both(tenant, row, "accepted", key=row.key)


@transaction.atomic
def request_change(
    *, tenant: Tenant, wish: Wish, at: datetime, impact: Impact | None = None
) -> ChangeRequest:
    """With an impact it is the operator's, who has approved by that; without one the customer asks for it."""
    with enter_public():
        _lock(tenant)
        version = latest_version(tenant)
        if version is None or version.confirmed_at is None:
            raise errors.NotConfirmed
        _refuse_unfit(version, wish.act, wish.line.key)
        last = ChangeRequest.objects.filter(tenant=tenant).order_by("-number").first()
        made = ChangeRequest(
            tenant=tenant,
            number=last.number + 1 if last else 1,
            act=wish.act,
            reason=wish.reason,
            currency=tenant.currency,
            proposed_at=at,
            proposed_by=who_acts(),
            **asdict(wish.line),
        )
        if impact is not None:
            made.impact_days, made.impact_cost = impact.days, impact.cost
            made.approve(Side.VENDOR, who_acts(), at)
        made.save()
        tell_both(tenant, made, "asked for a change", key=made.key, act=made.act)
    return made


def _refuse_unfit(version: RequirementVersion, act: str, key: str) -> None:
    is_there = version.requirements.filter(key=key).exists()
    if act == ChangeRequest.Act.ADD and is_there:
        raise errors.RequirementThere(field="key", key=key)
    if act != ChangeRequest.Act.ADD and not is_there:
        raise errors.RequirementUnknown(field="key", key=key)


@transaction.atomic
def assess_change(*, tenant: Tenant, change_id: int, impact: Impact, at: datetime) -> None:
    """The operator says what it takes, and approves it by that."""
    with enter_public():
        change = _open(tenant, change_id)
        change.impact_days, change.impact_cost = impact.days, impact.cost
        # Whoever said yes said it to another impact.
        change.customer_at, change.customer_by = None, ""
        change.approve(Side.VENDOR, who_acts(), at)
        change.save()
        tell_both(tenant, change, "assessed", days=impact.days, cost=impact.cost)


@transaction.atomic
def approve_change(*, tenant: Tenant, change_id: int, at: datetime) -> None:
    """By the customer, once the impact is known: a new version holds. Raises ImpactUnknown, AlreadyDecided."""
    with enter_public():
        _lock(tenant)
        change = _open(tenant, change_id)
        if change.vendor_at is None:
            raise errors.ImpactUnknown
        change.approve(Side.CUSTOMER, who_acts(), at)
        change.state = ChangeRequest.State.APPROVED
        change.save()
        made = _next_version(change, at)
        book_change(change, at)
        tell_both(tenant, change, "approved", version=made.number)


def refuse_change(*, tenant: Tenant, change_id: int, reason: str) -> None:
    with transaction.atomic(), enter_public():
        change = _open(tenant, change_id)
        change.state = ChangeRequest.State.REFUSED
        change.refused_by, change.refused_reason = who_acts(), reason[:300]
        change.save()
        tell_both(tenant, change, "refused", reason=reason)


def _open(tenant: Tenant, change_id: int) -> ChangeRequest:
    rows = ChangeRequest.objects.select_for_update(of=("self",)).select_related("tenant")
    change = rows.filter(pk=change_id, tenant_id=tenant.pk).first()
    if change is None:
        raise errors.NotYours
    if change.state != ChangeRequest.State.PROPOSED:
        raise errors.AlreadyDecided
    return change


def _next_version(change: ChangeRequest, at: datetime) -> RequirementVersion:
    """All lines as they were but one; what is otherwise has to be accepted anew."""
    before = latest_version(change.tenant)
    if before is None:
        raise errors.NotConfirmed
    _refuse_unfit(before, change.act, change.key)
    made = RequirementVersion.objects.create(
        tenant=change.tenant,
        number=before.number + 1,
        change=change,
        made_at=at,
        confirmed_at=at,
        confirmed_by=change.customer_by,
    )
    rows = [row for row in before.requirements.all() if row.key != change.key]
    if change.act != ChangeRequest.Act.DROP:
        rows.append(_line(change, before))
    for row in rows:
        row.pk, row.version = None, made
    Requirement.objects.bulk_create(rows)
    return made


def _line(change: ChangeRequest, before: RequirementVersion) -> Requirement:
    was = before.requirements.filter(key=change.key).first()
    values = {name: getattr(change, name) or getattr(was, name, "") for name in FIELDS}
    return Requirement(key=change.key, **values)
