"""Shifts on call: put down, given away in part or whole; and how each operator is reached."""

import re
from datetime import datetime, timedelta

from django.db import transaction

from tenants import outward
from tenants.context import enter_public
from tenants.masking import mask_number
from tenants.numbers import reach_of, to_e164
from tenants.people.actions import record_audit
from tenants.people.models import Member
from tenants.service import errors
from tenants.service.models import PageTarget, Shift
from tenants.service.queries.roster import overlapping

LONGEST = timedelta(days=14)


@transaction.atomic
def plan_shift(
    *, operator: Member, level: int, starts_at: datetime, ends_at: datetime, weeks: int = 1
) -> list[Shift]:
    """The same once a week, so many weeks; all or none. Raises ShiftOverlaps, ShiftTooLong."""
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise errors.ShiftTooLong(field="ends_at")
    with enter_public():
        made = []
        for week in range(weeks):
            # By the clock on the wall: the moments carry their zone.
            start, end = starts_at + timedelta(weeks=week), ends_at + timedelta(weeks=week)
            _refuse_overlap(level, start, end)
            made.append(
                Shift.objects.create(
                    operator_id=operator.pk, operator_name=str(operator)[:120], level=level,
                    starts_at=start, ends_at=end,
                )
            )  # fmt: skip
        record_audit(verb="added", subject=made[0], after={"weeks": weeks, "level": level})
    return made


def _refuse_overlap(level: int, start: datetime, end: datetime, but: tuple[int, ...] = ()) -> None:
    there = overlapping(level=level, starts_at=start, ends_at=end, but=but)
    if there is not None:
        raise errors.ShiftOverlaps(
            field="starts_at", who=there.operator_name, start=f"{there.starts_at:%Y-%m-%d %H:%M}",
            end=f"{there.ends_at:%Y-%m-%d %H:%M}",
        )  # fmt: skip


@transaction.atomic
def hand_over(*, shift_id: int, to: Member, starts_at: datetime, ends_at: datetime, at: datetime) -> Shift:
    """Somebody else takes a shift, or a part of it; what is left stays with whoever had it. What is over stays."""
    with enter_public():
        shift = Shift.objects.select_for_update().filter(pk=shift_id, cancelled_at=None).first()
        if shift is None or shift.ends_at <= at:
            raise errors.ShiftNotFound
        if not (shift.starts_at <= starts_at < ends_at <= shift.ends_at):
            raise errors.NotWithinShift(field="starts_at")
        if shift.operator_id == to.pk:
            return shift
        shift.cancelled_at = at
        shift.save(update_fields=["cancelled_at"])
        for start, end in ((shift.starts_at, starts_at), (ends_at, shift.ends_at)):
            if start < end:
                Shift.objects.create(
                    operator_id=shift.operator_id, operator_name=shift.operator_name, level=shift.level,
                    starts_at=start, ends_at=end, instead_of=shift.instead_of,
                )  # fmt: skip
        made = Shift.objects.create(
            operator_id=to.pk, operator_name=str(to)[:120], level=shift.level, starts_at=starts_at,
            ends_at=ends_at, instead_of=shift.operator_name,
        )  # fmt: skip
        record_audit(verb="swapped a shift", subject=made, before={"who": shift.operator_name})
    return made


@transaction.atomic
def cancel_shift(*, shift_id: int, at: datetime) -> None:
    with enter_public():
        shift = Shift.objects.select_for_update().filter(pk=shift_id, cancelled_at=None).first()
        if shift is None or shift.ends_at <= at:
            raise errors.ShiftNotFound
        shift.cancelled_at = at
        shift.save(update_fields=["cancelled_at"])
        record_audit(verb="deleted", subject=shift, before={"who": shift.operator_name})


@transaction.atomic
def set_target(*, operator: Member, way: str, address: str, phone: str = "") -> PageTarget:
    """How this operator is called from now on; for what is urgent by telephone too. Raises WebhookAddress, MailAddress,
    PagedNumber.
    """
    values = {
        "operator_name": str(operator)[:120],
        "way": way,
        "address": _address_of(operator, way, address.strip()),
        "phone": _phone_of(phone.strip()),
    }
    with enter_public():
        row, _new = PageTarget.objects.update_or_create(operator_id=operator.pk, defaults=values)
        record_audit(verb="changed", subject=row, after={"way": way, "telephone": mask_number(row.phone)})
    return row


def _phone_of(typed: str) -> str:
    """With its country; none whose owner earns by being called: nobody's shift is to pay somebody."""
    if not typed:
        return ""
    number = to_e164(typed, "ZZ") or ""
    reach = reach_of(number, "ZZ")
    if not reach.is_real or reach.is_premium:
        raise errors.PagedNumber(field="phone")
    return number


def _address_of(operator: Member, way: str, address: str) -> str:
    """ "" for the log; of a mail that says nothing the operator's own."""
    if way == PageTarget.Way.WEBHOOK:
        try:
            outward.parts_of(address)
        except outward.Unreachable:
            raise errors.WebhookAddress(field="address") from None
        if not address.startswith(("https://", "http://")):
            raise errors.WebhookAddress(field="address")
        return address
    if way == PageTarget.Way.MAIL:
        address = address or operator.email
        if not re.fullmatch(r"[!-~]{1,64}@[A-Za-z0-9.-]{1,190}", address):
            raise errors.MailAddress(field="address")
        return address
    return ""
