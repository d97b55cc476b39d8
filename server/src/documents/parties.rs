//! Vehicles, owners, stations and shops as papers name them, from the register.

use plumewatch_shared::language::Bilingual;
use plumewatch_shared::plate::{Plate, PlateColour};
use server_core::register::organisation::Organisation as Registered;
use server_core::register::word::EmissionStage;
use server_documents::{Day, Organisation, Vehicle};

use super::words::plate_colour;
use crate::store::VehicleRow;

/// A vehicle under a plate, with what the register knows of it.
pub fn vehicle(
    plate: &Plate,
    colour: Option<PlateColour>,
    registered: Option<&VehicleRow>,
    carrier: Option<String>,
) -> Vehicle {
    let facts = registered.map(|row| &row.facts);
    Vehicle {
        plate: plate.as_str().to_owned(),
        plate_colour: colour.map(plate_colour),
        vin: facts.and_then(|facts| facts.vin.as_ref()).map(|vin| vin.as_str().to_owned()),
        class: facts.and_then(|facts| facts.class).map(|class| named(class.zh(), class.word())),
        fuel: facts.and_then(|facts| facts.fuel).map(|fuel| named(fuel.zh(), fuel.word())),
        stage: facts.and_then(|facts| facts.stage).map(|stage| emission_stage(stage.stage)),
        first_registered: facts.and_then(|facts| facts.first_registered).map(Day),
        owner: facts.and_then(|facts| facts.owner.clone()),
        carrier,
    }
}

/// To whom a letter about a vehicle goes: its owner, else the carrier whose it is, else whoever owns it.
pub fn addressee(vehicle: &Vehicle) -> String {
    let known = vehicle.owner.clone().or_else(|| vehicle.carrier.clone());
    known.unwrap_or_else(|| format!("{}号机动车所有人", vehicle.plate))
}

/// A station or shop as the register has it; what the register does not know is named by its code.
pub fn organisation(code: &str, known: Option<&Registered>) -> Organisation {
    let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Organisation {
        name: known.map_or_else(|| code.to_owned(), |known| known.name.clone()),
        code: code.to_owned(),
        address: known.and_then(|known| told(&known.address)),
        phone: known.and_then(|known| told(&known.phone)),
    }
}

/// A word of the register: its Chinese name, and the word itself as English.
fn named(zh: &str, word: &str) -> Bilingual {
    Bilingual::new(zh, word.replace('-', " "))
}

fn emission_stage(stage: EmissionStage) -> Bilingual {
    Bilingual::new(stage.zh(), format!("China {}", stage.word()))
}
