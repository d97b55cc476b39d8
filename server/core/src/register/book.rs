//! The register as far as a table touches it: rows are taken one by one, and each says what it changed or why it could
//! not be taken.
//!
//! What must hold, whatever rows come in whatever order: on each day a plate is held by one vehicle at most and a
//! vehicle holds one plate at most; no two vehicles have one VIN; a refused row changes nothing; the same row again
//! changes nothing. The rim brings what is registered of everything a row may touch ([`Book::know`]), and
//! writes what [`Book::changed`] gives.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use super::code::CarrierCode;
use super::organisation::{Change, elsewhere};
use super::span::{SINCE_UNKNOWN, Span, assume, end, forget_from, on};
use super::vehicle::{Facts, PlateKey, VehicleId};
use super::vehicle_row::VehicleRow;
use super::vin::Vin;
use crate::access::Scope;
use crate::sheet::Wrong;

/// A vehicle with everything that is registered of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its facts.
    pub facts: Facts,
    /// The plates it has held; in order, apart from each other.
    pub plates: Vec<Span<PlateKey>>,
    /// The fleets it has been in; in order, apart from each other.
    pub fleets: Vec<Span<CarrierCode>>,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A vehicle that was not registered.
    New,
    /// A registered vehicle, and what is other than before.
    Changed(Vec<Change>),
    /// Everything the row says is registered.
    Unchanged,
    /// It cannot be taken: the column's word, and why.
    Refused(&'static str, Box<Wrong>),
}

/// The register as far as it is known here.
#[derive(Clone, Debug, Default)]
pub struct Book {
    entries: HashMap<VehicleId, Entry>,
    by_vin: HashMap<Vin, VehicleId>,
    by_plate: HashMap<PlateKey, BTreeSet<VehicleId>>,
    carriers: HashSet<CarrierCode>,
    changed: BTreeSet<VehicleId>,
    rows_of_plates: HashMap<PlateKey, u32>,
    rows_of_vins: HashMap<Vin, u32>,
}

/// Which vehicle a row means.
enum Subject {
    /// This one, and it holds the plate.
    Holder(VehicleId),
    /// This one, and it takes the plate.
    Takes(VehicleId),
    /// One that is not registered yet; it takes the plate.
    New,
}

impl Book {
    /// Brings a registered vehicle in. All that is registered of it must be brought, and every vehicle that ever held
    /// a plate that rows name. What is known already stays, for rows may have changed it.
    pub fn know(&mut self, id: VehicleId, entry: Entry) {
        if self.entries.contains_key(&id) {
            return;
        }
        self.enter(id, entry);
    }

    /// Is this vehicle known here?
    pub fn knows(&self, id: &VehicleId) -> bool {
        self.entries.contains_key(id)
    }

    /// Brings in a carrier that is registered where the account may put vehicles into its fleet.
    pub fn know_carrier(&mut self, code: CarrierCode) {
        self.carriers.insert(code);
    }

    /// Vehicles that rows changed, as they are now, in order.
    pub fn changed(&self) -> impl Iterator<Item = (&VehicleId, &Entry)> {
        self.changed.iter().map(|id| (id, &self.entries[id]))
    }

    /// Takes a row of the table, or refuses it.
    pub fn take(&mut self, row: VehicleRow, number: u32, scope: Scope, today: Date) -> Taken {
        if let Some(refused) = self.twice(&row, number) {
            return refused;
        }
        match self.try_take(row, scope, today) {
            Ok(taken) => taken,
            Err((column, wrong)) => Taken::Refused(column, Box::new(wrong)),
        }
    }

    /// Two rows of one table must not speak of one plate or one VIN: which of them is right, nobody can tell.
    fn twice(&mut self, row: &VehicleRow, number: u32) -> Option<Taken> {
        let plate = *self.rows_of_plates.entry(row.key.clone()).or_insert(number);
        let vin = row.vin.as_ref().map(|vin| *self.rows_of_vins.entry(vin.clone()).or_insert(number));
        let (column, first) = match (plate, vin) {
            (first, _) if first != number => ("plate", first),
            (_, Some(first)) if first != number => ("vin", first),
            _ => return None,
        };
        let wrong = Wrong::new(
            "row.duplicate",
            format!("与第{first}行重复。"),
            format!("Row {first} has the same."),
            "每辆车只留一行；如内容不同，请核对后保留正确的。",
            "Keep one row a vehicle; if they differ, keep the right one.",
        );
        Some(Taken::Refused(column, Box::new(wrong)))
    }

