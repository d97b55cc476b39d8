//! From the samples of one plume to ratios with their errors, and whether they may be believed.
//!
//! ```text
//! samples, a hundred a second ─▶ cleanest air ─▶ excess over it ─▶ line through pollutant against CO₂ ─▶ slope ± error
//!                                     │                 │
//!                                     └─ strength: how many samples stand out, and by how much
//! ```
//!
//! A plume is diluted by an unknown factor that is the same for all gases of one sample, so the slope of a pollutant
//! against CO₂ is the exhaust's own ratio (Denver's method, STANDARDS.md 10.1, 10.3). The limits are data.

mod line;
pub mod motion;

use plumewatch_shared::plume::PlumeRatios;
use plumewatch_shared::reading::Gases;
use plumewatch_shared::units::MoleRatio;

pub use line::Slope;

/// Samples of one plume at most: two seconds at a hundred a second; a head sends half a second.
pub const SAMPLES_MAX: usize = 200;
/// Samples whose mean is the cleanest air: 200 ms (STANDARDS.md 10.3b).
const CLEANEST: usize = 20;

/// Path integrals of one hundredth of a second, hundredths of ppm·m, as the head reports them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlumeSample {
    /// Carbon dioxide.
    pub co2: i32,
    /// Carbon monoxide.
    pub co: i32,
    /// Hydrocarbons, as propane.
    pub hc: i32,
    /// Nitric oxide.
    pub no: i32,
}

/// What a plume must be to be believed; Denver's criteria are [`PlumeCriteria::denver`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlumeCriteria {
    /// Excess of CO₂ from which a sample is of the plume, hundredths of ppm·m.
    pub strong_co2: i32,
    /// Excess of CO from which a sample is of the plume whatever its CO₂, hundredths of ppm·m.
    pub strong_co: i32,
    /// Samples of the plume that are needed.
    pub least_samples: u32,
    /// For CO, HC, NO in turn.
    pub gases: [GasCriteria; 3],
}

/// What a gas's figure must be; hundredths of 10⁻⁶ of undiluted exhaust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GasCriteria {
    /// Above this the error is held against the figure itself, else against `error_below`.
    pub relative_above: i32,
    /// Share of the figure that the error may be, per mille.
    pub error_per_mille: i32,
    /// What the error may be otherwise.
    pub error_below: i32,
    /// The figure must be above this …
    pub above: i32,
    /// … and below this.
    pub below: i32,
}

impl PlumeCriteria {
    /// The criteria of the University of Denver (STANDARDS.md 10.3).
    pub fn denver() -> Self {
        let ppm = |ppm: i32| ppm * 100;
        let percent = |tenths: i32| ppm(tenths * 1_000);
        let gas = |relative_above, error_below, above, below| GasCriteria {
            relative_above,
            error_per_mille: 200,
            error_below,
            above,
            below,
        };
        Self {
            strong_co2: ppm(160),
            strong_co: ppm(400),
            least_samples: 5,
            gases: [
                gas(percent(10), percent(2), percent(-10), percent(210)),
                gas(ppm(2_500), ppm(500), ppm(-1_000), ppm(40_000)),
                gas(ppm(1_500), ppm(300), ppm(-700), ppm(7_000)),
            ],
        }
    }
}

/// A pollutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pollutant {
    /// Carbon monoxide.
    Co,
    /// Hydrocarbons.
    Hc,
    /// Nitric oxide.
    No,
}

impl Pollutant {
    /// In the order of [`PlumeCriteria::gases`].
    pub const ALL: [Self; 3] = [Self::Co, Self::Hc, Self::No];
}

/// Why a plume is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlumeFault {
    /// Too few samples stand out of the air.
    Weak {
        /// How many do.
        samples: u32,
    },
    /// The points do not lie on a line well enough.
    Scattered(Pollutant),
    /// No engine gives this.
    Implausible(Pollutant),
}

