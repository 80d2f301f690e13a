from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0017_line_quality")]
    operations = [
        migrations.AddField(
            model_name="disposition",
            name="is_machine",
            field=models.BooleanField(
                default=False,
                help_text="Of a callback: the customer was not reached, and is tried again.",
                verbose_name="a machine answered",
            ),
        ),
    ]
