//! What pages and programs are told of the register. Words and units are the wire's; days are `YYYY-MM-DD`.

use jiff::civil::Date;
use plumewatch_shared::passage::Passage;
use plumewatch_shared::plate::PlateColour;
use serde::Serialize;
use server_core::register::mismatch::unregistered;
use server_core::register::organisation::Organisation;
use server_core::register::span::SINCE_UNKNOWN;
use server_core::register::{Mismatch, Registered, Seen, mismatch};
use utoipa::ToSchema;

use super::wire::Words;
use crate::http::error::ApiError;
use crate::store::{HoldRow, MemberRow, QualificationRow, Reading, VehicleRow};

/// A day from which something holds; null where nobody knows.
pub(super) fn since(from_day: &str) -> Option<String> {
    (from_day != SINCE_UNKNOWN.to_string()).then(|| from_day.to_owned())
}

/// What is known of a vehicle.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct WireVehicle {
    /// `V` and 20 hexadecimal digits.
    #[schema(example = "V0123456789abcdef0123")]
    id: String,
    /// Vehicle identification number.
    vin: Option<String>,
    /// `diesel`, `petrol`, `natural-gas`, `electric` …
    fuel: Option<&'static str>,
    /// `0` to `6b`.
    stage: Option<&'static str>,
    /// Where the stage is known from: `vehicle-list`, `certificate`, `inspection`, `declared`, `first-registration`.
    stage_source: Option<&'static str>,
    /// `heavy-truck`, `tractor` …
    class: Option<&'static str>,
    /// Make.
    make: Option<String>,
    /// Colour of the body, by word.
    body_colour: Option<&'static str>,
    /// When it was first registered.
    first_registered_day: Option<String>,
    /// What it is used for, by word.
    usage: Option<&'static str>,
    /// Whose it is.
    owner: Option<String>,
    /// Carrier in whose fleet it is on the day asked for.
    carrier: Option<String>,
    /// Where it is registered.
    region: String,
}

impl From<VehicleRow> for WireVehicle {
    fn from(row: VehicleRow) -> Self {
        let facts = row.facts;
        Self {
            id: row.id.as_str().to_owned(),
            vin: facts.vin.map(|vin| vin.as_str().to_owned()),
            fuel: facts.fuel.map(|one| one.word()),
            stage: facts.stage.map(|one| one.stage.word()),
            stage_source: facts.stage.map(|one| one.source.word()),
            class: facts.class.map(|one| one.word()),
            make: facts.make,
            body_colour: facts.body_colour.map(|one| one.word()),
            first_registered_day: facts.first_registered.map(|day| day.to_string()),
            usage: facts.usage.map(|one| one.word()),
            owner: facts.owner,
            carrier: row.carrier.map(|code| code.as_str().to_owned()),
            region: facts.region.to_string(),
        }
    }
}

/// A plate and the days on which a vehicle holds it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct WireHold {
    /// The plate.
    plate: String,
    /// Its colour, by word.
    plate_colour: String,
    /// The first day; null where nobody knows.
    from_day: Option<String>,
    /// The first day on which it holds no more.
    until_day: Option<String>,
}

impl From<HoldRow> for WireHold {
    fn from(row: HoldRow) -> Self {
        Self {
            plate: row.plate,
            plate_colour: row.plate_colour,
            from_day: since(&row.from_day),
            until_day: row.until_day,
        }
    }
}

/// A fleet and the days on which a vehicle is in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct WireMember {
    /// The carrier's code.
    carrier: String,
    /// The first day; null where nobody knows.
    from_day: Option<String>,
    /// The first day on which it is in it no more.
    until_day: Option<String>,
}

impl From<MemberRow> for WireMember {
    fn from(row: MemberRow) -> Self {
        Self { carrier: row.carrier, from_day: since(&row.from_day), until_day: row.until_day }
    }
}

/// A carrier, an inspection station or a repair shop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct WireOrganisation {
    /// Its code.
    pub(super) code: String,
    /// Its name.
    name: String,
    /// Where it is registered.
    region: String,
    /// Its address; may be empty.
    address: String,
    /// How to reach it; may be empty.
    phone: String,
    /// From which day on it works, where that is told.
    opened_day: Option<String>,
    /// From which day on it is closed.
    closed_day: Option<String>,
}

impl From<Organisation> for WireOrganisation {
    fn from(one: Organisation) -> Self {
        Self {
            code: one.code,
            name: one.name,
            region: one.region.to_string(),
            address: one.address,
            phone: one.phone,
            opened_day: one.opened_on.map(|day| day.to_string()),
            closed_day: one.closed_on.map(|day| day.to_string()),
        }
    }
}

/// A certificate of a repair shop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct WireQualification {
    /// Its number.
    certificate: String,
    /// The first day.
    from_day: String,
    /// The first day on which it holds no more; null while no end is set.
    until_day: Option<String>,
}

impl From<QualificationRow> for WireQualification {
    fn from(row: QualificationRow) -> Self {
        Self { certificate: row.certificate, from_day: row.from_day, until_day: row.until_day }
    }
}

/// What the register says of a vehicle that was seen, and what does not agree.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RegisterNote {
    /// The vehicle that held the plate on the day; null if nobody registered it.
    vehicle: Option<WireVehicle>,
    /// The colour of the registered plate.
    plate_colour: Option<&'static str>,
    /// What does not agree; empty where all that is known on both sides does.
    mismatches: Vec<WireMismatch>,
    /// Said where nobody registered the plate.
    unregistered: Option<Words>,
}

/// Something that does not agree.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct WireMismatch {
    /// `plate-colour`, `class`, `make`, `body-colour`, `vin` or `fuel`.
    about: &'static str,
    /// In words.
    sentence: Words,
}

impl From<Mismatch> for WireMismatch {
    fn from(one: Mismatch) -> Self {
        Self { about: one.word(), sentence: one.sentence().into() }
    }
}

/// What the register says of the vehicle of a passage; none where no plate was read.
pub(super) async fn register_note(
    reading: &mut Reading,
    passage: &Passage,
) -> Result<Option<RegisterNote>, ApiError> {
    let Some(plate) = passage.plate() else { return Ok(None) };
    let day = passage.passed.legal_day();
    let all = reading.vehicles_on(plate, day).await?;
    Ok(Some(match registered_as(all, passage.plate_colour()) {
        None => RegisterNote {
            vehicle: None,
            plate_colour: None,
            mismatches: Vec::new(),
            unregistered: Some(unregistered(plate, day).into()),
        },
        Some((colour, row)) => {
            let registered = Registered { plate_colour: colour, facts: row.facts.clone() };
            let found = mismatch(&Seen::in_passage(passage), &registered);
            RegisterNote {
                vehicle: Some(row.into()),
                plate_colour: Some(colour.word()),
                mismatches: found.into_iter().map(WireMismatch::from).collect(),
                unregistered: None,
            }
        }
    }))
}

/// Of the vehicles that hold a plate in several colours the one of the colour seen, else the first: then the colour is
/// what does not agree.
fn registered_as(
    mut all: Vec<(PlateColour, VehicleRow)>,
    seen: Option<PlateColour>,
) -> Option<(PlateColour, VehicleRow)> {
    let at = all.iter().position(|(colour, _)| Some(*colour) == seen).unwrap_or(0);
    (at < all.len()).then(|| all.swap_remove(at))
}

/// A day in a request.
pub(super) fn day(text: &str) -> Result<Date, ApiError> {
    text.parse().map_err(|_| ApiError::invalid("日期应写作 2026-11-27。", "A day is written 2026-11-27."))
}
