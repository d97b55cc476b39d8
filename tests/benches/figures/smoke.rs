//! Smoke on the simulator's traffic: which vehicles are called smoking, and what measuring costs against decoding.

use std::time::Duration;

use e2e::camera::{Role, Sky, film};
use e2e::road::{Passing, Traffic, TrafficPlan};
use edge_vision::bench::cpu_ms;
use edge_vision::picture::Picture;
use edge_vision::plates::PlateReader;
use edge_vision::source::Frame;
use edge_vision::track::{CameraRole, TrackEnded, Tracker};
use plumewatch_shared::passage::SmokeOutcome;
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};

use super::camera::full_hd;

/// Vehicles of each light; so many that one miss is about a point of recall.
const VEHICLES: usize = 120;
const SKIES: [(&str, Sky); 3] = [("day", Sky::Day), ("rain", Sky::Rain), ("night", Sky::Night)];
const SEED: u64 = 4;
/// Vehicles whose frames are timed.
const TIMED: usize = 3;
/// Level from which a vehicle must be found.
const SMOKY: u8 = 2;

pub(crate) fn measure() {
    for (name, sky) in SKIES {
        traffic(name, sky);
    }
    speed();
}

fn passings(count: usize) -> impl Iterator<Item = Passing> {
    Traffic::new(TrafficPlan::new(SEED, Duration::from_secs(8))).take(count)
}

/// When the rear camera's frames are taken, seconds after the rear has left the beam: the empty road twice a second
/// before, eight a second while the vehicle is in the picture.
fn moments(passing: &Passing) -> Vec<f64> {
    let speed = f64::from(passing.speed.mm_s) / 1_000.0;
    let (from, to) = (-(passing.vehicle.body.length_m() + 3.0) / speed, 36.0 / speed);
    let empty = (0..4).map(|n| from - 2.0 + f64::from(n) * 0.5);
    empty.chain((0..).map(|n| from + f64::from(n) / 8.0).take_while(|at| *at < to + 0.5)).collect()
}

fn moment(seconds: f64) -> Moment {
    let micros = (seconds.max(0.0) * 1e6) as u64;
    let stamp = Stamp::from_micros(1_790_000_000_000_000 + micros as i64, ClockQuality::Holdover).unwrap();
    Moment { tick: Tick { micros }, stamp }
}

fn tracker(role: CameraRole, reader: PlateReader) -> Tracker {
    Tracker::new(role, reader).unwrap()
}

/// Percent of opacity and Ringelmann level, if a figure was given.
fn figure(track: &TrackEnded) -> Option<(f64, u8)> {
    match track.smoke.as_ref()?.outcome {
        SmokeOutcome::Measured { opacity, level, .. } => {
            Some((f64::from(opacity.0.hundredths()) / 100.0, level.level()))
        }
        SmokeOutcome::Unmeasurable(_) => None,
    }
}

/// Counts of one light.
#[derive(Default)]
struct Counts {
    smoky: u32,
    found: u32,
    found_smoky: u32,
    unmeasurable: u32,
    events: u32,
    right: u32,
    errors: Vec<f64>,
}

fn traffic(name: &str, sky: Sky) {
    let mut tracker = tracker(CameraRole::Rear, PlateReader::blind());
    let (mut number, mut ended, mut all) = (0, Vec::new(), Vec::new());
    for passing in passings(VEHICLES) {
        let seconds = moments(&passing);
        for (jpeg, since) in film(&passing, sky, SEED, Role::Rear, &seconds).iter().zip(&seconds) {
            let at = moment(20.0 + passing.at.as_secs_f64() + since);
            let picture = Picture::decode(jpeg).unwrap();
            ended.extend(tracker.on_frame(&Frame { picture, at, number, recorded_s: None }).unwrap());
            number += 1;
        }
        all.push(passing);
    }
    ended.extend(tracker.finish_all().unwrap());
    report(name, &count(&all, &ended));
}

