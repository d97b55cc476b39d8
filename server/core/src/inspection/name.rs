//! Names of inspections and of the vehicles inspected.

use plumewatch_shared::ids::FileHash;
use plumewatch_shared::plate::{Plate, PlateColour};

use crate::access::OrganisationCode;
use crate::register::Vin;

/// The number that a station gives its report: 1 to 40 of letters, digits and `-`, unique at the station.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportNumber(String);

impl ReportNumber {
    /// A number as written; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names an inspection: made of its station and report number, so that the same report uploaded again is the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InspectionId(String);

impl InspectionId {
    /// The inspection that this station reported under this number.
    pub fn of(station: &OrganisationCode, report: &ReportNumber) -> Self {
        let text = format!("inspection 1\n{}\n{}", station.as_str(), report.as_str());
        // 80 bits, as candidates have.
        Self(format!("I{}", &FileHash::of(text.as_bytes()).to_string()[..20]))
    }

    /// A name as the store keeps it; `None` unless it is `I` and 20 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        named('I', text).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Is it this letter and 20 hex digits?
pub(crate) fn named(letter: char, text: &str) -> bool {
    text.strip_prefix(letter).is_some_and(|digits| {
        digits.len() == 20 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// A vehicle as its papers name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VehicleIdentity {
    /// Its plate.
    pub plate: Plate,
    /// The plate's colour.
    pub colour: Option<PlateColour>,
    /// Its identification number, where it is known.
    pub vin: Option<Vin>,
}

impl VehicleIdentity {
    /// Is it the same vehicle? The identification number decides where both know it, else the plate, with the colour
    /// where both tell it.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.vin, &other.vin) {
            (Some(own), Some(their)) => own == their,
            (_, None) | (None, _) => {
                let colours = self.colour.zip(other.colour);
                self.plate == other.plate && colours.is_none_or(|(own, their)| own == their)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vehicle(plate: &str, colour: Option<PlateColour>, vin: Option<&str>) -> VehicleIdentity {
        VehicleIdentity {
            plate: plate.parse().unwrap(),
            colour,
            vin: vin.map(|vin| Vin::parse(vin).unwrap()),
        }
    }

    #[test]
    fn the_same_report_of_the_same_station_is_the_same_inspection() {
        let code = |text| OrganisationCode::parse(text).unwrap();
        let report = |text| ReportNumber::parse(text).unwrap();
        let one = InspectionId::of(&code("I-1"), &report("2026-0001"));
        assert_eq!(one, InspectionId::of(&code("I-1"), &report("2026-0001")));
        assert_ne!(one, InspectionId::of(&code("I-2"), &report("2026-0001")));
        assert_ne!(one, InspectionId::of(&code("I-1"), &report("2026-0002")));
        assert_eq!(InspectionId::parse(one.as_str()), Some(one));
        assert_eq!(InspectionId::parse("I0011223344556677889G"), None);
        assert_eq!(ReportNumber::parse("号码"), None);
    }

    #[test]
    fn the_vin_decides_and_else_the_plate() {
        let (yellow, blue) = (Some(PlateColour::Yellow), Some(PlateColour::Blue));
        let (one, two) = (Some("LSVA10338A1234567"), Some("LSVA10338A1234568"));
        let own = vehicle("晋A12345", yellow, one);
        assert!(own.is_same(&vehicle("晋B54321", blue, one)), "it was given another plate");
        assert!(!own.is_same(&vehicle("晋A12345", yellow, two)), "the plate is on another vehicle");
        assert!(own.is_same(&vehicle("晋A12345", None, None)));
        assert!(!own.is_same(&vehicle("晋A12345", blue, None)));
    }
}
