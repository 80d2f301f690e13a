"""The dialplan applications by name, and how one is run. The modules that have applications add them here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from . import lifecycle
from .bus import Headers
from .clock import now_us

if TYPE_CHECKING:
    from .leg import Leg

Application = Callable[["Leg", str], Awaitable[None]]
QuickApplication = Callable[["Leg", str], None]

_APPLICATIONS: dict[str, Application] = {}
_QUICK: dict[str, QuickApplication] = {}


def add(applications: Mapping[str, Application]) -> None:
    _APPLICATIONS.update(applications)


def add_quick(applications: Mapping[str, QuickApplication]) -> None:
    """Those that take no time: the only ones that may run inline, while the dialplan is still being read."""
    _QUICK.update(applications)


async def execute(leg: Leg, name: str, data: str) -> None:
    """Runs one application, with the news before and after it. `data` is expanded. An unknown one ends the leg."""
    quick, slow = _QUICK.get(name), _APPLICATIONS.get(name)
    if quick is None and slow is None:
        leg.switch.log(f"Invalid Application {name}")
        lifecycle.hang_up(leg, "DESTINATION_OUT_OF_ORDER")
        return
    identity: Headers = {
        "Application": name,
        "Application-Data": data,
        "Application-UUID": leg.switch.new_uuid(),
    }
    leg.applications_run.append((name, data, now_us()))
    leg.variables["current_application"] = name
    leg.set("current_application_data", data)
    leg.fire("CHANNEL_EXECUTE", identity)
    leg.set("current_application_response", None)
    if quick is not None:
        quick(leg, data)
    elif slow is not None:
        await slow(leg, data)
    response = leg.get("current_application_response") or "_none_"
    leg.fire("CHANNEL_EXECUTE_COMPLETE", identity | {"Application-Response": response})


def run_inline(leg: Leg, name: str, data: str) -> None:
    quick = _QUICK.get(name)
    if quick is None:
        leg.switch.log(f"Application {name} cannot run inline")
    else:
        quick(leg, data)
