//! Clips of drawn roads, read back with OpenCV's own reader.

use opencv::prelude::*;
use opencv::videoio::{CAP_FFMPEG, CAP_PROP_FPS, VideoCapture};
use plumewatch_shared::passage::UnmeasurableReason;
use plumewatch_shared::time::{ClockQuality, Stamp, Tick};
use plumewatch_shared::units::{CameraOpacity, Confidence, Opacity, RingelmannLevel};

use super::*;

const START: i64 = 1_700_000_000_000_000;

fn at(ms: u64) -> Moment {
    let stamp = Stamp::from_micros(START + i64::try_from(ms * 1_000).unwrap(), ClockQuality::Synchronised);
    Moment { tick: Tick { micros: ms * 1_000 }, stamp: stamp.unwrap() }
}

/// A road with a box that moves on from frame to frame, and a little noise, so that it is not free to encode.
fn road(ms: u64) -> Picture {
    let (width, height) = (800_usize, 450_usize);
    let mut bytes = Vec::with_capacity(width * height * 3);
    let left = (ms / 20) as usize % 600;
    for y in 0..height {
        for x in 0..width {
            let grain = ((x * 7 + y * 13 + ms as usize) % 11) as u8;
            let boxed = (left..left + 160).contains(&x) && (200..330).contains(&y);
            let [b, g, r] = if boxed { [40, 60, 200] } else { [110, 120, (80 + y / 8) as u8] };
            bytes.extend([b + grain, g + grain, r + grain]);
        }
    }
    Picture::from_bgr(width as u32, height as u32, &bytes).unwrap()
}

fn smoke(from_ms: u64, to_ms: u64, outcome: SmokeOutcome) -> SmokeObservation {
    SmokeObservation { first_seen: at(from_ms).stamp, last_seen: at(to_ms).stamp, hits: 5, outcome }
}

fn measured(level: u8) -> SmokeOutcome {
    SmokeOutcome::Measured {
        opacity: CameraOpacity(Opacity::from_hundredths(u16::from(level) * 2_000).unwrap()),
        uncertainty_hundredths: 300,
        level: RingelmannLevel::new(level).unwrap(),
        confidence: Confidence::FULL,
    }
}

/// Runs a recorder over `seconds` of road at 12.5 frames a second; the tracks end at their times.
fn recorded(seconds: u64, tracks: &[(u64, u64, SmokeObservation)]) -> Vec<Made> {
    let mut recorder = Recorder::start();
    let mut all = Vec::new();
    for ms in (0..seconds * 1_000).step_by(80) {
        recorder.on_frame(&road(ms), at(ms)).unwrap();
        for (track, _, smoke) in tracks.iter().filter(|(_, ends, _)| ms <= *ends && *ends < ms + 80) {
            assert!(recorder.on_track(*track, Some(smoke)));
        }
        all.extend(std::iter::from_fn(|| recorder.next_made()));
    }
    all.extend(recorder.finish());
    all
}

/// Frames and frames a second of a clip, as a reader finds them.
fn played(clip: &[u8]) -> (usize, f64, i32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    std::fs::write(&path, clip).unwrap();
    let mut capture = VideoCapture::from_file(path.to_str().unwrap(), CAP_FFMPEG).unwrap();
    let fps = capture.get(CAP_PROP_FPS).unwrap();
    let (mut frames, mut width) = (0, 0);
    let mut pixels = opencv::core::Mat::default();
    while capture.read(&mut pixels).unwrap() {
        frames += 1;
        width = pixels.cols();
    }
    (frames, fps, width)
}

#[test]
fn a_clip_shows_five_seconds_before_the_first_plume_to_five_after_the_last() {
    let made = recorded(16, &[(7, 9_000, smoke(6_000, 8_000, measured(2)))]);
    assert_eq!(made.len(), 1);
    let clip = made[0].clip.as_ref().expect("this OpenCV has H.264");
    let (frames, fps, width) = played(clip);
    assert_eq!((made[0].track, fps, width), (7, 10.0, 640));
    // From 1 s to 13 s.
    assert!((118..=121).contains(&frames), "{frames} frames");
    assert_eq!(&clip[4..8], b"ftyp", "a browser knows it by this");

    assert!(clip.len() <= CLIP_BYTES_MAX);
}

#[test]
fn a_clip_is_clamped_to_what_there_is_and_to_the_longest_length() {
    // The road was first seen one second before the plume, and the source ends one second after it.
    let made = recorded(4, &[(1, 3_500, smoke(1_000, 3_000, measured(1)))]);
    let (frames, ..) = played(made[0].clip.as_ref().unwrap());
    assert!((38..=41).contains(&frames), "{frames} frames");
    let made = recorded(30, &[(2, 25_500, smoke(6_000, 25_000, measured(3)))]);
    let (frames, ..) = played(made[0].clip.as_ref().unwrap());
    let longest = LONGEST.as_secs() as usize * FPS as usize;
    assert!((longest - 2..=longest + 1).contains(&frames), "{frames} frames");
}

#[test]
fn what_does_not_count_has_no_clip_and_what_cannot_be_measured_has_one() {
    let mut recorder = Recorder::start();
    assert!(!recorder.on_track(1, None));
    assert!(!recorder.on_track(2, Some(&smoke(0, 1_000, measured(0)))));
    assert!(recorder.on_track(3, Some(&smoke(0, 1_000, measured(1)))));
    let night = SmokeOutcome::Unmeasurable(UnmeasurableReason::Night);
    assert!(recorder.on_track(4, Some(&smoke(0, 1_000, night))));
    // Nothing was ever seen: both are told as none, so that nobody waits.
    let mut made = recorder.finish();
    made.sort_by_key(|made| made.track);
    assert_eq!(made, [Made { track: 3, clip: None }, Made { track: 4, clip: None }]);
}

#[test]
fn no_more_clips_are_promised_than_can_be_kept() {
    let mut recorder = Recorder::start();
    let promised = (0..9).filter(|track| recorder.on_track(*track, Some(&smoke(0, 1_000, measured(2)))));
    assert_eq!(promised.count(), WANTED_MAX);
}

#[test]
fn the_ring_holds_half_a_minute_and_no_more_bytes_than_its_limit() {
    let mut ring = Ring::default();
    let picture = road(0);
    for ms in (0..40_000).step_by(40) {
        ring.keep(&picture, at(ms)).unwrap();
        let (_, bytes) = ring.held();
        assert!(bytes <= RING_BYTES);
    }
    let (stills, _) = ring.held();
    // Every third of twenty-five frames a second.
    assert!((240..=RING_TIME.as_secs() as usize * FPS as usize + 1).contains(&stills), "{stills}");

    let all = ring.between(i64::MIN, i64::MAX);
    assert_eq!(all.last().unwrap().at_us - all[0].at_us, 30_000_000);
    // A clock that is set back leaves nothing that lies in the future.
    ring.keep(&picture, at(1_000)).unwrap();
    assert_eq!(ring.held().0, 1);
}