/// A track is that passing's during whose frames it began.
fn count(passings: &[Passing], ended: &[TrackEnded]) -> Counts {
    let mut counts = Counts::default();
    let mut whose = ended.iter().map(|track| {
        let began = Duration::from_micros(track.first.tick.micros).as_secs_f64() - 20.0;
        passings.iter().position(|p| {
            let seconds = moments(p);
            let since = began - p.at.as_secs_f64();
            since >= seconds[0] && since <= seconds[seconds.len() - 1]
        })
    });
    let tracks: Vec<(Option<usize>, &TrackEnded)> =
        ended.iter().map(|track| (whose.next().flatten(), track)).collect();
    for (at, passing) in passings.iter().enumerate() {
        let mine = || tracks.iter().filter(|(whose, _)| *whose == Some(at)).map(|(_, track)| *track);
        let best = mine().filter_map(figure).max_by(|a, b| a.0.total_cmp(&b.0));
        if passing.ringelmann().level() >= SMOKY {
            counts.smoky += 1;
            counts.found += u32::from(best.is_some_and(|(_, level)| level >= 1));
            counts.found_smoky += u32::from(best.is_some_and(|(_, level)| level >= SMOKY));
            counts.unmeasurable += u32::from(best.is_none() && mine().any(|track| track.smoke.is_some()));
            if let Some((percent, _)) = best {
                counts.errors.push(percent - f64::from(passing.plume.hundredths()) / 100.0);
            }
        }
    }
    for (whose, track) in &tracks {
        if figure(track).is_some_and(|(_, level)| level >= 1) {
            counts.events += 1;
            counts.right += u32::from(whose.is_some_and(|at| passings[at].plume.hundredths() > 0));
        }
    }
    counts
}

fn report(name: &str, counts: &Counts) {
    let n = counts.errors.len().max(1) as f64;
    let mean = counts.errors.iter().map(|e| e.abs()).sum::<f64>() / n;
    let bias = counts.errors.iter().sum::<f64>() / n;
    let worst = counts.errors.iter().fold(0.0_f64, |worst, e| if e.abs() > worst.abs() { *e } else { worst });
    println!("{name}: {VEHICLES} vehicles, {} of them at Ringelmann {SMOKY} or more", counts.smoky);
    println!("  recall     {}  called smoking (level 1 or more)", share(counts.found, counts.smoky));
    println!("             {}  called level {SMOKY} or more", share(counts.found_smoky, counts.smoky));
    println!(
        "  precision  {}  of {} events on vehicles with smoke",
        share(counts.right, counts.events),
        counts.events
    );
    println!(
        "  opacity    mean error {mean:.2}, bias {bias:+.2}, largest {worst:+.1} points; no figure {}",
        counts.unmeasurable
    );
}

/// Percent with the Wilson interval of 95 %.
fn share(part: u32, whole: u32) -> String {
    edge_vision::commands::share(part, whole)
}

/// CPU milliseconds a frame of a work on frames.
fn a_frame(frames: &[Vec<u8>], mut work: impl FnMut(&[u8])) -> f64 {
    let began = cpu_ms();
    frames.iter().for_each(|jpeg| work(jpeg));
    (cpu_ms() - began) / frames.len() as f64
}

/// One thread's time per 1920×1080 frame: decoding, decoding and smoke, and all the work of both cameras.
fn speed() {
    let (mut rear, mut front) = (Vec::new(), Vec::new());
    for passing in passings(TIMED) {
        let seconds = moments(&passing);
        rear.extend(film(&passing, Sky::Day, SEED, Role::Rear, &seconds).iter().map(|jpeg| full_hd(jpeg)));
        front.extend(film(&passing, Sky::Day, SEED, Role::Front, &seconds).iter().map(|jpeg| full_hd(jpeg)));
    }
    edge_vision::bench::one_thread().unwrap();
    let decode = a_frame(&rear, |jpeg| drop(Picture::decode(jpeg).unwrap()));
    let follow = |frames: &[Vec<u8>], mut tracker: Tracker| {
        let mut number = 0;
        let cost = a_frame(frames, |jpeg| {
            let picture = Picture::decode(jpeg).unwrap();
            let at = moment(20.0 + number as f64 / 8.0);
            tracker.on_frame(&Frame { picture, at, number, recorded_s: None }).unwrap();
            number += 1;
        });
        let began = cpu_ms();
        tracker.finish_all().unwrap();
        cost + (cpu_ms() - began) / frames.len() as f64
    };
    let smoke = follow(&rear, tracker(CameraRole::Rear, PlateReader::blind()));
    let whole = follow(&rear, tracker(CameraRole::Rear, PlateReader::new().unwrap()));
    let other = follow(&front, tracker(CameraRole::Front, PlateReader::new().unwrap()));
    println!("1920×1080, {} frames of each camera, CPU time of one thread per frame:", rear.len());
    println!("  decode alone                 {decode:7.2} ms  1.00");
    println!(
        "  decode, follow, smoke        {smoke:7.2} ms  {:.2}  {:.0} frames a second",
        smoke / decode,
        1e3 / smoke
    );
    println!("  the same with plates         {whole:7.2} ms  {:.2}", whole / decode);
    println!(
        "  both cameras of a site       {:7.2} ms  {:.2}  {:.0} pairs of frames a second",
        whole + other,
        (whole + other) / decode,
        1e3 / (whole + other)
    );
}
