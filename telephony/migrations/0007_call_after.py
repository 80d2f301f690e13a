from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0006_device_node")]

    operations = [
        migrations.AlterField(
            model_name="call",
            name="state",
            field=models.CharField(
                choices=[
                    ("arrived", "Arrived"),
                    ("waiting", "Waiting"),
                    ("ringing", "Ringing"),
                    ("talking", "Talking"),
                    ("hold", "On hold"),
                    ("after", "After the talk"),
                    ("ended", "Ended"),
                ],
                default="arrived",
                max_length=16,
                verbose_name="state",
            ),
        ),
    ]
