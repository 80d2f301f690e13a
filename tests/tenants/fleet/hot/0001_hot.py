"""A release that changes the tables every call writes to."""

from django.db import migrations

ADD = "ALTER TABLE {} ADD COLUMN of_this_release integer DEFAULT 15 NOT NULL"
TABLES = ("telephony_call", "telephony_leg", "telephony_agent", "telephony_queuestay")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("telephony", "0001_initial")]
    operations = [migrations.RunSQL(ADD.format(table), migrations.RunSQL.noop) for table in TABLES]
