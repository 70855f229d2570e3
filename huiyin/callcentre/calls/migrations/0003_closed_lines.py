"""A call to a line that is closed has an outcome of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0002_spans")]

    operations = [
        migrations.AlterField(
            model_name="call",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("request", "登记诉求"),
                    ("answered", "当场答复，未登记"),
                    ("progress", "查询进展"),
                    ("pressed", "催办"),
                    ("invalid", "误拨或骚扰"),
                    ("abandoned", "未接通即挂断"),
                    ("closed", "线路停用"),
                    ("reached", "已接通"),
                    ("unreached", "无人接听"),
                ],
                max_length=12,
            ),
        ),
    ]
