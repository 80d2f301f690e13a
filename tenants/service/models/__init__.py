"""Public rows of what we promise: each tenant is shown its own alone, and what is of all."""

from tenants.service.models.availability import AgreedWindow, CellStay, MonthAvailability
from tenants.service.models.cases import Case, CaseEntry, CasePause, CaseTerms, ContactAddress, SupportHours
from tenants.service.models.mailbox import FetchedMail, SupportMailbox
from tenants.service.models.notes import NoteUpdate, OutageNote, ToldTenant
from tenants.service.models.outside import OutsideWatcher
from tenants.service.models.ringing import PageCall, RingTest
from tenants.service.models.roster import Page, PageTarget, Shift
from tenants.service.models.watch import PartDay, PartSpan, WatchClock

__all__ = [
    "AgreedWindow",
    "Case",
    "CaseEntry",
    "CasePause",
    "CaseTerms",
    "CellStay",
    "ContactAddress",
    "FetchedMail",
    "MonthAvailability",
    "NoteUpdate",
    "OutageNote",
    "OutsideWatcher",
    "Page",
    "PageCall",
    "PageTarget",
    "PartDay",
    "PartSpan",
    "RingTest",
    "Shift",
    "SupportHours",
    "SupportMailbox",
    "ToldTenant",
    "WatchClock",
]
