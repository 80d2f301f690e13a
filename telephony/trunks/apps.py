from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrunksConfig(AppConfig):
    name = "telephony.trunks"
    label = "trunks"
    verbose_name = _("SIP trunks")
    default_auto_field = "django.db.models.BigAutoField"
