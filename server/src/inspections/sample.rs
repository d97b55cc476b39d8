//! Uploads and register entries for tests.

use jiff::Timestamp;
use server_core::access::OrganisationCode;

use super::wire::*;
use crate::store::Store;

/// When tests happen: 10:00 at the law's place.
pub(crate) fn now() -> Timestamp {
    "2026-11-27T02:00:00Z".parse().unwrap()
}

pub(crate) fn code(text: &str) -> OrganisationCode {
    OrganisationCode::parse(text).unwrap()
}

/// A free acceleration of a truck with these peaks, hundredths of 1/m, that began so many minutes before [`now`] and took
/// five; told as it is.
pub(crate) fn upload(report: &str, peak: u16, minutes_before: i64) -> InspectionUpload {
    let peaks = [peak.saturating_sub(1), peak, peak + 1];
    let runs = peaks.iter().enumerate().map(|(at, &peak)| run(at as u32, peak)).collect();
    let passed = peak <= 120;
    let started = now().as_microsecond() - minutes_before * 60_000_000;
    InspectionUpload {
        report_number: report.to_owned(),
        line: 1,
        order: None,
        round: None,
        vehicle: UploadedVehicle {
            plate: "晋A12345".to_owned(),
            plate_colour: "yellow".to_owned(),
            vin: "LZZ5ELND0A1234567".to_owned(),
            engine_model: Some("WP10.340E32".to_owned()),
            rated_power_w: Some(250_000),
        },
        altitude_m: None,
        started_utc_us: started,
        ended_utc_us: started + 300_000_000,
        air: UploadedAir { celsius_hundredths: 650, humidity_hundredths: 4_040, pascal: 92_100 },
        emission: UploadedEmission::FreeAcceleration { purges: 3, idle_rpm: 700, runs },
        obd: None,
        appearance_failed: vec![],
        inspector: "赵检".to_owned(),
        outcome: if passed { "passed" } else { "failed" }.to_owned(),
        values: vec![UploadedValue { item: "free_acceleration_k".to_owned(), value: peak.into() }],
        failed: if passed { vec![] } else { vec!["free_acceleration_k".to_owned()] },
    }
}

/// An acceleration that differs from others by its peak and number.
fn run(number: u32, peak: u16) -> UploadedRun {
    let rpm = |at: u32| 700 + (at.min(40 - at) * 90 + (at * 37 + u32::from(peak) * 13) % 29) as u16;
    let curve: Vec<UploadedRunPoint> = (0..40)
        .map(|at| UploadedRunPoint {
            ms: number * 20_000 + at * 150,
            k_per_m_hundredths: if at == 20 {
                peak
            } else {
                peak * (20 - at.abs_diff(20).min(20)) as u16 / 25
            },
            rpm: rpm(at) + number as u16,
        })
        .collect();
    let rpm = curve.iter().map(|point| point.rpm).max().unwrap();
    UploadedRun { k_per_m_hundredths: peak, rpm, curve }
}

/// The same for another vehicle.
pub(crate) fn of_vehicle(number: u32, upload: InspectionUpload) -> InspectionUpload {
    let vehicle = UploadedVehicle {
        plate: format!("晋A{number:05}"),
        vin: format!("LZZ5ELND0B{number:07}"),
        ..upload.vehicle.clone()
    };
    InspectionUpload { vehicle, ..upload }
}

/// Stations I-1, I-2 and ORG-1, I-9 which closed in October; shops M-1, M-2 and ORG-1, of which M-2's certificate ended
/// in October.
pub(crate) async fn register(store: &Store) {
    let mut writing = store.writing().await.unwrap();
    for (code, closed) in [("I-1", None), ("I-2", None), ("ORG-1", None), ("I-9", Some("2026-10-01"))] {
        writing.test_station(code, 140_105, closed).await.unwrap();
    }
    for (code, until) in [("M-1", None), ("M-2", Some("2026-10-01")), ("ORG-1", None)] {
        writing.test_shop(code, 140_105, until).await.unwrap();
    }
    writing.commit().await.unwrap();
}
