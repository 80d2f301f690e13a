"""The way to the outbox from the operators' console."""

from django.utils.translation import gettext_lazy as _

from tenants.mails.policies import can_see_outbox
from tenants.people.admin_sites import ConsolePage, operator_site

operator_site.pages.append(ConsolePage("/mails/", _("Mails"), "mail", can_see_outbox))
