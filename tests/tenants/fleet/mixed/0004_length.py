from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0003_rows")]
    operations = [migrations.AddField("ship", "length", models.IntegerField(default=12))]
