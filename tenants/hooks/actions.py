"""Every write about a tenant's webhooks by people; the sender's own are in `claims` and `marks`."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from tenants.context import current_schema
from tenants.hooks import kept, kinds, waking
from tenants.hooks.errors import (
    DeliveryNotFound,
    EndpointNotActive,
    EndpointNotFound,
    NameMissing,
    NoEvents,
    NumbersAreTheOwners,
    TooManyEndpoints,
)
from tenants.hooks.models import Delivery, Endpoint
from tenants.hooks.policies import can_show_numbers
from tenants.hooks.posting import check_address
from tenants.hooks.signing import new_secret
from tenants.people.actions import record_audit
from tenants.people.audit import difference, row_values
from tenants.people.models import Member
from tenants.secrets import seal

MOST_ENDPOINTS = 20
OLD_SECRET_LASTS = timedelta(hours=24)
KEPT_DAYS = 30
MOST_WAITING = 50_000
MOST_DELETED = 5_000


@transaction.atomic
def add_endpoint(
    *,
    name: str,
    url: str,
    kinds_wanted: Collection[str],
    by: Member | None,
    sees_numbers: bool = False,
) -> tuple[Endpoint, str]:
    """The endpoint and its secret, which is shown this once."""
    if Endpoint.objects.filter(removed_at=None).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints
    endpoint, secret = Endpoint(created_by=by), new_secret()
    _fill(endpoint, name=name, url=url, kinds_wanted=kinds_wanted)
    _show_numbers(endpoint, sees_numbers, by)
    endpoint.secret = seal(secret)
    endpoint.save()
    record_audit(verb="added", subject=endpoint, after=row_values(endpoint))
    _tell_writers()
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *,
    endpoint_id: int,
    name: str,
    url: str,
    kinds_wanted: Collection[str],
    by: Member | None,
    sees_numbers: bool | None = None,
) -> Endpoint:
    """`sees_numbers` None leaves it as it is."""
    endpoint = _locked(endpoint_id)
    before = row_values(endpoint)
    _fill(endpoint, name=name, url=url, kinds_wanted=kinds_wanted)
    if sees_numbers is not None:
        _show_numbers(endpoint, sees_numbers, by)
    endpoint.save()
    was, now = difference(before, row_values(endpoint))
    if now:
        record_audit(verb="changed", subject=endpoint, before=was, after=now)
    _tell_writers()
    return endpoint


@transaction.atomic
def renew_secret(*, endpoint_id: int, at: datetime) -> str:
    """The new one, shown this once. The old one signs too for a day."""
    endpoint, secret = _locked(endpoint_id), new_secret()
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, at + OLD_SECRET_LASTS
    endpoint.secret = seal(secret)
    endpoint.save()
    record_audit(verb="secret renewed", subject=endpoint)
    return secret


@transaction.atomic
def pause_endpoint(*, endpoint_id: int) -> None:
    endpoint = _locked(endpoint_id)
    if endpoint.state != Endpoint.State.ACTIVE:
        return
    endpoint.state = Endpoint.State.PAUSED
    endpoint.save()
    record_audit(verb="suspended", subject=endpoint)
    _tell_writers()


@transaction.atomic
def resume_endpoint(*, endpoint_id: int, at: datetime) -> None:
    """What waited is sent from now on, with all its tries again."""
    endpoint = _locked(endpoint_id)
    if endpoint.state == Endpoint.State.ACTIVE:
        return
    endpoint.state, endpoint.problem, endpoint.stopped_at = Endpoint.State.ACTIVE, "", None
    endpoint.failures, endpoint.held_until = 0, None
    endpoint.save()
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    waiting.update(attempts=0, first_tried_at=None, due_at=at)
    record_audit(verb="resumed", subject=endpoint)
    _tell_writers()
    _wake()


@transaction.atomic
def remove_endpoint(*, endpoint_id: int, at: datetime) -> None:
    """What still waits is not sent. The log stays until it is too old."""
    endpoint = _locked(endpoint_id)
    endpoint.removed_at, endpoint.state = at, Endpoint.State.PAUSED
    endpoint.secret = endpoint.old_secret = ""
    endpoint.save()
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.DROPPED, problem="removed")
    record_audit(verb="deleted", subject=endpoint, before=row_values(endpoint))
    _tell_writers()


@transaction.atomic
def send_test(*, endpoint_id: int, at: datetime) -> Delivery:
    """An event of its own, for this endpoint alone."""
    endpoint = _locked(endpoint_id)
    _must_be_active(endpoint)
    delivery = Delivery(endpoint=endpoint, kind=kinds.TEST, occurred_at=at)
    delivery.subject = f"test:{delivery.key}"
    delivery.save()
    record_audit(verb="test sent", subject=endpoint)
    _wake()
    return delivery


@transaction.atomic
def resend(*, delivery_id: int, at: datetime) -> Delivery:
    """The same event once more, with the same key and the same words."""
    old = Delivery.objects.filter(pk=delivery_id).select_related("endpoint").first()
    if old is None or old.endpoint.removed_at:
        raise DeliveryNotFound
    _must_be_active(old.endpoint)
    again = Delivery.objects.create(
        endpoint=old.endpoint,
        key=old.key,
        kind=old.kind,
        subject=f"again:{old.key}"[:60],
        ids=old.ids,
        occurred_at=old.occurred_at,
        body=old.body,
        due_at=at,
        resent_of=old.pk,
    )
    record_audit(verb="sent again", subject=again)
    _wake()
    return again


def forget_old(*, at: datetime) -> int:
    """Of the log, what is older than 30 days, a portion at a time."""
    old = Delivery.objects.filter(created_at__lt=at - timedelta(days=KEPT_DAYS)).order_by("created_at")
    deleted, _by_model = Delivery.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:MOST_DELETED])
    ).delete()
    return deleted


def _fill(endpoint: Endpoint, *, name: str, url: str, kinds_wanted: Collection[str]) -> None:
    known = [kind.name for kind in kinds.choosable()]
    endpoint.name = "".join(letter for letter in name if letter.isprintable()).strip()[:80]
    if not endpoint.name:
        raise NameMissing(field="name")
    url = url.strip()[:500]
    check_address(url)
    endpoint.url = url
    endpoint.kinds = [kind for kind in known if kind in kinds_wanted]
    if not endpoint.kinds:
        raise NoEvents(field="kinds")


def _show_numbers(endpoint: Endpoint, wanted: bool, by: Member | None) -> None:
    """Nobody but an owner lets them out; shutting them in again is everybody's who may change it at all."""
    if wanted and not endpoint.sees_numbers and not can_show_numbers(by):
        raise NumbersAreTheOwners
    endpoint.sees_numbers = wanted


def _locked(endpoint_id: int) -> Endpoint:
    found = Endpoint.objects.select_for_update().filter(pk=endpoint_id, removed_at=None).first()
    if found is None:
        raise EndpointNotFound
    return found


def _must_be_active(endpoint: Endpoint) -> None:
    if endpoint.state != Endpoint.State.ACTIVE:
        raise EndpointNotActive


def _tell_writers() -> None:
    """Those of this process at once; of the others within seconds (`kept`)."""
    schema = current_schema()
    kept.forget(schema)
    transaction.on_commit(partial(kept.forget, schema))


def _wake() -> None:
    transaction.on_commit(partial(waking.wake, current_schema()))
