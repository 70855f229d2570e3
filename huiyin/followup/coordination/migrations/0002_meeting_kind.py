# Weekly meetings of the grid and meetings on site beside coordination meetings.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coordination', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='meeting',
            name='kind',
            field=models.CharField(choices=[('coordination', '协调会'), ('weekly', '网格周例会'), ('on_site', '现场办公会')], default='coordination', max_length=12),
        ),
    ]
