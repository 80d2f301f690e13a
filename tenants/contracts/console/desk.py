"""One page for both sides: whose agreement it is, for which side somebody reads, and where the page lies."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.contracts.models import Side
from tenants.contracts.policies import can_read_contract, can_read_partnership
from tenants.models import Tenant
from tenants.plans.queries import today_of

OF_TERMS = (
    ("", _("Agreement")),
    ("cases/", _("Customer cases")),
    ("money/", _("Costs and budget")),
)
OF_PROJECT = (
    ("requirements/", _("Requirements")),
    ("meetings/", pgettext_lazy("with a tenant", "Meetings")),
    ("risks/", _("Risks")),
)


@dataclass(frozen=True)
class Desk:
    """`base`: the address all pages of it begin with. `tab`: the rest of this one's, of those that have a tab."""

    tenant: Tenant
    side: str
    base: str
    tab: str
    may_write: bool
    reader: Any
    row: int = 0
    """The quote or agreement whose page this is."""
    now: datetime = field(default_factory=lambda: timezone.now())

    @property
    def today(self) -> date:
        return today_of(self.tenant, self.now)

    @property
    def is_vendor(self) -> bool:
        return self.side == Side.VENDOR

    @property
    def tabs(self) -> list[tuple[str, str | Promise, bool]]:
        """(address, name, is it this one) of those this reader may open."""
        reads_terms = self.is_vendor or can_read_contract(self.reader)
        reads_project = self.is_vendor or can_read_partnership(self.reader)
        shown = (OF_TERMS[:1] if reads_terms else ()) + (OF_PROJECT if reads_project else ())
        shown += OF_TERMS[1:] if reads_terms else ()
        return [(self.base + path, name, path == self.tab) for path, name in shown]
