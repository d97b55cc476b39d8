//! Tables of what a lane must make of its traffic.

use std::time::Duration;

use plumewatch_shared::ids::{LaneNo, PassageId};
use plumewatch_shared::passage::{
    AbstainReason, Doubt, EvidenceKind, PlateDecision, PlateSighting, SmokeObservation,
};
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::reading::{Breach, Condition, InvalidReason, Validity};
use plumewatch_shared::sample;
use plumewatch_shared::time::Stamp;
use plumewatch_shared::units::{Slope, Speed};

use super::*;

/// All times below are milliseconds since this tick.
pub(super) const START: u64 = 10_000_000_000;

pub(super) fn at(ms: u64) -> Moment {
    let noon = sample::noon();
    let stamp = Stamp::from_micros(noon.micros() + i64::try_from(ms).unwrap() * 1_000, noon.quality).unwrap();
    Moment { tick: Tick { micros: START + ms * 1_000 }, stamp }
}

/// Cameras half a second from the beam, a tolerance of 0.4 s, a window of 3 s, 0.5 s to settle.
pub(super) fn config() -> LaneConfig {
    LaneConfig {
        lane: LaneNo::new(1).unwrap(),
        slope: None,
        front: Sight { offset: Offset::Fixed { ms: 500 }, tolerance: Duration::from_millis(400) },
        rear: Sight { offset: Offset::Fixed { ms: 500 }, tolerance: Duration::from_millis(400) },
        window: Duration::from_millis(3_000),
        settle: Duration::from_millis(500),
        instruments: Instruments::ALL,
    }
}

pub(super) fn lane() -> Lane {
    let mut lane = Lane::new(config(), Rulebook::hj845());
    lane.on_time(at(0));
    let weather = sample::passage(1).passage().weather.unwrap();
    lane.on_weather(WeatherReading { measured: at(0), ..weather });
    lane
}

pub(super) fn reading(sequence: u32, ms: u64) -> Reading {
    let mut reading = sample::passage(sequence.into()).passage().reading.unwrap();
    reading.measured = at(ms);
    reading
}

/// A track of the front camera whose vehicle leaves the beam at `ms` as usual.
pub(super) fn front(plate: &str, ms: u64) -> VehicleTrack {
    track(CameraRole::Front, plate, ms - 1_500, ms - 500)
}

/// A track of the rear camera whose vehicle left the beam at `ms` as usual.
pub(super) fn rear(plate: &str, ms: u64) -> VehicleTrack {
    track(CameraRole::Rear, plate, ms + 500, ms + 1_500)
}

fn track(camera: CameraRole, plate: &str, first: u64, last: u64) -> VehicleTrack {
    let kind = match camera {
        CameraRole::Front => EvidenceKind::VehicleFront,
        CameraRole::Rear => EvidenceKind::VehicleRear,
    };
    VehicleTrack {
        camera,
        first: at(first),
        last: at(last),
        sighting: sample::sighting(plate, PlateColour::Yellow),
        smoke: None,
        pictures: vec![(kind, PictureId(first))],
    }
}

fn unread(mut track: VehicleTrack) -> VehicleTrack {
    track.sighting.decision = PlateDecision::Abstained(AbstainReason::LowConfidence);
    track
}

fn plate(sighting: Option<&PlateSighting>) -> &str {
    sighting.and_then(PlateSighting::accepted).map_or("", |plate| plate.as_str())
}

/// What a draft comes to, short enough for a table: sequence, front plate, rear plate, doubts.
pub(super) type Short = (Option<u32>, String, String, Vec<Doubt>);

pub(super) fn short(draft: &PassageDraft) -> Short {
    (
        draft.origin().map(|origin| origin.sequence),
        plate(draft.front.as_ref()).to_owned(),
        plate(draft.rear.as_ref()).to_owned(),
        draft.doubts.clone(),
    )
}

