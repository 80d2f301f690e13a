"""The only folder that knows FreeSWITCH. Outside there are facts (telephony.facts) and a switch (telephony.switch)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from telephony.freeswitch.client import FreeSwitch


def connect(settings: Mapping[str, Any]) -> "FreeSwitch":
    """A running client for the switch of `settings.SWITCH`: it connects, and reconnects, by itself."""
    from telephony.freeswitch.client import FreeSwitch

    return FreeSwitch.from_mapping(settings)
