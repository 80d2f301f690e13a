"""Changes fields only, for which Django asks what their constraints and indexes are called."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0002_wide")]
    operations = [
        migrations.AlterField("ship", "flag", models.CharField(max_length=3, default="", blank=True)),
        migrations.AlterField("ship", "name", models.TextField()),
        migrations.RenameField("ship", "length", "metres"),
        migrations.RemoveField("ship", "home"),
        migrations.RemoveConstraint("ship", "fleet_has_length"),
    ]