pub(super) fn row(sequence: Option<u32>, front: &str, rear: &str, doubts: &[Doubt]) -> Short {
    (sequence, front.to_owned(), rear.to_owned(), doubts.to_vec())
}

pub(super) fn drained(lane: &mut Lane) -> Vec<PassageDraft> {
    std::iter::from_fn(|| lane.next_output()).collect()
}

/// What comes of these when everything is over.
fn passages(readings: &[Reading], tracks: &[VehicleTrack]) -> Vec<PassageDraft> {
    let mut lane = lane();
    for reading in readings {
        assert_eq!(lane.on_reading(reading.clone()), Taken::New);
    }
    for track in tracks {
        assert_eq!(lane.on_track(track.clone()), Taken::New);
    }
    lane.on_time(at(1_000_000));
    drained(&mut lane)
}

pub(super) fn shorts(readings: &[Reading], tracks: &[VehicleTrack]) -> Vec<Short> {
    passages(readings, tracks).iter().map(short).collect()
}

pub(super) const A: &str = "晋A12345";
const B: &str = "晋B67890";
const TRAILER: &str = "晋A1234挂";

#[test]
fn a_vehicle_seen_by_everything_is_one_passage_without_doubt() {
    let draft = passages(&[reading(1, 10_000)], &[front(A, 10_000), rear(A, 10_000)]).remove(0);
    assert_eq!(short(&draft), row(Some(1), A, A, &[]));
    assert_eq!(draft.validity, Some(Validity::Valid));
    assert_eq!(draft.passed, at(10_000));
    assert_eq!(
        draft.pictures.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
        [EvidenceKind::VehicleFront, EvidenceKind::VehicleRear]
    );
    let id = PassageId { station: "A140105001".parse().unwrap(), sequence: 7 };
    let passage = draft.into_passage(id, Vec::new());
    assert_eq!((passage.id, passage.passed), (id, at(10_000).stamp));
    assert!(passage.is_attributed());
}

#[test]
fn what_is_missing_is_said() {
    use Doubt::{NoReading, NoVehicleSeen, PlateUnread};
    let r = || reading(1, 10_000);
    let (f, b) = (|| front(A, 10_000), || rear(A, 10_000));
    assert_eq!(shorts(&[r()], &[]), [row(Some(1), "", "", &[NoVehicleSeen])]);
    assert_eq!(shorts(&[], &[f()]), [row(None, A, "", &[NoReading])]);
    assert_eq!(shorts(&[], &[f(), b()]), [row(None, A, A, &[NoReading])]);
    assert_eq!(shorts(&[r()], &[b()]), [row(Some(1), "", A, &[])]);
    assert_eq!(shorts(&[r()], &[unread(f()), unread(b())]), [row(Some(1), "", "", &[PlateUnread])]);
    assert_eq!(shorts(&[r()], &[unread(f()), b()]), [row(Some(1), "", A, &[])]);
}

#[test]
fn plates_that_differ_are_said_and_a_trailers_is_no_difference() {
    let r = || reading(1, 10_000);
    let both = |f: &str, b: &str| shorts(&[r()], &[front(f, 10_000), rear(b, 10_000)]);
    assert_eq!(both(A, B), [row(Some(1), A, B, &[Doubt::PlatesDiffer])]);
    assert_eq!(both(A, TRAILER), [row(Some(1), A, TRAILER, &[Doubt::TrailerBehind])]);
}

#[test]
fn a_passage_without_a_reading_happened_at_its_first_sighting() {
    let draft = passages(&[], &[rear(A, 10_000), front(A, 10_000)]).remove(0);
    assert_eq!(draft.passed, at(8_500));
    assert_eq!((draft.validity, draft.reading), (None, None));
}

