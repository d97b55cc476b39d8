//! Real passages: what two remote-sensing instruments measured on English roads in 2012 and 2013
//! (`../shared/data/emissions/conox.csv.gz`, not part of this repository).

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use flate2::read::GzDecoder;
use plumewatch_shared::plume::PlumeRatios;
use plumewatch_shared::units::{Acceleration, MoleRatio, Slope, Speed};
use serde::Deserialize;

/// One passage of the record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recorded {
    /// Does it burn diesel?
    pub diesel: bool,
    /// Its speed, if that was measured.
    pub speed: Option<Speed>,
    /// Its acceleration, if that was measured.
    pub acceleration: Option<Acceleration>,
    /// The road's slope.
    pub slope: Option<Slope>,
    /// CO, HC and NO to CO₂, as far as they were measured.
    pub ratios: [Option<MoleRatio>; 3],
    /// Grams of CO, HC and NO (as NO₂) for each kilogram of fuel, as the record derives them.
    pub grams_per_kg: [Option<f64>; 3],
}

/// The columns that we use, as they are named.
#[derive(Deserialize)]
struct Row {
    #[serde(rename = "FuelType")]
    fuel: String,
    #[serde(rename = "SpeedKPH")]
    speed_km_h: Option<f64>,
    #[serde(rename = "AccelKPHPerSec")]
    acceleration_km_h_s: Option<f64>,
    #[serde(rename = "RoadGrade")]
    grade_percent: Option<f64>,
    #[serde(rename = "Ratio_CO_CO2")]
    co: Option<f64>,
    #[serde(rename = "Ratio_HC_CO2")]
    hc: Option<f64>,
    #[serde(rename = "Ratio_NO_CO2")]
    no: Option<f64>,
    #[serde(rename = "CO_gpkg")]
    co_g_kg: Option<f64>,
    #[serde(rename = "HC_gpkg")]
    hc_g_kg: Option<f64>,
    #[serde(rename = "NO_gpkg")]
    no_g_kg: Option<f64>,
}

impl From<Row> for Recorded {
    fn from(row: Row) -> Self {
        let ratio = |value: Option<f64>| value.map(|v| MoleRatio { millionths: (v * 1e6).round() as i32 });
        let thousandths = |value: f64| (value / 3.6 * 1e3).round() as i32;
        Self {
            diesel: row.fuel == "DIESEL",
            speed: row.speed_km_h.map(|v| Speed { mm_s: thousandths(v) }),
            acceleration: row.acceleration_km_h_s.map(|a| Acceleration { mm_s2: thousandths(a) }),
            slope: row.grade_percent.map(|percent| Slope {
                degree_hundredths: ((percent / 100.0).atan().to_degrees() * 100.0).round() as i16,
            }),
            ratios: [ratio(row.co), ratio(row.hc), ratio(row.no)],
            grams_per_kg: [row.co_g_kg, row.hc_g_kg, row.no_g_kg],
        }
    }
}

impl Recorded {
    /// The ratios; what was not measured stands as 0, as the record itself reckons.
    pub fn plume(&self) -> PlumeRatios {
        let [co, hc, no] = self.ratios.map(|ratio| ratio.unwrap_or(MoleRatio { millionths: 0 }));
        PlumeRatios { co, hc, no }
    }
}

/// Reads the record.
pub fn recorded(path: &Path) -> anyhow::Result<Vec<Recorded>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut table = csv::Reader::from_reader(GzDecoder::new(file));
    table
        .deserialize::<Row>()
        .map(|row| Ok(row.with_context(|| format!("{} is damaged", path.display()))?.into()))
        .collect()
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "says what it found, and loudly that it was skipped")]
mod tests {
    use super::*;

    /// Grams of NO₂ for a gram of NO.
    const NO2_PER_NO: f64 = 46.0 / 30.0;

    /// Our arithmetic against the record's: within 0.3 %, and half of the last digit that the record prints.
    #[test]
    fn grams_per_kilogram_of_real_passages_are_reproduced() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/emissions/conox.csv.gz");
        if !path.is_file() {
            println!("SKIPPED: real passages: {} is not here", path.display());
            return;
        }
        let all = recorded(&path).unwrap();
        assert!(all.len() > 40_000 && all.iter().any(|one| one.diesel), "{}", all.len());
        for (at, gas) in ["CO", "HC", "NO"].into_iter().enumerate() {
            let (mut near, mut count) = (0_u32, 0_u32);
            for one in &all {
                let (Some(_), Some(wanted)) = (one.ratios[at], one.grams_per_kg[at]) else { continue };
                let ours = one.plume().per_fuel();
                let grams = f64::from([ours.co, ours.hc, ours.no][at].mg_kg) / 1e3;
                let grams = if gas == "NO" { grams * NO2_PER_NO } else { grams };
                count += 1;
                near += u32::from((grams - wanted).abs() <= 0.003 * wanted.abs() + 0.005);
            }
            let share = f64::from(near) / f64::from(count);
            println!("{gas}: {near} of {count} within 0.3 % ({:.2} %)", 100.0 * share);
            assert!(share >= 0.98, "{gas}: {share}");
        }
    }
}
