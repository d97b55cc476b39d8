//! Items that may belong together, and which of them do.

use std::cmp::Reverse;
use std::time::Duration;

use plumewatch_shared::reading::{Reading, ReadingOrigin};
use plumewatch_shared::time::Tick;

use super::align::align;
use super::{CameraRole, LaneConfig, VehicleTrack};

/// One thing that was seen of a vehicle.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// When the vehicle's rear left the beam, as far as this item usually tells.
    pub(super) beam: Tick,
    /// Did it come after its passage had closed?
    pub(super) late: bool,
    pub(super) part: Part,
}

#[derive(Clone, Debug)]
pub(super) enum Part {
    Reading(Box<Reading>),
    Track(Box<VehicleTrack>),
}

/// A total order that arrival has no part in: by time, then by what only this item has. Of tracks of the same
/// frames the one with the larger plate comes first: the lane is nearer to its camera than its neighbours are.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    beam: Tick,
    rank: u8,
    origin: Option<&'a ReadingOrigin>,
    span: Option<(Tick, Tick)>,
    nearest: Option<Reverse<i64>>,
    read: Option<(&'a str, u32)>,
}

impl Item {
    pub(super) fn of_reading(reading: Reading) -> Self {
        Self { beam: reading.measured.tick, late: false, part: Part::Reading(Box::new(reading)) }
    }

    pub(super) fn of_track(track: VehicleTrack, config: &LaneConfig) -> Self {
        let beam = match track.camera {
            CameraRole::Front => shifted(track.last.tick, config.front.offset.usual()),
            CameraRole::Rear => shifted(track.first.tick, -config.rear.offset.usual()),
        };
        Self { beam, late: false, part: Part::Track(Box::new(track)) }
    }

    pub(super) fn key(&self) -> Key<'_> {
        let (rank, origin, track) = match &self.part {
            Part::Reading(reading) => (0, Some(&reading.origin), None),
            Part::Track(track) => match track.camera {
                CameraRole::Front => (1, None, Some(track)),
                CameraRole::Rear => (2, None, Some(track)),
            },
        };
        Key {
            beam: self.beam,
            rank,
            origin,
            span: track.map(|track| (track.first.tick, track.last.tick)),
            nearest: track.map(|track| Reverse(track.sighting.corners.map_or(0, plate_length))),
            read: track.map(|track| (track.sighting.raw.as_str(), track.sighting.frames)),
        }
    }
}

/// Square of the upper side's length, square pixels.
fn plate_length([left, right, ..]: [[i32; 2]; 4]) -> i64 {
    let [dx, dy] = [0, 1].map(|axis| i64::from(right[axis]) - i64::from(left[axis]));
    dx * dx + dy * dy
}

fn shifted(tick: Tick, micros: i64) -> Tick {
    let by = Duration::from_micros(micros.unsigned_abs());
    if micros < 0 { tick.before(by) } else { tick.after(by) }
}

/// The clusters of the items, which are in order: neighbours within reach belong together.
pub(super) fn clusters(items: &[Item], reach: Duration) -> impl Iterator<Item = &[Item]> {
    items.chunk_by(move |one, next| one.beam.distance(next.beam) <= reach)
}

/// Is each vehicle in this cluster complete: does it have one word of each instrument of the lane?
pub(super) fn is_complete(items: &[Item], config: &LaneConfig) -> bool {
    let row = Row::of(items);
    let instruments = config.instruments;
    let complete = |group: &Group| {
        (group.reading.is_some() || !instruments.head)
            && (group.front.is_some() || !instruments.front)
            && (group.rear.is_some() || !instruments.rear)
    };
    groups(&row, config).iter().all(complete)
}

/// What belongs to one vehicle: at least one of the three. A track brings its own estimate of the instant.
#[derive(Debug)]
pub(super) struct Vehicle {
    pub(super) reading: Option<Reading>,
    pub(super) front: Option<(VehicleTrack, Tick)>,
    pub(super) rear: Option<(VehicleTrack, Tick)>,
    pub(super) several: bool,
    pub(super) late: bool,
}

