use edge_vision::plates::PlateReader;
use edge_vision::source::Frame;
use edge_vision::track::{CameraRole, TrackEnded, Tracker};
use plumewatch_shared::passage::{SmokeObservation, SmokeOutcome};

use crate::draw::{Canvas, Dice};
use crate::plates::moment;

/// A lorry driving off with a plume of this opacity behind its left side.
fn drive(opacity: f32, seed: u64) -> Vec<TrackEnded> {
    let mut tracker = Tracker::new(CameraRole::Rear, PlateReader::new().unwrap()).unwrap();
    let mut dice = Dice(seed);
    let road = Canvas::road(640, 360, seed);
    let mut ended = Vec::new();
    for number in 0..30_u64 {
        let mut canvas = road.clone();
        if (15..23).contains(&number) {
            let y = 150 - (number as i32 - 15) * 12;
            canvas.fill([300, y - 110, 200, 170], [150, 152, 150]);
            canvas.fill([310, y + 30, 180, 30], [30, 30, 34]);
            if opacity > 0.0 {
                let sway = (number as f32 * 1.7).sin() * 6.0;
                canvas.plume((262.0 + sway, y as f32 + 50.0), 42.0, opacity);
            }
        }
        let frame = Frame { picture: canvas.shot(&mut dice), at: moment(number), number, recorded_s: None };
        ended.extend(tracker.on_frame(&frame).unwrap());
    }
    ended.extend(tracker.finish_all().unwrap());
    ended
}

fn smoke(ended: Vec<TrackEnded>) -> Option<SmokeObservation> {
    ended.into_iter().find_map(|track| track.smoke)
}

/// Criteria of smoke-reading schools (EPA Method 9): mean error at most 7.5 points, none above 15.
#[test]
fn rendered_plumes_are_measured_as_certified_readers_must() {
    let (mut sum, mut worst, mut bias, mut n) = (0.0_f32, 0.0_f32, 0.0_f32, 0);
    for (seed, percent) in (1..).zip([20, 30, 40, 50, 60, 70, 80, 90]) {
        let truth = percent as f32;
        let Some(seen) = smoke(drive(truth / 100.0, seed)) else { panic!("{percent} %: no smoke seen") };
        let SmokeOutcome::Measured { opacity, .. } = seen.outcome else {
            panic!("{percent} %: {:?}", seen.outcome)
        };
        let error = f32::from(opacity.0.hundredths()) / 100.0 - truth;
        println!("{percent:3} %: error {error:+.1}, {} hits", seen.hits);
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
        assert_eq!(smoke(drive(0.0, seed)), None, "seed {seed}");
    }
}
