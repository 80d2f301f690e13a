from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0001_initial")]
    operations = [
        migrations.CreateModel("Port", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField(
            "ship", "home", models.ForeignKey("fleet.port", models.PROTECT, null=True, related_name="+")
        ),
    ]
