-- Who reports: stations, the one-time token they enrol with, and what each last said of itself.
-- `region` is the GB/T 2260 code as a number, so that "this region and below" is one range.
create table stations (
    id text not null primary key,
    name text not null,
    region bigint not null,
    signing_key blob,
    certificate_serial text,
    enrolled_us bigint,
    token_hash blob,
    token_expires_us bigint,
    created_us bigint not null
);
create unique index stations_token on stations (token_hash);

create table station_state (
    station text not null primary key references stations (id),
    online boolean not null,
    boot bigint not null,
    at_us bigint not null
);

create table station_health (
    station text not null primary key references stations (id),
    received_us bigint not null,
    last_sequence bigint not null,
    report text not null
);

-- Counted in the transaction that stores the passages, so that no page has to count millions of rows.
create table station_ledger (
    station text not null primary key references stations (id),
    received bigint not null,
    highest bigint not null
);
