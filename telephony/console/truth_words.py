"""What our rows said and what the switch said, in words: the watchdog writes down facts, this says them."""

from types import MappingProxyType
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.models import Agent, Call

SAID: MappingProxyType[tuple[str, Any], str | Promise] = MappingProxyType(
    {
        ("leg", None): gettext_lazy("no such leg"),
        ("leg", "open"): gettext_lazy("a leg in use"),
        ("leg", "lives"): gettext_lazy("a leg in use"),
        ("leg", "waits"): gettext_lazy("a caller who waits"),
        ("leg", "leaves a message"): gettext_lazy("a caller who leaves a message"),
        ("leg", "rings"): gettext_lazy("a phone that rings"),
        ("leg", "rings for nobody"): gettext_lazy("a phone that rings for nobody"),
        ("leg", "rings past its time"): gettext_lazy("a phone that rings past its time"),
        ("offer", "rings"): gettext_lazy("an offer that rings"),
        ("offer", "talks"): gettext_lazy("a conversation"),
        ("offer", "over"): gettext_lazy("an offer that is over"),
        ("line", None): gettext_lazy("not in line"),
        ("line", "waits"): gettext_lazy("waits in line"),
        ("line", "over"): gettext_lazy("no longer in line"),
        ("phone", None): gettext_lazy("no registered phone"),
        ("phone", "registered"): gettext_lazy("the phone is registered"),
        ("phone", "gone"): gettext_lazy("the phone is not registered"),
        ("recording", True): gettext_lazy("calls are recorded"),
        ("room", "disk"): gettext_lazy("a disk is nearly full"),
        ("room", "quota"): gettext_lazy("the quota is used up"),
        ("status", "ready"): gettext_lazy("ready"),
        ("talks_with", ""): gettext_lazy("talks with nobody"),
        ("free", True): gettext_lazy("free for calls"),
        ("free", False): gettext_lazy("not free for calls"),
        ("router", "waits"): gettext_lazy("waits in the router's memory"),
        ("router", "unknown"): gettext_lazy("unknown to the router"),
        ("router", "free"): gettext_lazy("free in the router's memory"),
        ("router", "busy"): gettext_lazy("busy in the router's memory"),
        ("router", "not_ready"): gettext_lazy("not ready in the router's memory"),
        ("router", "reserved"): gettext_lazy("being rung in the router's memory"),
    }
)


def told_side(side: dict[str, Any]) -> str:
    """`{"activity": "talking", "version": 7}` → "Talking"; a dash when there is nothing to say."""
    words = [_word(name, value) for name, value in side.items()]
    return ", ".join(str(word) for word in words if word) or "–"


def _word(name: str, value: Any) -> str | Promise:
    if isinstance(value, str | bool | None) and (name, value) in SAID:
        return SAID[name, value]
    if name == "activity" and value in Agent.Activity.values:
        return Agent.Activity(value).label
    if name == "call" and value in Call.State.values:
        return _("a call: %(state)s") % {"state": Call.State(value).label}
    if name == "talks_with":
        return _("talks with somebody")
    if name == "until" and (until := parse_datetime(str(value))):
        return _("was to end at %(time)s") % {"time": date_format(localtime(until), "H:i:s")}
    return ""
