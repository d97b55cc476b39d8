//! A camera's folder through the whole worker: a lorry that smokes leaves a clip, a clean one none.

use std::path::Path;
use std::time::{Duration, Instant};

use edge_vision::source::SourceConfig;
use edge_vision::track::CameraRole;
use edge_vision::worker::{WorkerConfig, WorkerMessage, read_message, run_worker};
use opencv::prelude::*;
use opencv::videoio::{CAP_FFMPEG, VideoCapture};
use plumewatch_shared::time::ClockQuality;

use crate::draw::{Canvas, Dice};

/// Pictures of the folder, and the time between them.
const FRAMES: u64 = 40;
const PACE: Duration = Duration::from_millis(125);

/// Draws a lorry that drives off up the picture, with puffs of this opacity that stay behind.
fn draw(folder: &Path, opacity: f32) {
    let (seed, mut dice) = (3, Dice(3));
    let road = Canvas::road(640, 360, seed);
    for number in 0..FRAMES {
        let mut canvas = road.clone();
        if (15..29).contains(&number) {
            let step = number as i32 - 15;
            let y = 190 - step * 14;
            canvas.fill([270, y - 120, 150, 190], [150, 152, 150]);
            canvas.fill([280, y + 30, 130, 34], [30, 30, 34]);
            if opacity > 0.0 {
                let puff = |age: f32| {
                    let x = 315.0 + (age * 1.3 + step as f32).sin() * (3.0 + age);
                    (x, y as f32 + 74.0 + age * 13.0, 20.0 + age * 4.0)
                };
                let puffs: Vec<(f32, f32, f32)> = (0..9_u8).map(|age| puff(f32::from(age))).collect();
                canvas.cloud(&puffs, opacity, 0.01);
            }
        }
        let jpeg = canvas.shot(&mut dice).jpeg(92).unwrap();
        std::fs::write(folder.join(format!("{number:03}.jpg")), jpeg).unwrap();
    }
}

/// What the worker says of the folder, and how long it took.
fn worked(opacity: f32) -> (Vec<WorkerMessage>, Duration) {
    let folder = tempfile::tempdir().unwrap();
    draw(folder.path(), opacity);
    let source = SourceConfig::Folder {
        path: folder.path().to_owned(),
        pace_ms: PACE.as_millis().try_into().unwrap(),
    };
    let (mut pipe, started) = (Vec::new(), Instant::now());
    run_worker(WorkerConfig::new(source, CameraRole::Rear), &mut pipe).unwrap();
    let took = started.elapsed();
    let mut input = pipe.as_slice();
    let message = || read_message(&mut input, ClockQuality::Synchronised).ok();
    (std::iter::from_fn(message).collect(), took)
}

/// The frames that a video player finds.
fn played(clip: &[u8]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    std::fs::write(&path, clip).unwrap();
    let mut capture = VideoCapture::from_file(path.to_str().unwrap(), CAP_FFMPEG).unwrap();
    let mut pixels = opencv::core::Mat::default();
    std::iter::from_fn(|| capture.read(&mut pixels).unwrap().then_some(())).count()
}

#[test]
fn a_smoking_lorry_leaves_a_clip_of_the_whole_scene() {
    let (messages, took) = worked(0.7);
    let announced = messages.iter().find_map(|message| match message {
        WorkerMessage::TrackEnded(track) if track.clip_follows => Some(track.track),
        _ => None,
    });
    let made = messages.iter().find_map(|message| match message {
        WorkerMessage::Clip(made) => Some(made),
        _ => None,
    });
    let made = made.expect("a clip was announced");
    assert_eq!(Some(made.track), announced);
    let clip = made.clip.as_ref().expect("this OpenCV has H.264");
    // The folder is shorter than five seconds before and five after, so the clip shows all of it.
    let shown = Duration::from_millis(100) * u32::try_from(played(clip)).unwrap();
    println!("{shown:?} in {} bytes, the worker took {took:?}", clip.len());
    let least = PACE * (u32::try_from(FRAMES).unwrap() - 1) - Duration::from_millis(500);
    assert!(shown >= least && shown <= took + Duration::from_millis(500), "{least:?} {shown:?} {took:?}");
}

#[test]
fn a_clean_lorry_leaves_none() {
    let (messages, _) = worked(0.0);
    let mut tracks = 0;
    for message in messages {
        match message {
            WorkerMessage::TrackEnded(track) => {
                assert!(!track.clip_follows);
                tracks += 1;
            }
            WorkerMessage::Clip(made) => panic!("a clip of track {}", made.track),
            WorkerMessage::Started
            | WorkerMessage::Health(_)
            | WorkerMessage::SourceEnded
            | WorkerMessage::Fault { .. } => {}
        }
    }
    assert!(tracks > 0, "the lorry was seen");
}
