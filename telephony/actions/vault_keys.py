"""The keys sounds are sealed with: made, wrapped anew by a new master key, destroyed when nothing needs them."""

from datetime import datetime

from django.db import IntegrityError, transaction

from telephony.models import KeptSound, VaultKey, VaultWork
from telephony.queries.vault import clear_key, key_owner, newest_key
from telephony.vault.keys import KeyUnreadable, current_master, new_key, wrap
from tenants.people.actions import record_audit


def sealing_key(*, at: datetime) -> VaultKey:
    """The newest key; the first one is made when the first sound is sealed."""
    return newest_key() or make_key(at=at)


def make_key(*, at: datetime) -> VaultKey:
    newest = VaultKey.objects.order_by("-number").first()
    number = newest.number + 1 if newest else 1
    wrapped, mark = wrap(new_key(), belongs_to=key_owner(number))
    try:
        with transaction.atomic():
            key = VaultKey.objects.create(number=number, wrapped=wrapped, wrapped_by=mark, created_at=at)
            record_audit(verb="made recording key", subject=key)
            return key
    except IntegrityError:
        # Made beside us at the same moment.
        return VaultKey.objects.get(number=number)


def rewrap_keys() -> tuple[int, int]:
    """(wrapped anew by the present master key, unreadable). Sounds are not touched: this takes milliseconds."""
    done = unreadable = 0
    for key in VaultKey.objects.filter(destroyed_at=None).exclude(wrapped_by=current_master()):
        try:
            wrapped, mark = wrap(clear_key(key), belongs_to=key_owner(key.number))
        except KeyUnreadable:
            unreadable += 1
            continue
        # Only while it is still the one we read.
        is_same = VaultKey.objects.filter(pk=key.pk, wrapped=key.wrapped)
        done += is_same.update(wrapped=wrapped, wrapped_by=mark)
        record_audit(verb="wrapped recording key anew", subject=key, after={"wrapped_by": mark})
    return done, unreadable


@transaction.atomic
def destroy_unused_keys(*, at: datetime) -> int:
    """Keys that seal nothing any more, but the newest: what might still lie somewhere can be opened by nobody."""
    newest = newest_key()
    if newest is None or VaultWork.objects.filter(kind=VaultWork.Kind.REKEY, state="running").exists():
        return 0
    used = KeptSound.objects.filter(state="sealed", key__isnull=False).values("key_id")
    old = VaultKey.objects.filter(destroyed_at=None).exclude(pk=newest.pk).exclude(pk__in=used)
    for key in (found := list(old.select_for_update())):
        key.wrapped, key.destroyed_at = "", at
        key.save(update_fields=["wrapped", "destroyed_at"])
        record_audit(verb="destroyed recording key", subject=key)
    return len(found)
