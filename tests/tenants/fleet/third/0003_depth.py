from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0002_length")]
    operations = [migrations.AddField("ship", "depth", models.IntegerField(default=3))]
