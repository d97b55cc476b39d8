-- A list of a region, or of a station, is walked station by station, newest first, with or without an outcome.
create index passages_station_passed on passages (station, passed_us, sequence);
create index passages_station_outcome on passages (station, outcome, passed_us, sequence);
