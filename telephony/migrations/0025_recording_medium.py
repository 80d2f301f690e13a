from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0024_narrowed_seats")]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="medium",
            field=models.CharField(
                choices=[("sound", "Sound"), ("screen", "Screen"), ("video", "Video")],
                default="sound",
                max_length=8,
                verbose_name="medium",
            ),
        ),
    ]
