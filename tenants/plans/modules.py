"""The parts a plan may hold or leave out, and which of them an address, a row of the settings or an order belongs to.

What is not named here belongs to nothing: a test holds every address against these tables, so that a new one is either
given to a module or said to be always there.
"""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _


class Module(models.TextChoices):
    INBOUND = "inbound", _("Incoming calls")
    FLOWS = "flows", _("Call flows")
    DIALLING = "dialling", _("Outgoing calls")
    RECORDINGS = "recordings", _("Recordings")
    SUPERVISION = "supervision", _("Listening in")
    QUALITY = "quality", _("Quality")
    TICKETS = "tickets", _("Tickets")
    REPORTS = "reports", _("Reports")
    SURVEYS = "surveys", _("Surveys")
    WEBHOOKS = "webhooks", _("Webhooks")
    API = "api", _("API for programs")


EVERY = tuple(Module.values)
ALWAYS = ""
"""Part of every plan: signing in, calls and their list, the floor, people, what is paid."""

SEGMENTS: dict[str, str] = {
    **dict.fromkeys(
        ("waiting", "callbacks", "voicemails", "emergency", "emergency-plans", "what-if"), Module.INBOUND
    ),
    **dict.fromkeys(("flows", "prompts", "music", "voices"), Module.FLOWS),
    "dial": Module.DIALLING,
    **dict.fromkeys(
        ("recordings", "holds", "purges", "retention", "storages", "storage"), Module.RECORDINGS
    ),
    **dict.fromkeys(("mentees", "listenings"), Module.SUPERVISION),
    **dict.fromkeys(("quality", "evaluations"), Module.QUALITY),
    "tickets": Module.TICKETS,
    "reports": Module.REPORTS,
    "survey-comments": Module.SURVEYS,
    **dict.fromkeys(("webhooks", "webhook-deliveries", "webhook-events"), Module.WEBHOOKS),
    **dict.fromkeys(
        (
            # The door, and what everybody has of their own.
            "", "sign-in", "sign-out", "language", "password", "invitation", "admin", "me", "schema", "callback",
            # Calls and those who take them.
            "workspace", "floor", "calls", "customers", "agents", "queues", "groups", "orders", "my-state", "sounds",
            "working-hours", "queue-steps", "routing-rules", "follow-ups", "notes", "help", "figures", "truth",
            "differences", "canary", "phone-check", "phone-checks", "operations", "announcements", "chat",
            "queue-limits", "queue-alerts", "moves", "panels", "texts", "s", "numbers", "floor-views", "do-not-call",
            # People, what is paid, and what proves it.
            "audit-head", "support", "proof",
            "people", "members", "teams", "rights", "rollout", "audit", "usage", "invoices", "plan", "brand", "notices",
            "contract", "status", "cases", "leaving",
        ),
        ALWAYS,
    ),
}  # fmt: skip
"""The first word of an address, behind `api/v1/` if it begins so."""

NARROWER: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/dial/$"), Module.DIALLING),
    (re.compile(r"^calls/[^/]+/recording/$"), Module.RECORDINGS),
    (re.compile(r"^calls/[^/]+/(listen|ear|take-over)/$"), Module.SUPERVISION),
    (re.compile(r"^customers/pop/[^/]+/ticket/$"), Module.TICKETS),
    (re.compile(r"^reports/satisfaction/$"), Module.SURVEYS),
    (re.compile(r"^recordings/shared/"), ALWAYS),
)
"""Addresses that belong elsewhere than their first word. A recording given to somebody outside stays theirs to hear."""

ROWS: dict[str, str] = {
    "quality.evaluation": Module.QUALITY,
    "quality.scorecard": Module.QUALITY,
    "ticketing.ticket": Module.TICKETS,
    "telephony.survey": Module.SURVEYS,
    "telephony.listening": Module.SUPERVISION,
    "telephony.supervisionterms": Module.SUPERVISION,
    "people.apitoken": Module.API,
    **dict.fromkeys(
        (
            "lists.bulkact", "lists.sheetimport",
            "people.auditentry", "people.member", "people.site", "ticketing.customer", "telephony.agent",
            "telephony.agentgroup", "telephony.alertterms", "telephony.call", "telephony.device",
            "telephony.disposition", "telephony.donotcall", "telephony.donotcallpass",
            "telephony.entry", "telephony.figuretarget", "telephony.notreadyreason",
            "telephony.phoneterms", "telephony.queue", "telephony.queuealert", "telephony.routingrule",
            "telephony.seatscope", "telephony.skill", "telephony.snippet", "telephony.workinghours",
        ),
        ALWAYS,
    ),
}  # fmt: skip
"""Rows of the settings, by `app.model`."""

ORDERS: dict[str, str] = {
    "dial": Module.DIALLING,
    "start_recording": Module.RECORDINGS,
    "listen": Module.SUPERVISION,
    "set_ear": Module.SUPERVISION,
    "take_over_call": Module.SUPERVISION,
}
"""Messages of sockets that begin something. What ends or hides something is always obeyed."""

SETTINGS_ITSELF = ("r", "password_change")
FILTERS_KEPT = ("keep", "drop")
_OF_SETTINGS = re.compile(r"^admin/(\w+)/(\w+)/")


def module_of(route: str) -> str | None:
    """Of an address as it is written in the table of addresses; None: nobody has said yet."""
    row = _OF_SETTINGS.match(route)
    if row:
        return (
            ALWAYS if row[1] in SETTINGS_ITSELF or row[2] in FILTERS_KEPT else ROWS.get(f"{row[1]}.{row[2]}")
        )
    plain = route.replace("^", "").removeprefix("api/v1/")
    for pattern, module in NARROWER:
        if pattern.search(plain.rstrip("$")):
            return module
    return SEGMENTS.get(re.split(r"[/<(]", plain, maxsplit=1)[0])


def module_of_path(path: str) -> str:
    """Of a place of the menu, such as `/reports/`."""
    return module_of(path.lstrip("/")) or ALWAYS
