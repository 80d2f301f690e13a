from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0001_initial")]
    operations = [
        migrations.AddField("ship", "length", models.IntegerField(default=12)),
        migrations.RunSQL(
            "INSERT INTO fleet_ship (name, length) VALUES ('100 % new', 3); SELECT 1", migrations.RunSQL.noop
        ),
    ]
