-- Stored orders for the benchmark: one in twenty is open, as in a city of average speed.
-- {first} {last} {after} {units} {categories} {staff} are filled in by bench/server.py.
insert into orders_workorder (number, state, channel, kind, category_id, urgency, title, content, place,
    place_key, confidential, wants_reply, created_at, created_by_id, lead_unit_id, round, due_at,
    waits_until, answer, close_type, closed_at, solved, satisfaction, event_count, head)
select to_char(date '2025-01-01' + (n / 3000), 'YYMMDD') || lpad((n % 10000000)::text, 7, '0') || '0',
    case when n % 20 = 0 then (array['to_dispatch','in_progress','to_sign','reply_review','to_callback'])[1 + n / 20 % 5]
         else 'archived' end,
    'phone', (array['help','complaint','inquiry'])[1 + n % 3],
    c.id, 'normal',
    '暖气不热 ' || n, repeat('小区暖气不热，室内温度只有十四度，家里有老人和孩子，请尽快处理。', 6), '幸福路 ' || (n % 5000) || ' 号',
    '幸福路' || (n % 5000) || '号', false, true, timestamptz '2025-01-01' + n * interval '28 seconds', {staff},
    u.id, 1, timestamptz '2025-01-06' + n * interval '28 seconds',
    case when n % 20 = 0 then timestamptz '2025-01-06' + n * interval '28 seconds' else '9999-01-01' end,
    '', case when n % 20 = 0 then '' else 'satisfied' end,
    case when n % 20 = 0 then null else timestamptz '2025-01-06' + n * interval '28 seconds' end,
    case when n % 20 = 0 then '' else 'yes' end, case when n % 20 = 0 then '' else 'satisfied' end, 1, ''
from generate_series({first}, {last}) n
join (select id, row_number() over (order by id) - 1 as r from orgs_unit
      where kind not in ('centre', 'vendor')) u on u.r = n % {units}
join (select id, row_number() over (order by id) - 1 as r from knowledge_category) c
    on c.r = n % {categories};

insert into orders_requester (order_id, name_sealed, name_masked, phone_sealed, phone_masked,
    phone_key, email_sealed, address_sealed, is_enterprise)
    select id, repeat('x', 40)::bytea, '王**', repeat('x', 40)::bytea, '138****5678',
    decode(md5((id % 200000)::text), 'hex'), '', '', false from orders_workorder where id > {after};

insert into orders_orderevent (order_id, seq, verb, state_before, state_after, at, actor,
    actor_label, staff_id, unit_id, note, public_note, data, digest)
    select id, s, case s when 1 then 'create' else 'submit' end, '', state, created_at, 'staff',
    'agent', created_by_id, null, '', '', '{{}}', repeat('x', 33)::bytea
    from orders_workorder, generate_series(1, 4) s where id > {after};

insert into orders_assignment (order_id, parent_id, unit_id, role, round, dispatched_at,
    dispatched_by_id, due_at, returns, no_return, ended_at, instructions)
    select id, null, lead_unit_id, 'lead', 1, created_at, created_by_id, due_at, 0, false,
    closed_at, '' from orders_workorder where id > {after};

insert into orders_clock (order_id, assignment_id, kind, rule_id, started_at, due_at, words,
    provisional, stopped_at, overdue_recorded)
    select id, null, 'finish', null, created_at, due_at, '5 个工作日', false, closed_at, true
    from orders_workorder where id > {after};
