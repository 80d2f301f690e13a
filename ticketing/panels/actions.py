"""Every write about panels."""

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from tenants.people.actions import record_audit
from tenants.people.audit import difference, row_values
from tenants.secrets import seal
from ticketing.panels.addresses import check_address
from ticketing.panels.errors import (
    NoPlaces,
    NoRoles,
    NumbersOnlyByOwners,
    PanelNameMissing,
    PanelNotFound,
    TooManyPanels,
)
from ticketing.panels.models import Panel
from ticketing.panels.queries import MOST
from ticketing.panels.tokens import new_secret
from ticketing.policies import READING_ROLES, can_let_numbers_out


@transaction.atomic
def add_panel(*, by: Any, own_host: str, **given: Any) -> tuple[Panel, str]:
    """The panel and its secret, which is shown this once."""
    with connection.cursor() as cursor:
        # Two who add at once count one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ' panels'))")
    if Panel.objects.count() >= MOST:
        raise TooManyPanels
    panel, secret = Panel(), new_secret()
    _fill(panel, by=by, own_host=own_host, **given)
    panel.secret = seal(secret)
    panel.save()
    record_audit(verb="added", subject=panel, after=row_values(panel))
    return panel, secret


@transaction.atomic
def change_panel(*, panel_id: int, by: Any, own_host: str, **given: Any) -> Panel:
    panel = _locked(panel_id)
    before = row_values(panel)
    _fill(panel, by=by, own_host=own_host, **given)
    panel.save()
    was, now = difference(before, row_values(panel))
    if now:
        record_audit(verb="changed", subject=panel, before=was, after=now)
    return panel


@transaction.atomic
def renew_panel_secret(*, panel_id: int) -> str:
    """The new one, shown this once. What the old one signed ends by itself within a minute."""
    panel, secret = _locked(panel_id), new_secret()
    panel.secret = seal(secret)
    panel.save()
    record_audit(verb="secret renewed", subject=panel)
    return secret


@transaction.atomic
def delete_panel(*, panel_id: int) -> None:
    panel = _locked(panel_id)
    record_audit(verb="deleted", subject=panel, before=row_values(panel))
    panel.delete()


def _fill(
    panel: Panel,
    *,
    by: Any,
    own_host: str,
    name: str,
    url: str,
    places: Collection[str],
    roles: Collection[str],
    is_on: bool = True,
    sees_numbers: bool | None = None,
) -> None:
    panel.name = "".join(letter for letter in name if letter.isprintable()).strip()[:80]
    if not panel.name:
        raise PanelNameMissing(field="name")
    url = url.strip()[:500]
    check_address(url, own_host)
    panel.url, panel.is_on = url, is_on
    panel.places = [place for place in Panel.Place.values if place in places]
    if not panel.places:
        raise NoPlaces(field="places")
    panel.roles = [str(role) for role in READING_ROLES if role in roles]
    if not panel.roles:
        raise NoRoles(field="roles")
    _let_numbers_out(panel, sees_numbers, by)


def _let_numbers_out(panel: Panel, wanted: bool | None, by: Any) -> None:
    """Nobody but an owner lets them out; shutting them in again is everybody's who may change it at all."""
    if wanted is None:
        return
    if wanted and not panel.sees_numbers and not can_let_numbers_out(by):
        raise NumbersOnlyByOwners
    panel.sees_numbers = wanted


def _locked(panel_id: int) -> Panel:
    found = Panel.objects.select_for_update().filter(pk=panel_id).first()
    if found is None:
        raise PanelNotFound
    return found
