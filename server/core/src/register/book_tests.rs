//! Rows against what is registered, one rule each; then any rows in any order.

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::register::columns::Kind;
use crate::register::vehicle_row;
use crate::sheet::{Cell, Columns, Fields, Row};

const TODAY: Date = date(2026, 11, 27);
const VINS: [&str; 3] = ["1M8GDM9AXKP042788", "5GZCZ43D13S812715", "11111111111111111"];

fn scope() -> Scope {
    Scope("140000".parse().unwrap())
}

/// A row of these columns; what is required and not named is filled.
fn row(cells: &[(&str, &str)]) -> VehicleRow {
    let mut all = vec![("plate", "晋A12345"), ("plate_colour", "黄"), ("fuel", "柴油"), ("region", "140105")];
    all.retain(|(name, _)| cells.iter().all(|(given, _)| given != name));
    all.extend(cells);
    let header: Vec<String> = all.iter().map(|(name, _)| (*name).to_owned()).collect();
    let columns = Columns::find(Kind::Vehicles.columns(), &header).unwrap();
    let cells = all.iter().map(|(_, cell)| Cell::of_text(cell)).collect();
    let (read, told) = vehicle_row::read(Fields::of(&Row { number: 2, cells }, &columns, TODAY), scope());
    read.unwrap_or_else(|| panic!("{told:?}"))
}

/// Takes a row as the only one of its table.
fn take(book: &mut Book, cells: &[(&str, &str)]) -> Taken {
    book.rows_of_plates.clear();
    book.rows_of_vins.clear();
    book.take(row(cells), 2, scope(), TODAY)
}

fn rule(taken: &Taken) -> &'static str {
    match taken {
        Taken::New => "new",
        Taken::Changed(_) => "changed",
        Taken::Unchanged => "unchanged",
        Taken::Refused(_, wrong) => wrong.rule,
    }
}

fn holder_on(book: &Book, plate: &str, day: Date) -> Option<String> {
    let key = row(&[("plate", plate)]).key;
    let held = |entry: &&Entry| on(&entry.plates, day).is_some_and(|span| span.value == key);
    book.entries.values().find(held).map(|entry| entry.facts.vin.as_ref().map_or("-", Vin::as_str).to_owned())
}

#[test]
fn a_vehicle_is_new_once_and_then_changes_by_what_rows_say() {
    let mut book = Book::default();
    assert_eq!(take(&mut book, &[("make", "解放")]), Taken::New);
    assert_eq!(take(&mut book, &[("make", "解放")]), Taken::Unchanged);
    assert_eq!(take(&mut book, &[]), Taken::Unchanged, "an empty cell takes nothing away");
    let taken = take(&mut book, &[("make", "-"), ("fuel", "天然气"), ("vin", VINS[0])]);
    let Taken::Changed(changes) = taken else { panic!("{taken:?}") };
    let told: Vec<_> = changes.iter().map(|c| (c.column, c.before.as_str(), c.after.as_str())).collect();
    assert_eq!(told, [("vin", "", VINS[0]), ("fuel", "diesel", "natural-gas"), ("make", "解放", "")]);
    assert_eq!(book.changed().count(), 1);
}

#[test]
fn a_plate_passes_to_another_vehicle_on_a_day_that_is_told() {
    let mut book = Book::default();
    take(&mut book, &[("vin", VINS[0]), ("plate_from", "2020-01-01")]);
    assert_eq!(rule(&take(&mut book, &[("vin", VINS[1])])), "plate.vin-differs");
    assert_eq!(
        rule(&take(&mut book, &[("vin", VINS[1]), ("plate_from", "2020-01-01")])),
        "plate.vin-differs"
    );
    assert_eq!(take(&mut book, &[("vin", VINS[1]), ("plate_from", "2024-05-01")]), Taken::New);
    assert_eq!(holder_on(&book, "晋A12345", date(2024, 4, 30)).as_deref(), Some(VINS[0]));
    assert_eq!(holder_on(&book, "晋A12345", date(2024, 5, 1)).as_deref(), Some(VINS[1]));
    assert_eq!(book.changed().count(), 2);
}