/// What a plume says.
#[derive(Clone, Debug, PartialEq)]
pub struct PlumeFinding {
    /// The slopes, in the order of [`Pollutant::ALL`].
    pub slopes: [Slope; 3],
    /// Fractions and ratios that follow from the slopes.
    pub gases: Gases,
    /// The strongest sample's excess of CO₂ over the cleanest air, hundredths of ppm·m.
    pub strength: i32,
    /// The excess of CO₂ that as many samples as are needed reach: what a gate on plume strength compares.
    pub held_strength: i32,
    /// Samples that stand out.
    pub samples: u32,
    /// Which they are, in the order of the samples.
    pub of_plume: Vec<bool>,
    /// Why it is not to be believed; empty if it is.
    pub faults: Vec<PlumeFault>,
}

/// Looks at one plume. `None` for samples that make no line at all: fewer than three, or CO₂ that never moves.
pub fn examine(samples: &[PlumeSample], criteria: &PlumeCriteria) -> Option<PlumeFinding> {
    let samples = &samples[..samples.len().min(SAMPLES_MAX)];
    let clean = cleanest(samples)?;
    let excess: Vec<[f64; 4]> = samples.iter().map(|sample| less(sample, clean)).collect();
    let stands_out =
        |e: &[f64; 4]| e[0] > f64::from(criteria.strong_co2) || e[1] > f64::from(criteria.strong_co);
    let of_plume: Vec<bool> = excess.iter().map(stands_out).collect();
    let strong = u32::try_from(of_plume.iter().filter(|of| **of).count()).unwrap_or(u32::MAX);
    let mut strengths: Vec<f64> = excess.iter().map(|e| e[0]).collect();
    strengths.sort_unstable_by(|a, b| b.total_cmp(a));
    let needed = usize::try_from(criteria.least_samples).unwrap_or(usize::MAX).clamp(1, strengths.len());
    let slope = |gas: usize| line::through(excess.iter().map(|e| (e[0], e[gas])));
    let slopes = [slope(1)?, slope(2)?, slope(3)?];
    let millionths = |at: usize| MoleRatio { millionths: (slopes[at].slope * 1e6).round() as i32 };
    let gases = PlumeRatios { co: millionths(0), hc: millionths(1), no: millionths(2) }.gases();
    let mut faults = Vec::new();
    if strong < criteria.least_samples {
        faults.push(PlumeFault::Weak { samples: strong });
    }
    let figures = [gases.co, gases.hc, gases.no];
    for ((pollutant, figure), (slope, rule)) in
        Pollutant::ALL.into_iter().zip(figures).zip(slopes.iter().zip(&criteria.gases))
    {
        let figure = figure.ppm_hundredths;
        let error = slope.error * f64::from(gases.co2.ppm_hundredths);
        let most = if figure > rule.relative_above {
            f64::from(figure) * f64::from(rule.error_per_mille) / 1e3
        } else {
            f64::from(rule.error_below)
        };
        if error > most {
            faults.push(PlumeFault::Scattered(pollutant));
        }
        if figure <= rule.above || figure >= rule.below {
            faults.push(PlumeFault::Implausible(pollutant));
        }
    }
    Some(PlumeFinding {
        slopes,
        gases,
        strength: strengths[0].round() as i32,
        held_strength: strengths[needed - 1].round() as i32,
        samples: strong,
        of_plume,
        faults,
    })
}

fn values(sample: &PlumeSample) -> [f64; 4] {
    [sample.co2, sample.co, sample.hc, sample.no].map(f64::from)
}

fn less(sample: &PlumeSample, clean: [f64; 4]) -> [f64; 4] {
    let mut excess = values(sample);
    excess.iter_mut().zip(clean).for_each(|(value, clean)| *value -= clean);
    excess
}

/// The mean of the 200 ms with the least CO₂.
fn cleanest(samples: &[PlumeSample]) -> Option<[f64; 4]> {
    let width = samples.len().min(CLEANEST);
    let mean = |window: &[PlumeSample]| -> [f64; 4] {
        let mut sum = [0.0; 4];
        for sample in window {
            sum.iter_mut().zip(values(sample)).for_each(|(sum, value)| *sum += value);
        }
        sum.map(|sum| sum / width as f64)
    };
    if width == 0 {
        return None;
    }
    samples.windows(width).map(mean).min_by(|a, b| a[0].total_cmp(&b[0]))
}

#[cfg(test)]
mod tests;
