from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "tenants.desk"
    label = "desk"
    verbose_name = _("Numbers and devices")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.desk import rights

        rights.connect()
