-- A case as the law walks it: notice, deadline, appeal, order, referral, exception; and the first of two confirmations.
-- `queue` is the place among those to work on, as `server_core::case` makes it: lists are read in its order, and it
-- begins with 1 to 3 for what is open, with 1 and the last day for what has a deadline that runs, so that what is overdue is a
-- range of it. Days are
-- civil days where the law counts them, as text, so that they order as they are. `case_steps` keeps each step
-- with its particulars (JSON), written once.
-- `station_keys` keeps every key that a station ever signed with: a package proves old records by the old one.
-- A closed case has a passed retest or a named exception; the database refuses any other.
-- Repairs that were ordered by hand before there were orders have none that a shop could take: those cases go back
-- to their start, and the audit keeps what was done. SQLite changes no check, so the table is made anew.
alter table candidates add column first_by text;
alter table candidates add column first_us bigint;
alter table candidates add column first_reason text;

create table cases_new (
    id text not null primary key,
    candidate_id text not null references candidates (id),
    plate text not null,
    plate_colour text not null,
    item text not null,
    region bigint not null,
    state text not null,
    state_since_us bigint not null,
    opened_us bigint not null,
    opened_by text not null,
    updated_us bigint not null,
    queue text not null,
    notice_method text,
    notice_received_day text,
    notice_served_day text,
    notice_paper text,
    due_day text,
    due_count text,
    due_provisional boolean not null,
    appeal_day text,
    appeal_left bigint,
    overdue_day text,
    referred_us bigint,
    retested_us bigint,
    order_station text,
    taken_us bigint,
    exception_ground text,
    exception_by text,
    constraint one_case_per_candidate unique (candidate_id),
    constraint case_state check (state in
        ('opened', 'noticed', 'repair-ordered', 'repaired', 'closed', 'withdrawn', 'won')),
    constraint case_closed_on_a_ground check (state <> 'closed' or retested_us is not null
        or (exception_ground is not null and exception_by is not null)),
    constraint case_order check ((state in ('repair-ordered', 'repaired')) = (order_station is not null))
);
insert into cases_new (id, candidate_id, plate, plate_colour, item, region, state, state_since_us, opened_us, opened_by,
                       updated_us, queue, due_provisional, retested_us)
select id, candidate_id, plate, plate_colour, item, region,
       case when state in ('repair-ordered', 'repaired') then 'opened' else state end,
       state_since_us, opened_us, opened_by, updated_us,
       case when state in ('closed', 'withdrawn') then '9' else '2' end, false,
       case when state = 'closed' then state_since_us end
from cases;
drop table cases;
alter table cases_new rename to cases;
create index cases_state on cases (state, queue, id);
create index cases_state_region on cases (state, region, queue, id);
create index cases_plate on cases (plate, plate_colour);
create index cases_queue on cases (queue, id, region);
create index cases_region_queue on cases (region, queue, id);
create index cases_appealed on cases (queue, id) where appeal_day is not null;
create index cases_referred on cases (queue, id) where referred_us is not null;

create table case_steps (
    case_id text not null references cases (id),
    number bigint not null,
    at_us bigint not null,
    actor text not null,
    kind text not null,
    told text not null,
    reason text,
    constraint case_step_number primary key (case_id, number)
);

create table station_keys (
    station text not null references stations (id),
    signing_key blob not null,
    since_us bigint not null,
    primary key (station, signing_key)
);
insert into station_keys (station, signing_key, since_us)
select id, signing_key, coalesce(enrolled_us, created_us) from stations where signing_key is not null;
