//! The golden vectors of `tests/vectors/remote_sensing` (made by another implementation of the checksum), and
//! what must hold for every stream of bytes.

use plumewatch_shared::device_check::{CheckMethod, CheckQuantity, CheckReading, CheckedPoint};
use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::reading::{BeamOpacity, HeadStatus, Reading};
use plumewatch_shared::sample;
use plumewatch_shared::time::{Moment, Tick};
use plumewatch_shared::units::{Acceleration, CrossRoadOpacity, Opacity, Slope, Speed};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::clock::FIRST_TICK;
use crate::reader::decode::{Driver, decode_stream};

const GOOD: &str = include_str!("../../../../../tests/vectors/remote_sensing/good.jsonl");
const BAD: &str = include_str!("../../../../../tests/vectors/remote_sensing/bad.jsonl");
const DOCUMENT: &str = include_str!("../../../../../docs/remote-sensing-line-protocol.md");

fn vectors(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn line_of(vector: &Value) -> &str {
    vector["line"].as_str().unwrap()
}

fn moment() -> Moment {
    Moment { tick: FIRST_TICK, stamp: sample::noon() }
}

fn later(ms: u64) -> Moment {
    Moment { tick: FIRST_TICK.after(std::time::Duration::from_millis(ms)), stamp: sample::noon() }
}

fn events(decoder: &mut Decoder) -> Vec<HeadEvent> {
    std::iter::from_fn(|| decoder.next_event()).collect()
}

/// Every golden line that a head may send, one after another.
fn stream() -> Vec<u8> {
    let sent = |vector: &&Value| vector.get("acknowledgement").is_none();
    vectors(GOOD).iter().filter(sent).flat_map(|vector| line_of(vector).bytes()).collect()
}

fn lane(number: u8) -> LaneNo {
    LaneNo::new(number).unwrap()
}

fn reading() -> Reading {
    sample::passage(1).passage().reading.unwrap()
}

#[test]
fn every_golden_measurement_means_what_its_vector_says() {
    let mut seen = 0;
    for vector in vectors(GOOD).iter().filter(|vector| vector.get("measurement").is_some()) {
        let objects: Vec<Value> = decode_stream(Driver::RemoteSensing, line_of(vector).as_bytes()).collect();
        assert_eq!(objects.len(), 2, "{}", vector["name"]);
        assert_eq!(objects[0], vector["measurement"], "{}", vector["name"]);
        assert_eq!(objects[1]["rejected_bytes"], 0, "{}", vector["name"]);
        seen += 1;
    }
    assert_eq!(seen, 6);
}

#[test]
fn every_golden_check_means_what_its_vector_says_and_is_written_as_the_same_bytes() {
    let mut seen = 0;
    for vector in vectors(GOOD).iter().filter(|vector| vector.get("check").is_some()) {
        let objects: Vec<Value> = decode_stream(Driver::RemoteSensing, line_of(vector).as_bytes()).collect();
        assert_eq!(objects[0], vector["check"], "{}", vector["name"]);
        let count = serde_json::json!({ "readings": 0, "rejected_bytes": 0, "checks": 1 });
        assert_eq!(objects[1], count, "{}", vector["name"]);
        let mut decoder = Decoder::of_any_lane();
        decoder.push(line_of(vector).as_bytes(), moment());
        let Some(HeadEvent::Checked(check)) = decoder.next_event() else { panic!("{}", vector["name"]) };
        let age_ms = vector["check"]["age_ms"].as_u64().unwrap().try_into().unwrap();
        assert_eq!(encode_check(&check, age_ms), line_of(vector).as_bytes(), "{}", vector["name"]);
        assert!(line_of(vector).len() <= LINE_MAX);
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn a_check_of_another_lane_is_rejected_as_a_measurement_is() {
    let mut decoder = Decoder::new(lane(2));
    let line = encode_check(&sample::check(1), 5);
    decoder.push(&line, moment());
    assert_eq!(decoder.next_event(), None);
    assert_eq!(decoder.last_error(), Some(&FieldError::OtherLane { said: 1, wired: 2 }));
}

#[test]
fn every_golden_heartbeat_and_acknowledgement_means_what_its_vector_says() {
    let mut seen = 0;
    for vector in vectors(GOOD) {
        if let Some(wanted) = vector.get("heartbeat") {
            let mut decoder = Decoder::new(lane(1));
            decoder.push(line_of(&vector).as_bytes(), moment());
            let Some(HeadEvent::Heartbeat(heartbeat)) = decoder.next_event() else {
                panic!("{}", vector["name"]);
            };
            let found = serde_json::json!({
                "device": heartbeat.device.as_str(), "boot": heartbeat.boot, "clock_utc_ms": heartbeat.clock_utc_ms,
                "status": heartbeat.status.wire_word(), "waiting": heartbeat.waiting, "lost": heartbeat.lost,
            });
            assert_eq!(&found, wanted);
            assert_eq!(encode_heartbeat(&heartbeat), line_of(&vector).as_bytes());
            seen += 1;
        }
        if let Some(wanted) = vector.get("acknowledgement") {
            let mut decoder = AcknowledgementDecoder::default();
            decoder.push(line_of(&vector).as_bytes());
            let found = decoder.next_acknowledgement().unwrap();
            assert_eq!((&wanted["boot"], &wanted["sequence"]), (&found.boot.into(), &found.sequence.into()));
            let origin = ReadingOrigin { boot: found.boot, sequence: found.sequence, ..reading().origin };
            assert_eq!(acknowledgement(&origin), line_of(&vector).as_bytes());
            seen += 1;
        }
    }
    assert_eq!(seen, 3);
}

#[test]
fn a_golden_measurement_that_was_read_is_written_as_the_same_bytes() {
    for vector in vectors(GOOD).iter().filter(|vector| vector.get("measurement").is_some()) {
        let mut decoder = Decoder::of_any_lane();
        decoder.push(line_of(vector).as_bytes(), moment());
        let Some(HeadEvent::Measured(reading)) = decoder.next_event() else { panic!("{}", vector["name"]) };
        let age_ms = vector["measurement"]["age_ms"].as_u64().unwrap().try_into().unwrap();
        assert_eq!(encode_measurement(&reading, age_ms), line_of(vector).as_bytes(), "{}", vector["name"]);
        assert!(line_of(vector).len() <= LINE_MAX);
    }
}

#[test]
fn every_bad_line_is_rejected_whole_and_the_next_line_is_read() {
    let good = encode_measurement(&reading(), 5);
    for vector in vectors(BAD) {
        let mut decoder = Decoder::of_any_lane();
        decoder.push(line_of(&vector).as_bytes(), moment());
        decoder.push(&good, moment());
        assert_eq!(events(&mut decoder).len(), 1, "{}", vector["name"]);
        assert_eq!(decoder.rejected_bytes(), line_of(&vector).len() as u64, "{}", vector["name"]);
    }
}

#[test]
fn the_document_quotes_every_golden_line() {
    for vector in vectors(GOOD) {
        assert!(DOCUMENT.contains(line_of(&vector).trim_end()), "{}", vector["name"]);
    }
    for vector in vectors(BAD) {
        assert!(DOCUMENT.contains(vector["name"].as_str().unwrap()), "{}", vector["name"]);
    }
}

#[test]
fn a_measurement_happened_its_age_before_its_last_byte() {
    let mut decoder = Decoder::new(lane(1));
    decoder.push(&encode_measurement(&reading(), 640), moment());
    let Some(HeadEvent::Measured(read)) = decoder.next_event() else { panic!("a measurement was sent") };
    assert_eq!(read.measured.tick, Tick { micros: FIRST_TICK.micros - 640_000 });
    assert_eq!(read.measured.stamp.micros(), sample::noon().micros() - 640_000);
}

#[test]
fn a_head_on_another_lanes_port_is_rejected_and_says_why() {
    let mut decoder = Decoder::new(lane(2));
    let line = encode_measurement(&reading(), 5);
    decoder.push(&line, moment());
    assert_eq!(decoder.next_event(), None);
    assert_eq!(decoder.rejected_bytes(), line.len() as u64);
    assert_eq!(decoder.last_error(), Some(&FieldError::OtherLane { said: 1, wired: 2 }));
}

/// A frame is the same frame wherever the port happens to split it.
#[test]
fn every_split_of_the_stream_gives_the_same_events() {
    let stream = stream();
    let mut whole = Decoder::of_any_lane();
    whole.push(&stream, moment());
    let wanted = events(&mut whole);
    assert_eq!(wanted.len(), 12);
    for at in 0..=stream.len() {
        let mut decoder = Decoder::of_any_lane();
        decoder.push(&stream[..at], moment());
        decoder.push(&stream[at..], moment());
        assert_eq!(events(&mut decoder), wanted, "split at byte {at}");
        assert_eq!(decoder.rejected_bytes(), 0, "split at byte {at}");
    }
}

#[test]
fn a_line_that_breaks_off_times_out_and_is_counted() {
    let line = encode_measurement(&reading(), 5);
    let (head, tail) = line.split_at(40);
    let mut decoder = Decoder::new(lane(1));
    decoder.push(head, moment());
    decoder.on_time(later(500));
    assert_eq!(decoder.rejected_bytes(), 0, "it may still go on");
    decoder.on_time(later(501));
    assert_eq!(decoder.rejected_bytes(), 40);
    // The rest comes too late to be a line, and the next is read.
    decoder.push(tail, later(502));
    decoder.push(&line, later(503));
    assert_eq!(events(&mut decoder).len(), 1);
    assert_eq!(decoder.rejected_bytes(), line.len() as u64);
}

#[test]
fn a_late_push_finds_that_the_line_has_broken_off_without_being_told_the_time() {
    let line = encode_measurement(&reading(), 5);
    let mut decoder = Decoder::new(lane(1));
    decoder.push(&line[..100], moment());
    decoder.push(&line[100..], later(600));
    assert_eq!(decoder.next_event(), None);
    assert_eq!(decoder.rejected_bytes(), line.len() as u64);
}

#[test]
fn a_line_cut_by_the_next_one_costs_itself_alone() {
    let line = encode_measurement(&reading(), 5);
    let bytes = [&line[..60], &line[..]].concat();
    let mut decoder = Decoder::new(lane(1));
    decoder.push(&bytes, moment());
    assert_eq!(events(&mut decoder).len(), 1);
    assert_eq!(decoder.rejected_bytes(), 60);
}

#[test]
fn a_line_without_end_is_held_to_the_longest_length_and_no_further() {
    let mut lines = line::LineFinder::default();
    assert_eq!(lines.take(b"$"), (1, None));
    for _ in 0..100_000 {
        assert_eq!(lines.take(b"x"), (1, None));
        assert!(lines.held() <= LINE_MAX);
    }
    assert_eq!(lines.rejected_bytes() + lines.held() as u64, 100_001);
}

#[test]
fn more_events_than_anybody_asks_for_are_dropped_and_counted() {
    let line = encode_measurement(&reading(), 5);
    let mut decoder = Decoder::new(lane(1));
    for _ in 0..EVENTS_MAX + 3 {
        decoder.push(&line, moment());
    }
    assert_eq!(decoder.dropped_events(), 3);
    assert_eq!(events(&mut decoder).len(), EVENTS_MAX);
}

fn readings() -> impl Strategy<Value = (Reading, u32)> {
    let statuses = prop::sample::select(vec![
        HeadStatus::Good,
        HeadStatus::WeakPlume,
        HeadStatus::Reblocked,
        HeadStatus::Fault,
    ]);
    let opacity = prop::option::of((0_u16..=10_000, 0_u16..=10_000));
    let motion = (
        prop::option::of(0..=100_000_i32),
        prop::option::of(-50_000..=50_000_i32),
        prop::option::of(-4_500..=4_500_i16),
    );
    let origin = (any::<u32>(), 1_u32.., 1_u8..=99);
    let rest = (any::<i32>(), any::<bool>(), any::<bool>(), statuses, any::<u32>());
    (origin, opacity, motion, rest).prop_map(|(origin, opacity, motion, rest)| {
        let mut reading = reading();
        (reading.origin.boot, reading.origin.sequence) = (origin.0, origin.1);
        reading.lane = lane(origin.2);
        let beam = |value| CrossRoadOpacity(Opacity::from_hundredths(value).unwrap());
        reading.opacity = opacity.map(|(a, b)| BeamOpacity { mean: beam(a.min(b)), maximum: beam(a.max(b)) });
        reading.speed = motion.0.map(|mm_s| Speed { mm_s });
        reading.acceleration = motion.1.map(|mm_s2| Acceleration { mm_s2 });
        reading.slope = motion.2.map(|degree_hundredths| Slope { degree_hundredths });
        reading.plume_ppm_m_hundredths = rest.0;
        reading.gases = reading.gases.filter(|_| rest.1);
        reading.audit = reading.audit.filter(|_| rest.2);
        reading.head_status = rest.3;
        (reading, rest.4)
    })
}

fn checks() -> impl Strategy<Value = (CheckReading, u32)> {
    let methods = prop_oneof![
        prop::sample::select(vec![
            CheckMethod::Zero,
            CheckMethod::Span,
            CheckMethod::Audit,
            CheckMethod::Static
        ]),
        (0..=100_000_i32).prop_map(|mm_s| CheckMethod::Dynamic { speed: Speed { mm_s } }),
    ];
    let gas = prop::option::of((-100_000_000..=100_000_000_i64, -100_000_000..=100_000_000_i64));
    let filter = prop::option::of((0..=10_000_i64, -10_000..=10_000_i64));
    let points = (prop::collection::vec(gas, 5), prop::collection::vec(filter, FILTERS));
    let by = prop::option::of("[A-Z0-9][A-Z0-9-]{0,39}");
    (methods, points, by, any::<bool>(), any::<u32>()).prop_map(
        |(method, (gases, filters), by, passed, age)| {
            let quantities = CheckQuantity::ALL.into_iter().chain([CheckQuantity::Opacity; FILTERS - 1]);
            let points = quantities.zip(gases.into_iter().chain(filters));
            let points = points.filter_map(|(quantity, values)| {
                values.map(|(standard, measured)| CheckedPoint { quantity, standard, measured })
            });
            let points = points.collect();
            (CheckReading { method, points, by, head_passed: passed, ..sample::check(9) }, age)
        },
    )
}

proptest! {
    #[test]
    fn a_check_reads_back_as_it_was_written((check, age_ms) in checks()) {
        let line = encode_check(&check, age_ms);
        prop_assert!(line.len() <= LINE_MAX);
        let mut decoder = Decoder::new(check.lane);
        decoder.push(&line, moment());
        let Some(HeadEvent::Checked(read)) = decoder.next_event() else {
            return Err(TestCaseError::fail(format!("{:?}", decoder.last_error())));
        };
        let performed = read.performed;
        prop_assert_eq!(*read, CheckReading { performed, ..check });
        prop_assert_eq!(performed.tick.micros + u64::from(age_ms) * 1_000, FIRST_TICK.micros);
    }

    #[test]
    fn a_measurement_reads_back_as_it_was_written((reading, age_ms) in readings()) {
        let line = encode_measurement(&reading, age_ms);
        let mut decoder = Decoder::new(reading.lane);
        decoder.push(&line, moment());
        let Some(HeadEvent::Measured(read)) = decoder.next_event() else {
            return Err(TestCaseError::fail(format!("{:?}", decoder.last_error())));
        };
        let measured = read.measured;
        prop_assert_eq!(*read, Reading { measured, ..reading });
        prop_assert_eq!(measured.tick.micros + u64::from(age_ms) * 1_000, FIRST_TICK.micros);
    }

    #[test]
    fn after_any_garbage_the_next_line_is_read_and_every_byte_is_accounted_for(
        garbage in prop::collection::vec(any::<u8>(), 0..1_500),
        cut in 0_usize..1_500,
    ) {
        let line = encode_measurement(&reading(), 5);
        let mut decoder = Decoder::new(lane(1));
        let cut = cut.min(garbage.len());
        decoder.push(&garbage[..cut], moment());
        decoder.push(&garbage[cut..], moment());
        decoder.push(&line, moment());
        prop_assert_eq!(events(&mut decoder).len(), 1);
        prop_assert_eq!(decoder.rejected_bytes(), garbage.len() as u64);
    }

    #[test]
    fn a_changed_byte_is_noticed_and_costs_no_other_line(at in 0_usize..200, flip in 1_u8..) {
        let mut line = encode_measurement(&reading(), 5);
        let at = at % line.len();
        line[at] ^= flip;
        let other = encode_heartbeat(&Heartbeat {
            device: reading().origin.device, boot: 1, clock_utc_ms: None, status: HeadStatus::Good, waiting: 0, lost: 0,
        });
        let mut decoder = Decoder::new(lane(1));
        decoder.push(&line, moment());
        decoder.push(&other, moment());
        let found = events(&mut decoder);
        prop_assert_eq!(found.len(), 1);
        prop_assert!(matches!(found[0], HeadEvent::Heartbeat(_)));
        prop_assert_eq!(decoder.rejected_bytes(), line.len() as u64);
    }

    #[test]
    fn no_line_of_right_checksum_makes_the_parser_panic(body in "PWRS,1,[MCHK],[-0-9A-Z,]{0,120}") {
        let mut decoder = Decoder::new(lane(1));
        decoder.push(&line::framed(&body), moment());
        let mut host = AcknowledgementDecoder::default();
        host.push(&line::framed(&body));
        prop_assert!(events(&mut decoder).len() <= 1);
    }
}
