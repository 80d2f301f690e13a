from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("service", "0005_outside")]

    operations = [
        migrations.CreateModel(
            name="RingTest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("call_id", models.UUIDField(unique=True, verbose_name="leg")),
                ("operator_id", models.BigIntegerField(db_index=True)),
                ("operator_name", models.CharField(max_length=120, verbose_name="operator")),
                ("masked_number", models.CharField(max_length=20, verbose_name="number")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("node", models.CharField(blank=True, max_length=40, verbose_name="switch")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="rung at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("taken", "Picked up, and key 1 pressed: so you would take a case on"),
                            (
                                "no_key",
                                "Picked up, key 1 was not pressed. For a case you would be rung again: so does a "
                                "mailbox",
                            ),
                            ("busy", "Engaged"),
                            ("no_answer", "It rang, and nobody picked up"),
                            ("refused", "Refused by the telephone or its network"),
                            ("failed", "Could not be put through"),
                            ("lost", "Not known: our worker or the switch was started anew meanwhile"),
                            ("no_trunk", "Not rung: there is no trunk of the operator's for this number"),
                            ("no_line", "Not rung: every trunk for this number is down or full"),
                            ("switch_away", "Not rung: no switch with a trunk answers"),
                            (
                                "old_switch",
                                "Not rung: the switch was started before the upgrade and lacks pager.xml. Start it "
                                "again when nobody talks",
                            ),
                            (
                                "nobody",
                                "Not rung: no worker took it up. None is running, or it is ringing somebody else",
                            ),
                        ],
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                ("cause", models.CharField(blank=True, max_length=40, verbose_name="cause")),
            ],
            options={
                "verbose_name": "test of an operator's telephone",
                "verbose_name_plural": "tests of operators' telephones",
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["asked_at"],
                        name="service_ring_tests_open",
                    )
                ],
            },
        ),
    ]
