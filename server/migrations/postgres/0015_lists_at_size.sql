-- Orders in the order of their last change, of all or in one state.
create index repair_orders_changed on repair_orders (changed_us, id);
create index repair_orders_state on repair_orders (state, changed_us, id);

-- What waits for review in a region, and how much of it.
create index candidates_waiting on candidates (region, opened_us, id) where state = 'waiting';

-- How many vehicles each region has registered: the register changes by imports alone, and an import counts anew.
create table vehicle_counts (
    region bigint not null primary key,
    vehicles bigint not null
);
insert into vehicle_counts (region, vehicles) select region, count(*) from vehicles group by region;
