from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TelephonyConfig(AppConfig):
    name = "telephony"
    label = "telephony"
    verbose_name = _("Calls")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("telephony.webhooks").connect()
        import_module("telephony.call_orders")
        import_module("telephony.floor_orders")
        import_module("telephony.recording_orders")
        import_module("telephony.phone_orders")
        import_module("telephony.reactions").connect()
        if find_spec("telephony.broadcasts"):
            import_module("telephony.broadcasts").connect()
        import_module("telephony.message_news").connect()
        import_module("telephony.departures").connect()
        import_module("telephony.rights").connect()
        import_module("telephony.plan_figures").connect()
        import_module("telephony.billing_figures").connect()
        import_module("telephony.openings").connect()
        import_module("telephony.contract_papers").connect()
        import_module("telephony.leaving").connect()
        import_module("telephony.persons").connect()
        import_module("telephony.fleet_signs").connect()