    fn try_take(
        &mut self,
        row: VehicleRow,
        scope: Scope,
        today: Date,
    ) -> Result<Taken, (&'static str, Wrong)> {
        let subject = self.subject(&row, today)?;
        let known = match &subject {
            Subject::Holder(id) | Subject::Takes(id) => Some(id.clone()),
            Subject::New => None,
        };
        let start = row.plate_from.unwrap_or_else(|| row.first_registered.given().unwrap_or(SINCE_UNKNOWN));
        let holders: Vec<VehicleId> = self.by_plate.get(&row.key).into_iter().flatten().cloned().collect();
        let displaced = |id: &&VehicleId| {
            known.as_ref() != Some(*id)
                && on(&self.entries[*id].plates, start).is_some_and(|held| held.value == row.key)
        };
        let displaced: Vec<VehicleId> = match subject {
            Subject::Holder(_) => Vec::new(),
            Subject::Takes(_) | Subject::New => holders.iter().filter(displaced).cloned().collect(),
        };
        if known.iter().chain(&displaced).any(|id| !scope.0.contains(self.entries[id].facts.region)) {
            return Err(("region", elsewhere()));
        }
        if let crate::sheet::Field::Given(code) = &row.carrier
            && !self.carriers.contains(code)
        {
            return Err(("carrier", unknown_carrier()));
        }

        let before = known.as_ref().map(|id| self.entries[id].clone());
        let mut after = after_facts(before.as_ref(), &row);
        if !matches!(subject, Subject::Holder(_)) {
            let limit = holders
                .iter()
                .filter(|id| known.as_ref() != Some(*id))
                .flat_map(|id| &self.entries[id].plates)
                .filter(|span| span.value == row.key && span.from > start)
                .map(|span| span.from)
                .min();
            take_plate(&mut after, &row.key, start, limit);
        }
        correct_start(&mut after, &row);
        end_plate(&mut after, &row)?;
        join_fleet(&mut after, &row, today);

        let id = known.unwrap_or_else(|| VehicleId::of(row.vin.as_ref(), &row.key, start));
        if before.as_ref() == Some(&after) {
            return Ok(Taken::Unchanged);
        }
        let changes = before.as_ref().map(|before| changes(before, &after));
        for other in displaced {
            let mut entry = self.entries[&other].clone();
            end(&mut entry.plates, start);
            self.enter(other.clone(), entry);
            self.changed.insert(other);
        }
        self.enter(id.clone(), after);
        self.changed.insert(id);
        Ok(changes.map_or(Taken::New, Taken::Changed))
    }

    /// The vehicle that a row means: its VIN tells; without one, who holds the plate.
    fn subject(&self, row: &VehicleRow, today: Date) -> Result<Subject, (&'static str, Wrong)> {
        let last_day = row.plate_until.map(|until| until.yesterday().unwrap_or(until));
        let day = row.plate_from.or(last_day).unwrap_or(today);
        let holder = self.holder(&row.key, day);
        let same = row.vin.as_ref().and_then(|vin| self.by_vin.get(vin));
        match (same, holder) {
            (Some(same), Some((holder, span))) if same == holder && span.holds(day) => {
                Ok(Subject::Holder(same.clone()))
            }
            (Some(same), _) if row.plate_from.is_some() => Ok(Subject::Takes(same.clone())),
            (Some(_), _) => Err(("plate_from", since_missing())),
            (None, Some((holder, span))) => match (&row.vin, &self.entries[holder].facts.vin) {
                (None, _) | (Some(_), None) if span.holds(day) => Ok(Subject::Holder(holder.clone())),
                (None, _) | (Some(_), None) => Ok(Subject::Takes(holder.clone())),
                (Some(_), Some(_)) if row.plate_from.is_some_and(|from| from != span.from) => {
                    Ok(Subject::New)
                }
                (Some(_), Some(_)) => Err(("vin", vin_differs())),
            },
            (None, None) if row.plate_from.is_none() && self.was_held(&row.key) => {
                Err(("plate_from", plate_ended()))
            }
            (None, None) => Ok(Subject::New),
        }
    }

    /// Who holds a plate on a day, else who is known to hold it next.
    fn holder(&self, key: &PlateKey, day: Date) -> Option<(&VehicleId, &Span<PlateKey>)> {
        let spans = || {
            let ids = self.by_plate.get(key).into_iter().flatten();
            ids.flat_map(|id| self.entries[id].plates.iter().map(move |span| (id, span)))
                .filter(|(_, span)| span.value == *key)
        };
        spans()
            .find(|(_, span)| span.holds(day))
            .or_else(|| spans().filter(|(_, span)| span.from > day).min_by_key(|(_, span)| span.from))
    }

