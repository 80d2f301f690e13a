from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OverviewConfig(AppConfig):
    name = "tenants.overview"
    label = "overview"
    verbose_name = _("Overview")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.overview import own_signs

        own_signs.connect()
