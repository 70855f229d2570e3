# Contacts outside the units, their changes, and the notices that they were sent.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orders', '0012_two_rule'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OutsideContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agency', models.CharField(choices=[('petition', '信访部门'), ('discipline', '纪检监察机关'), ('police', '110 联动'), ('media', '媒体'), ('other', '其他')], max_length=12)),
                ('office', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=40)),
                ('post', models.CharField(max_length=60)),
                ('phone_sealed', models.BinaryField()),
                ('phone_masked', models.CharField(max_length=20)),
                ('active', models.BooleanField(default=True)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['agency', 'id'], name='outside_listed')],
            },
        ),
        migrations.CreateModel(
            name='OutsideChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=60)),
                ('before', models.CharField(blank=True, default='', max_length=220)),
                ('after', models.CharField(max_length=220)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='outside.outsidecontact')),
            ],
        ),
        migrations.CreateModel(
            name='OutsideNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occasion', models.CharField(choices=[('referral', '问责移送'), ('media', '媒体监督'), ('risk', '风险提示')], max_length=10)),
                ('subject', models.BigIntegerField()),
                ('document', models.CharField(max_length=40)),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='outside.outsidecontact')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.workorder')),
            ],
            options={
                'indexes': [models.Index(fields=['occasion', 'subject'], name='outside_notice_of')],
                'constraints': [models.UniqueConstraint(fields=('contact', 'occasion', 'subject', 'day'), name='outside_once_a_day')],
            },
        ),
    ]
