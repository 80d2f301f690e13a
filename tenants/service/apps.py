from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceConfig(AppConfig):
    name = "tenants.service"
    label = "service"
    verbose_name = _("Service")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.service import rights
        from tenants.service.queries.cases import is_case_of
        from tenants.support import cases

        rights.connect()
        cases.know_cases(is_case_of)
