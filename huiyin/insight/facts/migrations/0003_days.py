"""A small index by which the lines of a month are found in the whole city, for lists behind figures.

Block ranges again: lines come in the order of the days that were closed, and so nearly in that of
the days by which they are counted.
"""

from django.db import migrations

FORWARD = """
create index facts_lines_of_days on facts_factline
    using brin (accepted_on, dispatched_on, due_on, closed_on) with (pages_per_range = 64);
"""
BACKWARD = "drop index facts_lines_of_days;"


class Migration(migrations.Migration):
    dependencies = [("facts", "0002_only_added")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