#[test]
fn vehicles_that_keep_their_distance_are_told_apart() {
    let (readings, tracks): (Vec<_>, Vec<_>) = (1..=5_u32)
        .map(|n| {
            let beam = 10_000 + u64::from(n) * 1_000;
            let text = format!("晋A1000{n}");
            (reading(n, beam + 100), [front(&text, beam), rear(&text, beam + 200)])
        })
        .unzip();
    let wanted: Vec<_> =
        (1..=5_u32).map(|n| row(Some(n), &format!("晋A1000{n}"), &format!("晋A1000{n}"), &[])).collect();
    assert_eq!(shorts(&readings, &tracks.concat()), wanted);
}

#[test]
fn two_vehicles_too_close_to_tell_apart_are_both_doubtful() {
    let tracks = [front(A, 10_000), rear(A, 10_000), front(B, 10_300), rear(B, 10_300)];
    let wanted =
        [row(Some(1), A, A, &[Doubt::SeveralVehicles]), row(Some(2), B, B, &[Doubt::SeveralVehicles])];
    assert_eq!(shorts(&[reading(1, 10_000), reading(2, 10_300)], &tracks), wanted);
}

#[test]
fn one_reading_between_two_vehicles_makes_both_doubtful() {
    let found = shorts(&[reading(1, 10_100)], &[front(A, 10_000), front(B, 10_350)]);
    let several = Doubt::SeveralVehicles;
    assert_eq!(found, [row(Some(1), A, "", &[several]), row(None, B, "", &[several, Doubt::NoReading])]);
}

#[test]
fn close_vehicles_without_readings_are_doubtful_too() {
    let tracks = [front(A, 10_000), front(B, 10_200), rear(A, 10_000), rear(B, 10_200)];
    let doubts = [Doubt::SeveralVehicles, Doubt::NoReading];
    assert_eq!(shorts(&[], &tracks), [row(None, A, A, &doubts), row(None, B, B, &doubts)]);
}

#[test]
fn a_rear_track_that_only_the_front_track_reaches_still_belongs_to_the_vehicle() {
    // The reading is 0.3 s after the front's estimate; the rear's is 0.2 s before it, so out of its reach.
    let found = shorts(&[reading(1, 10_300)], &[front(A, 10_000), rear(A, 9_800)]);
    assert_eq!(found, [row(Some(1), A, A, &[])]);
}

#[test]
fn the_smoke_of_the_rear_camera_goes_before_that_of_the_front() {
    let smoke = |hits| {
        let stamp = sample::noon();
        let outcome = sample::passage(1).with_smoke(5_000).passage().smoke.unwrap().outcome;
        Some(SmokeObservation { first_seen: stamp, last_seen: stamp, hits, outcome })
    };
    let hits = |tracks: &[VehicleTrack]| {
        passages(&[], tracks).remove(0).smoke.map(|smoke: SmokeObservation| smoke.hits)
    };
    let (mut f, mut b) = (front(A, 10_000), rear(A, 10_000));
    f.smoke = smoke(3);
    assert_eq!(hits(&[f.clone(), b.clone()]), Some(3));
    b.smoke = smoke(9);
    assert_eq!(hits(&[f, b]), Some(9));
}

#[test]
fn a_reading_right_behind_another_vehicle_does_not_count() {
    let found = passages(&[reading(1, 10_000), reading(2, 10_900), reading(3, 13_000)], &[]);
    let headway = InvalidReason {
        condition: Condition::Headway,
        breach: Breach::Below { measured: 900, limit: 1_000 },
    };
    let validity: Vec<_> = found.into_iter().map(|draft| draft.validity).collect();
    assert_eq!(
        validity,
        [Some(Validity::Valid), Some(Validity::Invalid(vec![headway])), Some(Validity::Valid)]
    );
}

