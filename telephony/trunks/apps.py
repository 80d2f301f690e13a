from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrunksConfig(AppConfig):
    name = "telephony.trunks"
    label = "trunks"
    verbose_name = _("SIP trunks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings

        from telephony.trunks.queries import has_trunk_in_use
        from tenants.service.queries.ringing import know_way_out

        know_way_out(lambda: bool(settings.SWITCH["gateway"]) or has_trunk_in_use())
