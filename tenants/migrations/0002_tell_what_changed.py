"""Whoever changes a tenant's state, host or numbers, by whatever road, tells `routes_changed` when it commits.

The payload is the schema of the row. telephony's tables tell by the same function.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION public.tell_routes_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('routes_changed', TG_TABLE_SCHEMA);
    RETURN NULL;
END $$
"""
TABLES = ("tenants_tenant", "tenants_domain", "tenants_number")


def on(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER routes_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION public.tell_routes_changed()",
        f"DROP TRIGGER routes_changed ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION public.tell_routes_changed()"),
        *(on(table) for table in TABLES),
    ]
