from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0018_machine_answered")]
    operations = [
        migrations.AddField(
            model_name="entry",
            name="is_shown",
            field=models.BooleanField(
                default=False,
                help_text="Callbacks and outside numbers of call flows show this number. Without one they show the"
                " number the customer dialled; never an agent's.",
                verbose_name="shown to those we call",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_shown", True)),
                fields=("is_shown",),
                name="one_number_is_shown",
                violation_error_message="Another number is shown already. Take it back there first.",
            ),
        ),
    ]
