//! Which register of a station is which quantity, as the configuration says it.

use plumewatch_shared::reading::WeatherReading;
use plumewatch_shared::time::Moment;
use plumewatch_shared::units::{Bearing, Humidity, Pressure, Speed, Temperature};
use serde::{Deserialize, Serialize};

/// The most registers one reply can carry (Modbus application protocol, function 03).
const COUNT_MAX: u16 = 125;

/// One block of registers that is read at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct RegisterMap {
    /// Which kind of registers.
    pub(super) function: Function,
    /// Not empty, at most [`COUNT_MAX`] registers from the lowest to the highest.
    registers: Vec<Register>,
}

/// What stands in the configuration, before it is checked.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    #[serde(default)]
    function: Function,
    #[serde(rename = "register")]
    registers: Vec<Register>,
}

/// Which of Modbus' two readable kinds of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// Function 03.
    #[default]
    Holding,
    /// Function 04.
    Input,
}

impl Function {
    /// The code on the wire.
    pub const fn code(self) -> u8 {
        match self {
            Self::Holding => 3,
            Self::Input => 4,
        }
    }
}

/// One register and what it means: `value = raw × numerator ÷ denominator` in the quantity's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Number of the register, from 0, as it stands on the wire.
    pub at: u16,
    /// What it measures.
    pub quantity: Quantity,
    /// Is the raw value signed (two's complement)?
    #[serde(default)]
    pub signed: bool,
    /// Scale, upper part.
    #[serde(default = "one")]
    pub numerator: i32,
    /// Scale, lower part; not zero.
    #[serde(default = "one")]
    pub denominator: i32,
    /// The raw value by which the station says that it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<u16>,
}

const fn one() -> i32 {
    1
}

/// What a register measures, and the unit that its scale must lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Wind speed, mm/s.
    Wind,
    /// Direction the wind comes from, degrees.
    WindFrom,
    /// Air temperature, hundredths of °C.
    Temperature,
    /// Relative humidity, hundredths of a percent.
    Humidity,
    /// Air pressure, Pa.
    Pressure,
    /// Rain or snow: anything above zero is.
    Precipitation,
}

/// A register map cannot be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// Nothing to read.
    #[error("the register map names no register")]
    Empty,
    /// One reply cannot carry it.
    #[error("the registers of the map span {0}, one reply carries at most 125")]
    Span(u32),
    /// A scale with denominator zero.
    #[error("register {0} has a scale whose denominator is zero")]
    Denominator(u16),
    /// A scale of zero would turn everything into nothing.
    #[error("register {0} has a scale whose numerator is zero")]
    Numerator(u16),
    /// The same quantity twice.
    #[error("quantity {0:?} is named twice")]
    Twice(Quantity),
}

impl TryFrom<Unchecked> for RegisterMap {
    type Error = MapError;

    fn try_from(map: Unchecked) -> Result<Self, MapError> {
        Self::new(map.function, map.registers)
    }
}

impl From<RegisterMap> for Unchecked {
    fn from(map: RegisterMap) -> Self {
        Self { function: map.function, registers: map.registers }
    }
}

