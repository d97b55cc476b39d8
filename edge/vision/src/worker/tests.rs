use super::*;
use crate::clip::Made;
use crate::source::SourceConfig;
use crate::track::{CameraRole, TrackEnded};
use plumewatch_shared::passage::*;
use plumewatch_shared::plate::{PlateColour, PlateRows};
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};
use plumewatch_shared::units::{CameraOpacity, Confidence, Opacity, RingelmannLevel};
use proptest::prelude::*;

const QUALITY: ClockQuality = ClockQuality::Synchronised;

fn at(micros: u64) -> Moment {
    Moment { tick: Tick { micros }, stamp: Stamp::from_micros(1_700_000_000_000_000, QUALITY).unwrap() }
}

fn track() -> TrackEnded {
    let sure = Confidence::from_per_mille(912).unwrap();
    TrackEnded {
        track: 7,
        first: at(5),
        last: at(9),
        frames: 12,
        area: [1, -2, 300, 200],
        sighting: PlateSighting {
            first_seen: at(5).stamp,
            last_seen: at(9).stamp,
            frames: 4,
            decision: PlateDecision::Read("晋A12345".parse().unwrap()),
            raw: "晋A12345".to_owned(),
            colour: Some(PlateColour::Yellow),
            rows: Some(PlateRows::Two),
            confidence: sure,
            alternatives: vec![vec![Alternative { character: '晋', confidence: sure }]; 7],
            corners: Some([[1, 2], [3, 4], [5, 6], [7, 8]]),
        },
        smoke: Some(SmokeObservation {
            first_seen: at(5).stamp,
            last_seen: at(9).stamp,
            hits: 5,
            outcome: SmokeOutcome::Measured {
                opacity: CameraOpacity(Opacity::from_hundredths(4_120).unwrap()),
                uncertainty_hundredths: 310,
                level: RingelmannLevel::new(2).unwrap(),
                confidence: sure,
            },
        }),
        vehicle: Some(vec![1; 3_000]),
        plate: None,
        plume: Some(vec![2; 70]),
        clip_follows: true,
    }
}

fn samples() -> Vec<WorkerMessage> {
    let health = Health {
        frames: 9,
        dropped: 1,
        fps_hundredths: 812,
        sharpness: 300,
        frozen: false,
        smoke_untrusted: true,
        last_frame: Some(at(44)),
        preview: Some(vec![3; 99]),
    };
    vec![
        WorkerMessage::Started,
        WorkerMessage::TrackEnded(Box::new(track())),
        WorkerMessage::Health(health),
        WorkerMessage::Clip(Made { track: 7, clip: Some(vec![9; 1_000]) }),
        WorkerMessage::Clip(Made { track: 8, clip: None }),
        WorkerMessage::Fault { text: "the lens fell off".to_owned() },
        WorkerMessage::SourceEnded,
    ]
}

fn bytes() -> Vec<u8> {
    let mut pipe = Vec::new();
    for message in samples() {
        write_message(&mut pipe, &message).unwrap();
    }
    pipe
}

#[test]
fn messages_come_out_as_they_went_in() {
    let pipe = bytes();
    let mut input = pipe.as_slice();
    for message in samples() {
        assert_eq!(read_message(&mut input, QUALITY).unwrap(), message);
    }
    assert!(matches!(read_message(&mut input, QUALITY), Err(MessageError::Closed)));
}

#[test]
fn a_length_beyond_the_limit_is_refused_before_it_is_allocated() {
    let mut input = &[0xff, 0xff, 0xff, 0xff, 1, 2, 3][..];
    assert!(matches!(read_message(&mut input, QUALITY), Err(MessageError::TooLong(_))));
}

/// A folder of empty road, then the end: start, health, end.
#[test]
fn a_worker_tells_of_its_start_its_health_and_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let road = crate::picture::Picture::from_bgr(320, 180, &[100; 320 * 180 * 3]).unwrap();
    for number in 0..4 {
        std::fs::write(folder.path().join(format!("{number}.jpg")), road.jpeg(90).unwrap()).unwrap();
    }
    let source = SourceConfig::Folder { path: folder.path().to_owned(), pace_ms: 0 };
    let mut pipe = Vec::new();
    run_worker(WorkerConfig::new(source, CameraRole::Front), &mut pipe).unwrap();
    let mut input = pipe.as_slice();
    let mut said = Vec::new();
    while let Ok(message) = read_message(&mut input, QUALITY) {
        said.push(message);
    }
    assert_eq!(said.first(), Some(&WorkerMessage::Started));
    assert_eq!(said.last(), Some(&WorkerMessage::SourceEnded));
    let mut frames = said.iter().filter_map(|m| match m {
        WorkerMessage::Health(health) => Some(health.frames),
        _ => None,
    });
    assert_eq!(frames.next_back(), Some(4));
}

#[test]
fn a_source_that_is_not_there_is_a_fault_said_before_the_end() {
    let source = SourceConfig::Folder { path: "/nowhere".into(), pace_ms: 0 };
    let mut pipe = Vec::new();
    assert!(run_worker(WorkerConfig::new(source, CameraRole::Front), &mut pipe).is_err());
    assert!(matches!(read_message(&mut pipe.as_slice(), QUALITY), Ok(WorkerMessage::Fault { .. })));
}

/// ALT-082: figures that differ at start take the camera's smoke out of evidence.
#[test]
fn smoke_is_left_out_when_the_reference_frames_gave_other_figures() {
    let mut pipe = Vec::new();
    assert!(differs(SelfTest::Differs { got: "4120 ± 310".to_owned() }, &mut pipe).unwrap());
    send(&mut pipe, vec![track()], true, &mut None).unwrap();
    let mut input = pipe.as_slice();
    let Ok(WorkerMessage::Fault { text }) = read_message(&mut input, QUALITY) else {
        panic!("it is not told")
    };
    assert!(text.contains("4120"), "{text}");
    let Ok(WorkerMessage::TrackEnded(told)) = read_message(&mut input, QUALITY) else { panic!("no track") };
    assert_eq!((&told.smoke, &told.plume, told.sighting.frames), (&None, &None, 4));
    let mut quiet = Vec::new();
    assert!(!differs(SelfTest::Passed, &mut quiet).unwrap() && quiet.is_empty());
}

proptest! {
    #[test]
    fn every_cut_of_the_pipe_is_an_error_and_no_panic(cut in 0..4_000_usize) {
        let pipe = bytes();
        let mut input = &pipe[..cut.min(pipe.len())];
        while read_message(&mut input, QUALITY).is_ok() {}
    }

    #[test]
    fn no_garbage_makes_the_reader_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)
    ) {
        let mut pipe = bytes();
        for (at, value) in edits {
            let at = at.index(pipe.len());
            pipe[at] = value;
        }
        let mut input = pipe.as_slice();
        for _ in 0..10 {
            if read_message(&mut input, QUALITY).is_err() {
                break;
            }
        }
    }
}
