//! Quantities as integers, each as fine as the finest reader reports it.
//!
//! A limit compares exactly, and a value survives JSON, SQLite and PostgreSQL unchanged. There is no
//! conversion between opacities of different optical paths: none may stand behind a verdict.

use std::fmt;

/// Shows `value` hundredths with two decimals: -5 is "-0.05".
fn hundredths(f: &mut fmt::Formatter<'_>, value: i64, unit: &str) -> fmt::Result {
    let sign = if value < 0 { "-" } else { "" };
    write!(f, "{sign}{}.{:02} {unit}", value.unsigned_abs() / 100, value.unsigned_abs() % 100)
}

/// Opacity of a plume along one optical path: 30.50 % is `Opacity::from_hundredths(3050)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opacity(u16); // Invariant: at most 10 000 hundredths of a percent.

impl Opacity {
    /// The opacity of `value` hundredths of a percent; `None` above 100 %.
    pub const fn from_hundredths(value: u16) -> Option<Self> {
        if value <= 10_000 { Some(Self(value)) } else { None }
    }

    /// Hundredths of a percent.
    pub const fn hundredths(self) -> u16 {
        self.0
    }
}

impl Opacity {
    /// What smoke of this opacity over `from_m` metres would show over `to_m`, in percent: 1 − (1 − N)^(to ÷ from)
    /// (STANDARDS.md 9; 40 CFR 86.884-14). For display beside figures of other instruments alone: it is a number and no
    /// opacity, so that no verdict can rest on it. `None` for a length that is none.
    pub fn percent_over(self, from_m: f64, to_m: f64) -> Option<f64> {
        let ratio = to_m / from_m;
        let sound = from_m > 0.0 && to_m > 0.0 && ratio.is_finite();
        let left = 1.0 - f64::from(self.0) / 10_000.0;
        sound.then(|| 100.0 * (1.0 - left.powf(ratio)))
    }
}

impl fmt::Display for Opacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hundredths(f, self.0.into(), "%")
    }
}

/// Opacity across the whole road, as a remote-sensing head reports it (HJ 845-2017): the path is the plume's
/// unknown width, so it is never the opacity of a 0.43 m meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CrossRoadOpacity(pub Opacity);

/// Opacity of a plume estimated from a camera's pictures, along the camera's line of sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CameraOpacity(pub Opacity);

/// Opacity in a partial-flow meter with an effective path of 0.43 m (GB 3847-2018, Annex C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeterOpacity(pub Opacity);

/// Light absorption coefficient *k* in hundredths of 1/m (GB 3847-2018, Annex C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbsorptionCoefficient {
    /// Hundredths of 1/m.
    pub per_m_hundredths: u16,
}

/// The effective optical path of a partial-flow opacimeter, metres (GB 3847-2018, Annex C).
const METER_PATH_M: f64 = 0.43;

impl MeterOpacity {
    /// What this coefficient takes from the light over 0.43 m: N = 1 − exp(−k · 0.43 m) (STANDARDS.md 9).
    pub fn of(coefficient: AbsorptionCoefficient) -> Self {
        let k = f64::from(coefficient.per_m_hundredths) / 100.0;
        let taken = 1.0 - (-k * METER_PATH_M).exp();
        Self(Opacity((taken * 10_000.0).round() as u16))
    }
}

impl AbsorptionCoefficient {
    /// The coefficient behind this opacity: k = −ln(1 − N) / 0.43 m; `None` where no light is left to tell.
    pub fn of(MeterOpacity(opacity): MeterOpacity) -> Option<Self> {
        let left = 1.0 - f64::from(opacity.hundredths()) / 10_000.0;
        let per_m = -left.ln() / METER_PATH_M;
        per_m.is_finite().then(|| Self { per_m_hundredths: (per_m * 100.0).round() as u16 })
    }
}

/// Speed of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EngineSpeed {
    /// Revolutions per minute.
    pub rpm: u16,
}

/// Ringelmann level 0 (clear) to 5 (black).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RingelmannLevel(u8); // Invariant: at most 5.

impl RingelmannLevel {
    /// The level, `None` above 5.
    pub const fn new(level: u8) -> Option<Self> {
        if level <= 5 { Some(Self(level)) } else { None }
    }

    /// 0 to 5.
    pub const fn level(self) -> u8 {
        self.0
    }

    /// The nearest level: one level is 20 % of opacity (STANDARDS.md 7.2: 90.46 % was stored as 5, 1.14 % as 0).
    pub const fn nearest(opacity: Opacity) -> Self {
        Self(((opacity.hundredths() + 1_000) / 2_000) as u8)
    }
}

