"""Notices read, wishes made."""

from datetime import datetime

from django.db import transaction

from tenants.context import enter_public
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.plans.models import Acknowledgement, Notice, Wish


@transaction.atomic
def acknowledge_notice(*, tenant: Tenant, notice: Notice, by_name: str, at: datetime) -> None:
    """Once per tenant, by the first who does."""
    with enter_public():
        _row, made = Acknowledgement.objects.get_or_create(
            notice=notice, tenant=tenant, defaults={"by_name": by_name[:120], "at": at}
        )
    if made:
        record_audit(verb="read a notice", subject=f"plans.notice:{notice.pk}", after={"title": notice.title})


@transaction.atomic
def make_wish(*, tenant: Tenant, title: str, about: str, by_name: str, at: datetime) -> Wish:
    with enter_public():
        wish = Wish.objects.create(
            tenant=tenant, title=title, about=about, by_name=by_name[:120], asked_at=at
        )
    record_audit(verb="made a wish", subject=f"plans.wish:{wish.pk}", after={"title": title})
    return wish
