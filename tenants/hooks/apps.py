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
        from tenants.hooks.models import Delivery
        from tenants.hooks.outbox import write_down
        from tenants.plans.use import add_trace

        rights.connect()
        add_trace("webhooks", lambda since: Delivery.objects.filter(created_at__gte=since).exists())
        events.witness(write_down)