impl RegisterMap {
    /// A checked map.
    pub fn new(function: Function, registers: Vec<Register>) -> Result<Self, MapError> {
        let ends = |pick: fn(std::slice::Iter<'_, Register>) -> Option<&Register>| pick(registers.iter());
        let lowest = ends(|all| all.min_by_key(|register| register.at)).ok_or(MapError::Empty)?.at;
        let highest = ends(|all| all.max_by_key(|register| register.at)).ok_or(MapError::Empty)?.at;
        let span = u32::from(highest - lowest) + 1;
        if span > COUNT_MAX.into() {
            return Err(MapError::Span(span));
        }
        for (index, register) in registers.iter().enumerate() {
            if register.denominator == 0 {
                return Err(MapError::Denominator(register.at));
            }
            if register.numerator == 0 {
                return Err(MapError::Numerator(register.at));
            }
            if registers[..index].iter().any(|other| other.quantity == register.quantity) {
                return Err(MapError::Twice(register.quantity));
            }
        }
        Ok(Self { function, registers })
    }

    /// A common arrangement, for samples, simulators and `decode weather`: holding registers from 0: humidity
    /// (0.1 %), temperature (0.1 °C, signed), wind (0.1 m/s), direction (1°), pressure (0.1 kPa), precipitation.
    /// The first two are as cheap sensors have them (STANDARDS.md 11.6).
    pub fn common() -> Self {
        let register = |at, quantity, signed, numerator| Register {
            at,
            quantity,
            signed,
            numerator,
            denominator: 1,
            missing: None,
        };
        let registers = vec![
            register(0, Quantity::Humidity, false, 10),
            register(1, Quantity::Temperature, true, 10),
            register(2, Quantity::Wind, false, 100),
            register(3, Quantity::WindFrom, false, 1),
            register(4, Quantity::Pressure, false, 100),
            register(5, Quantity::Precipitation, false, 1),
        ];
        Self::new(Function::Holding, registers).expect("a test builds it")
    }

    /// Number of the first register asked for.
    pub fn first(&self) -> u16 {
        self.registers.iter().map(|register| register.at).min().unwrap_or(0)
    }

    /// How many registers are asked for.
    pub fn count(&self) -> u16 {
        let first = self.first();
        self.registers.iter().map(|register| register.at - first + 1).max().unwrap_or(0)
    }

    /// Which kind of registers is asked for.
    pub fn function(&self) -> Function {
        self.function
    }

    /// The registers, as configured.
    pub fn registers(&self) -> &[Register] {
        &self.registers
    }

    /// What `raw`, the registers from `first` on, say of the weather at `measured`. A value that the quantity
    /// cannot have (humidity of 300 %) is one that was not measured.
    pub fn reading(&self, first: u16, raw: &[u16], measured: Moment) -> WeatherReading {
        let value = |quantity| self.value(quantity, first, raw);
        WeatherReading {
            measured,
            wind: value(Quantity::Wind)
                .filter(|mm_s| (0..=200_000).contains(mm_s))
                .map(|mm_s| Speed { mm_s }),
            wind_from: value(Quantity::WindFrom)
                .and_then(|degrees| u16::try_from(degrees).ok())
                .filter(|degrees| *degrees <= 360)
                .map(|degrees| Bearing { degrees: degrees % 360 }),
            temperature: value(Quantity::Temperature)
                .filter(|celsius| (-9_000..=9_000).contains(celsius))
                .map(|celsius_hundredths| Temperature { celsius_hundredths }),
            humidity: value(Quantity::Humidity)
                .and_then(|percent| u16::try_from(percent).ok())
                .filter(|percent| *percent <= 10_000)
                .map(|percent_hundredths| Humidity { percent_hundredths }),
            pressure: value(Quantity::Pressure)
                .and_then(|pa| u32::try_from(pa).ok())
                .filter(|pa| (30_000..=120_000).contains(pa))
                .map(|pa| Pressure { pa }),
            precipitation: value(Quantity::Precipitation).map(|falls| falls > 0),
        }
    }

    /// The scaled value of a quantity, rounded half away from zero; `None` if no register of it came.
    fn value(&self, quantity: Quantity, first: u16, raw: &[u16]) -> Option<i32> {
        let register = self.registers.iter().find(|register| register.quantity == quantity)?;
        let raw = *raw.get(usize::from(register.at.checked_sub(first)?))?;
        if register.missing == Some(raw) {
            return None;
        }
        let raw = if register.signed { i64::from(raw.cast_signed()) } else { i64::from(raw) };
        let (upper, lower) = (raw * i64::from(register.numerator), i64::from(register.denominator));
        let (upper, lower) = if lower < 0 { (-upper, -lower) } else { (upper, lower) };
        let half = if upper < 0 { -(lower / 2) } else { lower / 2 };
        i32::try_from((upper + half) / lower).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(at: u16, quantity: Quantity) -> Register {
        Register { at, quantity, signed: true, numerator: 1, denominator: 10, missing: Some(0x7FFF) }
    }

    #[test]
    fn a_map_that_could_not_be_meant_is_refused() {
        use Quantity::{Temperature, Wind};
        let map = |registers| RegisterMap::new(Function::Holding, registers);
        assert_eq!(map(vec![]), Err(MapError::Empty));
        assert_eq!(map(vec![register(0, Wind), register(125, Temperature)]), Err(MapError::Span(126)));
        assert_eq!(map(vec![register(0, Wind), register(1, Wind)]), Err(MapError::Twice(Wind)));
        let zero = Register { denominator: 0, ..register(7, Wind) };
        assert_eq!(map(vec![zero]), Err(MapError::Denominator(7)));
        let map = map(vec![register(500, Wind), register(503, Temperature)]).unwrap();
        assert_eq!((map.first(), map.count()), (500, 4));
    }

    #[test]
    fn scaling_rounds_half_away_from_zero_and_honours_the_missing_value() {
        let map = RegisterMap::new(Function::Input, vec![register(0, Quantity::Temperature)]).unwrap();
        let value = |raw: i16| map.value(Quantity::Temperature, 0, &[raw.cast_unsigned()]);
        assert_eq!(value(25), Some(3));
        assert_eq!(value(-25), Some(-3));
        assert_eq!(value(24), Some(2));
        assert_eq!(value(0x7FFF), None);
    }

    #[test]
    fn a_map_reads_from_configuration_and_refuses_unknown_words() {
        let json = r#"{"function":"input","register":[{"at":1,"quantity":"wind","numerator":100}]}"#;
        let map: RegisterMap = serde_json::from_str(json).unwrap();
        assert_eq!((map.function(), map.first(), map.count()), (Function::Input, 1, 1));
        assert!(serde_json::from_str::<RegisterMap>(&json.replace("numerator", "factor")).is_err());
        assert!(serde_json::from_str::<RegisterMap>(r#"{"register":[]}"#).is_err());
        assert_eq!(RegisterMap::common().count(), 6);
    }
}
