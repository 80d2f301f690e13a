from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leaving", "0002_erasureask")]

    operations = [
        migrations.AddField(
            model_name="erasureask",
            name="problem",
            field=models.CharField(
                blank=True,
                choices=[
                    (
                        "confirmer_gone",
                        "Whoever confirmed it was removed before it was done: an erasure is done in the name of two "
                        "people who are there.",
                    ),
                    (
                        "unreadable",
                        "Who it is about can no longer be read: the key it was sealed with is not among the keys of "
                        "this installation (DATA_KEYS).",
                    ),
                ],
                db_default="",
                max_length=16,
                verbose_name="problem",
            ),
        ),
        migrations.AlterField(
            model_name="erasureask",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "Waits for a second person"),
                    ("done", "Erased"),
                    ("withdrawn", "Withdrawn"),
                    ("failed", "Could not be done"),
                ],
                default="asked",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
