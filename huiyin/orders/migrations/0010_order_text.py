"""The words of orders beside them, with the index by which they are found."""

import django.db.models.deletion
from django.db import migrations, models

INDEX = """
create index order_text_found on orders_ordertext using gin (bigrams(marks || ' ' || body))
    with (gin_pending_list_limit = 1024)
"""


class Migration(migrations.Migration):

    dependencies = [
        ("kernel", "0003_bigrams"),
        ('orders', '0009_disputes'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderText',
            fields=[
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='text', serialize=False, to='orders.workorder')),
                ('at', models.DateTimeField()),
                ('marks', models.TextField()),
                ('body', models.TextField()),
                ('events', models.IntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['-at', '-order'], name='order_text_newest')],
            },
        ),
        migrations.RunSQL(INDEX, "drop index order_text_found"),
    ]
