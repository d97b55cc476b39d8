-- A case as the law walks it: notice, deadline, appeal, order, referral, exception; and the first of two confirmations.
-- `queue` is the place among those to work on, as `server_core::case` makes it: lists are read in its order, and it
-- begins with 1 to 3 for what is open, with 1 and the last day for what has a deadline that runs, so that what is overdue is a
-- range of it. Days are
-- civil days where the law counts them, as text, so that they order as they are. `case_steps` keeps each step
-- with its particulars (JSON), written once.
-- `station_keys` keeps every key that a station ever signed with: a package proves old records by the old one.
-- A closed case has a passed retest or a named exception; the database refuses any other.
-- Repairs that were ordered by hand before there were orders have none that a shop could take: those cases go back
-- to their start, and the audit keeps what was done.
alter table candidates add column first_by text;
alter table candidates add column first_us bigint;
alter table candidates add column first_reason text;

alter table cases
    add column queue text collate "C",
    add column notice_method text,
    add column notice_received_day text,
    add column notice_served_day text,
    add column notice_paper text,
    add column due_day text,
    add column due_count text,
    add column due_provisional boolean not null default false,
    add column appeal_day text,
    add column appeal_left bigint,
    add column overdue_day text,
    add column referred_us bigint,
    add column retested_us bigint,
    add column order_station text,
    add column taken_us bigint,
    add column exception_ground text,
    add column exception_by text,
    drop constraint case_state;
update cases set retested_us = state_since_us where state = 'closed';
update cases set queue = case when state in ('closed', 'withdrawn') then '9' else '2' end;
update cases set state = 'opened' where state in ('repair-ordered', 'repaired');
alter table cases
    alter column queue set not null,
    add constraint case_state check (state in
        ('opened', 'noticed', 'repair-ordered', 'repaired', 'closed', 'withdrawn', 'won')),
    add constraint case_closed_on_a_ground check (state <> 'closed' or retested_us is not null
        or (exception_ground is not null and exception_by is not null)),
    add constraint case_order check ((state in ('repair-ordered', 'repaired')) = (order_station is not null));
drop index cases_state;
create index cases_state on cases (state, queue, id);
create index cases_state_region on cases (state, region, queue, id);
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
    signing_key bytea not null,
    since_us bigint not null,
    primary key (station, signing_key)
);
insert into station_keys (station, signing_key, since_us)
select id, signing_key, coalesce(enrolled_us, created_us) from stations where signing_key is not null;
