"""Billing: prices, the ledger of charges, and the invoices drafted from it. All tables are in the public
schema.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "tenants.billing"
    label = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from tenants.billing import module_costs, rights

        rights.connect()
        module_costs.connect()