#[test]
fn a_vehicle_takes_another_plate_on_a_day_that_is_told() {
    let mut book = Book::default();
    take(&mut book, &[("vin", VINS[0])]);
    assert_eq!(rule(&take(&mut book, &[("plate", "晋A54321"), ("vin", VINS[0])])), "plate.since-missing");
    let changed = take(&mut book, &[("plate", "晋A54321"), ("vin", VINS[0]), ("plate_from", "2024-05-01")]);
    assert_eq!(rule(&changed), "changed");
    assert_eq!(holder_on(&book, "晋A12345", TODAY), None);
    assert_eq!(holder_on(&book, "晋A54321", TODAY).as_deref(), Some(VINS[0]));
    // Late is normal: that it was another's in between comes later.
    let between = [("plate", "晋A54321"), ("vin", VINS[1]), ("plate_from", "2023-01-01")];
    assert_eq!(take(&mut book, &between), Taken::New);
    assert_eq!(holder_on(&book, "晋A54321", date(2024, 4, 30)).as_deref(), Some(VINS[1]));
    assert_eq!(holder_on(&book, "晋A54321", TODAY).as_deref(), Some(VINS[0]));
}

#[test]
fn a_plate_that_was_given_up_needs_a_day_to_be_held_again() {
    let mut book = Book::default();
    book.know_carrier(CarrierCode::parse("WL-1").unwrap());
    take(&mut book, &[("carrier", "WL-1"), ("carrier_from", "2026-01-01")]);
    assert_eq!(rule(&take(&mut book, &[("plate_until", "2026-10-01")])), "changed");
    assert_eq!(take(&mut book, &[("plate_until", "2026-10-01")]), Taken::Unchanged);
    let entry = book.changed().next().unwrap().1.clone();
    assert_eq!(entry.fleets[0].until, Some(date(2026, 10, 1)), "it leaves its fleet with its plate");
    assert_eq!(rule(&take(&mut book, &[])), "plate.ended");
    assert_eq!(rule(&take(&mut book, &[("plate_until", "2026-11-01")])), "plate.ended");
    assert_eq!(take(&mut book, &[("plate_from", "2026-11-01")]), Taken::New);
}

#[test]
fn a_fleet_is_what_it_was_on_each_day() {
    let mut book = Book::default();
    assert_eq!(rule(&take(&mut book, &[("carrier", "WL-1")])), "carrier.unknown");
    for code in ["WL-1", "WL-2"] {
        book.know_carrier(CarrierCode::parse(code).unwrap());
    }
    take(&mut book, &[("carrier", "WL-1"), ("carrier_from", "2026-01-01")]);
    take(&mut book, &[("carrier", "WL-2"), ("carrier_from", "2026-06-01")]);
    take(&mut book, &[("carrier", "-"), ("carrier_from", "2026-09-01")]);
    let fleets = book.changed().next().unwrap().1.fleets.clone();
    let on_day = |month| on(&fleets, date(2026, month, 15)).map(|span| span.value.as_str());
    assert_eq!([on_day(1), on_day(6), on_day(9)], [Some("WL-1"), Some("WL-2"), None]);
    assert_eq!(take(&mut book, &[("carrier", "WL-1")]).clone(), take_again(&mut book));
}

/// Joined today, and said again: nothing more.
fn take_again(book: &mut Book) -> Taken {
    assert_eq!(take(book, &[("carrier", "WL-1")]), Taken::Unchanged);
    let joined = Change {
        column: "carrier",
        before: "WL-1 2026-01-01/2026-06-01; WL-2 2026-06-01/2026-09-01".to_owned(),
        after: "WL-1 2026-01-01/2026-06-01; WL-2 2026-06-01/2026-09-01; WL-1 2026-11-27/..".to_owned(),
    };
    Taken::Changed(vec![joined])
}

#[test]
fn rows_that_speak_of_one_vehicle_twice_are_refused() {
    let mut book = Book::default();
    assert_eq!(book.take(row(&[("vin", VINS[0])]), 2, scope(), TODAY), Taken::New);
    let same = book.take(row(&[("make", "东风")]), 3, scope(), TODAY);
    assert!(
        matches!(&same, Taken::Refused("plate", wrong) if wrong.rule == "row.duplicate" && wrong.en.contains("Row 2"))
    );
    let same = book.take(row(&[("plate", "晋A54321"), ("vin", VINS[0])]), 4, scope(), TODAY);
    assert!(matches!(&same, Taken::Refused("vin", _)), "{same:?}");
}

