//! A vehicle: its name in the register, the plate it answers to, and what is known of it.

use jiff::civil::Date;
use plumewatch_shared::ids::{FileHash, Region};
use plumewatch_shared::plate::{Plate, PlateColour, PlateKind};

use super::vin::Vin;
use super::word::{BodyColour, EmissionStage, Fuel, StageSource, Usage, VehicleClass};

/// A vehicle's name in the register, for ever, whatever plate it has: `V` and 20 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VehicleId(String);

impl VehicleId {
    /// The name of a vehicle that becomes known: by its VIN, or where none is given by the plate it is first seen with.
    /// 80 bits: among a billion vehicles two collide with a chance of one in a million.
    pub fn of(vin: Option<&Vin>, key: &PlateKey, from: Date) -> Self {
        let text = match vin {
            Some(vin) => format!("vehicle 1\nvin\n{}", vin.as_str()),
            None => format!("vehicle 1\nplate\n{}\n{}\n{from}", key.plate.as_str(), key.colour.word()),
        };
        Self(format!("V{}", &FileHash::of(text.as_bytes()).to_string()[..20]))
    }

    /// A name as it is written; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('V')?;
        let fits =
            digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A plate with its colour: what a vehicle holds, one at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlateKey {
    /// The plate.
    pub plate: Plate,
    /// Its ground colour.
    pub colour: PlateColour,
}

/// May a plate of this kind have this colour (GA 36-2018, table of plates)? Trial and oversize plates are paper.
pub const fn colour_fits(kind: PlateKind, colour: PlateColour) -> bool {
    use PlateColour as Colour;
    match kind {
        PlateKind::SmallElectric | PlateKind::SmallHybrid => matches!(colour, Colour::Green),
        PlateKind::LargeElectric | PlateKind::LargeHybrid => matches!(colour, Colour::YellowGreen),
        PlateKind::Trailer | PlateKind::Learner => matches!(colour, Colour::Yellow),
        PlateKind::Police | PlateKind::OldPolice => matches!(colour, Colour::White),
        PlateKind::Consulate | PlateKind::Embassy | PlateKind::CrossBorder => matches!(colour, Colour::Black),
        PlateKind::Ordinary => {
            matches!(colour, Colour::Blue | Colour::Yellow | Colour::Black | Colour::White)
        }
        PlateKind::Trial | PlateKind::Oversize => true,
    }
}

/// An emission stage is only as good as where it is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stage {
    /// The stage.
    pub stage: EmissionStage,
    /// Where it is known from.
    pub source: StageSource,
}

/// What is known of a vehicle, apart from its plates and fleets. Texts are not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Vehicle identification number; no two vehicles have one.
    pub vin: Option<Vin>,
    /// What it burns.
    pub fuel: Option<Fuel>,
    /// The stage it was approved to.
    pub stage: Option<Stage>,
    /// Its class.
    pub class: Option<VehicleClass>,
    /// Maker's brand, and model if it is written with it.
    pub make: Option<String>,
    /// The main colour of its body.
    pub body_colour: Option<BodyColour>,
    /// When it was first registered anywhere.
    pub first_registered: Option<Date>,
    /// What it is used for.
    pub usage: Option<Usage>,
    /// Whose it is. Personal data.
    pub owner: Option<String>,
    /// Who keeps its record: the region where it is registered.
    pub region: Region,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_vins_where_there_is_one() {
        let key = |plate: &str| PlateKey { plate: plate.parse().unwrap(), colour: PlateColour::Yellow };
        let (first, second) = (key("晋A12345"), key("晋A54321"));
        let vin = Vin::parse("1M8GDM9AXKP042788").unwrap();
        let day = jiff::civil::date(2026, 1, 1);
        assert_eq!(VehicleId::of(Some(&vin), &first, day), VehicleId::of(Some(&vin), &second, day));
        assert_ne!(VehicleId::of(None, &first, day), VehicleId::of(None, &second, day));
        let id = VehicleId::of(None, &first, day);
        assert_eq!(VehicleId::parse(id.as_str()), Some(id));
        for wrong in ["", "V", "V0123456789abcdef012", "v0123456789abcdef0123", "V0123456789ABCDEF0123"] {
            assert_eq!(VehicleId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_kind_of_plate_has_a_colour() {
        for kind in [
            "晋A12345",
            "晋AD12345",
            "晋AF12345",
            "晋A12345D",
            "晋A1234挂",
            "晋A1234学",
            "晋A1234警",
            "使123456",
            "粤Z1234港",
        ] {
            let kind = kind.parse::<Plate>().unwrap().kind();
            assert!(PlateColour::ALL.iter().any(|&colour| colour_fits(kind, colour)), "{kind:?}");
        }
        assert!(!colour_fits(PlateKind::SmallElectric, PlateColour::Yellow));
    }
}
