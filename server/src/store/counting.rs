//! What counts against vehicles, and the candidates that follow, as `server-core` decides them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use plumewatch_shared::ids::{PassageId, Region};
use plumewatch_shared::plate::{Plate, PlateColour};
use plumewatch_shared::rulebook::{Item, Role, Rulebook};
use plumewatch_shared::watchlist::WatchReason;
use server_core::counting::{Candidate, CandidateId, Known, Measurement, Vehicle};
use server_core::review::CandidateState;

use super::bulk::{bulk, placeholders, slices};
use super::engine::{On, change, rows};
use super::passages::NewPassage;
use super::records::sequence;
use super::{Reading, StoreError, Stored, Writing};

/// The column of a colour: '' where it was not told, because a key cannot be null.
pub(super) fn colour_word(colour: Option<PlateColour>) -> &'static str {
    colour.map_or("", PlateColour::word)
}

/// A vehicle from its two columns.
pub(super) fn vehicle(plate: &str, colour: &str) -> Stored<Vehicle> {
    let plate: Plate = plate.parse().map_err(|_| StoreError::Corrupt("plate"))?;
    let colour = match colour {
        "" => None,
        word => Some(PlateColour::from_word(word).ok_or(StoreError::Corrupt("plate_colour"))?),
    };
    Ok(Vehicle { plate, colour })
}

/// An item from its column.
pub(super) fn item(word: &str) -> Stored<Item> {
    Item::from_word(word).ok_or(StoreError::Corrupt("item"))
}

/// A stamp from its column.
pub(super) fn stamp(micros: i64) -> Stored<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::Corrupt("a stamp"))
}

/// A passage's id from its two columns.
pub(super) fn passage_id(station: &str, sequence: i64) -> Stored<PassageId> {
    let station = station.parse().map_err(|_| StoreError::Corrupt("station"))?;
    let sequence = u64::try_from(sequence).map_err(|_| StoreError::Corrupt("sequence"))?;
    Ok(PassageId { station, sequence })
}

impl Writing {
    /// Holds these plates until the transaction ends, so that no other server counts them meanwhile.
    ///
    /// SQLite has one writer and needs nothing. Two servers on one PostgreSQL would each miss what the other has
    /// not committed yet. Locks are taken in order, so two batches never wait for each other in a circle.
    pub async fn lock_plates(&mut self, plates: &BTreeSet<Plate>) -> Stored<()> {
        let On::Postgres(on) = self.on() else { return Ok(()) };
        let key = |plate: &Plate| {
            let hash = plumewatch_shared::ids::FileHash::of(plate.as_str().as_bytes()).0;
            i64::from_be_bytes(hash[..8].try_into().expect("eight of 32 bytes"))
        };
        let keys: BTreeSet<i64> = plates.iter().map(key).collect();
        let keys: Vec<i64> = keys.into_iter().collect();
        sqlx::query(
            "select pg_advisory_xact_lock(key) from unnest($1::bigint[]) with ordinality as k(key, at)",
        )
        .bind(keys)
        .execute(on)
        .await?;
        Ok(())
    }

    /// Keeps what newly stored passages say of their vehicles: one row for each enforced quantity.
    pub async fn insert_countings(&mut self, passages: &[&NewPassage]) -> Stored<()> {
        let mut counted = Vec::new();
        for new in passages {
            if !new.passage.is_attributed() {
                continue;
            }
            let Some(plate) = new.passage.plate() else { continue };
            let enforced = new.verdict.findings.iter().filter(|finding| finding.role == Role::Enforcement);
            counted.extend(enforced.map(|finding| (&new.passage, plate, finding)));
        }
        for slice in slices(&counted) {
            let text = format!(
                "insert into countings (plate, plate_colour, passed_us, station, sequence, item, exceeds, \
                 measured, at_most) values {} \
                 on conflict (plate, plate_colour, item, passed_us, station, sequence) do nothing \
                 returning sequence",
                placeholders(9, slice.len())
            );
            bulk!(self, (i64,), text, slice, |row| [
                row.1.as_str(),
                colour_word(row.0.plate_colour()),
                row.0.passed.micros(),
                row.0.id.station.to_string(),
                sequence(row.0.id),
                row.2.item.word(),
                row.2.exceeds,
                row.2.measured,
                row.2.limit,
            ])?;
        }
        Ok(())
    }

    /// Makes a candidate wait for review by this edition's rule: a new one, or a void one that stands again.
    pub async fn open_candidate(
        &mut self,
        candidate: &Candidate,
        book: &Rulebook,
        now: Timestamp,
    ) -> Stored<()> {
        let last = candidate.passages.last().ok_or(StoreError::Corrupt("a candidate without passages"))?;
        change!(
            self,
            "insert into candidates (id, plate, plate_colour, item, region, opened_us, state, contested, \
             rulebook, rulebook_version, clause, changed_us) \
             values ($1, $2, $3, $4, $5, $6, 'waiting', false, $7, $8, $9, $10) \
             on conflict (id) do update set state = 'waiting', changed_us = excluded.changed_us, \
             first_by = null, first_us = null, first_reason = null \
             where candidates.state = 'void'",
            candidate.id.as_str(),
            candidate.vehicle.plate.as_str(),
            colour_word(candidate.vehicle.colour),
            candidate.item.word(),
            i64::from(last.station.region().code()),
            now.as_microsecond(),
            &book.id,
            &book.version,
            &book.counting.clause,
            now.as_microsecond()
        )?;
        for (position, passage) in (0i64..).zip(&candidate.passages) {
            change!(
                self,
                "insert into candidate_passages (candidate, position, station, sequence) \
                 values ($1, $2, $3, $4) on conflict (candidate, position) do nothing",
                candidate.id.as_str(),
                position,
                passage.station.to_string(),
                sequence(*passage)
            )?;
        }
        Ok(())
    }

