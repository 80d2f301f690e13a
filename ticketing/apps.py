"""Registers what ticketing tells browsers; nothing else."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketingConfig(AppConfig):
    name = "ticketing"
    verbose_name = _("Customers and tickets")

    def ready(self) -> None:
        from ticketing import broadcasts, rights

        broadcasts.subscribe_all()
        rights.connect()
