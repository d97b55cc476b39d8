//! What the beams of a head see behind a vehicle, hundredth by hundredth of a second, so that its results follow.

use edge_core::plume::PlumeSample;
use edge_core::reader::remote_sensing::BeamSample;
use plumewatch_shared::plume::PlumeRatios;
use plumewatch_shared::reading::Reading;
use plumewatch_shared::units::{CrossRoadOpacity, MoleRatio, Opacity};

/// Half a second at a hundred a second, as heads measure it.
const SAMPLES: usize = 50;
/// Clean air before the plume: as much as the cleanest air is looked for in.
const CLEAN: usize = 20;
/// In so many samples a plume thins to an e-th.
const THINS_IN: f64 = 12.0;
/// The road's own air, hundredths of ppm·m of CO₂.
const AIR: f64 = 41_000.0;
/// The sample that a plume's strength is told by: the fifth strongest.
const TOLD_BY: f64 = 4.0;
/// From this excess of CO₂ on a sample is of the plume, hundredths of ppm·m.
const STRONG: f64 = 16_000.0;
/// The peak of a plume too weak to tell anything, hundredths of ppm·m.
const WEAK_PEAK: f64 = 9_000.0;

/// The samples from which a host makes this reading's gases, opacity and plume strength.
pub fn samples_of(reading: &Reading) -> Vec<BeamSample> {
    let none = MoleRatio { millionths: 0 };
    let PlumeRatios { co, hc, no } =
        reading.gases.as_ref().map_or(PlumeRatios { co: none, hc: none, no: none }, PlumeRatios::of);
    let peak = match reading.gases {
        Some(_) => f64::from(reading.plume_ppm_m_hundredths) * (TOLD_BY / THINS_IN).exp(),
        None => WEAK_PEAK,
    };
    let strength = |at: usize| {
        let behind = at as f64 - CLEAN as f64;
        if at < CLEAN { 0.0 } else { peak * (-behind / THINS_IN).exp() }
    };
    let of_plume = (CLEAN..SAMPLES).filter(|at| strength(*at) > STRONG).count();
    let sample = |at: usize| {
        let of = |ratio: MoleRatio| (strength(at) * f64::from(ratio.millionths) / 1e6).round() as i32;
        BeamSample {
            gases: PlumeSample {
                co2: (AIR + strength(at)).round() as i32,
                co: of(co),
                hc: of(hc),
                no: of(no),
            },
            opacity: smoke(reading, at, of_plume),
        }
    };
    (0..SAMPLES).map(sample).collect()
}

/// The strongest sample has the maximum, the others of the plume what makes the mean right.
fn smoke(reading: &Reading, at: usize, of_plume: usize) -> Option<CrossRoadOpacity> {
    let beam = reading.opacity?;
    let (mean, maximum) = (f64::from(beam.mean.0.hundredths()), f64::from(beam.maximum.0.hundredths()));
    let others = (mean * of_plume as f64 - maximum) / (of_plume as f64 - 1.0).max(1.0);
    let value = match at {
        CLEAN => maximum,
        at if at < CLEAN => 0.0,
        _ => others.clamp(0.0, maximum),
    };
    Opacity::from_hundredths(value.round() as u16).map(CrossRoadOpacity)
}
