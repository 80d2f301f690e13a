"""Every write of the desk but lending: applications, papers, bindings told by the floor above, what was counted."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from tenants.context import current_tenant, enter_public, enter_row
from tenants.desk.errors import AlreadyDecided, NumberNotFit
from tenants.desk.history import note_change, who_acts
from tenants.desk.models import NumberApplication, NumberPaper, NumberTally
from tenants.desk.queries import papers_to_tell
from tenants.lending import lend_number
from tenants.models import Number, Tenant
from tenants.people.actions import record_audit


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a tenant asks for. `regions`: words as typed, for the operator to read."""

    kind: str
    country: str
    use: str
    purpose: str
    area_code: str = ""
    regions: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a number may be used for. `regions`: countries and words of regions that were checked; none: everywhere."""

    use: str
    purpose: str
    regions: tuple[str, ...]
    outside: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file that lies sealed in the vault."""

    media_type: str
    size: int
    sha256: str
    stored_as: str
    wrapped: str
    wrapped_by: str


@transaction.atomic
def apply_for_number(*, wish: Wish, at: datetime) -> NumberApplication:
    """For the current tenant; both logs tell it, the tenant's and the house's."""
    tenant, by = current_tenant(), who_acts()
    record_audit(verb="applied for a number", subject="desk.numberapplication", after=asdict(wish))
    with enter_public():
        made = NumberApplication.objects.create(tenant=tenant, applied_at=at, applied_by=by, **asdict(wish))
        record_audit(verb="applied for a number", subject=made, after={"tenant": tenant.schema_name})
        return made


def withdraw_application(*, application_id: int, at: datetime) -> None:
    """By the tenant itself. Raises AlreadyDecided, also for one of another tenant."""
    tenant = current_tenant()
    with enter_public():
        mine = NumberApplication.objects.filter(pk=application_id, tenant_id=tenant.pk).exists()
        if not mine:
            raise AlreadyDecided
        _decide(application_id, NumberApplication.State.WITHDRAWN, at, "")


def refuse_application(*, application_id: int, at: datetime, reason: str) -> None:
    with enter_public():
        _decide(application_id, NumberApplication.State.REFUSED, at, reason)


@transaction.atomic
def approve_application(*, application_id: int, number_id: int, at: datetime) -> None:
    """Lend this number for it, with its purpose. Raises AlreadyDecided, LicenceMissing, NumberNotFit."""
    with enter_public():
        asked = NumberApplication.objects.select_for_update().get(pk=application_id)
        number = Number.objects.select_for_update().filter(pk=number_id).first()
        if asked.state != NumberApplication.State.APPLIED:
            raise AlreadyDecided
        if number is None or (number.kind, number.country) != (asked.kind, asked.country):
            raise NumberNotFit(field="number")
        lend_number(number_id=number_id, tenant_id=asked.tenant_id, at=at, reason=asked.purpose)
        Number.objects.filter(pk=number_id).update(use=asked.use, purpose=asked.purpose)
        _decide(application_id, NumberApplication.State.APPROVED, at, "", number)


@transaction.atomic
def _decide(application_id: int, state: str, at: datetime, reason: str, number: Number | None = None) -> None:
    asked = NumberApplication.objects.select_for_update().select_related("tenant").get(pk=application_id)
    if asked.state != NumberApplication.State.APPLIED:
        raise AlreadyDecided
    asked.state, asked.decided_at, asked.decided_by, asked.reason = state, at, who_acts(), reason[:300]
    asked.number = number
    asked.save(update_fields=["state", "decided_at", "decided_by", "reason", "number"])
    record_audit(verb=state, subject=asked, after={"number": number and number.e164}, reason=reason)
    if asked.tenant.has_schema:
        with enter_row(asked.tenant):
            record_audit(
                verb=state,
                subject=f"desk.numberapplication:{asked.pk}",
                after={"number": number and number.e164},
                reason=reason,
            )


@transaction.atomic
def set_terms(*, number_id: int, terms: Terms) -> None:
    with enter_public():
        number = Number.objects.select_for_update().get(pk=number_id)
        before = {name: getattr(number, name) for name in asdict(terms)}
        for name, value in asdict(terms).items():
            setattr(number, name, list(value) if name == "regions" else value)
        number.save(update_fields=list(asdict(terms)))
        record_audit(verb="changed", subject=number, before=before, after=asdict(terms))


@transaction.atomic
def add_paper(
    *,
    kept: Kept,
    kind: str,
    reference: str,
    at: datetime,
    expires_on: date | None = None,
    warn_days: int,
    number_id: int | None = None,
    tenant_id: int | None = None,
) -> NumberPaper:
    with enter_public():
        paper = NumberPaper.objects.create(
            kind=kind,
            reference=reference,
            expires_on=expires_on,
            warn_days=warn_days,
            number_id=number_id,
            tenant_id=tenant_id,
            added_at=at,
            added_by=who_acts(),
            **asdict(kept),
        )
        record_audit(verb="uploaded", subject=paper, after={"sha256": kept.sha256, "bytes": kept.size})
        return paper


def note_bindings(*, tenant: Tenant, bound: Collection[str], at: datetime) -> int:
    """The numbers of a tenant that lead somewhere or mask somebody; how many changed their state by that."""
    State, changed = Number.State, 0
    with transaction.atomic(), enter_public():
        lent = Number.objects.filter(tenant_id=tenant.pk, state__in=(State.ASSIGNED, State.BOUND))
        for number in lent.select_for_update():
            state = State.BOUND if number.e164 in bound else State.ASSIGNED
            if number.state != state:
                number.state = state
                number.save(update_fields=["state"])
                note_change(number, at=at, tenant_id=tenant.pk)
                changed += 1
    return changed


def keep_tally(*, counts: Iterable[tuple[str, int, datetime | None]], at: datetime) -> int:
    """(number, calls, last call) of numbers that were counted; how many were kept."""
    with enter_public():
        told = {number: (calls, last) for number, calls, last in counts}
        ids = dict(Number.objects.filter(e164__in=told).values_list("e164", "pk"))
        rows = [
            NumberTally(number_id=pk, calls=told[number][0], last_call_at=told[number][1], counted_at=at)
            for number, pk in ids.items()
        ]
        NumberTally.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["number"],
            update_fields=["calls", "last_call_at", "counted_at"],
        )
        return len(rows)


def tell_ending_papers(*, at: datetime) -> int:
    """Once for each paper that comes within its days before the end: in the house's log and in the tenant's."""
    with enter_public():
        papers = papers_to_tell(at.date())
        for paper in papers:
            tenant = paper.tenant or (paper.number.tenant if paper.number else None)
            after = {"valid_until": paper.expires_on}
            record_audit(verb="paper runs out", subject=paper, after=after)
            if tenant is not None and tenant.has_schema:
                with enter_row(tenant):
                    record_audit(verb="paper runs out", subject=f"desk.numberpaper:{paper.pk}", after=after)
            NumberPaper.objects.filter(pk=paper.pk).update(told_at=at)
        return len(papers)


@transaction.atomic
def lay_paper(*, paper_id: int, kept: Kept) -> None:
    """A paper that came with its tenant from elsewhere now lies here, sealed with a key of ours."""
    with enter_public():
        where = {"stored_as": kept.stored_as, "wrapped": kept.wrapped, "wrapped_by": kept.wrapped_by}
        NumberPaper.objects.filter(pk=paper_id).update(**where)
