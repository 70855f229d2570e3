"""Rows of the catalogue may hold in some places only; words of classes can be corrected."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0006_rulings_and_wordings")]

    operations = [
        migrations.AddField(
            model_name="catalogueitem",
            name="regions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12), default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="rulewording",
            name="kind",
            field=models.CharField(
                choices=[
                    ("limit", "时限"),
                    ("parameter", "参数"),
                    ("scoring", "计分办法"),
                    ("class", "工单类别"),
                ],
                max_length=10,
            ),
        ),
    ]
