"""Fills the test database once: public schema, and the tenants acme and globex with nothing in them."""

import os

import django

TENANTS = (
    {"schema_name": "acme", "name": "Acme", "country": "CN", "language": "en", "time_zone": "Asia/Shanghai",
     "currency": "CNY"},
    {"schema_name": "globex", "name": "Globex", "country": "GB", "language": "en", "time_zone": "Europe/London",
     "currency": "GBP"},
)  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate_schemas", "--shared", verbosity=0, interactive=False)
    for facts in TENANTS:
        open_empty_tenant(facts)


def open_empty_tenant(facts: dict[str, str]) -> None:
    from tenants.models import Domain, Tenant
    from tenants.provisioning.schemas import make_schema

    tenant = Tenant.objects.create(state=Tenant.State.ACTIVE, **facts)
    make_schema(tenant.schema_name)
    Domain.objects.create(tenant=tenant, domain=f"{tenant.schema_name}.localhost", is_primary=True)


if __name__ == "__main__":
    main()