#[test]
fn the_weather_of_the_moment_holds_not_the_latest() {
    let mut lane = lane();
    let weather = sample::passage(1).passage().weather.unwrap();
    let storm = WeatherReading { measured: at(12_000), wind: Some(Speed { mm_s: 9_000 }), ..weather };
    lane.on_weather(storm);
    assert_eq!(lane.on_reading(reading(1, 11_000)), Taken::New);
    assert_eq!(lane.on_reading(reading(2, 13_000)), Taken::New);
    lane.on_time(at(60_000));
    let found = drained(&mut lane);
    assert_eq!(found[0].validity, Some(Validity::Valid));
    assert_eq!(found[1].weather, Some(storm));
    assert!(
        matches!(&found[1].validity, Some(Validity::Invalid(why)) if why[0].condition == Condition::Wind)
    );
}

#[test]
fn the_lanes_own_slope_stands_in_for_one_the_head_does_not_tell() {
    let slope = Slope { degree_hundredths: 150 };
    let mut lane = Lane::new(LaneConfig { slope: Some(slope), ..config() }, Rulebook::hj845());
    let mut silent = reading(1, 10_000);
    silent.slope = None;
    assert_eq!(lane.on_reading(silent), Taken::New);
    assert_eq!(lane.on_reading(reading(2, 20_000)), Taken::New);
    lane.close();
    let slopes: Vec<_> = drained(&mut lane).into_iter().map(|draft| draft.reading.unwrap().slope).collect();
    assert_eq!(slopes, [Some(slope), Some(Slope { degree_hundredths: 100 })]);
}

#[test]
fn a_whole_vehicle_settles_soon_and_others_wait_for_the_window() {
    let mut lane = lane();
    assert_eq!(lane.on_reading(reading(1, 10_000)), Taken::New);
    // Measured, tolerance, window.
    assert_eq!(lane.wake_at(), Some(at(13_400).tick));
    assert_eq!(lane.on_track(front(A, 10_000)), Taken::New);
    assert_eq!(lane.on_track(rear(A, 10_000)), Taken::New);
    // Measured, tolerance, settle.
    assert_eq!(lane.wake_at(), Some(at(10_900).tick));
    lane.on_time(at(10_899));
    assert_eq!(lane.next_output(), None);
    lane.on_time(at(10_900));
    assert!(lane.next_output().is_some());
    assert_eq!(lane.wake_at(), None);
}

#[test]
fn a_lane_without_a_rear_camera_does_not_wait_for_one() {
    let instruments = Instruments { rear: false, ..Instruments::ALL };
    let mut lane = Lane { config: LaneConfig { instruments, ..config() }, ..lane() };
    assert_eq!(lane.on_reading(reading(1, 10_000)), Taken::New);
    assert_eq!(lane.wake_at(), Some(at(13_400).tick));
    assert_eq!(lane.on_track(front(A, 10_000)), Taken::New);
    assert_eq!(lane.wake_at(), Some(at(10_900).tick));
    // One that comes all the same is taken.
    assert_eq!(lane.on_track(rear(A, 10_000)), Taken::New);
    lane.on_time(at(20_000));
    assert_eq!(drained(&mut lane).iter().map(short).collect::<Vec<_>>(), [row(Some(1), A, A, &[])]);
}

#[test]
fn two_complete_vehicles_in_one_cluster_do_not_wait_for_the_window() {
    // The errors of estimate put 0.4 s between one's rear track and the other's front track.
    let mut lane = lane();
    for (n, text, beam) in [(1, A, 10_000), (2, B, 11_000)] {
        assert_eq!(lane.on_reading(reading(n, beam)), Taken::New);
        assert_eq!(lane.on_track(front(text, beam - 300)), Taken::New);
        assert_eq!(lane.on_track(rear(text, beam + 300)), Taken::New);
    }
    // The last item's instant, tolerance, settle.
    assert_eq!(lane.wake_at(), Some(at(12_200).tick));
    lane.on_time(at(12_200));
    let found: Vec<_> = drained(&mut lane).iter().map(short).collect();
    assert_eq!(found, [row(Some(1), A, A, &[]), row(Some(2), B, B, &[])]);
}

