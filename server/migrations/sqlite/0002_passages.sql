-- What was reported. The sealed text is the proof; `report` is the same message for pages; the other columns are
-- what lists are filtered and ordered by. Stamps are microseconds of UTC, quantities integers in the units of
-- the wire. `chain_ok` is null until the record before it in the station's chain has come.
create table passages (
    station text not null references stations (id),
    sequence bigint not null,
    received_us bigint not null,
    passed_us bigint not null,
    clock text not null,
    lane bigint not null,
    region bigint not null,
    plate text,
    plate_colour text,
    plate_confidence bigint,
    attributed boolean not null,
    outcome text not null,
    edge_outcome text not null,
    disagrees boolean not null,
    opacity_mean bigint,
    ringelmann bigint,
    no_ppm bigint,
    speed bigint,
    doubts text not null,
    watch text,
    picture text,
    plate_picture text,
    report text not null,
    verdict text not null,
    sealed text not null,
    prev text not null,
    link text not null,
    chain_ok boolean,
    primary key (station, sequence)
);
create index passages_passed on passages (passed_us, station, sequence);
create index passages_plate on passages (plate, passed_us);
create index passages_outcome on passages (outcome, passed_us);

-- Which files a passage rests on; a row stands from the day the passage is stored, the file may follow.
create table evidence (
    station text not null,
    sequence bigint not null,
    kind text not null,
    sha256 text not null,
    bytes bigint not null,
    primary key (station, sequence, kind),
    foreign key (station, sequence) references passages (station, sequence)
);
create index evidence_file on evidence (sha256, station);

-- Files that are whole, checked and in the evidence store.
create table files (
    sha256 text not null primary key,
    bytes bigint not null,
    stored_us bigint not null
);

-- What could not be taken. The payload is cut, the count says how often the same one came.
create table quarantine (
    topic text not null,
    payload_sha256 text not null,
    station text,
    reason text not null,
    payload blob not null,
    payload_bytes bigint not null,
    first_us bigint not null,
    last_us bigint not null,
    times bigint not null,
    primary key (topic, payload_sha256)
);
create index quarantine_station on quarantine (station, last_us);
