//! Uploads on both databases.

use plumewatch_shared::ids::Region;
use server_core::access::Reach;

use super::sample::{code, now, register, upload};
use super::wire::{InspectionUpload, UploadedEmission};
use super::*;
use crate::store::fixture::on_both;
use crate::store::{FindingFilter, InspectionFilter};

async fn sent(store: &Store, upload: &InspectionUpload) -> Result<Uploaded, LoopError> {
    crate::inspections::upload(store, &Books::shipped(), &code("I-1"), upload, "station", now()).await
}

fn country() -> Reach {
    Reach::Region(Region::COUNTRY)
}

on_both! {
    async fn what_agrees_is_issued_and_what_differs_is_held_and_found(store: Store) {
        register(&store).await;
        let issued = sent(&store, &upload("1", 90, 30)).await.unwrap();
        let mut edited = sample::of_vehicle(2, upload("2", 150, 20));
        edited.outcome = "passed".to_owned();
        edited.failed.clear();
        let held = sent(&store, &edited).await.unwrap();
        assert_eq!(held.opened, None, "no order before a report is out");
        let mut reading = store.reading().await.unwrap();
        let state = async |reading: &mut crate::store::Reading, id| {
            let (row, _, judged) = reading.inspection(id, &country()).await.unwrap().unwrap();
            (row.state, row.outcome, serde_json::from_str::<Judged>(&judged).unwrap().differences.len())
        };
        assert_eq!(state(&mut reading, &issued.id).await, ("issued".into(), "passed".into(), 0));
        assert_eq!(state(&mut reading, &held.id).await, ("held".into(), "failed".into(), 2));
        let filter = FindingFilter { reach: country(), state: String::new(), kind: "report-held".into(), older_than: None };
        let found = reading.findings(&filter, 10).await.unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].evidence.contains(held.id.as_str()), "{}", found[0].evidence);
        let elsewhere = FindingFilter { reach: Reach::Region("110000".parse().unwrap()), ..filter };
        assert_eq!(reading.findings(&elsewhere, 10).await.unwrap(), []);
    }

    async fn an_upload_sent_again_is_one_and_a_report_number_is_never_used_twice(store: Store) {
        register(&store).await;
        let first = sent(&store, &upload("1", 90, 30)).await.unwrap();
        let again = sent(&store, &upload("1", 90, 30)).await.unwrap();
        assert_eq!((first.id == again.id, again.repeated), (true, true));
        let other = sent(&store, &upload("1", 91, 30)).await.unwrap_err();
        assert!(matches!(other, LoopError::Forbidden(rule) if rule.code == "report-number-used"));
        let all = InspectionFilter { reach: country(), outcome: String::new(), state: String::new(), older_than: None };
        assert_eq!(store.reading().await.unwrap().inspections(&all, 10).await.unwrap().len(), 1);
        let filter = InspectionFilter { reach: Reach::Station(code("I-2")), ..all };
        assert_eq!(store.reading().await.unwrap().inspections(&filter, 10).await.unwrap(), []);
    }

    async fn a_station_that_is_closed_or_unknown_uploads_nothing(store: Store) {
        register(&store).await;
        for station in ["I-9", "I-77"] {
            let upload = upload("1", 90, 30);
            let came = crate::inspections::upload(&store, &Books::shipped(), &code(station), &upload, "s", now()).await;
            assert!(matches!(came, Err(LoopError::Forbidden(rule)) if rule.code == "station-not-open"));
        }
    }

    async fn the_same_upload_at_once_is_one(store: Store) {
        register(&store).await;
        let upload = upload("1", 150, 30);
        let (one, two) = tokio::join!(sent(&store, &upload), sent(&store, &upload));
        // On PostgreSQL the second may meet the first's row: it is told to send again, and then it is a repetition.
        assert!(one.is_ok() || two.is_ok());
        assert!(sent(&store, &upload).await.unwrap().repeated);
        let orders = crate::store::OrderFilter {
            reach: country(), state: String::new(), open_and_due_before: None, older_than: None,
        };
        assert_eq!(store.reading().await.unwrap().orders(&orders, 10).await.unwrap().len(), 1);
    }
}

#[test]
fn everything_wrong_in_an_upload_is_said_at_once_with_its_field() {
    let mut wrong = upload("号", 90, -5);
    wrong.line = 0;
    wrong.vehicle.vin = "123".to_owned();
    wrong.vehicle.plate_colour = "red".to_owned();
    wrong.outcome = "ok".to_owned();
    wrong.values[0].item = "k".to_owned();
    wrong.emission = UploadedEmission::Ringelmann { levels: vec![6] };
    let broken = wrong.inspection(&code("I-1"), now()).unwrap_err();
    let fields: Vec<&str> = broken.iter().filter_map(|rule| rule.field).collect();
    let expected = [
        "report_number",
        "line",
        "vehicle.plate_colour",
        "vehicle.vin",
        "ended_utc_us",
        "emission.levels",
        "outcome",
        "values",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn an_upload_reads_back_from_its_own_json() {
    let upload = upload("1", 90, 5);
    let text = serde_json::to_string(&upload).unwrap();
    let back: InspectionUpload = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    assert!(back.inspection(&code("I-1"), now()).is_ok());
    assert!(serde_json::from_str::<InspectionUpload>(&text.replacen("\"line\"", "\"lane\"", 1)).is_err());
}
