//! Inspections: a station's upload is judged again, and with it goes its repair order, each in one transaction.
//!
//! [`wire`] is what a station sends, [`read`] reads it, [`judged`] is what is kept of the server's judgement. A failed
//! vehicle gets a repair order; one with an open order is tested for that order alone.

pub mod judged;
mod read;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
pub mod wire;

use jiff::{Timestamp, ToSpan};
use plumewatch_shared::exhaust_test::TestOutcome;
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::plate::PlateColour;
use server_core::access::OrganisationCode;
use server_core::audit::{Action, Entry};
use server_core::broken_rule::BrokenRule;
use server_core::finding::fact::Curve;
use server_core::inspection::rejudge::{day, retest};
use server_core::inspection::{Inspection, InspectionId, Rejudged, ReportState, rejudge};
use server_core::order::programme::{ProgrammeRules, programme};
use server_core::order::{Event, Order, OrderId, Origin};

use crate::findings;
use crate::orders::{self, LoopError, NewOrder};
use crate::rulebooks::Books;
use crate::store::{InspectionRow, NewInspection, OrderRow, Store, Writing, curve_text};
use judged::Judged;
use wire::InspectionUpload;

/// The standard that inspections are judged by.
const STANDARD: &str = "GB 3847-2018";

/// What came of an upload.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// Which inspection.
    pub id: InspectionId,
    /// Was it here already?
    pub repeated: bool,
    /// The order that it opened.
    pub opened: Option<OrderId>,
    /// May the watchlist have changed?
    pub watchlist: bool,
}

/// Takes a station's upload: judges it, keeps it, and lets its order follow.
pub async fn upload(
    store: &Store,
    books: &Books,
    station: &OrganisationCode,
    upload: &InspectionUpload,
    by: &str,
    now: Timestamp,
) -> Result<Uploaded, LoopError> {
    let inspection = upload.inspection(station, now).map_err(|wrong| LoopError::fields(&wrong))?;
    let text = serde_json::to_string(upload).expect("strings and numbers serialise");
    let digest = FileHash::of(text.as_bytes()).to_string();
    let (mut writing, mut told) = (store.writing().await?, Vec::new());
    if let Some(stored) = writing.inspection_digest(&inspection.id).await? {
        let same = Uploaded { id: inspection.id, repeated: true, opened: None, watchlist: false };
        return if stored == digest { Ok(same) } else { Err(LoopError::Forbidden(report_used())) };
    }
    let known = writing.inspection_station(station).await?.filter(|known| known.is_open(day(&inspection)));
    let region = known.ok_or_else(|| LoopError::Forbidden(station_not_open()))?.region;
    let rules = &programme().in_force(region, day(&inspection)).rules;
    let book = books.tests(region, day(&inspection)).into_iter().find(|book| book.id == STANDARD);
    let book = book.expect("the library has the shipped edition of each standard");
    let seen = rejudge(&inspection, &book, rules);

    let order = order_of(&mut writing, &inspection).await?;
    let round = upload.round.unwrap_or_else(|| order.as_ref().map_or(0, |row| row.order.round()));
    let mut came = Uploaded { id: inspection.id.clone(), repeated: false, opened: None, watchlist: false };
    let applied = order.is_some() && seen.report() == ReportState::Issued;
    writing
        .insert_inspection(
            &new_inspection(&inspection, &seen, applied, i64::from(region.code()), (text, digest), by),
            now,
        )
        .await?;
    told.push(entry(Action::InspectionUploaded, &inspection.id, by, seen.outcome.wire_word(), now));
    if let Some(row) = order {
        let retest = retest(&inspection, &seen, round);
        if applied {
            let event = Event::Retested(retest);
            let followed = orders::happen(&mut writing, books, row, event, by, now, &mut told).await?;
            came.watchlist = followed.watchlist;
        } else {
            row.order.may_retest(&retest)?; // A held retest keeps every rule, too; it only counts for nothing.
        }
    } else if seen.report() == ReportState::Issued && seen.outcome == TestOutcome::Failed {
        let order = open_order(&mut writing, &inspection, &seen, rules, by, now, &mut told).await?;
        came.opened = Some(order.id);
    }
    match seen.report() {
        ReportState::Issued => {
            told.push(entry(Action::ReportIssued, &inspection.id, by, inspection.report.as_str(), now))
        }
        ReportState::Held => {
            let finding = findings::held(&inspection, &seen, region);
            findings::keep(&mut writing, &finding, i64::from(region.code()), now, &mut told).await?;
        }
    }
    orders::commit(writing, told).await?;
    Ok(came)
}

