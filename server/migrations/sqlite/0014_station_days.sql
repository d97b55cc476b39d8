-- What a day at a station comes to: counts that passages add to as they are stored, in whatever order, so that statistics
-- of three months read a row a day. `day` is days since 1970 in the law's place (UTC + 8 hours). `conditions`, `opacity` and
-- `nitric_oxide` are JSON objects of how many; the bins are those of server-core's `statistics::day`.
create table station_days (
    station text not null references stations (id),
    day bigint not null,
    passages bigint not null,
    readings bigint not null,
    valid bigint not null,
    passed bigint not null,
    screened bigint not null,
    exceeding bigint not null,
    conditions text not null,
    opacity text not null,
    nitric_oxide text not null,
    primary key (station, day)
);
insert into station_days
    (station, day, passages, readings, valid, passed, screened, exceeding, conditions, opacity, nitric_oxide)
select station, (passed_us + 28800000000) / 86400000000, count(*), count(valid),
    count(*) filter (where valid = true), count(*) filter (where outcome = 'passed'),
    count(*) filter (where outcome = 'screened'), count(*) filter (where outcome = 'exceeding'), '{}', '{}', '{}'
from passage_figures group by station, (passed_us + 28800000000) / 86400000000;

update station_days set conditions = told.counts from (
    select station, day, '{' || group_concat('"' || word || '":' || times, ',') || '}' as counts from (
        select station, (passed_us + 28800000000) / 86400000000 as day, conditions as word, count(*) as times
        from passage_figures where valid = false
        group by station, (passed_us + 28800000000) / 86400000000, conditions) counted
    group by station, day) told
where told.station = station_days.station and told.day = station_days.day;

update station_days set opacity = told.counts from (
    select station, day, '{' || group_concat('"' || word || '":' || times, ',') || '}' as counts from (
        select station, (passed_us + 28800000000) / 86400000000 as day, case when opacity_mean > 0 then (opacity_mean + 49) / 50 else 0 end as word, count(*) as times
        from passage_figures where valid = true and opacity_mean is not null
        group by station, (passed_us + 28800000000) / 86400000000, case when opacity_mean > 0 then (opacity_mean + 49) / 50 else 0 end) counted
    group by station, day) told
where told.station = station_days.station and told.day = station_days.day;

update station_days set nitric_oxide = told.counts from (
    select station, day, '{' || group_concat('"' || word || '":' || times, ',') || '}' as counts from (
        select station, (passed_us + 28800000000) / 86400000000 as day, case when no_ppm > 0 then (no_ppm + 499) / 500 else 0 end as word, count(*) as times
        from passage_figures where valid = true and no_ppm is not null
        group by station, (passed_us + 28800000000) / 86400000000, case when no_ppm > 0 then (no_ppm + 499) / 500 else 0 end) counted
    group by station, day) told
where told.station = station_days.station and told.day = station_days.day;

-- Plumes that beam and camera both measured are few; statistics show the newest of them.
create index passage_figures_pairs on passage_figures (station, passed_us, sequence)
    where valid = true and opacity_mean is not null and camera_opacity is not null;
