"""The way to support's page from the operators' console."""

from django.utils.translation import gettext_lazy as _

from tenants.people.admin_sites import ConsolePage, operator_site
from tenants.support.policies import can_ask_for_support

operator_site.pages.append(
    ConsolePage("/support/", _("Support access"), "support_agent", can_ask_for_support)
)
