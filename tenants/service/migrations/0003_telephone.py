import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0002_alter_pagetarget_way"),
    ]

    operations = [
        migrations.AddField(
            model_name="page",
            name="answered_way",
            field=models.CharField(
                blank=True,
                choices=[("page", "on the page"), ("phone", "by telephone")],
                db_default="",
                max_length=8,
                verbose_name="answered how",
            ),
        ),
        migrations.AddField(
            model_name="pagetarget",
            name="phone",
            field=models.CharField(
                blank=True, db_default="", max_length=20, verbose_name="telephone for what is urgent"
            ),
        ),
        migrations.AddIndex(
            model_name="page",
            index=models.Index(
                condition=models.Q(("answered_at", None)),
                fields=["asked_at"],
                name="service_pages_unanswered",
            ),
        ),
        migrations.CreateModel(
            name="PageCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("call_id", models.UUIDField(db_index=True, verbose_name="leg")),
                ("masked_number", models.CharField(blank=True, max_length=20, verbose_name="number")),
                ("node", models.CharField(blank=True, max_length=40, verbose_name="switch")),
                ("started_at", models.DateTimeField(verbose_name="rung at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("taken", "Key 1: taken on"),
                            ("no_key", "Picked up, key 1 was not pressed"),
                            ("busy", "Engaged"),
                            ("no_answer", "Nobody picked up"),
                            ("refused", "Refused"),
                            ("failed", "Could not be put through"),
                            ("lost", "Not known: our worker or the switch was started anew meanwhile"),
                            ("no_trunk", "Not rung: there is no trunk of the operator's"),
                            ("not_made", "Not rung yet: no switch or no line was free"),
                        ],
                        max_length=10,
                        verbose_name="result",
                    ),
                ),
                ("cause", models.CharField(blank=True, max_length=40, verbose_name="cause")),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="service.page",
                        verbose_name="call to an operator",
                    ),
                ),
            ],
            options={
                "verbose_name": "telephone call to an operator",
                "verbose_name_plural": "telephone calls to operators",
                "ordering": ["started_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["started_at"],
                        name="service_calls_running",
                    )
                ],
            },
        ),
    ]
