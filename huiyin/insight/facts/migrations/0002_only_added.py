"""Triggers that refuse to change facts, and small indexes to find what happened on a day."""

from django.db import migrations

# Block range indexes: rows come in the order of their time, so a few pages of index find a day
# without a cost for each new event.
FORWARD = """
create function facts_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'facts are only added: % on % refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

create trigger facts_line_only_added
    before update or delete on facts_factline
    for each row execute function facts_refuse_change();
create trigger facts_day_only_added
    before update or delete on facts_closedday
    for each row execute function facts_refuse_change();

create index facts_events_of_day on orders_orderevent using brin (at) with (pages_per_range = 32);
create index facts_calls_of_day on callbacks_callbackattempt using brin (at);
create index facts_urgings_of_day on supervision_urging using brin (at);
"""
BACKWARD = """
drop index facts_urgings_of_day;
drop index facts_calls_of_day;
drop index facts_events_of_day;
drop trigger facts_day_only_added on facts_closedday;
drop trigger facts_line_only_added on facts_factline;
drop function facts_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("facts", "0001_initial"),
        ("orders", "0002_history_is_append_only"),
        ("callbacks", "0001_initial"),
        ("supervision", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
