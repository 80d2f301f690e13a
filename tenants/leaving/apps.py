from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeavingConfig(AppConfig):
    name = "tenants.leaving"
    label = "leaving"
    verbose_name = _("Leaving")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.leaving import declared, rights

        rights.connect()
        declared.connect()