    /// Takes a candidate out of review; false if it no longer waits, because a person was faster.
    pub async fn void_candidate(&mut self, id: &CandidateId, now: Timestamp) -> Stored<bool> {
        let voided = change!(
            self,
            "update candidates set state = 'void', changed_us = $2 where id = $1 and state = 'waiting'",
            id.as_str(),
            now.as_microsecond()
        )?;
        Ok(voided == 1)
    }

    /// Marks a decided candidate as contested by late records, or as standing again.
    pub async fn set_contested(&mut self, id: &CandidateId, contested: bool, now: Timestamp) -> Stored<()> {
        change!(
            self,
            "update candidates set contested = $2, changed_us = $3 where id = $1",
            id.as_str(),
            contested,
            now.as_microsecond()
        )?;
        Ok(())
    }
}

impl Reading {
    /// Why each of these plates is looked out for: plate, colour ('' for every), reason. Only those that are.
    pub async fn watched(&mut self, plates: &[&Plate]) -> Stored<Vec<(Vehicle, WatchReason)>> {
        let mut watched = Vec::new();
        for slice in slices(plates) {
            let set = placeholders(1, slice.len());
            let text = format!(
                "select plate, plate_colour, 'open-case' from cases \
                 where state in ('opened', 'noticed', 'repair-ordered', 'repaired') and plate in ({set}) \
                 union all select plate, plate_colour, 'wanted' from wanted where plate in ({set})"
            );
            for (plate, colour, reason) in
                bulk!(self, (String, String, String), text, slice, |plate| [plate.as_str()])?
            {
                let reason = WatchReason::from_wire_word(&reason).ok_or(StoreError::Corrupt("reason"))?;
                watched.push((vehicle(&plate, &colour)?, reason));
            }
        }
        Ok(watched)
    }

    /// Those of these plates that have ever exceeded, with each colour: the only ones worth counting.
    pub async fn vehicles_that_exceeded(&mut self, plates: &[&Plate]) -> Stored<Vec<Vehicle>> {
        let mut vehicles = Vec::new();
        for slice in slices(plates) {
            let text = format!(
                "select distinct plate, plate_colour from countings where exceeds = true and plate in ({})",
                placeholders(1, slice.len())
            );
            for (plate, colour) in bulk!(self, (String, String), text, slice, |plate| [plate.as_str()])? {
                vehicles.push(vehicle(&plate, &colour)?);
            }
        }
        Ok(vehicles)
    }

    /// Everything that counts for or against a vehicle, oldest first.
    pub async fn vehicle_measurements(&mut self, vehicle: &Vehicle) -> Stored<Vec<Measurement>> {
        let found = rows!(
            self,
            (i64, String, i64, String, bool),
            "select passed_us, station, sequence, item, exceeds from countings \
             where plate = $1 and plate_colour = $2 order by passed_us, station, sequence",
            vehicle.plate.as_str(),
            colour_word(vehicle.colour)
        )?;
        found
            .into_iter()
            .map(|(passed, station, sequence, word, exceeds)| {
                Ok(Measurement {
                    passed: stamp(passed)?,
                    passage: passage_id(&station, sequence)?,
                    item: item(&word)?,
                    exceeds,
                })
            })
            .collect()
    }

    /// When the vehicle passed the retests of its cases: chains start anew there.
    pub async fn vehicle_restarts(&mut self, vehicle: &Vehicle) -> Stored<Vec<Timestamp>> {
        let found = rows!(
            self,
            (i64,),
            "select retested_us from cases where plate = $1 and plate_colour = $2 and retested_us is not null \
             order by retested_us",
            vehicle.plate.as_str(),
            colour_word(vehicle.colour)
        )?;
        found.into_iter().map(|(at,)| stamp(at)).collect()
    }

    /// The vehicle's candidates of every state.
    pub async fn vehicle_candidates(&mut self, vehicle: &Vehicle) -> Stored<Vec<Known>> {
        let found = rows!(
            self,
            (String, String, String, bool, String, i64),
            "select c.id, c.item, c.state, c.contested, p.station, p.sequence from candidates c \
             join candidate_passages p on p.candidate = c.id \
             where c.plate = $1 and c.plate_colour = $2 order by c.id, p.position",
            vehicle.plate.as_str(),
            colour_word(vehicle.colour)
        )?;
        let mut known: Vec<Known> = Vec::new();
        for (id, item_word, state, contested, station, sequence) in found {
            let id = CandidateId::parse(&id).ok_or(StoreError::Corrupt("candidates.id"))?;
            let passage = passage_id(&station, sequence)?;
            match known.last_mut() {
                Some(last) if last.id == id => last.passages.push(passage),
                Some(_) | None => known.push(Known {
                    id,
                    item: item(&item_word)?,
                    passages: vec![passage],
                    state: CandidateState::from_word(&state)
                        .ok_or(StoreError::Corrupt("candidates.state"))?,
                    contested,
                }),
            }
        }
        Ok(known)
    }
}

/// The range of region codes that a scope sees, for `region >= $a and region <= $b`.
pub(super) fn codes(scope: Region) -> (i64, i64) {
    let (low, high) = server_core::access::Scope(scope).codes();
    (low.into(), high.into())
}
