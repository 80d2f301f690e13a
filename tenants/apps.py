from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"
    label = "tenants"
    verbose_name = _("Tenants")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants import events, reactions

        events.subscribe(events.TenantSuspended, reactions.show_everybody_out)
        events.subscribe(events.TenantClosed, reactions.show_everybody_out)
        events.subscribe(events.MemberSignedOutEverywhere, reactions.show_member_out)
