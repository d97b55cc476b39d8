//! Vector 28, class P: the University of Denver's criteria (STANDARDS.md 10.3), each boundary from both sides. NO₂ has
//! criteria too; no head that we read measures it.

use std::collections::BTreeSet;

use edge_core::plume::motion::BarrierEvent::{Blocked, Freed};
use edge_core::plume::motion::{BARRIER_EVENTS_MAX, BarrierEvent, MotionCriteria, barriers_hold};
use edge_core::plume::{PlumeCriteria, PlumeFault, PlumeFinding, PlumeSample, Pollutant, examine};
use plumewatch_shared::units::{Acceleration, Speed};

/// Clean air, then a plume that thins out. `peak` in ppm·m of CO₂; the pollutants follow by these ratios, each with
/// alternating noise of so many hundredths of ppm·m.
fn plume(peak: f64, ratios: [f64; 3], noise: i32) -> Vec<PlumeSample> {
    let sample = |at: usize| {
        let strength = if at < 20 { 0.0 } else { peak * 100.0 * (-(at as f64 - 20.0) / 12.0).exp() };
        let sign = if at.is_multiple_of(2) { noise } else { -noise };
        let of = |ratio: f64| (strength * ratio).round() as i32 + sign;
        PlumeSample {
            co2: (41_000.0 + strength).round() as i32,
            co: of(ratios[0]),
            hc: of(ratios[1]),
            no: of(ratios[2]),
        }
    };
    (0..50).map(sample).collect()
}

fn found(samples: &[PlumeSample]) -> PlumeFinding {
    examine(samples, &PlumeCriteria::denver()).unwrap()
}

/// Five samples above 160 ppm·m of CO₂, or 400 of CO.
#[test]
fn vector_28_plume_strength() {
    let with = |strong: usize, co2: i32, co: i32| {
        let mut samples = vec![PlumeSample { co2: 0, co: 0, hc: 0, no: 0 }; 50];
        samples[30..30 + strong].fill(PlumeSample { co2, co, hc: 0, no: 0 });
        let weak = |fault: &PlumeFault| matches!(fault, PlumeFault::Weak { .. });
        found(&samples).faults.into_iter().find(weak)
    };
    assert_eq!(with(4, 16_001, 0), Some(PlumeFault::Weak { samples: 4 }));
    assert_eq!(with(5, 16_001, 0), None);
    assert_eq!(with(5, 16_000, 0), Some(PlumeFault::Weak { samples: 0 }));
    assert_eq!(with(5, 15_000, 40_001), None);
    assert_eq!(with(5, 15_000, 40_000), Some(PlumeFault::Weak { samples: 0 }));
}

/// −1 < %CO < 21, −1000 < HC < 40 000 ppm, −700 < NO < 7000 ppm. The equations give %CO near 21 only for exhaust that is
/// all CO, and above it only for a negative ratio.
#[test]
fn vector_28_plausible_figures() {
    let faults = |gas: usize, ratio: f64| {
        let mut ratios = [0.0; 3];
        ratios[gas] = ratio;
        found(&plume(5_000.0, ratios, 0)).faults
    };
    // %CO₂ = 42 / (2.79 + weight · Q) and the figure is Q times that, so Q follows from the figure.
    let ratio = |percent: f64, weight: f64| 2.79 * percent / (42.0 - weight * percent);
    let gases = [
        (Pollutant::Co, 2.0, [-0.99, 20.9], [-1.01, f64::NAN]),
        (Pollutant::Hc, 1.21, [-0.099_5, 3.99], [-0.100_5, 4.01]),
        (Pollutant::No, 1.0, [-0.069_5, 0.699], [-0.070_5, 0.701]),
    ];
    for (at, (gas, weight, believed, refused)) in gases.into_iter().enumerate() {
        for percent in believed {
            assert_eq!(faults(at, ratio(percent, weight)), [], "{gas:?} {percent} %");
        }
        for percent in refused.into_iter().filter(|percent| percent.is_finite()) {
            assert_eq!(
                faults(at, ratio(percent, weight)),
                [PlumeFault::Implausible(gas)],
                "{gas:?} {percent} %"
            );
        }
    }
    assert!(faults(0, -2.0).contains(&PlumeFault::Implausible(Pollutant::Co)), "69 %");
}

/// Slope error: a fifth of the figure, or 0.2 %CO up to 1 %, 500 ppm of HC up to 2500, 300 ppm of NO up to 1500.
#[test]
fn vector_28_slope_error() {
    let ppm = |hundredths: i32| f64::from(hundredths) / 100.0;
    let gases = [
        (Pollutant::Co, [0.02, 0.2], 10_000.0, 2_000.0),
        (Pollutant::Hc, [0.005, 0.05], 2_500.0, 500.0),
        (Pollutant::No, [0.002, 0.02], 1_500.0, 300.0),
    ];
    for (at, (gas, ratios, from, least)) in gases.into_iter().enumerate() {
        let mut seen = BTreeSet::new();
        for (ratio, noise) in
            ratios.into_iter().flat_map(|ratio| (0..12_000).step_by(40).map(move |n| (ratio, n)))
        {
            let mut all = [0.0; 3];
            all[at] = ratio;
            let finding = found(&plume(600.0, all, noise));
            let figure = ppm([finding.gases.co, finding.gases.hc, finding.gases.no][at].ppm_hundredths);
            let error = finding.slopes[at].error * ppm(finding.gases.co2.ppm_hundredths);
            let over = error > if figure > from { 0.2 * figure } else { least };
            assert_eq!(finding.faults.contains(&PlumeFault::Scattered(gas)), over, "{gas:?} {noise} {error}");
            seen.insert((figure > from, over));
        }
        assert_eq!(seen.len(), 4, "{gas:?}: both rules, both sides of each were tried");
    }
}

/// 5 < v < 100 mph, −13 < a < 14 mph/s; a mile per hour is 447.04 mm/s.
#[test]
fn vector_28_speed_and_acceleration() {
    let hold = |mm_s, mm_s2| MotionCriteria::denver().hold(Speed { mm_s }, Acceleration { mm_s2 });
    // 2235.2, 44 704, −5811.52 and 6258.56 mm/s(²).
    assert_eq!([2_235, 2_236, 44_703, 44_704].map(|v| hold(v, 0)), [false, true, true, false]);
    assert_eq!([-5_812, -5_811, 6_258, 6_259].map(|a| hold(10_000, a)), [false, true, true, false]);
}

/// As many blocks as unblocks, two of each at least, blocks before unblocks.
#[test]
fn vector_28_barriers() {
    let table: [(&[BarrierEvent], bool); 8] = [
        (&[Blocked, Blocked, Freed, Freed], true),
        (&[Blocked, Freed, Blocked, Freed], true),
        (&[Blocked, Freed], false),
        (&[Blocked, Blocked, Freed], false),
        (&[Blocked, Freed, Freed, Blocked], false),
        (&[Freed, Freed, Blocked, Blocked], false),
        (&[Blocked, Blocked, Freed, Freed, Freed], false),
        (&[], false),
    ];
    for (events, wanted) in table {
        assert_eq!(barriers_hold(events), wanted, "{events:?}");
    }
    let many = [Blocked, Freed].repeat(BARRIER_EVENTS_MAX / 2);
    assert!(barriers_hold(&many));
    assert!(!barriers_hold(&[&many[..], &[Blocked, Freed]].concat()));
}
