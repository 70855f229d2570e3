"""Reminders belong to a limit: one that was extended is reminded of anew."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0013_signature_and_feedback"),
        ("supervision", "0004_letter_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="urging",
            name="clock",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orders.clock",
            ),
        ),
        migrations.RemoveConstraint(model_name="urging", name="urging_one_reminder"),
        migrations.AddConstraint(
            model_name="urging",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "automatic")),
                fields=("assignment", "mark", "clock"),
                name="urging_one_reminder",
            ),
        ),
    ]
