-- Records that are no passages. A station numbers and chains everything it reports in one sequence, so `records` holds
-- each of them, whatever it tells: one place a number (two servers cannot give it to two records of different kinds),
-- one ledger, one chain. What passages kept of the chain moves there.
-- `exhaust_tests` are tests of stopped vehicles, with the bottles taken for the laboratory and, later, what it found;
-- `device_checks` hold a remote-sensing head against known gases and filters. Quantities are the wire's integers.
-- `passage_figures` is what statistics are made of: narrow, and in the order in which they ask, so that a page of
-- three months does not drag sealed records through memory. `valid` is null without a reading; conditions that
-- failed are known of passages stored from now on only.
create table records (
    station text not null references stations (id),
    sequence bigint not null,
    kind text not null,
    prev text not null,
    link text not null,
    chain_ok boolean,
    primary key (station, sequence),
    constraint record_kind check (kind in ('passage', 'exhaust-test', 'device-check'))
);
insert into records (station, sequence, kind, prev, link, chain_ok)
select station, sequence, 'passage', prev, link, chain_ok from passages;
alter table passages drop column prev;
alter table passages drop column link;
alter table passages drop column chain_ok;

create table evidence_of_records (
    station text not null,
    sequence bigint not null,
    kind text not null,
    sha256 text not null,
    bytes bigint not null,
    primary key (station, sequence, kind),
    foreign key (station, sequence) references records (station, sequence)
);
insert into evidence_of_records (station, sequence, kind, sha256, bytes)
select station, sequence, kind, sha256, bytes from evidence;
drop table evidence;
alter table evidence_of_records rename to evidence;
create index evidence_file on evidence (sha256, station);

create table passage_figures (
    station text not null,
    passed_us bigint not null,
    sequence bigint not null,
    outcome text not null,
    valid boolean,
    conditions text not null,
    opacity_mean bigint,
    camera_opacity bigint,
    no_ppm bigint,
    primary key (station, passed_us, sequence)
) without rowid;
insert into passage_figures (station, passed_us, sequence, outcome, valid, conditions, opacity_mean, no_ppm)
select station, passed_us, sequence, outcome,
    case when report like '%"invalid":[]%' then true when report like '%"invalid":[%' then false end,
    '', opacity_mean, no_ppm
from passages;

create table exhaust_tests (
    station text not null,
    sequence bigint not null,
    received_us bigint not null,
    started_us bigint not null,
    ended_us bigint not null,
    clock text not null,
    region bigint not null,
    passage_station text,
    passage_sequence bigint,
    plate text,
    plate_colour text,
    vin text,
    method text not null,
    k_mean bigint,
    ringelmann bigint,
    outcome text not null,
    edge_outcome text,
    disagrees boolean not null,
    report text not null,
    verdict text,
    sealed text not null,
    primary key (station, sequence),
    foreign key (station, sequence) references records (station, sequence)
);
create index exhaust_tests_started on exhaust_tests (started_us, station, sequence);
create index exhaust_tests_plate on exhaust_tests (plate, started_us);
create index exhaust_tests_passage on exhaust_tests (passage_station, passage_sequence);

create table test_samples (
    station text not null,
    sequence bigint not null,
    number bigint not null,
    substance text not null,
    seal text not null,
    taken_us bigint not null,
    primary key (station, sequence, number),
    foreign key (station, sequence) references exhaust_tests (station, sequence)
);

create table sample_results (
    station text not null,
    sequence bigint not null,
    number bigint not null,
    passed boolean not null,
    found text not null,
    laboratory text not null,
    report_number text not null,
    entered_by text not null,
    entered_us bigint not null,
    constraint one_result_per_sample primary key (station, sequence, number),
    foreign key (station, sequence, number) references test_samples (station, sequence, number)
);

create table device_checks (
    station text not null,
    sequence bigint not null,
    received_us bigint not null,
    performed_us bigint not null,
    clock text not null,
    lane bigint not null,
    device text not null,
    number text not null,
    method text not null,
    speed bigint,
    person text,
    passed boolean not null,
    edge_passed boolean not null,
    disagrees boolean not null,
    faults text not null,
    report text not null,
    sealed text not null,
    primary key (station, sequence),
    foreign key (station, sequence) references records (station, sequence)
);
create index device_checks_performed on device_checks (station, performed_us);

create table check_points (
    station text not null,
    sequence bigint not null,
    position bigint not null,
    quantity text not null,
    standard bigint not null,
    measured bigint not null,
    tolerance bigint not null,
    holds boolean not null,
    primary key (station, sequence, position),
    foreign key (station, sequence) references device_checks (station, sequence)
);
