"""Registers what ticketing tells browsers; nothing else."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketingConfig(AppConfig):
    name = "ticketing"
    verbose_name = _("Customers and tickets")

    def ready(self) -> None:
        from tenants.plans.use import add_trace
        from ticketing import broadcasts, persons, rights
        from ticketing.models import Ticket

        broadcasts.subscribe_all()
        rights.connect()
        persons.connect()
        add_trace("tickets", lambda since: Ticket.objects.filter(opened_at__gte=since).exists())
