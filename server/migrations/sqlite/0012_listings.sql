-- The blacklist of carriers (server_core::listing). What stands against a carrier, its share kept up one event at a
-- time, its listings with each decision and what it rested on; and the leases by which several servers share the work
-- that is done once an hour or a day. Days are legal days, `YYYY-MM-DD`.

-- One row for each day on which a confirmed case's vehicle exceeded. `vehicle` and `carrier` are whose it was on that
-- day, null where the register does not know; a void case stays, not standing, so that told again it does not return.
-- `weighed` is the listing whose decision took it into account.
create table listing_exceedances (
    case_id text not null references cases (id),
    day text not null,
    plate text not null,
    plate_colour text not null,
    vehicle text,
    carrier text,
    standing boolean not null,
    weighed text,
    primary key (case_id, day)
);
create index listing_exceedances_carrier on listing_exceedances (carrier, day);
create index listing_exceedances_vehicle on listing_exceedances (vehicle, carrier, day);
create index listing_exceedances_plate on listing_exceedances (plate, plate_colour);

-- The newest standing exceedance of each vehicle under each carrier: while it counts, the vehicle does.
create table listing_vehicles (
    carrier text not null,
    vehicle text not null,
    newest_day text not null,
    primary key (carrier, vehicle)
);
create index listing_vehicles_newest on listing_vehicles (carrier, newest_day);

-- A carrier's share, as of `day`. `due_day` is the first day on which it changes by itself.
create table carrier_shares (
    carrier text not null primary key,
    region bigint not null,
    day text not null,
    exceeding bigint not null,
    fleet bigint not null,
    share_hundredths bigint not null,
    reaches boolean not null,
    due_day text,
    rulebook text not null,
    rulebook_version text not null,
    changed_us bigint not null
);
create index carrier_shares_due on carrier_shares (due_day, carrier);
create index carrier_shares_share on carrier_shares (share_hundredths, carrier);
create index carrier_shares_rule on carrier_shares (region, rulebook_version);

-- `exceeding`, `fleet` and the edition are those of the proposal, then of the last decision.
create table listings (
    id text not null primary key,
    carrier text not null,
    region bigint not null,
    ordinal bigint not null,
    state text not null,
    proposed_day text not null,
    proposed_us bigint not null,
    exceeding bigint not null,
    fleet bigint not null,
    rulebook text not null,
    rulebook_version text not null,
    from_day text,
    until_day text,
    ground text,
    notice text,
    decided_us bigint,
    decided_by text,
    reason text,
    changed_us bigint not null,
    constraint listing_ordinal unique (carrier, ordinal),
    constraint listing_state check
        (state in ('proposed', 'declined', 'void', 'listed', 'delisting-proposed', 'delisted')),
    constraint listing_is_decided check (state in ('proposed', 'void') or decided_by is not null),
    constraint listing_has_term check
        (state not in ('listed', 'delisting-proposed') or (from_day is not null and until_day is not null)),
    constraint listing_has_ground check ((state = 'delisting-proposed') = (ground is not null))
);
create unique index listing_open on listings (carrier) where state in ('proposed', 'listed', 'delisting-proposed');
create index listings_state on listings (state, changed_us, id);

-- Every decision on a listing, for ever, and what stood against the carrier when it was taken.
create table listing_decisions (
    listing text not null references listings (id),
    number bigint not null,
    decision text not null,
    at_us bigint not null,
    decided_by text not null,
    reason text not null,
    from_day text,
    until_day text,
    notice text,
    exceeding bigint not null,
    fleet bigint not null,
    rulebook text not null,
    rulebook_version text not null,
    primary key (listing, number)
);
create table listing_grounds (
    listing text not null references listings (id),
    number bigint not null,
    case_id text not null,
    day text not null,
    plate text not null,
    plate_colour text not null,
    vehicle text not null,
    primary key (listing, number, case_id, day)
);
create index listing_grounds_vehicle on listing_grounds (vehicle, listing);

create table listing_answers (
    listing text not null references listings (id),
    number bigint not null,
    received_day text not null,
    at_us bigint not null,
    entered_by text not null,
    answer text not null,
    primary key (listing, number)
);

-- Who does a piece of the server's daily or hourly work, until when, and for which day or hour it is done.
create table job_leases (
    job text not null primary key,
    holder text not null,
    until_us bigint not null,
    done text not null
);

-- A fleet's size on a day, and the next day on which it changes, are told by this index alone.
create index fleet_members_span on fleet_members (carrier, until_day, from_day);
