-- What counts against vehicles: one row for each enforced quantity of each attributed passage, and the
-- candidates and cases that follow. Colour '' means that the colour was not told.
create table countings (
    plate text not null,
    plate_colour text not null,
    passed_us bigint not null,
    station text not null,
    sequence bigint not null,
    item text not null,
    exceeds boolean not null,
    measured bigint not null,
    at_most bigint not null,
    primary key (plate, plate_colour, item, passed_us, station, sequence)
);

create table candidates (
    id text not null primary key,
    plate text not null,
    plate_colour text not null,
    item text not null,
    region bigint not null,
    opened_us bigint not null,
    state text not null,
    contested boolean not null,
    rulebook text not null,
    rulebook_version text not null,
    clause text not null,
    changed_us bigint not null,
    decided_by text,
    reason text,
    constraint candidate_state check (state in ('waiting', 'confirmed', 'rejected', 'void'))
);
create index candidates_state on candidates (state, opened_us, id);
create index candidates_plate on candidates (plate, plate_colour);

create table candidate_passages (
    candidate text not null references candidates (id),
    position bigint not null,
    station text not null,
    sequence bigint not null,
    primary key (candidate, position)
);
create index candidate_passages_passage on candidate_passages (station, sequence);

create table cases (
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
    constraint one_case_per_candidate unique (candidate_id),
    constraint case_state check (state in ('opened', 'repair-ordered', 'repaired', 'closed', 'withdrawn'))
);
create index cases_state on cases (state, updated_us, id);
create index cases_plate on cases (plate, plate_colour);

create table wanted (
    plate text not null,
    plate_colour text not null,
    reason text not null,
    added_by text not null,
    added_us bigint not null,
    primary key (plate, plate_colour)
);

-- The one current edition of the watchlist; `digest` is the hash of its entries, so that only a change makes
-- a new edition.
create table watchlist_edition (
    singleton bigint not null primary key check (singleton = 1),
    version bigint not null,
    digest text not null,
    issued_us bigint not null
);
