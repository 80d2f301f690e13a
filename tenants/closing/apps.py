from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClosingConfig(AppConfig):
    name = "tenants.closing"
    label = "closing"
    verbose_name = _("Bills")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.closing import rights, warning

        rights.connect()
        warning.connect()
