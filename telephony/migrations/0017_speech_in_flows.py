"""Steps keep what was said, and voices may understand too."""

from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("telephony", "0016_recording_room")]
    operations = [
        migrations.AddField(
            model_name="flowstep",
            name="said",
            field=models.CharField(blank=True, default="", max_length=300, verbose_name="said"),
        ),
        migrations.AddField(
            model_name="flowstep",
            name="confidence",
            field=models.FloatField(blank=True, null=True, verbose_name="how sure"),
        ),
        migrations.AddField(
            model_name="voice",
            name="is_listener",
            field=models.BooleanField(default=False, verbose_name="understands callers in this language too"),
        ),
    ]