#[test]
fn the_rest_of_a_vehicle_that_waits_is_not_late_because_another_closed_beside_it() {
    let mut lane = lane();
    for input in [front(A, 10_000), rear(A, 10_300)] {
        assert_eq!(lane.on_track(input), Taken::New);
    }
    assert_eq!(lane.on_reading(reading(1, 10_000)), Taken::New);
    assert_eq!(lane.on_track(front(B, 11_000)), Taken::New);
    assert_eq!(lane.on_reading(reading(2, 11_000)), Taken::New);
    lane.on_time(at(11_300));
    assert_eq!(drained(&mut lane).len(), 1);
    // 0.4 s from the closed rear track, and from its own vehicle.
    assert_eq!(lane.on_track(rear(B, 10_700)), Taken::New);
    lane.on_time(at(20_000));
    assert_eq!(drained(&mut lane).iter().map(short).collect::<Vec<_>>(), [row(Some(2), B, B, &[])]);
}

#[test]
fn a_whole_vehicle_does_not_wait_for_an_incomplete_one_before_it() {
    let mut lane = lane();
    assert_eq!(lane.on_track(front(A, 10_000)), Taken::New);
    assert_eq!(lane.on_reading(reading(1, 10_000)), Taken::New);
    for input in [front(B, 11_500), rear(B, 11_500)] {
        assert_eq!(lane.on_track(input), Taken::New);
    }
    assert_eq!(lane.on_reading(reading(2, 11_500)), Taken::New);
    lane.on_time(at(12_400));
    let found = drained(&mut lane);
    assert_eq!(found.iter().map(short).collect::<Vec<_>>(), [row(Some(2), B, B, &[])]);
    lane.on_time(at(13_400));
    assert_eq!(drained(&mut lane).iter().map(short).collect::<Vec<_>>(), [row(Some(1), A, "", &[])]);
}

#[test]
fn a_usual_lane_tells_vehicles_apart_at_its_slowest_and_its_longest() {
    // Beside the beam: the rear camera sees a 14 m lorry at 30 km/h 1.7 s before its rear leaves the beam, a car
    // at 80 km/h 0.2 s before.
    for (ms, before) in [(20_000, 1_700), (30_000, 200)] {
        let mut lane = Lane::new(LaneConfig::usual(LaneNo::new(1).unwrap()), Rulebook::hj845());
        assert_eq!(lane.on_track(track(CameraRole::Front, A, ms - 3_000, ms + 100)), Taken::New);
        assert_eq!(lane.on_reading(reading(1, ms)), Taken::New);
        assert_eq!(lane.on_track(track(CameraRole::Rear, A, ms - before, ms + 4_000)), Taken::New);
        lane.on_time(at(ms + 5_000));
        assert_eq!(drained(&mut lane).iter().map(short).collect::<Vec<_>>(), [row(Some(1), A, A, &[])]);
    }
}

#[test]
fn what_comes_after_closing_is_a_passage_of_its_own_that_says_so() {
    let mut lane = lane();
    assert_eq!(lane.on_reading(reading(1, 10_000)), Taken::New);
    lane.on_time(at(14_000));
    assert_eq!(drained(&mut lane).len(), 1);
    assert_eq!(lane.on_track(front(A, 10_000)), Taken::New);
    let late: Vec<_> = drained(&mut lane).iter().map(short).collect();
    assert_eq!(late, [row(None, A, "", &[Doubt::NoReading, Doubt::ArrivedLate])]);
}

#[test]
fn a_reading_that_outlived_a_power_cut_is_a_passage_that_says_so() {
    let mut lane = lane();
    lane.on_time(at(900_000));
    assert_eq!(lane.on_reading(reading(5, 500_000)), Taken::New);
    let found: Vec<_> = drained(&mut lane).iter().map(short).collect();
    assert_eq!(found, [row(Some(5), "", "", &[Doubt::NoVehicleSeen, Doubt::ArrivedLate])]);
}

