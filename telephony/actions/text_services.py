"""Which service sends the tenant's text messages, by which account; and the numbers that get none."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from telephony.models import TextOptOut, TextService
from telephony.provider_fields import kept_settings
from telephony.text import plain_line
from telephony.texts.providers import PROVIDERS
from tenants.context import current_tenant
from tenants.errors import BadInput, NotFound
from tenants.numbers import to_e164
from tenants.people.actions import record_audit
from tenants.people.audit import difference, row_values
from tenants.people.policies import Member
from tenants.secrets import seal


class TextServiceNotFound(NotFound):
    "There is no such service."


class TextServiceNameTaken(BadInput):
    "Another service has this name."


class NotANumber(BadInput):
    "This is no telephone number."


@transaction.atomic
def keep_text_service(
    *,
    name: str,
    provider: str,
    settings: Mapping[str, Any],
    secret: str | None = None,
    is_used: bool = False,
    service_id: int | None = None,
) -> TextService:
    """`secret` None keeps the one there is. Settings the provider does not know are left out."""
    service = _locked(service_id) if service_id else TextService()
    before = row_values(service) if service_id else {}
    if provider not in PROVIDERS:
        raise BadInput(_("This provider is not known."), field="provider")
    is_other = bool(service_id) and service.provider != provider
    service.name, service.provider = plain_line(name, 80), provider
    if not service.name:
        raise BadInput(_("A service needs a name."), field="name")
    if TextService.objects.filter(name=service.name).exclude(pk=service.pk).exists():
        raise TextServiceNameTaken(field="name")
    service.settings = _settings(provider, settings)
    if secret is not None or is_other:
        service.secret = seal((secret or "").strip())
    if not service.secret:
        raise BadInput(_("This service needs a key."), field="secret")
    _use(service, is_used)
    service.save()
    was, now = difference(before, row_values(service))
    if now:
        record_audit(
            verb="changed" if service_id else "added", subject=service, before=was or None, after=now
        )
    return service


@transaction.atomic
def drop_text_service(*, service_id: int) -> None:
    """What it has sent stays in the list."""
    service = _locked(service_id)
    record_audit(verb="deleted", subject=service, before=row_values(service))
    service.delete()


@transaction.atomic
def opt_out(*, number: str, source: str, at: datetime, member: Member | None = None) -> TextOptOut:
    """This number gets no text messages any more. Told again it stays as it was. Raises NotANumber."""
    stored = to_e164(number, str(current_tenant().country))
    if stored is None:
        raise NotANumber(field="number")
    row, is_new = TextOptOut.objects.get_or_create(
        number=stored, defaults={"source": source, "added_at": at, "added_by": member}
    )
    if is_new and member is not None:
        record_audit(verb="added", subject=row, after={"source": source})
    return row


@transaction.atomic
def lift_opt_out(*, opt_out_id: int) -> None:
    """It may be sent text messages again."""
    row = TextOptOut.objects.select_for_update().filter(pk=opt_out_id).first()
    if row is not None:
        record_audit(verb="deleted", subject=row, before={"source": row.source})
        row.delete()


def _locked(service_id: int) -> TextService:
    service = TextService.objects.select_for_update().filter(pk=service_id).first()
    if service is None:
        raise TextServiceNotFound
    return service


def _settings(provider: str, given: Mapping[str, Any]) -> dict[str, str]:
    kept = kept_settings(PROVIDERS[provider].FIELDS, given)
    for name, value in kept.items():
        if name.startswith("text_") and "{link}" not in value:
            raise BadInput(
                _("Without {link} nobody could answer: put it where the link is to stand."), field=name
            )
    return kept


def _use(service: TextService, is_used: bool) -> None:
    """One sends; the first that is set up does."""
    others = TextService.objects.filter(is_used=True).exclude(pk=service.pk)
    if is_used:
        others.update(is_used=False)
    service.is_used = is_used or not others.exists()
