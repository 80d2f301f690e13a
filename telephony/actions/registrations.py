"""The switches' list of phones is the truth about who can be rung."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.db import transaction

from telephony.actions.agent_activity import UNREGISTERED
from telephony.actions.agents import register_device, unregister_device
from telephony.models import Device
from telephony.switch import Registration

PHONES_AT_ONCE = 50


def settle_registrations(
    registrations: Iterable[Registration],
    *,
    at: datetime,
    is_whole: bool = True,
    nodes: Collection[str] | None = None,
    cause: str = UNREGISTERED,
    between: Callable[[], object] = lambda: None,
) -> list[Device]:
    """The switches' list is the truth about phones. Those which differed, as they were.

    A list that is not whole, because a switch is away, says of nobody that their phone is gone; nor does it of phones
    that registered last at a switch outside `nodes`. `cause` is why agents whose phone is gone are not ready any more;
    `between` is called between two transactions.
    """
    present = {registration.username: registration for registration in registrations}
    changed = []
    for device in Device.objects.exclude(kind=Device.Kind.NUMBER):
        if (device.sip_username in present) == device.is_registered:
            continue
        is_elsewhere = nodes is not None and device.node not in nodes
        if device.is_registered and (is_elsewhere or not is_whole):
            continue
        changed.append(device)
    for begin in range(0, len(changed), PHONES_AT_ONCE):
        with transaction.atomic():
            for device in changed[begin : begin + PHONES_AT_ONCE]:
                _settle_phone(device, present.get(device.sip_username), at, cause)
        between()
    return changed


def _settle_phone(device: Device, found: Registration | None, at: datetime, cause: str) -> None:
    if found is None:
        unregister_device(username=device.sip_username, at=at, cause=cause)
    else:
        register_device(username=device.sip_username, contact=found.contact, at=at, node=found.node)
