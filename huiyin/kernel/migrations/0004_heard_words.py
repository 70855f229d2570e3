"""Words that occur in stored texts and how they sound."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_bigrams")]
    operations = [
        migrations.CreateModel(
            name="HeardWord",
            fields=[
                ("word", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("sound", models.CharField(max_length=100)),
                ("uses", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["sound", "-uses"], name="heard_sound")],
            },
        ),
    ]
