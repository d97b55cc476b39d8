//! The smoke measure's self-test: reference frames whose figures must come out the same, to the digit, at every start.
//!
//! EPA's ALT-082 asks of digital opacity cameras that they analyse their certification pictures anew at start-up with
//! zero variance (STANDARDS.md 9). Ours are made by whole-number arithmetic, so that no library and no processor can
//! change them, and go through the tracker and the measure that the camera worker runs. The figures stand in
//! `self_test_figures.txt`, at the resolution in which they are stored. When the measure itself is changed on purpose:
//!
//! ```sh
//! UPDATE_SELF_TEST=1 cargo test -p edge-vision --lib self_test
//! ```
//!
//! writes the file anew; the change of the file is then a part of the commit, for a person to look at.

use std::fmt::Write;

use plumewatch_shared::passage::SmokeOutcome;
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};

use crate::picture::{Picture, PictureError};
use crate::plates::{PlateReader, ReadError};
use crate::source::Frame;
use crate::track::{CameraRole, TrackEnded, Tracker};

/// The figures that the reference frames give.
const FIGURES: &str = include_str!("self_test_figures.txt");

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelfTest {
    /// Every figure is the one that stands in the program.
    Passed,
    /// Some differ: the measure may not be used.
    Differs {
        /// What the frames gave here and now, one scene a line.
        got: String,
    },
}

/// Why the reference frames could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    /// A frame is no picture.
    #[error("a reference frame cannot be made")]
    Picture(#[from] PictureError),
    /// A frame cannot be worked on.
    #[error("a reference frame cannot be measured")]
    Frame(#[from] ReadError),
}

/// Measures the reference frames.
pub fn self_test() -> Result<SelfTest, SelfTestError> {
    let got = figures()?;
    Ok(if got == FIGURES { SelfTest::Passed } else { SelfTest::Differs { got } })
}

/// One reference scene: a lorry crosses, its plume behind it.
#[derive(Clone, Copy, Debug)]
struct Scene {
    name: &'static str,
    /// Light that the plume's core lets through, per mille; 1,000 without a plume.
    through: u32,
    /// Difference between light and dark places of the background, codes.
    contrast: u32,
}

const SCENES: [Scene; 3] = [
    Scene { name: "dense smoke before a contrasty background", through: 350, contrast: 90 },
    Scene { name: "thin smoke before an even background", through: 650, contrast: 6 },
    Scene { name: "no smoke", through: 1_000, contrast: 60 },
];

const WIDTH: i32 = 320;
const HEIGHT: i32 = 180;
/// Frames before the lorry comes, with it, and after it.
const FRAMES: (i32, i32, i32) = (18, 16, 6);
/// Time between two frames, microseconds.
const STEP_US: u64 = 100_000;
/// Pixels the lorry drives in that time.
const DRIVES: i32 = 22;
/// The lorry: width, height and upper edge, pixels.
const LORRY: (i32, i32, i32) = (96, 62, 52);
/// The plume: its middle row, radius of its core and how far it reaches behind, pixels.
const PLUME: (i32, i32, i32) = (100, 17, 100);

/// A line for each scene: name, vehicles, opacity and deviation in hundredths of a percent, hits.
fn figures() -> Result<String, SelfTestError> {
    let mut out = String::new();
    for scene in &SCENES {
        let ended = played(scene)?;
        let smoke = ended.iter().filter_map(|track| track.smoke.as_ref()).max_by_key(|smoke| smoke.hits);
        let said = smoke.map_or("nothing".to_owned(), |smoke| match &smoke.outcome {
            SmokeOutcome::Measured { opacity, uncertainty_hundredths, .. } => {
                format!("{} ± {uncertainty_hundredths} in {} hits", opacity.0.hundredths(), smoke.hits)
            }
            SmokeOutcome::Unmeasurable(reason) => format!("{reason:?} in {} hits", smoke.hits),
        });
        // Writing to a string does not fail.
        let _ = writeln!(out, "{}: vehicles {}, {said}", scene.name, ended.len());
    }
    Ok(out)
}

fn played(scene: &Scene) -> Result<Vec<TrackEnded>, SelfTestError> {
    let mut tracker = Tracker::new(CameraRole::Rear, PlateReader::blind()).map_err(ReadError::from)?;
    let mut ended = Vec::new();
    for number in 0..FRAMES.0 + FRAMES.1 + FRAMES.2 {
        let passed = number as u64 * STEP_US;
        let stamp =
            Stamp::from_micros(passed as i64, ClockQuality::Unsynchronised).expect("1970 is within range");
        let at = Moment { tick: Tick { micros: passed + 1 }, stamp };
        let picture = Picture::from_bgr(WIDTH as u32, HEIGHT as u32, &frame(scene, number))?;
        let recorded_s = Some(passed as f64 / 1e6);
        ended.extend(tracker.on_frame(&Frame { picture, at, number: number as u64, recorded_s })?);
    }
    ended.extend(tracker.finish_all()?);
    Ok(ended)
}

/// The frame's bytes. Codes are taken for square roots of light, which whole numbers can undo and redo exactly.
fn frame(scene: &Scene, number: i32) -> Vec<u8> {
    let rear = (number - FRAMES.0) * DRIVES - LORRY.0 / 2;
    let here = (FRAMES.0..FRAMES.0 + FRAMES.1).contains(&number);
    let mut bytes = Vec::with_capacity((WIDTH * HEIGHT * 3) as usize);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let mut code = background(scene, x, y, number);
            if here && (rear..rear + LORRY.0).contains(&x) && (LORRY.2..LORRY.2 + LORRY.1).contains(&y) {
                let window = y < LORRY.2 + 14 && x > rear + LORRY.0 - 20;
                code = if window { 30 } else { 205 };
            }
            if here && scene.through < 1_000 {
                let through = 1_000 - (1_000 - scene.through) * density(rear, x, y) / 1_000;
                code = (code * code * through / 1_000).isqrt();
            }
            bytes.extend([code.min(255) as u8; 3]);
        }
    }
    bytes
}

