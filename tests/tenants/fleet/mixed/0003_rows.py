"""A row whose port is looked for at the end of the transaction."""

from django.db import migrations

ROWS = "INSERT INTO fleet_port DEFAULT VALUES; INSERT INTO fleet_ship (name, home_id) VALUES ('x', 1)"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0002_home")]
    operations = [migrations.RunSQL(ROWS, migrations.RunSQL.noop)]
