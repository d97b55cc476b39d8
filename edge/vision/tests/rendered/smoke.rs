//! Rendered vehicles with smoke of known opacity, and with what only looks like it.

use edge_vision::plates::PlateReader;
use edge_vision::source::Frame;
use edge_vision::track::{CameraRole, TrackEnded, Tracker};
use plumewatch_shared::passage::{SmokeObservation, SmokeOutcome};

use crate::draw::{Canvas, Dice};
use crate::plates::moment;

/// What is behind the lorry.
#[derive(Clone, Copy, PartialEq)]
enum Behind {
    /// Soft puffs of this opacity, that stay behind and drift.
    Smoke(f32),
    /// White puffs.
    Vapour(f32),
    /// The sun's shadow, moving along.
    Shadow,
    /// A dark load on a trailer.
    Load,
    Nothing,
}

/// A lorry driving away up the picture. `gain`: change of exposure from frame to frame.
fn drive(behind: Behind, seed: u64, gain: f32) -> Vec<TrackEnded> {
    let mut tracker = Tracker::new(CameraRole::Rear, PlateReader::new().unwrap()).unwrap();
    let mut dice = Dice(seed);
    for _ in 0..20 {
        dice.unit();
    }
    let road = Canvas::road(640, 360, seed);
    let side = if dice.unit() < 0.5 { -1.0 } else { 1.0 };
    let body = 70 + (dice.unit() * 150.0) as u8;
    let swing = dice.unit() * 6.0;
    let mut ended = Vec::new();
    for number in 0..34_u64 {
        let mut canvas = road.clone();
        if (15..29).contains(&number) {
            let step = number as i32 - 15;
            let y = 190 - step * 14;
            if behind == Behind::Shadow {
                canvas.shade([360, y - 60, 130, 150], 0.3);
            }
            canvas.fill([270, y - 120, 150, 190], [body, body, body]);
            canvas.fill([280, y + 30, 130, 34], [30, 30, 34]);
            canvas.fill([276, y - 110, 138, 4], [20, 20, 20]);
            if behind == Behind::Load {
                canvas.fill([290, y + 70, 110, 70], [42, 42, 45]);
            }
            if let Behind::Smoke(opacity) | Behind::Vapour(opacity) = behind {
                let light = if matches!(behind, Behind::Smoke(_)) { 0.01 } else { 0.8 };
                let puffs: Vec<(f32, f32, f32)> = (0..9)
                    .map(|age| {
                        let age = age as f32;
                        let x = 345.0 + side * 30.0 + (age * 1.3 + step as f32 + swing).sin() * (3.0 + age);
                        (x, y as f32 + 74.0 + age * 13.0, 20.0 + age * 4.0)
                    })
                    .collect();
                canvas.cloud(&puffs, opacity, light);
            }
        }
        canvas.expose(gain.powi(number as i32 % 9));
        let frame = Frame { picture: canvas.shot(&mut dice), at: moment(number), number, recorded_s: None };
        ended.extend(tracker.on_frame(&frame).unwrap());
    }
    ended.extend(tracker.finish_all().unwrap());
    if let Ok(folder) = std::env::var("SMOKE_PANELS") {
        for track in &ended {
            if let Some(plume) = &track.plume {
                std::fs::write(format!("{folder}/{seed}-{}.jpg", track.track), plume).unwrap();
            }
        }
    }
    ended
}

fn smoke(ended: Vec<TrackEnded>) -> Option<SmokeObservation> {
    ended.into_iter().find_map(|track| track.smoke)
}

fn percent(seen: Option<&SmokeObservation>) -> Option<(f32, f32)> {
    match seen?.outcome {
        SmokeOutcome::Measured { opacity, uncertainty_hundredths, .. } => {
            Some((f32::from(opacity.0.hundredths()) / 100.0, f32::from(uncertainty_hundredths) / 100.0))
        }
        SmokeOutcome::Unmeasurable(_) => None,
    }
}

/// Criteria of smoke-reading schools (EPA Method 9): mean error at most 7.5 points, none above 15.
#[test]
fn rendered_plumes_are_measured_as_certified_readers_must() {
    let (mut sum, mut worst, mut bias, mut n) = (0.0_f32, 0.0_f32, 0.0_f32, 0);
    for (seed, truth) in (1..).zip([15, 20, 30, 40, 50, 60, 70, 80, 90].map(|p: i32| p as f32)) {
        let gain = if seed % 3 == 0 { 1.02 } else { 1.0 };
        let seen = smoke(drive(Behind::Smoke(truth / 100.0), seed, gain));
        let Some((opacity, give)) = percent(seen.as_ref()) else { panic!("{truth} %: {seen:?}") };
        let error = opacity - truth;
        println!("{truth:3} %: error {error:+.1}, stated {give:.1}, {} hits", seen.map_or(0, |s| s.hits));
        sum += error.abs();
        bias += error;
        worst = worst.max(error.abs());
        n += 1;
    }
    let n = n as f32;
    println!("mean error {:.1}, bias {:+.1}, worst {worst:.1} points", sum / n, bias / n);
    assert!(sum / n <= 7.5 && worst <= 15.0, "mean {} worst {worst}", sum / n);
}

#[test]
fn a_clean_lorry_has_no_smoke() {
    for seed in 1..4 {
        assert_eq!(smoke(drive(Behind::Nothing, seed, 1.0)), None, "seed {seed}");
    }
}

#[test]
fn a_change_of_exposure_is_no_smoke() {
    assert_eq!(smoke(drive(Behind::Nothing, 5, 1.05)), None);
    assert_eq!(smoke(drive(Behind::Nothing, 6, 0.95)), None);
}

#[test]
fn a_shadow_is_no_smoke() {
    for seed in 10..13 {
        assert_eq!(percent(smoke(drive(Behind::Shadow, seed, 1.0)).as_ref()), None, "seed {seed}");
    }
}

#[test]
fn a_dark_load_is_no_smoke() {
    for seed in 20..23 {
        assert_eq!(percent(smoke(drive(Behind::Load, seed, 1.0)).as_ref()), None, "seed {seed}");
    }
}

#[test]
fn white_vapour_is_never_black_smoke() {
    for seed in 30..33 {
        let seen = smoke(drive(Behind::Vapour(0.5), seed, 1.0));
        assert_eq!(percent(seen.as_ref()), None, "seed {seed}: {seen:?}");
    }
}
