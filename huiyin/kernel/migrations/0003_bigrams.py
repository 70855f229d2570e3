"""The pieces by which texts are found, in SQL: the same as ``kernel.text.bigrams``.

Its cost is set high, so that the planner asks an index over it and never computes it row by row.
"""

from django.db import migrations

FORWARD = r"""
create function bigrams(body text) returns tsvector
    language sql immutable parallel safe strict cost 10000 as $$
    select array_to_tsvector(array(
        select case when run.found[1] ~ '^[0-9a-z]' then substr(run.found[1], 1, 64)
                    else substr(run.found[1], place, 2) end
        from regexp_matches(
                body, '[\u3007\u3400-\u9fff\U00020000-\U000323af]+|[0-9a-z]+', 'g') run (found),
            generate_series(1, case when run.found[1] ~ '^[0-9a-z]' then 1
                                    else length(run.found[1]) end) place))
$$;
"""
BACKWARD = "drop function bigrams(text);"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_access_log_is_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
