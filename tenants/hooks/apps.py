from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HooksConfig(AppConfig):
    name = "tenants.hooks"
    label = "hooks"
    verbose_name = _("Webhooks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants import events
        from tenants.hooks import rights
        from tenants.hooks.outbox import write_down

        rights.connect()
        events.witness(write_down)
