"""A row whose port is looked for at the end of the transaction. Ids are named: an attempt undone leaves a gap."""

from django.db import migrations

ROWS = "INSERT INTO fleet_port (id) VALUES (1); INSERT INTO fleet_ship (id, name, home_id) VALUES (1, 'x', 1)"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0002_home")]
    operations = [migrations.RunSQL(ROWS, migrations.RunSQL.noop)]
