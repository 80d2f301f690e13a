import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

KINDS = [("sip", "IP phone"), ("web", "Phone in the page"), ("number", "Outside number")]


class Migration(migrations.Migration):
    dependencies = [("telephony", "0021_messages_and_workplaces")]

    operations = [
        migrations.AddField(
            model_name="device",
            name="is_refused",
            field=models.BooleanField(
                default=False, editable=False, verbose_name="refused by the terms of phones"
            ),
        ),
        migrations.AddField(
            model_name="leg",
            name="is_outside",
            field=models.BooleanField(default=False, verbose_name="went outside"),
        ),
        migrations.AddField(
            model_name="offer",
            name="rang",
            field=models.CharField(
                blank=True, choices=KINDS, default="", max_length=8, verbose_name="rang on"
            ),
        ),
        migrations.CreateModel(
            name="PhoneTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "may_ring_abroad",
                    models.BooleanField(
                        default=False,
                        help_text=(
                            "Agents' own numbers of another country than the tenant's. Each call there is charged."
                        ),
                        verbose_name="outside numbers may be abroad",
                    ),
                ),
                (
                    "may_ring_premium",
                    models.BooleanField(
                        default=False,
                        help_text="Premium-rate and shared-cost numbers. Fraudsters like them: leave this off.",
                        verbose_name="outside numbers may cost extra",
                    ),
                ),
                (
                    "check_hours",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text=(
                            "To go ready, agents with the phone in the page need a passed phone check that is not "
                            "older. Empty: not required."
                        ),
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(168),
                        ],
                        verbose_name="check the phone every so many hours",
                    ),
                ),
            ],
            options={"verbose_name": "terms of phones", "verbose_name_plural": "terms of phones"},
        ),
        migrations.CreateModel(
            name="DeviceCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("has_passed", models.BooleanField(verbose_name="passed")),
                ("results", models.JSONField(blank=True, default=list, verbose_name="results")),
                (
                    "browser",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="browser"),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="device_checks",
                        to="telephony.agent",
                        verbose_name="agent",
                    ),
                ),
            ],
            options={
                "verbose_name": "phone check",
                "verbose_name_plural": "phone checks",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["agent", "-at"], name="telephony_d_agent_i_a0db29_idx")],
            },
        ),
    ]
