"""Notices made for one tenant, read and withdrawn; wishes made."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from tenants.context import enter_public
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.plans.models import Acknowledgement, Notice, Wish

LASTS = timedelta(days=30)
"""How long a notice of something without an end is shown."""


@transaction.atomic
def announce(
    *, tenant: Tenant, words: Mapping[str, tuple[str, str]], starts_at: datetime, effect: str, at: datetime
) -> Notice:
    """To this tenant alone; `words` are title and text by language, of `en` and `zh-hans`."""
    with enter_public():
        notice = Notice.objects.create(
            title=words["en"][0][:120],
            body=words["en"][1],
            title_zh=words["zh-hans"][0][:120],
            body_zh=words["zh-hans"][1],
            starts_at=starts_at,
            ends_at=starts_at + LASTS,
            effect=effect,
            published_at=at,
        )
        notice.tenants.add(tenant)
    return notice


def withdraw_notices(*, notice_ids: Collection[int], at: datetime) -> None:
    """What does not come after all."""
    with enter_public():
        Notice.objects.filter(pk__in=notice_ids, withdrawn_at=None).update(withdrawn_at=at)


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
