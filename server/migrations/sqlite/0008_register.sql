-- The register: what is known of vehicles, carriers, inspection stations and repair shops, and since when. A plate is
-- held by a vehicle for a while and a vehicle is in a fleet for a while, because exceedances are counted against the
-- carrier of their own day, long after; days are civil days at the law's place, text, `until_day` the first on which it
-- holds no more. Whole spans of one vehicle are replaced together; that they keep apart is the rule of server-core.
create table register_version (
    singleton bigint not null primary key check (singleton = 1),
    version bigint not null,
    changed_us bigint not null
);
insert into register_version (singleton, version, changed_us) values (1, 0, 0);

create table carriers (
    code text not null primary key,
    name text not null,
    region bigint not null,
    address text not null default '',
    phone text not null default '',
    opened_on text,
    closed_on text,
    updated_us bigint not null default 0
);
create index carriers_region on carriers (region, code);

create table inspection_stations (
    code text not null primary key,
    name text not null,
    region bigint not null,
    address text not null default '',
    phone text not null default '',
    opened_on text,
    closed_on text,
    updated_us bigint not null default 0
);

create table repair_shops (
    code text not null primary key,
    name text not null,
    region bigint not null,
    address text not null default '',
    phone text not null default '',
    opened_on text,
    closed_on text,
    updated_us bigint not null default 0
);

create table shop_qualifications (
    shop text not null references repair_shops (code),
    certificate text not null,
    from_day text not null,
    until_day text,
    primary key (shop, certificate, from_day),
    constraint qualification_days check (until_day is null or from_day < until_day)
);

create table vehicles (
    id text not null primary key,
    vin text,
    fuel text,
    stage text,
    stage_source text,
    class text,
    make text,
    body_colour text,
    first_registered text,
    usage text,
    owner text,
    region bigint not null,
    updated_us bigint not null default 0,
    constraint one_vehicle_per_vin unique (vin),
    constraint stage_has_source check ((stage is null) = (stage_source is null))
);
create index vehicles_region on vehicles (region);

create table vehicle_plates (
    plate text not null,
    plate_colour text not null,
    from_day text not null,
    until_day text,
    vehicle text not null references vehicles (id),
    primary key (plate, plate_colour, from_day),
    constraint plate_days check (until_day is null or from_day < until_day)
);
create index vehicle_plates_vehicle on vehicle_plates (vehicle, from_day);

create table fleet_members (
    carrier text not null references carriers (code),
    vehicle text not null references vehicles (id),
    from_day text not null,
    until_day text,
    primary key (vehicle, from_day),
    constraint member_days check (until_day is null or from_day < until_day)
);
create index fleet_members_carrier on fleet_members (carrier, from_day);

-- An import is looked at before it is applied: its rows stand here with what they would change, and what would be
-- written stands beside, so that applying a hundred thousand rows is a few statements and not a long transaction.
-- `register_version` is the one that the preview was made against; another makes the preview worthless.
create table register_imports (
    id text not null primary key,
    kind text not null,
    file_name text not null,
    file_sha256 text not null,
    region bigint not null,
    register_version bigint not null,
    state text not null,
    previewed_by text not null,
    previewed_us bigint not null,
    rows_new bigint not null default 0,
    rows_changed bigint not null default 0,
    rows_unchanged bigint not null default 0,
    rows_refused bigint not null default 0,
    rows_noted bigint not null default 0,
    not_read text not null default '',
    applied_by text,
    applied_us bigint,
    constraint import_state check (state in ('reading', 'previewed', 'applied', 'discarded'))
);
create index register_imports_file on register_imports (file_sha256, kind, state);
create index register_imports_when on register_imports (previewed_us, id);

create table register_import_rows (
    import text not null references register_imports (id),
    row_number bigint not null,
    outcome text not null,
    named text not null,
    told text not null,
    body text,
    primary key (import, row_number),
    constraint row_outcome check (outcome in ('new', 'changed', 'unchanged', 'refused'))
);
create index register_import_rows_outcome on register_import_rows (import, outcome, row_number);

create table staged_vehicles (
    import text not null references register_imports (id),
    id text not null,
    vin text,
    fuel text,
    stage text,
    stage_source text,
    class text,
    make text,
    body_colour text,
    first_registered text,
    usage text,
    owner text,
    region bigint not null,
    primary key (import, id)
);

create table staged_plates (
    import text not null references register_imports (id),
    plate text not null,
    plate_colour text not null,
    from_day text not null,
    until_day text,
    vehicle text not null,
    primary key (import, plate, plate_colour, from_day)
);

create table staged_members (
    import text not null references register_imports (id),
    carrier text not null,
    vehicle text not null,
    from_day text not null,
    until_day text,
    primary key (import, vehicle, from_day)
);
