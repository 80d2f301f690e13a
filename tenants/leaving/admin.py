"""The way to leaving from the operators' console."""

from django.utils.translation import gettext_lazy as _

from tenants.leaving.policies import can_delete_tenants
from tenants.people.admin_sites import ConsolePage, operator_site

operator_site.pages.append(ConsolePage("/leaving/", _("Tenants that leave"), "move_item", can_delete_tenants))