    fn was_held(&self, key: &PlateKey) -> bool {
        self.by_plate.get(key).is_some_and(|ids| !ids.is_empty())
    }

    fn enter(&mut self, id: VehicleId, entry: Entry) {
        if let Some(vin) = &entry.facts.vin {
            self.by_vin.insert(vin.clone(), id.clone());
        }
        for span in &entry.plates {
            self.by_plate.entry(span.value.clone()).or_default().insert(id.clone());
        }
        self.entries.insert(id, entry);
    }
}

fn after_facts(before: Option<&Entry>, row: &VehicleRow) -> Entry {
    let old = before.map(|entry| entry.facts.clone());
    let field = |get: fn(&Facts) -> Option<String>| old.as_ref().and_then(get);
    let facts = Facts {
        vin: row.vin.clone().or_else(|| old.as_ref().and_then(|facts| facts.vin.clone())),
        fuel: Some(row.fuel),
        stage: row.stage.over(old.as_ref().and_then(|facts| facts.stage)),
        class: row.class.over(old.as_ref().and_then(|facts| facts.class)),
        make: row.make.clone().over(field(|facts| facts.make.clone())),
        body_colour: row.body_colour.over(old.as_ref().and_then(|facts| facts.body_colour)),
        first_registered: row.first_registered.over(old.as_ref().and_then(|facts| facts.first_registered)),
        usage: row.usage.over(old.as_ref().and_then(|facts| facts.usage)),
        owner: row.owner.clone().over(field(|facts| facts.owner.clone())),
        region: row.region,
    };
    let (plates, fleets) =
        before.map(|entry| (entry.plates.clone(), entry.fleets.clone())).unwrap_or_default();
    Entry { facts, plates, fleets }
}

/// The vehicle holds the plate from `start` on, until it is known to hold another or another to hold this.
fn take_plate(entry: &mut Entry, key: &PlateKey, start: Date, limit: Option<Date>) {
    assume(&mut entry.plates, key.clone(), start);
    if let (Some(limit), Some(span)) = (limit, entry.plates.iter_mut().find(|span| span.holds(start))) {
        span.until = Some(span.until.map_or(limit, |until| until.min(limit)));
    }
}

/// A plate that was held since nobody knew when is held since the row says.
fn correct_start(entry: &mut Entry, row: &VehicleRow) {
    let Some(from) = row.plate_from else { return };
    if let Some(span) = entry.plates.iter_mut().find(|span| span.holds(from) && span.value == row.key)
        && span.from == SINCE_UNKNOWN
    {
        span.from = from;
    }
}

/// The plate is given up: so is the fleet, unless the vehicle goes on under another plate.
fn end_plate(entry: &mut Entry, row: &VehicleRow) -> Result<(), (&'static str, Wrong)> {
    let Some(until) = row.plate_until else { return Ok(()) };
    let last = until.yesterday().unwrap_or(until);
    let held = entry
        .plates
        .iter_mut()
        .find(|span| span.value == row.key && span.holds(row.plate_from.unwrap_or(last)));
    let later = |held: Option<&mut Span<PlateKey>>| -> Option<()> {
        let span = held?;
        // Only ever sooner than what is known: that another held it later stays true.
        let known = span.until.is_none_or(|known| until <= known);
        (known && until > span.from).then(|| span.until = Some(until))
    };
    if later(held).is_none() {
        return Err(("plate_until", not_held(until)));
    }
    if on(&entry.plates, until).is_none() {
        forget_from(&mut entry.fleets, until);
    }
    Ok(())
}

fn join_fleet(entry: &mut Entry, row: &VehicleRow, today: Date) {
    let from = row.carrier_from.unwrap_or(today);
    match &row.carrier {
        crate::sheet::Field::Absent => {}
        crate::sheet::Field::Cleared => end(&mut entry.fleets, from),
        crate::sheet::Field::Given(code) => assume(&mut entry.fleets, code.clone(), from),
    }
    // A vehicle that has given up its plate is in no fleet after.
    if let Some(until) = row.plate_until
        && on(&entry.plates, until).is_none()
    {
        forget_from(&mut entry.fleets, until);
    }
}

