from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0012_tell_what_changed")]

    operations = [
        migrations.AddField("call", "line", models.JSONField(blank=True, default=dict, editable=False)),
    ]
