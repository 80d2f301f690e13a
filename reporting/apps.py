"""What calls add up to. Owns no table yet: every figure is computed from the telephony ledger."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from reporting import rights

        rights.connect()
