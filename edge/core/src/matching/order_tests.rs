//! What must hold for every traffic, in whatever order its parts arrive.

use proptest::prelude::*;

use super::tests::{A, START, at, config, drained, front, lane, reading, rear, row, shorts};
use super::*;

/// One thing that happens at the roadside.
#[derive(Clone, Debug)]
enum Input {
    Reading(Reading),
    Track(VehicleTrack),
}

/// Traffic of up to a dozen vehicles, each seen by some instruments, with errors of estimate.
fn traffic() -> impl Strategy<Value = Vec<Input>> {
    let vehicle = (0_u64..1_500, any::<[bool; 3]>(), [0_u64..600, 0..600, 0..600]);
    prop::collection::vec(vehicle, 1..12).prop_map(|vehicles| {
        let mut beam = 4_000;
        let mut inputs = Vec::new();
        for (n, (headway, seen, error)) in (1_u32..).zip(vehicles) {
            beam += headway;
            let text = format!("晋A1{n:04}");
            if seen[0] {
                inputs.push(Input::Reading(reading(n, beam + error[0])));
            }
            if seen[1] {
                inputs.push(Input::Track(front(&text, beam + error[1])));
            }
            if seen[2] {
                inputs.push(Input::Track(rear(&text, beam + error[2])));
            }
        }
        inputs
    })
}

/// When the vehicle left the beam, by this input alone, in milliseconds.
fn beam(input: &Input) -> u64 {
    let micros = match input {
        Input::Reading(reading) => reading.measured.tick.micros,
        Input::Track(track) => match track.camera {
            CameraRole::Front => track.last.tick.micros + 500_000,
            CameraRole::Rear => track.first.tick.micros - 500_000,
        },
    };
    (micros - START) / 1_000
}

/// Gives each input so long after its vehicle left the beam, the time told as it goes.
fn driven(config: LaneConfig, inputs: &[Input], delays: &[u64]) -> Vec<PassageDraft> {
    let mut lane = Lane { config, ..lane() };
    let arrival = |(input, delay): (&Input, &u64)| (beam(input) + delay, input.clone());
    let mut arrivals: Vec<_> = inputs.iter().zip(delays.iter().cycle()).map(arrival).collect();
    arrivals.sort_by_key(|(ms, _)| *ms);
    let mut out = Vec::new();
    for (ms, input) in arrivals {
        lane.on_time(at(ms));
        let taken = match input {
            Input::Reading(reading) => lane.on_reading(reading),
            Input::Track(track) => lane.on_track(track),
        };
        assert_eq!(taken, Taken::New);
        out.extend(drained(&mut lane));
    }
    lane.on_time(at(1_000_000));
    out.extend(drained(&mut lane));
    // Which cluster closes first is the one thing that may differ.
    out.sort_by_key(|draft| (draft.passed.tick, draft.pictures.clone()));
    out
}

proptest! {
    // Debug builds are slow at this, and every case holds many orders.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_order_of_arrival_within_the_window_gives_the_same_passages(
        inputs in traffic(),
        delays in prop::collection::vec(0_u64..3_000, 1..24),
    ) {
        let patient = LaneConfig { settle: config().window, ..config() };
        prop_assert_eq!(driven(patient, &inputs, &[0]), driven(patient, &inputs, &delays));
    }

    #[test]
    fn any_order_of_arrival_within_the_settling_time_gives_the_same_passages_sooner(
        inputs in traffic(),
        delays in prop::collection::vec(0_u64..500, 1..24),
    ) {
        let patient = LaneConfig { settle: config().window, ..config() };
        prop_assert_eq!(driven(patient, &inputs, &[0]), driven(config(), &inputs, &delays));
    }

    #[test]
    fn each_reading_and_each_track_comes_out_exactly_once_whenever_it_comes(
        inputs in traffic().prop_flat_map(|inputs| Just(inputs).prop_shuffle()),
        told in prop::collection::vec(0_u64..40_000, 1..12),
    ) {
        let mut lane = lane();
        let mut out = Vec::new();
        for (input, told) in inputs.iter().zip(told.iter().cycle()) {
            lane.on_time(at(*told));
            let taken = match input {
                Input::Reading(reading) => lane.on_reading(reading.clone()),
                Input::Track(track) => lane.on_track(track.clone()),
            };
            prop_assert_eq!(taken, Taken::New);
            out.extend(drained(&mut lane));
        }
        lane.close();
        out.extend(drained(&mut lane));
        let mut wanted: Vec<u32> = Vec::new();
        let mut tracks = 0;
        for input in &inputs {
            match input {
                Input::Reading(reading) => wanted.push(reading.origin.sequence),
                Input::Track(_) => tracks += 1,
            }
        }
        wanted.sort_unstable();
        let mut found: Vec<u32> = out.iter().filter_map(|draft| draft.origin()).map(|o| o.sequence).collect();
        found.sort_unstable();
        prop_assert_eq!(found, wanted);
        prop_assert_eq!(out.iter().map(|draft| draft.pictures.len()).sum::<usize>(), tracks);
        for draft in &out {
            prop_assert_eq!(draft.validity.is_some(), draft.reading.is_some());
        }
    }

    #[test]
    fn well_spaced_vehicles_are_never_mixed_up(
        headways in prop::collection::vec(900_u64..5_000, 1..12),
        errors in prop::collection::vec([0_u64..200, 0..200, 0..200], 12),
    ) {
        let mut beam = 10_000;
        let (mut readings, mut tracks) = (Vec::new(), Vec::new());
        for (n, (headway, error)) in (1_u32..).zip(headways.iter().zip(&errors)) {
            beam += headway;
            let text = format!("晋A1{n:04}");
            readings.push(reading(n, beam + error[0]));
            tracks.push(front(&text, beam + error[1]));
            tracks.push(rear(&text, beam + error[2]));
        }
        for (n, found) in (1_u32..).zip(shorts(&readings, &tracks)) {
            let text = format!("晋A1{n:04}");
            prop_assert_eq!(found, row(Some(n), &text, &text, &[]));
        }
    }

    #[test]
    fn no_moment_makes_a_lane_panic(
        ticks in prop::collection::vec((any::<u64>(), any::<u64>(), any::<bool>(), any::<u64>()), 1..100),
    ) {
        let mut lane = lane();
        for (n, (first, last, is_front, now)) in (1_u32..).zip(ticks) {
            let moment = |micros| Moment { tick: Tick { micros }, ..at(0) };
            lane.on_time(moment(now));
            let camera = if is_front { CameraRole::Front } else { CameraRole::Rear };
            let track = VehicleTrack { first: moment(first), last: moment(last), camera, ..front(A, 9_000) };
            prop_assert_eq!(lane.on_track(track), Taken::New);
            prop_assert_eq!(lane.on_reading(Reading { measured: moment(last), ..reading(n, 0) }), Taken::New);
            prop_assert!(lane.waiting() <= WAITING_MAX);
            drained(&mut lane);
        }
        lane.close();
        prop_assert_eq!(lane.wake_at(), None);
    }
}
