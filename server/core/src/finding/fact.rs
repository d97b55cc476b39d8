//! What detectors are told of a test: as little as they need, so that a store gives thousands of them.

use jiff::Timestamp;
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed};

use crate::access::OrganisationCode;
use crate::inspection::test::{Emission, Inspection};
use crate::inspection::{InspectionId, Method};
use crate::register::Vin;

/// One test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFact {
    /// Which.
    pub id: InspectionId,
    /// Where.
    pub station: OrganisationCode,
    /// On which line.
    pub line: u8,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// How.
    pub method: Method,
    /// Plate and colour as one text.
    pub plate: String,
    /// Identification number as the papers say.
    pub vin: Option<Vin>,
    /// Identification number as the engine's computer says.
    pub obd_vin: Option<Vin>,
    /// The engine's model.
    pub engine_model: Option<String>,
    /// Name and check sum of the engine's calibration.
    pub calibration: Option<(String, String)>,
}

impl TestFact {
    /// The facts of an inspection.
    pub fn of(inspection: &Inspection) -> Self {
        let colour = inspection.vehicle.colour.map_or("", PlateColour::word);
        let obd = inspection.obd.as_ref();
        Self {
            id: inspection.id.clone(),
            station: inspection.station.clone(),
            line: inspection.line,
            started: inspection.span.started,
            ended: inspection.span.ended,
            method: inspection.emission.method(),
            plate: format!("{} {colour}", inspection.vehicle.plate.as_str()),
            vin: inspection.vehicle.vin.clone(),
            obd_vin: obd.and_then(|obd| obd.vin.clone()),
            engine_model: inspection.engine_model.clone(),
            calibration: obd.and_then(|obd| obd.calibration.clone().zip(obd.calibration_sum.clone())),
        }
    }
}

/// The process data of a test as one curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// Whose.
    pub id: InspectionId,
    /// Of which method; others are not compared.
    pub method: Method,
    /// Coefficient and engine speed, in time.
    pub points: Vec<(AbsorptionCoefficient, EngineSpeed)>,
}

impl Curve {
    /// The curve of an inspection; `None` for smoke by eye, whose few levels are alike everywhere.
    pub fn of(inspection: &Inspection) -> Option<Self> {
        let points = match &inspection.emission {
            Emission::FreeAcceleration { runs, .. } => {
                runs.iter().flat_map(|run| &run.curve).map(|point| (point.k, point.speed)).collect()
            }
            Emission::LugDown { process, .. } => process.iter().map(|point| (point.k, point.speed)).collect(),
            Emission::Ringelmann { .. } => return None,
        };
        Some(Self { id: inspection.id.clone(), method: inspection.emission.method(), points })
    }
}
