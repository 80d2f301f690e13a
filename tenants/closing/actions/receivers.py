"""Programs that are told of bills, and the secrets they know us by."""

from django.db import transaction

from tenants.closing.models import Receiver
from tenants.hooks import signing
from tenants.people.actions import record_audit
from tenants.secrets import seal


@transaction.atomic
def new_secret(*, receiver_id: int) -> str:
    """Shown once; the old one is void from now on."""
    receiver = Receiver.objects.select_for_update().get(pk=receiver_id)
    clear = signing.new_secret()
    receiver.secret = seal(clear)
    receiver.save(update_fields=["secret"])
    record_audit(verb="new secret", subject=receiver)
    return clear
