from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0026_contact_notes")]

    operations = [
        migrations.AddField(
            model_name="recordingmask",
            name="step",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="step of a flow"),
        ),
        migrations.AlterField(
            model_name="recordingmask",
            name="why_ended",
            field=models.CharField(
                blank=True,
                choices=[
                    ("asked", "Asked for"),
                    ("time", "Longest time was over"),
                    ("talk_ended", "The talk was over"),
                    ("failed", "The switch did not do it"),
                    ("step", "The caller left the step"),
                ],
                default="",
                max_length=16,
                verbose_name="what ended it",
            ),
        ),
    ]
