"""`manage.py profile_callers`: tell routing of every customer, once, where customers are older than the rules."""

from typing import Any

from django.core.management.base import BaseCommand

from tenants.context import enter, every_tenant
from ticketing import actions


class Command(BaseCommand):
    help = "Tell routing the level, tags and language of every customer's numbers. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        for tenant in every_tenant():
            with enter(tenant.schema_name):
                told = actions.tell_everybody()
            self.stdout.write(f"{tenant.schema_name}: {told}")
