"""Every plain way to change a table, and a model that comes."""

from django.db import migrations, models
from django.utils import timezone

WATCHED = """
-- Said again as it stands, remarks and all: 100 %.
CREATE FUNCTION fleet_launched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.name := NEW.name || '; launched';
    RETURN NEW;
END $$;
CREATE TRIGGER launched BEFORE INSERT ON fleet_ship FOR EACH ROW EXECUTE FUNCTION fleet_launched() -- each
"""


class Migration(migrations.Migration):
    dependencies = [("fleet", "0001_initial")]
    operations = [
        migrations.AddField("ship", "length", models.IntegerField(default=12)),
        migrations.AddField("ship", "flag", models.CharField(max_length=2, unique=True, null=True)),
        migrations.AddField("ship", "launched_at", models.DateTimeField(default=timezone.now)),
        migrations.CreateModel(
            "Port",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("ships", models.ManyToManyField("fleet.ship", related_name="+")),
            ],
        ),
        migrations.AddField(
            "ship", "home", models.ForeignKey("fleet.port", models.PROTECT, null=True, related_name="+")
        ),
        migrations.AddIndex("ship", models.Index(fields=["length"], name="fleet_by_length")),
        migrations.AddConstraint(
            "ship", models.CheckConstraint(condition=models.Q(length__gt=0), name="fleet_has_length")
        ),
        migrations.AlterField("ship", "name", models.CharField(max_length=40, db_index=True)),
        migrations.RunSQL(WATCHED, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [
                        (
                            "INSERT INTO fleet_ship (name, length, launched_at) VALUES (%s, 7, now())",
                            ["it's 100 %"],
                        )
                    ]
                )
            ]
        ),
    ]
