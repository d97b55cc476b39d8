use plumewatch_shared::plume::PlumeRatios;
use proptest::prelude::*;

use super::*;

/// Half a second behind a vehicle: clean air, then a plume that thins out. `peak` in ppm·m of CO₂; the pollutants follow
/// by these ratios, each with alternating noise of so many hundredths of ppm·m.
fn plume(peak: f64, ratios: [f64; 3], noise: i32) -> Vec<PlumeSample> {
    let sample = |at: usize| {
        let strength = if at < 20 { 0.0 } else { peak * 100.0 * (-(at as f64 - 20.0) / 12.0).exp() };
        let air = 41_000.0; // The road's own air.
        let sign = if at.is_multiple_of(2) { noise } else { -noise };
        let of = |ratio: f64| (strength * ratio).round() as i32 + sign;
        PlumeSample {
            co2: (air + strength).round() as i32,
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

#[test]
fn the_ratios_of_the_exhaust_are_found_whatever_the_dilution() {
    for peak in [400.0, 1_000.0, 20_000.0] {
        let finding = found(&plume(peak, [0.01, 0.001, 0.01], 0));
        let PlumeRatios { co, hc, no } = PlumeRatios::of(&finding.gases);
        let near = |ratio: MoleRatio, wanted: i32| (ratio.millionths - wanted).abs() <= 20;
        assert!(near(co, 10_000) && near(hc, 1_000) && near(no, 10_000), "{finding:?}");
        assert_eq!(finding.faults, []);
        assert!((f64::from(finding.strength) / 100.0 - peak).abs() < 1.0);
    }
}

#[test]
fn what_makes_no_line_says_nothing() {
    let still = PlumeSample { co2: 40_000, co: 1, hc: 2, no: 3 };
    assert_eq!(examine(&[], &PlumeCriteria::denver()), None);
    assert_eq!(examine(&[still; 2], &PlumeCriteria::denver()), None);
    assert_eq!(examine(&[still; 50], &PlumeCriteria::denver()), None);
}

proptest! {
    #[test]
    fn no_samples_make_it_panic(
        samples in prop::collection::vec(
            (any::<i32>(), any::<i32>(), any::<i32>(), any::<i32>())
                .prop_map(|(co2, co, hc, no)| PlumeSample { co2, co, hc, no }),
            0..220,
        ),
    ) {
        if let Some(finding) = examine(&samples, &PlumeCriteria::denver()) {
            prop_assert!(finding.slopes.iter().all(|slope| slope.error >= 0.0));
        }
    }

    /// A common offset of every channel is the instrument's zero and changes nothing.
    #[test]
    fn the_instruments_zero_does_not_matter(zero in -1_000_000..1_000_000_i32) {
        let samples = plume(800.0, [0.01, 0.001, 0.004], 40);
        let moved: Vec<_> = samples
            .iter()
            .map(|s| PlumeSample { co2: s.co2 + zero, co: s.co + zero, hc: s.hc - zero, no: s.no + zero / 3 })
            .collect();
        prop_assert_eq!(found(&moved).gases, found(&samples).gases);
        prop_assert_eq!(found(&moved).faults, found(&samples).faults);
    }
}
