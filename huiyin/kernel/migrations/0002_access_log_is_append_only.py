"""A trigger that refuses to change or delete the access log within its six months."""

from django.db import migrations

FORWARD = """
create function kernel_refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.at < now() - interval '6 months' then
        return old;
    end if;
    raise exception 'the access log is append-only: % refused', tg_op
        using errcode = 'insufficient_privilege';
end $$;

create trigger kernel_access_append_only
    before update or delete on kernel_accesslog
    for each row execute function kernel_refuse_change();
"""
BACKWARD = """
drop trigger kernel_access_append_only on kernel_accesslog;
drop function kernel_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
