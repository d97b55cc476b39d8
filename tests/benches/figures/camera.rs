//! The camera worker's work on a 1920×1080 frame against decoding the frame alone.

use std::ffi::OsString;
use std::io::Cursor;
use std::time::Duration;

use e2e::camera::{Role, Sky, film};
use e2e::road::{Traffic, TrafficPlan};
use e2e::world::run;

/// Vehicles filmed by the rear camera, a few seconds each.
const VEHICLES: usize = 3;
const FRAMES: u32 = 24;

pub(crate) fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let seconds: Vec<f64> = (0..FRAMES).map(|frame| f64::from(frame) / 8.0 - 0.25).collect();
    let mut frames = Vec::new();
    for passing in Traffic::new(TrafficPlan::new(1, Duration::from_secs(8))).take(VEHICLES) {
        for jpeg in film(&passing, Sky::Day, 1, Role::Rear, &seconds) {
            let path = folder.path().join(format!("{:05}.jpg", frames.len()));
            std::fs::write(&path, full_hd(&jpeg)).unwrap();
            frames.push(path.into_os_string());
        }
    }
    println!("{} frames of 1920x1080 of the rear camera, CPU time of one thread per frame:", frames.len());
    let arguments: Vec<OsString> = std::iter::once("bench".into()).chain(frames).collect();
    println!("{}", run("plumewatch-vision", &arguments).unwrap());
}

/// The simulator renders 1280×720; this is the same picture as a full-HD camera would send it.
pub(crate) fn full_hd(jpeg: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(jpeg).unwrap();
    let large = picture.resize_exact(1_920, 1_080, image::imageops::FilterType::Triangle).to_rgb8();
    let mut packed = Cursor::new(Vec::new());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut packed, 88).encode_image(&large).unwrap();
    packed.into_inner()
}
