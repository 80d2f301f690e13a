"""The menu beside every page of both consoles: groups of entries, each group's text written once and kept.

A group is kept by everything that is shown of it (its title and each entry's title, address, sign and whether one is
there), so a text that was kept is the text that would be written again: whoever sees other entries, or in another
language, has another key. What a member may see is asked anew for each page.
"""

from functools import lru_cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.safestring import SafeString

KEPT_GROUPS = 512
"""Of some 5 kB: ten groups, each with one of its entries lit or none, in two languages, for a few kinds of people."""
# Material Symbols, served from our own static files, in the order of the menu. A model without one gets a plain dot.
ICONS = {
    "Tenant": "apartment",
    "Contract": "contract",
    "PlanTerms": "widgets",
    "Notice": "campaign",
    "Wish": "lightbulb",
    "Plan": "sell",
    "Sla": "verified",
    "CaseTerms": "timer",
    "SupportHours": "schedule",
    "ContactAddress": "mail",
    "Number": "dialpad",
    "Asset": "devices",
    "Queue": "groups",
    "Agent": "headset_mic",
    "AgentGroup": "diversity_3",
    "SeatScope": "filter_alt",
    "Skill": "star",
    "Device": "deskphone",
    "Entry": "call_received",
    "WorkingHours": "schedule",
    "RoutingRule": "alt_route",
    "Disposition": "checklist",
    "NotReadyReason": "coffee",
    "Call": "call",
    "DoNotCall": "phone_disabled",
    "DoNotCallPass": "rule",
    "Survey": "reviews",
    "Recording": "graphic_eq",
    "Voicemail": "voicemail",
    "QueueAlert": "notifications_active",
    "AlertTerms": "tune",
    "PhoneTerms": "settings_phone",
    "SupervisionTerms": "hearing",
    "Listening": "hearing",
    "FigureTarget": "flag",
    "Snippet": "chat",
    "Customer": "person",
    "Ticket": "confirmation_number",
    "Scorecard": "fact_check",
    "Evaluation": "grading",
    "Invoice": "receipt_long",
    "Charge": "payments",
    "PriceList": "price_change",
    "Price": "price_change",
    "SwitchNode": "dns",
    "Cell": "hub",
    "Lease": "lock_clock",
    "StrayLeg": "call_missed",
    "Member": "group",
    "Site": "location_on",
    "ApiToken": "key",
    "AuditEntry": "history",
    "BulkAct": "undo",
    "SheetImport": "upload_file",
}
PLACES = {name: place for place, name in enumerate(ICONS)}


def place_of(model: dict) -> int:
    """By what people come for, the same in both languages; a model that has no icon comes last."""
    return PLACES.get(model["object_name"], len(PLACES))


def icon_of(model: dict) -> str:
    return ICONS.get(model["object_name"], "circle")


class Entry(NamedTuple):
    """A page of the menu; `icon` is a word of Material Symbols."""

    title: str
    link: str
    icon: str
    is_here: bool


class Group(NamedTuple):
    title: str
    entries: tuple[Entry, ...]
    is_first: bool

    def written(self) -> SafeString:
        return _written(self)


@lru_cache(maxsize=KEPT_GROUPS)
def _written(group: Group) -> SafeString:
    return render_to_string("tenants/admin/_menu_group.html", {"group": group})


def address(site: str, name: str, *values: str) -> str | None:
    """Of a page of the admin site with this name; None when it has no such page."""
    return _address(get_urlconf(), get_script_prefix(), site, name, values)


@lru_cache(maxsize=1024)
def _address(urlconf: str | None, prefix: str, site: str, name: str, values: tuple[str, ...]) -> str | None:
    """The two consoles have different tables of addresses, so the table is part of the key."""
    try:
        return reverse(f"admin:{name}", urlconf=urlconf, args=values, current_app=site)
    except NoReverseMatch:
        return None
