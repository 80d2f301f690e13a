import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cells", "0004_cellmove"), ("tenants", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="RecordingQuota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gigabytes", models.DecimalField(decimal_places=3, max_digits=10, verbose_name="gigabytes")),
                (
                    "stops_recording",
                    models.BooleanField(default=True, verbose_name="recording stops when it is used up"),
                ),
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="tenant",
                    ),
                ),
            ],
            options={"verbose_name": "quota of recordings", "verbose_name_plural": "quotas of recordings"},
        ),
        migrations.CreateModel(
            name="RetentionLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12, verbose_name="kind")),
                ("floor_days", models.PositiveIntegerField(default=0, verbose_name="days at least")),
                ("ceiling_days", models.PositiveIntegerField(blank=True, null=True, verbose_name="days at most")),
                ("law", models.CharField(blank=True, max_length=200, verbose_name="by what rule")),
                (
                    "tenant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="tenant",
                    ),
                ),
            ],
            options={
                "verbose_name": "limit of retention",
                "verbose_name_plural": "limits of retention",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "kind"), name="one_retention_limit_each", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ceiling_days", None), ("ceiling_days__gte", models.F("floor_days")), _connector="OR"
                        ),
                        name="retention_floor_under_ceiling",
                    ),
                ],
            },
        ),
    ]
