"""The picture of the signature that a reply was signed with; the limit of the first feedback."""

import django.db.models.deletion
from django.db import migrations, models


KINDS = [
    ("accept", "受理"),
    ("review", "审查"),
    ("dispatch", "派单"),
    ("sign", "签收"),
    ("contact", "联系诉求人"),
    ("feedback", "首次反馈"),
    ("finish", "办结"),
    ("return", "退单"),
    ("return_review", "退单审核"),
    ("extension_review", "延期审核"),
    ("dispute", "争议裁定"),
    ("suspension", "挂账复核"),
    ("audit", "审核"),
    ("callback", "回访"),
    ("redo", "重派"),
    ("whistle", "报到"),
    ("raising", "研究提级"),
    ("supervision", "督办"),
]


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_two_rule"), ("orgs", "0010_signatures")]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="signature",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orgs.signature",
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20),
        ),
    ]
