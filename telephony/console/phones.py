"""What rings me: the choice in the workspace, each kind shown as it is; and what leaders see of checked phones."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import policies, queries
from telephony.models import Agent, Device
from telephony.queries.devices import chosen_device
from tenants.masking import mask_number
from tenants.people.console.access import member_required
from tenants.people.policies import Role

Kind, RingOn = Device.Kind, Agent.RingOn


class Choice(NamedTuple):
    kind: str
    label: str
    is_there: bool
    since: Any
    words: str
    is_possible: bool = True


@never_cache
@require_GET
@member_required(Role.AGENT, *policies.LEADERS)
def my_phones(request: HttpRequest) -> HttpResponse:
    """A piece of the workspace, read anew whenever something about the phones changes."""
    agent = queries.agent_of(request.user)
    if agent is None:
        return HttpResponse(status=204)
    devices = list(agent.devices.all())
    ringing = chosen_device(agent, devices)
    seen = {
        "agent": agent,
        "choices": [_any(ringing), *(_choice(kind, devices) for kind in (Kind.WEB, Kind.SIP, Kind.NUMBER))],
        "ringing": ringing,
        "ringing_label": _name(ringing) if ringing else "",
        "is_elsewhere": bool(ringing) and agent.ring_on not in (RingOn.ANY, ringing.kind if ringing else ""),
    }
    return render(request, "telephony/_phones.html", seen)


def _any(ringing: Device | None) -> Choice:
    words = _("the page or the IP phone that signed in last")
    return Choice(RingOn.ANY, str(RingOn.ANY.label), ringing is not None, None, words)


def _choice(kind: str, devices: list[Device]) -> Choice:
    """The newest of the kind that is there, else what to do so that one is."""
    own = [device for device in devices if device.kind == kind]
    there = [device for device in own if device.is_there]
    newest = max(
        there,
        key=lambda device: (device.registered_at is not None, device.registered_at, device.pk),
        default=None,
    )
    label = str(RingOn(kind).label)
    if newest is not None:
        since = newest.registered_at if kind != Kind.NUMBER else None
        words = _("you pick up there and press 1") if kind == Kind.NUMBER else ""
        return Choice(kind, f"{label} {_name(newest)}".strip(), True, since, words)
    possible = kind == Kind.WEB or (bool(own) and kind == Kind.SIP)
    return Choice(kind, label, False, None, _why_not(kind, own), possible)


def _why_not(kind: str, own: list[Device]) -> str:
    if kind == Kind.WEB:
        return _("not there: allow the microphone in this page, or load it again")
    if not own:
        return _("none yet: an administrator adds one in the settings")
    if kind == Kind.NUMBER:
        return _("the terms of phones do not allow this number any more")
    names = ", ".join(_name(device) for device in own)
    return _("%(names)s not registered: is it switched on, has it a network?") % {"names": names}


def _name(device: Device) -> str:
    if device.kind == Kind.NUMBER:
        return mask_number(device.number)
    return "" if device.kind == Kind.WEB else device.sip_username
