-- Inspections at stations, repair orders with their records, and findings of irregularities: the closed loop of
-- inspection and maintenance. Days and civil times are text at the law's place, so that they order on both databases;
-- colour '' means that it was not told. An inspection keeps what was uploaded (`upload`) and what the server made of it
-- (`judged`); `curve` is its process data in short, for comparing thousands. A retest is an inspection with `order_id`;
-- it counts for its order where `applied`. An order is open in its first three states: a case has one open order at
-- most, an inspection one in all.
create table inspections (
    id text not null primary key,
    station text not null,
    region bigint not null,
    line bigint not null,
    report_number text not null,
    order_id text,
    applied boolean not null,
    plate text not null,
    plate_colour text not null,
    vin text,
    engine_model text,
    calibration text,
    calibration_sum text,
    obd_vin text,
    method text not null,
    started_us bigint not null,
    ended_us bigint not null,
    day text not null,
    told_outcome text not null,
    outcome text not null,
    state text not null,
    failed text not null,
    rulebook text not null,
    rulebook_version text not null,
    curve text not null,
    upload text not null,
    judged text not null,
    digest text not null,
    received_us bigint not null,
    uploaded_by text not null,
    constraint one_inspection_per_report unique (station, report_number),
    constraint inspection_state check (state in ('issued', 'held'))
);
create index inspections_station on inspections (station, started_us, id);
create index inspections_region on inspections (region, started_us, id);
create index inspections_plate on inspections (plate, started_us);
create index inspections_vin on inspections (vin, started_us);
create index inspections_order on inspections (order_id);
create index inspections_received on inspections (received_us);

create table repair_orders (
    id text not null primary key,
    case_id text,
    inspection_id text,
    plate text not null,
    plate_colour text not null,
    vin text,
    region bigint not null,
    station text not null,
    items text not null,
    method text,
    opened_at text not null,
    due_day text not null,
    failures bigint not null,
    reserved text,
    state text not null,
    shop text,
    certificate text,
    taken_day text,
    finished_at text,
    closed_by text,
    closed_day text,
    overdue_us bigint,
    opened_us bigint not null,
    changed_us bigint not null,
    constraint order_state check (state in ('ordered', 'taken', 'repaired', 'closed', 'cancelled')),
    constraint order_origin check ((case_id is null) <> (inspection_id is null)),
    constraint order_closed check ((state = 'closed') = (closed_by is not null)),
    constraint order_has_shop check (state not in ('taken', 'repaired')
        or (shop is not null and certificate is not null and taken_day is not null)),
    constraint order_repaired check (state <> 'repaired' or finished_at is not null)
);
create unique index one_open_order_per_case on repair_orders (case_id)
    where state in ('ordered', 'taken', 'repaired');
create unique index one_order_per_inspection on repair_orders (inspection_id);
create index repair_orders_region on repair_orders (region, changed_us, id);
create index repair_orders_station on repair_orders (station, changed_us, id);
create index repair_orders_shop on repair_orders (shop, changed_us, id);
create index repair_orders_reserved on repair_orders (reserved);
create index repair_orders_open on repair_orders (due_day) where state in ('ordered', 'taken', 'repaired');
create index repair_orders_plate on repair_orders (plate, plate_colour);
create index repair_orders_vin on repair_orders (vin);

create table repair_records (
    order_id text not null references repair_orders (id),
    number bigint not null,
    shop text not null,
    completion_certificate text not null,
    digest text not null,
    record text not null,
    received_us bigint not null,
    uploaded_by text not null,
    primary key (order_id, number),
    constraint one_record_per_certificate unique (shop, completion_certificate)
);

create table findings (
    id text not null primary key,
    kind text not null,
    about text not null,
    organisation text not null,
    region bigint not null,
    day text not null,
    zh text not null,
    en text not null,
    evidence text not null,
    rulebook text not null,
    rulebook_version text not null,
    found_us bigint not null,
    state text not null,
    decided_by text,
    decided_us bigint,
    reason text,
    constraint finding_about check (about in ('station', 'shop')),
    constraint finding_state check (state in ('open', 'confirmed', 'dismissed')),
    constraint finding_decided check ((state = 'open') = (decided_by is null))
);
create index findings_region on findings (region, state, found_us, id);
create index findings_organisation on findings (organisation, found_us);
