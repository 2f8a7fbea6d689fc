"""How often an endpoint failed in a row, and until when it is left alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0002_guards_and_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="failures",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="resting_until",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
