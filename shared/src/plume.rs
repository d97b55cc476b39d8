//! From ratios to what people ask for: fractions of the undiluted exhaust, grams per kilogram of fuel.
//!
//! A plume is diluted by the road's air by an unknown factor, so a head measures ratios to CO₂ and nothing else. What
//! is here follows from them by the carbon of the fuel (FEAT equations, STANDARDS.md 10.1). Diesel burns with much more
//! air than those equations assume: their ppm are those of an engine without excess air. The ratios are the record.

use crate::reading::Gases;
use crate::units::{Concentration, MoleRatio};

/// Mole ratios to CO₂ of one plume. Negative is noise, and honest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlumeRatios {
    /// CO to CO₂ (Q).
    pub co: MoleRatio,
    /// HC, as the infrared channel sees it, to CO₂ (Q′).
    pub hc: MoleRatio,
    /// NO to CO₂ (Q″).
    pub no: MoleRatio,
}

/// Grams of a gas for each kilogram of fuel, as milligrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerFuel {
    /// Milligrams per kilogram of fuel.
    pub mg_kg: i32,
}

/// What a kilogram of fuel became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FuelSpecific {
    /// Carbon monoxide.
    pub co: PerFuel,
    /// Hydrocarbons, doubled because the infrared channel sees half of them.
    pub hc: PerFuel,
    /// Nitric oxide, as NO.
    pub no: PerFuel,
}

/// Carbon in a kilogram of fuel, grams.
const CARBON_G_KG: f64 = 860.0;
/// Grams of carbon in a mole.
const CARBON_G_MOL: f64 = 12.0;
/// Grams in a mole of CO, of HC as propane, of NO.
const CO_G_MOL: f64 = 28.0;
const HC_G_MOL: f64 = 44.0;
const NO_G_MOL: f64 = 30.0;
/// Carbon atoms that a mole of HC stands for once the infrared channel's half is made up for.
const HC_CARBON: f64 = 6.0;

fn share(ratio: MoleRatio) -> f64 {
    f64::from(ratio.millionths) / 1e6
}

/// Rounded; a ratio that no instrument gives stays at the edge.
fn whole(value: f64) -> i32 {
    value.round() as i32
}

impl PlumeRatios {
    /// The ratios of these gases.
    pub fn of(gases: &Gases) -> Self {
        Self { co: gases.co_ratio, hc: gases.hc_ratio, no: gases.no_ratio }
    }

    /// Fractions of dry exhaust without excess air: %CO₂ = 42 / (2.79 + 2Q + 1.21Q′ + Q″), the others by their ratios.
    pub fn gases(self) -> Gases {
        let (q, hc, no) = (share(self.co), share(self.hc), share(self.no));
        let co2_percent = 42.0 / (2.79 + 2.0 * q + 1.21 * hc + no);
        // One percent is a million hundredths of 10⁻⁶.
        let fraction = |ratio: f64| Concentration { ppm_hundredths: whole(ratio * co2_percent * 1e6) };
        Gases {
            co2: fraction(1.0),
            co: fraction(q),
            hc: fraction(hc),
            no: fraction(no),
            co_ratio: self.co,
            hc_ratio: self.hc,
            no_ratio: self.no,
        }
    }

    /// By the carbon of the fuel: moles of carbon for each mole of CO₂ are 1 + Q + 6Q′.
    pub fn per_fuel(self) -> FuelSpecific {
        let (q, hc, no) = (share(self.co), share(self.hc), share(self.no));
        let moles_kg = CARBON_G_KG / CARBON_G_MOL / (1.0 + q + HC_CARBON * hc);
        let mass = |grams: f64, ratio: f64| PerFuel { mg_kg: whole(grams * ratio * moles_kg * 1e3) };
        FuelSpecific { co: mass(CO_G_MOL, q), hc: mass(2.0 * HC_G_MOL, hc), no: mass(NO_G_MOL, no) }
    }
}

/// The CO₂ that a gas's fraction and its ratio imply together: fraction ÷ ratio. A record whose gases imply different CO₂
/// contradicts itself (STANDARDS.md 7.2: a real device's HC and NO both give 14.464 %). `None` where the ratio is not
/// positive, or gives more than fits.
pub fn implied_co2(gas: Concentration, ratio: MoleRatio) -> Option<Concentration> {
    if ratio.millionths <= 0 {
        return None;
    }
    let parts = i64::from(ratio.millionths);
    let whole = i64::from(gas.ppm_hundredths) * 1_000_000;
    let rounded = (whole + whole.signum() * (parts / 2)) / parts;
    i32::try_from(rounded).ok().map(|ppm_hundredths| Concentration { ppm_hundredths })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratios(co: i32, hc: i32, no: i32) -> PlumeRatios {
        let ratio = |millionths| MoleRatio { millionths };
        PlumeRatios { co: ratio(co), hc: ratio(hc), no: ratio(no) }
    }

    #[test]
    fn no_ratio_makes_it_panic() {
        for edge in [i32::MIN, -1_000_000, 0, 1, i32::MAX] {
            let all = ratios(edge, edge, edge);
            let _ = (all.gases(), all.per_fuel());
        }
    }

    #[test]
    fn a_ratio_that_is_not_positive_implies_nothing() {
        let implied = |ppm_hundredths, millionths| {
            implied_co2(Concentration { ppm_hundredths }, MoleRatio { millionths })
                .map(|co2| co2.ppm_hundredths)
        };
        assert_eq!(implied(152_437, 0), None);
        assert_eq!(implied(152_437, -1), None);
        assert_eq!(implied(i32::MAX, 1), None);
        assert_eq!(implied(-15, 10_000), Some(-1_500));
    }
}