/// Volume fraction of a gas. Signed: an honest reader dips below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Concentration {
    /// Hundredths of 10⁻⁶; 14.46 % is 14 460 000.
    pub ppm_hundredths: i32,
}

/// Mole ratio of a pollutant to CO₂ in millionths: 105.39 ppm per % CO₂ is 10 539.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MoleRatio {
    /// Millionths.
    pub millionths: i32,
}

/// Speed along the lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Speed {
    /// Millimetres per second; 46.81 km/h is 13 003.
    pub mm_s: i32,
}

impl Speed {
    /// In km/h, for display and for geometry, never for a limit.
    pub fn km_h(self) -> f64 {
        f64::from(self.mm_s) * 0.0036
    }
}

/// Acceleration along the lane; negative while braking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Acceleration {
    /// Millimetres per second squared.
    pub mm_s2: i32,
}

/// Slope of the lane, uphill positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slope {
    /// Hundredths of a degree.
    pub degree_hundredths: i16,
}

/// Vehicle specific power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpecificPower {
    /// Hundredths of kW/t.
    pub kw_t_hundredths: i32,
}

impl SpecificPower {
    /// Specific power in the form that Chinese devices store (STANDARDS.md 1.5, Jimenez constants, metric):
    /// 2.728·sin(slope)·v + 0.3058·v·a + 0.05928·v + 6.526·10⁻⁶·v³ with v in km/h and a in m/s²,
    /// cut (not rounded) to hundredths as those devices do.
    pub fn of(speed: Speed, acceleration: Acceleration, slope: Slope) -> Self {
        let v = speed.km_h();
        let a = f64::from(acceleration.mm_s2) / 1_000.0;
        let sine = (f64::from(slope.degree_hundredths) / 100.0).to_radians().sin();
        let power = 2.728 * sine * v + 0.3058 * v * a + 0.05928 * v + 6.526e-6 * v.powi(3);
        Self { kw_t_hundredths: (power * 100.0) as i32 }
    }
}

/// Air temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Temperature {
    /// Hundredths of °C.
    pub celsius_hundredths: i32,
}

/// Relative humidity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Humidity {
    /// Hundredths of a percent.
    pub percent_hundredths: u16,
}

/// Air pressure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pressure {
    /// Pascals; 97.1 kPa is 97 100.
    pub pa: u32,
}

/// Direction the wind blows from, clockwise from north.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bearing {
    /// Whole degrees.
    pub degrees: u16,
}

/// How sure a reader is of what it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Confidence(u16); // Invariant: at most 1000 per mille.

impl Confidence {
    /// Certainty.
    pub const FULL: Self = Self(1_000);

    /// `None` above 1000 per mille.
    pub const fn from_per_mille(value: u16) -> Option<Self> {
        if value <= 1_000 { Some(Self(value)) } else { None }
    }

    /// 0 to 1000.
    pub const fn per_mille(self) -> u16 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chart's own steps; the golden pairs stand in `edge/core/tests/golden`.
    #[test]
    fn ringelmann_level_is_the_nearest_fifth() {
        for (hundredths, level) in [(999, 0), (1_000, 1), (2_000, 1), (10_000, 5)] {
            let opacity = Opacity::from_hundredths(hundredths).unwrap();
            assert_eq!(RingelmannLevel::nearest(opacity).level(), level, "{opacity}");
        }
    }

    #[test]
    fn coefficient_and_opacity_end_where_light_does() {
        let opacity = |percent: u16| MeterOpacity(Opacity::from_hundredths(percent * 100).unwrap());
        let k = |percent| AbsorptionCoefficient::of(opacity(percent)).map(|k| k.per_m_hundredths);
        assert_eq!((k(100), k(0)), (None, Some(0)));
        let dark = AbsorptionCoefficient { per_m_hundredths: u16::MAX };
        assert_eq!(MeterOpacity::of(dark), opacity(100));
    }

    #[test]
    fn a_length_that_is_none_converts_nothing() {
        let opacity = Opacity::from_hundredths(3_000).unwrap();
        for (from, to) in [(0.0, 0.43), (0.43, 0.0), (-1.0, 1.0), (f64::NAN, 1.0), (0.43, f64::INFINITY)] {
            assert_eq!(opacity.percent_over(from, to), None, "{from} {to}");
        }
        assert_eq!(Opacity::from_hundredths(10_000).unwrap().percent_over(0.43, 0.1), Some(100.0));
    }

    #[test]
    fn an_opacity_above_all_light_lost_does_not_exist() {
        assert_eq!(Opacity::from_hundredths(10_001), None);
        assert_eq!(Opacity::from_hundredths(3_050).unwrap().to_string(), "30.50 %");
    }
}
