"""The way to agreements in the operators' console; they have pages of their own."""

from django.utils.translation import gettext_lazy as _

from tenants.contracts.policies import can_keep_contracts
from tenants.people.admin_sites import ConsolePage, operator_site

operator_site.pages.append(ConsolePage("/contracts/", _("Agreements"), "contract", can_keep_contracts))