/// Blocks of light and dark, the sensor's grain over them.
fn background(scene: &Scene, x: i32, y: i32, number: i32) -> u32 {
    let mixed = |a: i32, b: i32, c: i32| {
        let word = (a as u32).wrapping_mul(0x9e37_79b1)
            ^ (b as u32).wrapping_mul(0x85eb_ca77)
            ^ (c as u32).wrapping_mul(0xc2b2_ae3d);
        let word = (word ^ (word >> 15)).wrapping_mul(0x2c1b_3c6d);
        word ^ (word >> 13)
    };
    let block = mixed(x / 20, y / 14, 1) % 3;
    let grain = mixed(x, y, number + 7) % 3;
    120 + block * scene.contrast / 2 + grain
}

/// Share of the core's smoke at a place, per mille: full along a line behind the rear, soft around it.
fn density(rear: i32, x: i32, y: i32) -> u32 {
    let (row, radius, reach) = PLUME;
    let beside = if x > rear { x - rear } else { (rear - reach - x).max(0) };
    let away = beside * beside + (y - row) * (y - row);
    let (full, none) = (radius * radius, 4 * radius * radius);
    (1_000 * (none - away).clamp(0, none - full) / (none - full)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn updating() -> bool {
        std::env::var_os("UPDATE_SELF_TEST").is_some()
    }

    #[test]
    fn the_reference_frames_give_their_figures() {
        let began = Instant::now();
        let got = figures().unwrap();
        let passed = began.elapsed();
        if updating() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/self_test_figures.txt");
            std::fs::write(path, &got).unwrap();
            eprintln!("self_test_figures.txt written in {passed:?}:\n{got}");
            return;
        }
        assert_eq!(
            got, FIGURES,
            "if the measure was changed on purpose: UPDATE_SELF_TEST=1 cargo test -p edge-vision --lib self_test"
        );
        assert_eq!(self_test().unwrap(), SelfTest::Passed);
    }

    /// A reference set on which nothing is measured would hold whatever the measure does.
    #[test]
    fn the_reference_figures_are_of_smoke_and_of_none() {
        if updating() {
            return; // They are being written; what was compiled in is the old ones.
        }
        let lines: Vec<&str> = FIGURES.lines().collect();
        assert_eq!(lines.len(), SCENES.len());
        assert!(lines[..2].iter().all(|line| line.contains(" hits") && line.contains('±')), "{FIGURES}");
        assert!(lines[2].contains("nothing"), "{FIGURES}");
    }

    #[test]
    fn the_plumes_core_lets_through_what_the_scene_says() {
        let scene = Scene { name: "", through: 500, contrast: 0 };
        let number = FRAMES.0 + 8;
        let (with, bare) = (frame(&scene, number), frame(&Scene { through: 1_000, ..scene }, number));
        let rear = 8 * DRIVES - LORRY.0 / 2;
        let at = ((PLUME.0 * WIDTH + rear - 40) * 3) as usize;
        let light = |bytes: &[u8]| u32::from(bytes[at]).pow(2);
        let share = light(&with) * 1_000 / light(&bare);
        assert!((490..=500).contains(&share), "{share}");
    }
}