/// The items of a cluster by kind, each in the order of time.
struct Row<'a> {
    readings: Vec<&'a Item>,
    fronts: Vec<&'a Item>,
    rears: Vec<&'a Item>,
}

impl<'a> Row<'a> {
    fn of(items: &'a [Item]) -> Self {
        let mut row = Self { readings: Vec::new(), fronts: Vec::new(), rears: Vec::new() };
        for item in items {
            match &item.part {
                Part::Reading(_) => row.readings.push(item),
                Part::Track(track) => match track.camera {
                    CameraRole::Front => row.fronts.push(item),
                    CameraRole::Rear => row.rears.push(item),
                },
            }
        }
        row
    }
}

/// How far apart two items of different kinds put their vehicle, if it may be the same one.
fn near(one: &Item, other: &Item, config: &LaneConfig) -> Option<u64> {
    let speed = [one, other].into_iter().find_map(|item| match &item.part {
        Part::Reading(reading) => reading.speed,
        Part::Track(_) => None,
    });
    let beam = |item: &Item| match &item.part {
        Part::Reading(reading) => reading.measured.tick,
        Part::Track(track) => match track.camera {
            CameraRole::Front => shifted(track.last.tick, config.front.at(speed)),
            CameraRole::Rear => shifted(track.first.tick, -config.rear.at(speed)),
        },
    };
    let tolerance = |item: &Item| match &item.part {
        Part::Reading(_) => Duration::ZERO, // It says when, exactly.
        Part::Track(track) => match track.camera {
            CameraRole::Front => config.front.tolerance,
            CameraRole::Rear => config.rear.tolerance,
        },
    };
    let apart = beam(one).distance(beam(other));
    (apart <= tolerance(one).max(tolerance(other)))
        .then(|| u64::try_from(apart.as_micros()).unwrap_or(u64::MAX))
}

/// Indices of one vehicle's parts within a row.
#[derive(Clone, Copy, Default)]
struct Group {
    reading: Option<usize>,
    front: Option<usize>,
    rear: Option<usize>,
}

/// Divides a cluster into vehicles, in the order of time.
pub(super) fn vehicles(items: Vec<Item>, config: &LaneConfig) -> Vec<Vehicle> {
    let row = Row::of(&items);
    let groups = groups(&row, config);
    let several = ambiguous(&row, &groups, config);
    let vehicle = |(group, several): (&Group, bool)| {
        let part = |kind: &[&Item], at: Option<usize>| at.map(|at| kind[at].clone());
        let (reading, front, rear) = (
            part(&row.readings, group.reading),
            part(&row.fronts, group.front),
            part(&row.rears, group.rear),
        );
        let late = [&reading, &front, &rear].into_iter().flatten().any(|item| item.late);
        let at = [&reading, &front, &rear].into_iter().flatten().map(|item| item.beam).next();
        let track = |item: Option<Item>| {
            item.and_then(|item| match item.part {
                Part::Track(track) => Some((*track, item.beam)),
                Part::Reading(_) => None,
            })
        };
        let reading = reading.and_then(|item| match item.part {
            Part::Reading(reading) => Some(*reading),
            Part::Track(_) => None,
        });
        (at, Vehicle { reading, front: track(front), rear: track(rear), several, late })
    };
    let mut vehicles: Vec<_> = groups.iter().zip(several).map(vehicle).collect();
    vehicles.sort_by_key(|(at, _)| *at);
    vehicles.into_iter().map(|(_, vehicle)| vehicle).collect()
}

