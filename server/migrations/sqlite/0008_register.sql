-- Inspection stations, repair shops and their qualifications, as the register keeps them.
create table inspection_stations (
    code text not null primary key,
    name text not null,
    region bigint not null,
    address text not null,
    phone text not null,
    opened_on text not null,
    closed_on text
);

create table repair_shops (
    code text not null primary key,
    name text not null,
    region bigint not null,
    address text not null,
    phone text not null
);

create table shop_qualifications (
    shop text not null references repair_shops (code),
    certificate text not null,
    from_day text not null,
    until_day text,
    primary key (shop, certificate)
);