/// The order that an inspection is for. A vehicle with an open order is tested for that order alone.
async fn order_of(writing: &mut Writing, inspection: &Inspection) -> Result<Option<OrderRow>, LoopError> {
    let Some(id) = &inspection.order else {
        return match writing.open_order_of(&inspection.vehicle).await? {
            Some(_) => Err(LoopError::Forbidden(order_open())),
            None => Ok(None),
        };
    };
    let row = writing.order_to_change(id).await?;
    row.map(Some).ok_or_else(|| LoopError::Forbidden(orders::order_unknown()))
}

async fn open_order(
    writing: &mut Writing,
    inspection: &Inspection,
    seen: &Rejudged,
    rules: &ProgrammeRules,
    by: &str,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<Order, LoopError> {
    let today = plumewatch_shared::time::law_place().to_datetime(now).date();
    let new = NewOrder {
        origin: Origin::Inspection(inspection.id.clone()),
        vehicle: inspection.vehicle.clone(),
        station: inspection.station.clone(),
        items: seen.failed.clone(),
        method: Some(inspection.emission.method()),
        due: today.saturating_add(i64::from(rules.repair_within_days.value).days()),
    };
    orders::open(writing, new, by, now, told).await
}

fn new_inspection(
    inspection: &Inspection,
    seen: &Rejudged,
    applied: bool,
    region: i64,
    (upload, digest): (String, String),
    by: &str,
) -> NewInspection {
    let failed: Vec<&str> = seen.failed.iter().map(|item| item.word()).collect();
    let row = InspectionRow {
        id: inspection.id.as_str().to_owned(),
        station: inspection.station.as_str().to_owned(),
        station_name: None,
        line: inspection.line.into(),
        report_number: inspection.report.as_str().to_owned(),
        order_id: inspection.order.as_ref().map(|id| id.as_str().to_owned()),
        plate: inspection.vehicle.plate.as_str().to_owned(),
        plate_colour: inspection.vehicle.colour.map_or("", PlateColour::word).to_owned(),
        vin: inspection.vehicle.vin.as_ref().map(|vin| vin.as_str().to_owned()),
        method: inspection.emission.method().word().to_owned(),
        started_us: inspection.span.started.as_microsecond(),
        ended_us: inspection.span.ended.as_microsecond(),
        day: day(inspection).to_string(),
        told_outcome: inspection.told.outcome.wire_word().to_owned(),
        outcome: seen.outcome.wire_word().to_owned(),
        state: seen.report().word().to_owned(),
        failed: failed.join(","),
        rulebook: seen.verdict.rulebook.id.clone(),
        rulebook_version: seen.verdict.rulebook.version.clone(),
        received_us: 0,
        uploaded_by: by.to_owned(),
        opened_order: None,
    };
    let obd = inspection.obd.as_ref();
    NewInspection {
        row,
        region,
        vehicle: inspection.vehicle.clone(),
        engine_model: inspection.engine_model.clone(),
        calibration: obd.and_then(|obd| obd.calibration.clone().zip(obd.calibration_sum.clone())),
        obd_vin: obd.and_then(|obd| obd.vin.clone()),
        applied,
        curve: Curve::of(inspection).map_or_else(String::new, |curve| curve_text(&curve)),
        upload,
        judged: serde_json::to_string(&Judged::of(seen)).expect("strings and numbers serialise"),
        digest,
    }
}

fn entry(action: Action, id: &InspectionId, by: &str, detail: &str, now: Timestamp) -> Entry {
    Entry {
        at: now,
        actor: by.to_owned(),
        action,
        subject: id.as_str().to_owned(),
        reason: None,
        detail: detail.to_owned(),
    }
}

fn report_used() -> BrokenRule {
    let wrong = Bilingual::new(
        "该报告编号已用于另一份内容不同的检验结果。",
        "This report number was used for another result.",
    );
    let remedy = Bilingual::new(
        "检验结果不得修改；重新检验的请使用新的报告编号。",
        "A result is never changed; a new test has a new report number.",
    );
    BrokenRule::new("report-number-used", wrong, remedy).of("report_number")
}

fn station_not_open() -> BrokenRule {
    let wrong = Bilingual::new(
        "本检验机构在检验当日未登记或已停业。",
        "Your station was not in the register, or closed, on the day of the test.",
    );
    let remedy = Bilingual::new(
        "请主管部门核对检验机构登记后再上传。",
        "Have the authority check the station's entry, then upload again.",
    );
    BrokenRule::new("station-not-open", wrong, remedy)
}

fn order_open() -> BrokenRule {
    let wrong = Bilingual::new(
        "该车有未完成的维修单，只能按维修单复检。",
        "The vehicle has an open repair order and is tested for that order alone.",
    );
    let remedy = Bilingual::new(
        "请在维修单载明的检验机构复检，上传时填写维修单编号。",
        "Retest it at the order's station, and name the order's number in the upload.",
    );
    BrokenRule::new("order-open", wrong, remedy).of("order")
}
