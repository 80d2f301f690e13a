from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "tenants.support"
    label = "support"
    verbose_name = _("Support access")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.support import rights

        rights.connect()