#[test]
fn another_regions_vehicle_is_not_touched() {
    let mut book = Book::default();
    take(&mut book, &[("vin", VINS[0])]);
    book.entries.values_mut().for_each(|entry| entry.facts.region = "110105".parse().unwrap());
    assert_eq!(rule(&take(&mut book, &[("vin", VINS[0])])), "region.elsewhere");
    let takes = [("vin", VINS[1]), ("plate_from", "2026-01-01")];
    assert_eq!(rule(&take(&mut book, &takes)), "region.elsewhere", "nor is its plate taken from it");
}

#[derive(Clone, Debug)]
struct Said {
    plate: usize,
    vin: Option<usize>,
    from: Option<i64>,
    until: Option<i64>,
    carrier: Option<usize>,
    since: Option<i64>,
}

fn said() -> impl Strategy<Value = Said> {
    let day = || proptest::option::of(0i64..12);
    let until = prop_oneof![4 => Just(None), 1 => (1i64..12).prop_map(Some)];
    (0usize..3, proptest::option::of(0usize..3), day(), until, proptest::option::of(0usize..3), day())
        .prop_map(|(plate, vin, from, until, carrier, since)| Said {
            plate,
            vin,
            from,
            until,
            carrier,
            since,
        })
}

fn row_of(said: &Said) -> Option<VehicleRow> {
    let day = |n: i64| TODAY.checked_sub(20.days()).unwrap().checked_add(n.days()).unwrap();
    if let (Some(from), Some(until)) = (said.from, said.until)
        && until <= from
    {
        return None;
    }
    let mut read = row(&[("plate", ["晋A12345", "晋A54321", "晋A00001"][said.plate])]);
    read.vin = said.vin.map(|n| Vin::parse(VINS[n]).unwrap());
    read.plate_from = said.from.map(day);
    read.plate_until = said.until.map(day);
    if let Some(carrier) = said.carrier {
        let codes = ["WL-1", "WL-2"];
        read.carrier = codes.get(carrier).map_or(crate::sheet::Field::Cleared, |code| {
            crate::sheet::Field::Given(CarrierCode::parse(code).unwrap())
        });
        read.carrier_from = said.since.map(day);
    }
    Some(read)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn whatever_rows_come_the_register_holds_together(rows in proptest::collection::vec(said(), 0..12)) {
        let mut book = Book::default();
        for code in ["WL-1", "WL-2"] {
            book.know_carrier(CarrierCode::parse(code).unwrap());
        }
        for said in rows {
            let Some(row) = row_of(&said) else { continue };
            book.rows_of_plates.clear();
            book.rows_of_vins.clear();
            let before = book.entries.clone();
            let taken = book.take(row.clone(), 2, scope(), TODAY);
            if matches!(taken, Taken::Refused(..) | Taken::Unchanged) {
                prop_assert_eq!(&before, &book.entries);
            } else {
                prop_assert_ne!(&before, &book.entries);
            }
            holds_together(&book)?;
            // The same row again, as a table of its own: nothing changes, or it is refused.
            let once = book.entries.clone();
            book.rows_of_plates.clear();
            book.rows_of_vins.clear();
            let again = book.take(row, 2, scope(), TODAY);
            prop_assert_eq!(&once, &book.entries, "{:?}, then {:?}", taken, again);
        }
    }
}

fn holds_together(book: &Book) -> Result<(), TestCaseError> {
    for back in 0..25 {
        let day = TODAY.checked_sub(back.days()).unwrap();
        let mut held = BTreeSet::new();
        for entry in book.entries.values() {
            let plates = entry.plates.iter().filter(|span| span.holds(day));
            prop_assert!(plates.clone().count() <= 1, "two plates on one vehicle");
            prop_assert!(entry.fleets.iter().filter(|span| span.holds(day)).count() <= 1, "two fleets");
            for span in plates {
                prop_assert!(held.insert(span.value.clone()), "one plate on two vehicles");
            }
        }
    }
    let vins: Vec<_> = book.entries.values().filter_map(|entry| entry.facts.vin.as_ref()).collect();
    prop_assert_eq!(vins.len(), vins.iter().collect::<BTreeSet<_>>().len());
    for (key, ids) in &book.by_plate {
        for id in ids {
            prop_assert!(book.entries.contains_key(id), "{:?}", key);
        }
    }
    Ok(())
}