/// Readings with their tracks first; then front and rear tracks that are left, unless both have a reading.
fn groups(row: &Row<'_>, config: &LaneConfig) -> Vec<Group> {
    let mut front_of = vec![None; row.readings.len()];
    let mut rear_of = vec![None; row.readings.len()];
    let cost = |kind: &[&Item], r: usize, t: usize| near(row.readings[r], kind[t], config);
    for (r, f) in align(row.readings.len(), row.fronts.len(), |r, f| cost(&row.fronts, r, f)) {
        front_of[r] = Some(f);
    }
    for (r, b) in align(row.readings.len(), row.rears.len(), |r, b| cost(&row.rears, r, b)) {
        rear_of[r] = Some(b);
    }
    let mut groups: Vec<Group> = (0..row.readings.len())
        .map(|r| Group { reading: Some(r), front: front_of[r], rear: rear_of[r] })
        .collect();
    let lone_front = |f: usize| Group { front: Some(f), ..Group::default() };
    let lone_rear = |b: usize| Group { rear: Some(b), ..Group::default() };
    groups.extend((0..row.fronts.len()).filter(|f| !front_of.contains(&Some(*f))).map(lone_front));
    groups.extend((0..row.rears.len()).filter(|b| !rear_of.contains(&Some(*b))).map(lone_rear));

    let open_front: Vec<usize> = half(&groups, |group| group.rear.is_none().then_some(group.front).flatten());
    let open_rear: Vec<usize> = half(&groups, |group| group.front.is_none().then_some(group.rear).flatten());
    let joined = align(open_front.len(), open_rear.len(), |i, j| {
        let (front, rear) = (&groups[open_front[i]], &groups[open_rear[j]]);
        let free = front.reading.is_none() || rear.reading.is_none();
        let (f, b) = (front.front?, rear.rear?);
        free.then(|| near(row.fronts[f], row.rears[b], config)).flatten()
    });
    let mut gone = vec![false; groups.len()];
    for (i, j) in joined {
        let (into, from) = (open_front[i], open_rear[j]);
        groups[into].rear = groups[from].rear;
        groups[into].reading = groups[into].reading.or(groups[from].reading);
        gone[from] = true;
    }
    groups.into_iter().zip(gone).filter(|(_, gone)| !gone).map(|(group, _)| group).collect()
}

/// The groups that have the part asked for, in the order of that part's time.
fn half(groups: &[Group], part: impl Fn(&Group) -> Option<usize>) -> Vec<usize> {
    let mut found: Vec<(usize, usize)> =
        groups.iter().enumerate().filter_map(|(at, group)| part(group).map(|part| (part, at))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, at)| at).collect()
}

/// The items of one kind, and which of them a group has.
type Kind<'a> = (&'a [&'a Item], fn(&Group) -> Option<usize>);

/// Which groups could have been put together otherwise: an item that may belong to two of another kind makes
/// its own group and both of theirs doubtful. Between tracks it matters only where no reading decides.
fn ambiguous(row: &Row<'_>, groups: &[Group], config: &LaneConfig) -> Vec<bool> {
    let mut several = vec![false; groups.len()];
    let kinds: [Kind<'_>; 3] = [
        (&row.readings, |group| group.reading),
        (&row.fronts, |group| group.front),
        (&row.rears, |group| group.rear),
    ];
    for (at, group) in groups.iter().enumerate() {
        for (own, (items, of)) in kinds.iter().enumerate() {
            let Some(item) = of(group).map(|index| items[index]) else { continue };
            for (other, (_, other_of)) in kinds.iter().enumerate() {
                let both_tracks = own != 0 && other != 0;
                if own == other || (both_tracks && group.reading.is_some()) {
                    continue;
                }
                let rivals: Vec<usize> = (0..groups.len())
                    .filter(|g| {
                        let index = other_of(&groups[*g]);
                        index.is_some_and(|index| near(item, kinds[other].0[index], config).is_some())
                    })
                    .collect();
                if rivals.len() > 1
                    || rivals.iter().any(|rival| *rival != at && of(&groups[*rival]).is_some())
                {
                    several[at] = true;
                    rivals.into_iter().for_each(|rival| several[rival] = true);
                }
            }
        }
    }
    several
}
