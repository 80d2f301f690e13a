"""The parts that are probed, what they are called, and which of them a caller or an agent cannot do without."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DATABASE, CACHE, WEB, SOCKET = "database", "cache", "web", "socket"
WORKER, SWITCH, CELERY, RECORDING, CALLS = "worker", "switch", "celery", "recording", "calls"
MAILBOX = "mailbox"
OUTSIDE_WEB, OUTSIDE_SIP = "outside_web", "outside_sip"

COUNTED = (WEB, SOCKET, DATABASE, WORKER, SWITCH)
"""Down means: a call is not taken, or nobody's pages answer. The others cost comfort, and are shown alone."""
BY_CELL = (WORKER, SWITCH)
"""One in each cell: its outage touches who lives there."""
OUTSIDE = (OUTSIDE_WEB, OUTSIDE_SIP)
"""As watchers on other machines find us; they count where an operator says so (decision 0068)."""
NAMES: dict[str, str | Promise] = {
    WEB: pgettext_lazy("part", "Pages"),
    SOCKET: _("Live pages (sockets)"),
    DATABASE: _("Database"),
    WORKER: _("Call routing"),
    SWITCH: pgettext_lazy("part", "Switch"),
    CALLS: _("Test calls"),
    RECORDING: pgettext_lazy("part", "Recording"),
    CACHE: _("Cache"),
    CELERY: _("Tasks in the background"),
    MAILBOX: _("Mails to support"),
    OUTSIDE_WEB: _("Pages, from outside"),
    OUTSIDE_SIP: _("Switch, from outside"),
}
"""In the order of pages."""


def name_of(part: str) -> str:
    return str(NAMES.get(part, part))


def cell_of(part: str, place: str) -> str:
    """The cell whose tenants alone it touches; '' where it touches everybody. A watcher's place is `<cell>@<name>`."""
    if part in BY_CELL:
        return place
    return place.partition("@")[0] if part == OUTSIDE_SIP else ""
