//! A province's two years, from a seed: who passed where, who exceeded, whose vehicle it was. Everything of number `n` is
//! made of `n` alone, so that no row needs another one in memory.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use plumewatch_shared::time::law_place;

/// Stations among which passages are dealt in turn.
pub(super) const STATIONS: u64 = 100;
/// Every so many passages two are a case's exceedances.
const PER_CASE: u64 = 20;
/// One candidate of so many waits for review instead of having become a case.
const WAITING: u64 = 50;
/// Days that the story goes back.
const DAYS: i64 = 730;

/// The story of one size.
pub(super) struct Story {
    pub(super) passages: u64,
    pub(super) vehicles: u64,
    /// First vehicle of each carrier, and one more at the end; vehicles beyond are of no carrier.
    pub(super) fleets: Vec<u64>,
    /// Vehicles that exceed.
    dirty: Vec<u64>,
    begins: Timestamp,
    ends: Timestamp,
}

/// A number as good as drawn, of a seed and a place.
pub(super) fn draw(seed: u64, at: u64) -> u64 {
    // splitmix64: each output bit depends on every input bit.
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(at.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Story {
    pub(super) fn new(passages: u64) -> Self {
        let vehicles = (passages / 10).max(100);
        let carriers = (vehicles / 50).max(2);
        // Fleets of 5 to 69, a twentieth of them ten times as large; nine of ten vehicles are of a carrier.
        let size = |n: u64| (5 + draw(1, n) % 65) * if draw(2, n).is_multiple_of(20) { 10 } else { 1 };
        let sizes: Vec<u64> = (0..carriers).map(size).collect();
        let all: u64 = sizes.iter().sum();
        let mut fleets = vec![0];
        let mut given = 0;
        for size in sizes {
            given += (size * vehicles * 9 / 10 / all).max(1);
            fleets.push(given.min(vehicles));
        }
        let mut story = Self {
            passages,
            vehicles,
            fleets,
            dirty: Vec::new(),
            begins: Timestamp::UNIX_EPOCH,
            ends: Timestamp::now(),
        };
        story.begins = story.ends - jiff::SignedDuration::from_hours(DAYS * 24);
        story.dirty = (0..vehicles).filter(|n| story.is_dirty(*n)).collect();
        story
    }

    /// A tenth of the carriers are dirty: a third of their vehicles exceed, of the others' one in thirty.
    fn is_dirty(&self, vehicle: u64) -> bool {
        let one_in = match self.carrier_of(vehicle) {
            Some(carrier) if carrier % 10 == 0 => 3,
            Some(_) | None => 30,
        };
        draw(3, vehicle).is_multiple_of(one_in)
    }

    pub(super) fn carriers(&self) -> u64 {
        self.fleets.len() as u64 - 1
    }

    pub(super) fn cases(&self) -> u64 {
        self.passages / PER_CASE
    }

    pub(super) fn carrier_of(&self, vehicle: u64) -> Option<u64> {
        let at = self.fleets.partition_point(|first| *first <= vehicle) as u64;
        (at <= self.carriers()).then(|| at - 1)
    }

    /// The case or candidate that a passage belongs to, if it exceeds.
    pub(super) fn case_of(&self, passage: u64) -> Option<u64> {
        (passage % PER_CASE < 2 && passage / PER_CASE < self.cases()).then_some(passage / PER_CASE)
    }

    pub(super) fn vehicle_of(&self, passage: u64) -> u64 {
        match self.case_of(passage) {
            Some(case) => self.vehicle_of_case(case),
            None => draw(4, passage) % self.vehicles,
        }
    }

    pub(super) fn vehicle_of_case(&self, case: u64) -> u64 {
        self.dirty[(draw(5, case) % self.dirty.len() as u64) as usize]
    }

    /// The two passages of a case.
    pub(super) fn passages_of(&self, case: u64) -> [u64; 2] {
        [case * PER_CASE, case * PER_CASE + 1]
    }

    pub(super) fn passed(&self, passage: u64) -> Timestamp {
        let span = self.ends.as_microsecond() - self.begins.as_microsecond();
        let at = i128::from(span) * i128::from(passage) / i128::from(self.passages.max(1));
        Timestamp::from_microsecond(self.begins.as_microsecond() + at as i64).unwrap()
    }

    pub(super) fn day(&self, passage: u64) -> Date {
        law_place().to_datetime(self.passed(passage)).date()
    }

    pub(super) fn today(&self) -> Date {
        law_place().to_datetime(self.ends).date()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.ends
    }

    /// The first day whose exceedances count today.
    pub(super) fn window_start(&self) -> Date {
        self.today().checked_sub(12.months()).unwrap()
    }

    /// Does this candidate wait for review?
    pub(super) fn waits(&self, case: u64) -> bool {
        draw(6, case).is_multiple_of(WAITING)
    }

    /// Of some confirmed cases their carriers have not heard: they are what [`counting`](super::counting) confirms.
    pub(super) fn is_unheard(&self, case: u64) -> bool {
        case.is_multiple_of(499) && !self.waits(case)
    }

    /// Where a case stands: nine of ten are closed.
    pub(super) fn case_state(&self, case: u64) -> &'static str {
        match draw(7, case) % 100 {
            0..90 => "closed",
            90..93 => "withdrawn",
            93..97 => "opened",
            97..99 => "repair-ordered",
            _ => "repaired",
        }
    }

    pub(super) fn station(n: u64) -> String {
        format!("A{:06}{:03}", Self::station_region(n), n / 10 + 1)
    }

    pub(super) fn station_region(n: u64) -> u64 {
        [140_105, 140_106, 140_202, 140_303, 140_402, 140_502, 140_602, 140_702, 140_802, 110_105]
            [(n % 10) as usize]
    }

    pub(super) fn region_of_carrier(carrier: u64) -> u64 {
        Self::station_region(draw(8, carrier) % 10)
    }

    pub(super) fn plate(vehicle: u64) -> String {
        // Five of 24 letters and ten digits hold 45 million plates under one letter of the city.
        let mut rest = vehicle;
        let mut text = String::from("晋A");
        let alphabet = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let mut tail = [0u8; 5];
        for place in tail.iter_mut().rev() {
            *place = alphabet[(rest % 34) as usize];
            rest /= 34;
        }
        text.push_str(std::str::from_utf8(&tail).unwrap());
        text
    }

    pub(super) fn vehicle_id(vehicle: u64) -> String {
        format!("V{vehicle:020x}")
    }

    pub(super) fn carrier_code(carrier: u64) -> String {
        format!("C-{carrier:06}")
    }

    pub(super) fn candidate_id(case: u64) -> String {
        format!("{case:020x}")
    }

    pub(super) fn passage_id(passage: u64) -> (String, u64) {
        (Self::station(passage % STATIONS), passage / STATIONS + 1)
    }

    /// A case, drawn for the `n`th request.
    pub(super) fn some_case(&self, n: u64) -> u64 {
        (0..)
            .map(|more| draw(9, n.wrapping_mul(100).wrapping_add(more)) % self.cases())
            .find(|case| !self.waits(*case))
            .unwrap()
    }
}
