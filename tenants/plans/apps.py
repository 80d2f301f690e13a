from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "tenants.plans"
    label = "plans"
    verbose_name = _("Plans and modules")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.plans import own_gauges, reactions, rights

        rights.connect()
        reactions.connect()
        own_gauges.connect()