/// What is other than before, in the words of the table's columns.
fn changes(before: &Entry, after: &Entry) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut compare = |column, old: Option<String>, new: Option<String>| {
        if old != new {
            changes.push(Change { column, before: old.unwrap_or_default(), after: new.unwrap_or_default() });
        }
    };
    let (old, new) = (&before.facts, &after.facts);
    compare(
        "vin",
        old.vin.as_ref().map(|vin| vin.as_str().to_owned()),
        new.vin.as_ref().map(|vin| vin.as_str().to_owned()),
    );
    compare("fuel", old.fuel.map(|one| one.word().to_owned()), new.fuel.map(|one| one.word().to_owned()));
    let stage = |facts: &Facts| facts.stage.map(|one| one.stage.word().to_owned());
    compare("stage", stage(old), stage(new));
    let source = |facts: &Facts| facts.stage.map(|one| one.source.word().to_owned());
    compare("stage_source", source(old), source(new));
    compare("class", old.class.map(|one| one.word().to_owned()), new.class.map(|one| one.word().to_owned()));
    compare("make", old.make.clone(), new.make.clone());
    compare(
        "body_colour",
        old.body_colour.map(|one| one.word().to_owned()),
        new.body_colour.map(|one| one.word().to_owned()),
    );
    compare(
        "first_registered",
        old.first_registered.map(|day| day.to_string()),
        new.first_registered.map(|day| day.to_string()),
    );
    compare("use", old.usage.map(|one| one.word().to_owned()), new.usage.map(|one| one.word().to_owned()));
    compare("owner", old.owner.clone(), new.owner.clone());
    compare("region", Some(old.region.to_string()), Some(new.region.to_string()));
    if before.plates != after.plates {
        compare("plate", Some(plates(before)), Some(plates(after)));
    }
    if before.fleets != after.fleets {
        compare("carrier", Some(fleets(before)), Some(fleets(after)));
    }
    changes
}

fn plates(entry: &Entry) -> String {
    let told = entry
        .plates
        .iter()
        .map(|span| format!("{} {}", span.value.plate.as_str(), days(span.from, span.until)));
    told.collect::<Vec<_>>().join("; ")
}

fn fleets(entry: &Entry) -> String {
    let told =
        entry.fleets.iter().map(|span| format!("{} {}", span.value.as_str(), days(span.from, span.until)));
    told.collect::<Vec<_>>().join("; ")
}

/// `2026-01-01/2026-06-01` (ISO 8601): from the first day to the first day after; `..` where an end is open.
fn days(from: Date, until: Option<Date>) -> String {
    let from = if from == SINCE_UNKNOWN { "..".to_owned() } else { from.to_string() };
    format!("{from}/{}", until.map_or("..".to_owned(), |until| until.to_string()))
}

fn since_missing() -> Wrong {
    Wrong::new(
        "plate.since-missing",
        "此车辆识别代号已登记，现用的不是这个号牌；换了号牌须写明从哪天起。",
        "The vehicle of this VIN is registered and does not hold this plate; if it has it now, say since when.",
        "请填写“号牌启用日期”；若车牌或车辆识别代号写错，请改正。",
        "Fill \"Plate since\"; if plate or VIN are wrong, mend them.",
    )
}

fn vin_differs() -> Wrong {
    Wrong::new(
        "plate.vin-differs",
        "此号牌已登记在另一个车辆识别代号的车辆上。",
        "This plate is registered on a vehicle of another VIN.",
        "请核对车辆识别代号；若号牌已转到此车，请填写它启用的日期（须与原登记的启用日期不同）。",
        "Check the VIN; if the plate has passed to this vehicle, fill \"Plate since\" with a day other than the one registered.",
    )
}

fn plate_ended() -> Wrong {
    Wrong::new(
        "plate.ended",
        "此号牌已登记停用。",
        "This plate is registered as given up.",
        "若已重新核发，请填写“号牌启用日期”；否则请删除这一行。",
        "If it was issued anew, fill \"Plate since\"; else remove the row.",
    )
}

fn not_held(until: Date) -> Wrong {
    Wrong::new(
        "plate.not-held",
        format!("该车在{until}之前并不持有此号牌，或已登记更早停用。"),
        format!("The vehicle did not hold this plate before {until}, or gave it up sooner."),
        "请核对“号牌启用日期”和“号牌停用日期”。",
        "Check \"Plate since\" and \"Plate until\".",
    )
}

fn unknown_carrier() -> Wrong {
    Wrong::new(
        "carrier.unknown",
        "没有登记这个代码的运输企业（或不在您的辖区）。",
        "No carrier of this code is registered in your region.",
        "请先导入运输企业，或改正代码。",
        "Import the carrier first, or mend the code.",
    )
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
