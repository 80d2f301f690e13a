"""Whatever decides who may register and where a number leads tells `routes_changed`, by whatever road it is written.

Of the tables that change with each call only the columns that decide are looked at.
"""

from django.db import migrations

RARELY_WRITTEN = (
    "telephony_entry",
    "telephony_queue",
    "telephony_routingrule",
    "telephony_openingtime",
    "telephony_specialday",
    "telephony_emergencyplan",
    "telephony_emergencyswitch",
    "telephony_recordingpolicy",
)
OFTEN_WRITTEN = {
    "telephony_device": ("sip_username", "a1_hash", "agent_id"),
    "telephony_agent": ("is_active",),
    "telephony_flow": ("published_id", "is_archived"),
}
TELLS = "EXECUTE FUNCTION public.tell_routes_changed()"


def on(table: str, events: str, name: str = "routes_changed", more: str = "") -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {events} ON {table} {more or 'FOR EACH STATEMENT'} {TELLS}",
        f"DROP TRIGGER {name} ON {table}",
    )


def on_change_of(table: str, columns: tuple[str, ...]) -> migrations.RunSQL:
    differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return on(table, "UPDATE", "routes_changed_by_update", f"FOR EACH ROW WHEN ({differs})")


class Migration(migrations.Migration):
    dependencies = [("telephony", "0013_recording_shelf"), ("tenants", "0002_tell_what_changed")]
    operations = [
        *(on(table, "INSERT OR UPDATE OR DELETE") for table in RARELY_WRITTEN),
        *(on(table, "INSERT OR DELETE") for table in OFTEN_WRITTEN),
        *(on_change_of(table, columns) for table, columns in OFTEN_WRITTEN.items()),
    ]
