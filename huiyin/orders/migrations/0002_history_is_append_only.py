"""Number sequence, and triggers that refuse to change or delete history."""

from django.db import migrations

FORWARD = """
create sequence orders_number;

create function orders_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'history is append-only: % on % refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

create trigger orders_event_append_only
    before update or delete on orders_orderevent
    for each row execute function orders_refuse_change();
create trigger orders_event_no_truncate
    before truncate on orders_orderevent
    for each statement execute function orders_refuse_change();
create trigger orders_order_never_deleted
    before delete on orders_workorder
    for each row execute function orders_refuse_change();
"""
BACKWARD = """
drop trigger orders_order_never_deleted on orders_workorder;
drop trigger orders_event_no_truncate on orders_orderevent;
drop trigger orders_event_append_only on orders_orderevent;
drop function orders_refuse_change();
drop sequence orders_number;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