#[test]
fn a_repeat_is_not_a_second_passage() {
    let mut lane = lane();
    assert_eq!(lane.on_reading(reading(1, 10_000)), Taken::New);
    assert_eq!(lane.on_reading(reading(1, 10_003)), Taken::Repeat);
    lane.on_time(at(60_000));
    assert_eq!(lane.on_reading(reading(1, 10_000)), Taken::Repeat);
    lane.on_time(at(120_000));
    assert_eq!(drained(&mut lane).len(), 1);
}

#[test]
fn vehicles_bumper_to_bumper_for_ever_are_closed_when_too_many_wait() {
    let mut lane = lane();
    for n in 0..500_u32 {
        assert_eq!(lane.on_reading(reading(n + 1, 10_000 + u64::from(n) * 100)), Taken::New);
        assert!(lane.waiting() <= WAITING_MAX);
        drained(&mut lane);
    }
    lane.close();
    assert_eq!(lane.waiting(), 0);
}

#[test]
fn when_nobody_takes_passages_readings_are_refused_and_kept_by_the_head() {
    let mut lane = lane();
    let mut taken = 0;
    for n in 0..2_000_u32 {
        let ms = 10_000 + u64::from(n) * 1_000;
        lane.on_time(at(ms));
        match lane.on_reading(reading(n + 1, ms)) {
            Taken::New => taken += 1,
            Taken::Full => break,
            Taken::Repeat => panic!("each is new"),
        }
    }
    assert_eq!(lane.refused(), 1);
    lane.close();
    assert_eq!(drained(&mut lane).len(), taken);
    // Refused was not remembered: the head sends it again, and it is taken.
    let again = u32::try_from(taken).unwrap() + 1;
    assert_eq!(lane.on_reading(reading(again, 10_000)), Taken::New);
}

#[test]
fn what_is_known_so_far_grows_with_each_instrument_and_ends_with_the_passage() {
    let mut lane = lane();
    assert_eq!(lane.on_reading(reading(1, 10_000)), Taken::New);
    let so_far = lane.so_far();
    assert_eq!((so_far.len(), so_far[0].origin().unwrap().sequence), (1, 1));
    assert_eq!(so_far[0].doubts, [], "the cameras have not spoken yet");
    assert_eq!(lane.on_track(front(A, 10_000)), Taken::New);
    let so_far = lane.so_far().remove(0);
    assert!(so_far.front.is_some() && so_far.rear.is_none());
    assert_eq!(lane.on_track(rear(A, 10_000)), Taken::New);
    lane.on_time(at(20_000));
    assert_eq!(lane.so_far(), []);
    assert!(lane.next_output().is_some(), "the early word took nothing from the passage");
}

#[test]
fn a_vehicle_without_a_reading_has_no_early_word() {
    let mut lane = lane();
    assert_eq!(lane.on_track(front(A, 10_000)), Taken::New);
    assert_eq!(lane.so_far(), []);
}

/// What a passage is held against is what the edge judged, and what it learns while the passage still waits counts.
#[test]
fn a_reading_that_names_a_failed_check_is_kept_and_does_not_count() {
    let validity = |measured_off: i64| {
        let mut lane = lane();
        assert_eq!(lane.on_reading(reading(1, 10_000)), Taken::New);
        let mut check = sample::check(1);
        check.number = "AUD-20261123-0800".parse().unwrap();
        check.performed = at(5_000);
        check.points[0].measured += measured_off;
        let id = PassageId { station: "A140105001".parse().unwrap(), sequence: 1 };
        let book = Rulebook::hj845();
        let mut checks = Checks::default();
        checks.insert(&book.judge_check(check, id), &book.checks);
        lane.on_checks(checks);
        lane.close();
        lane.next_output().unwrap().validity.unwrap()
    };
    assert_eq!(validity(0), Validity::Valid);
    let failed = InvalidReason { condition: Condition::Audit, breach: Breach::NotMet };
    assert_eq!(validity(5_000_000), Validity::Invalid(vec![failed]));
}
