//! Papers to print: the notice, the closing letter, the repair order, the inspection report, the listing decision.
//!
//! Whoever may read the record may print its paper, and each printing is written down. A paper that cannot be yet
//! says what is missing.

use axum::extract::State;
use plumewatch_shared::ids::Region;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::plate::{Plate, PlateColour};
use server_core::access::{Operation, OrganisationCode, Reach};
use server_core::audit::{Action, Entry};
use server_core::case::Kind;
use server_core::inspection::InspectionId;
use server_core::order::{OrderState, Origin};

use super::cases::{CaseName, explanation};
use super::inspections::InspectionName;
use super::listings::ListingName;
use super::orders::OrderName;
use crate::documents::closing_letter::{Ending, Repaired, closing_letter, outcome};
use crate::documents::inspection_report::inspection_report;
use crate::documents::listing_decision::{latest, listing_decision};
use crate::documents::notice::{Grounds, notice, number};
use crate::documents::repair_order::{Ordered, repair_order};
use crate::documents::words::law_day;
use crate::documents::{Paper, parties};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Name;
use crate::http::session::Signed;
use crate::inspections::judged::Judged;
use crate::inspections::wire::InspectionUpload;
use crate::store::{CandidateRow, CaseRow, OrderRow, Reading};

/// A stored text that this program wrote itself and cannot read.
fn unreadable(error: serde_json::Error) -> ApiError {
    tracing::error!(error = &error as &dyn std::error::Error, "a stored inspection cannot be read");
    ApiError::internal()
}

/// Writes down that a paper was printed.
async fn printed(site: &Site, signed: &Signed, subject: &str, kind: &str) -> Result<(), ApiError> {
    let mut writing = site.store.writing().await?;
    let entry = Entry {
        at: site.now(),
        actor: signed.name.clone(),
        action: Action::DocumentPrinted,
        subject: subject.to_owned(),
        reason: None,
        detail: kind.to_owned(),
    };
    writing.append_audit(entry).await?;
    Ok(writing.commit().await?)
}

/// A vehicle on a day, as papers name it.
async fn vehicle(
    reading: &mut Reading,
    plate: &Plate,
    colour: Option<PlateColour>,
    on: jiff::civil::Date,
) -> Result<server_documents::Vehicle, ApiError> {
    let registered = reading.vehicle_on(plate, colour, on).await?;
    let carrier = match registered.as_ref().and_then(|row| row.carrier.as_ref()) {
        None => None,
        Some(code) => reading.carrier(code).await?.map(|carrier| carrier.name),
    };
    Ok(parties::vehicle(plate, colour, registered.as_ref(), carrier))
}

/// A station or a shop, as papers name it.
async fn station(
    reading: &mut Reading,
    code: &OrganisationCode,
) -> Result<server_documents::Organisation, ApiError> {
    Ok(parties::organisation(code.as_str(), reading.inspection_station(code).await?.as_ref()))
}

async fn shop(
    reading: &mut Reading,
    code: &OrganisationCode,
) -> Result<server_documents::Organisation, ApiError> {
    Ok(parties::organisation(code.as_str(), reading.repair_shop(code).await?.as_ref()))
}

/// A case of the account's region with its candidate.
async fn case_of(
    reading: &mut Reading,
    id: &CaseName,
    scope: Region,
) -> Result<(CaseRow, CandidateRow), ApiError> {
    let row = reading.case(&id.0, scope).await?.ok_or_else(ApiError::not_found)?;
    let candidate = reading.candidate(&row.candidate, scope).await?.ok_or_else(ApiError::internal)?;
    Ok((row, candidate))
}

/// The notice to the owner, PDF. Before it is served it has the case's number and no day of service; afterwards it is the
/// paper that went out.
#[utoipa::path(get, path = "/cases/{id}/notice.pdf", tag = "cases", params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 422, description = "Too long to print", body = ErrorBody),
    (status = 503, description = "No font or no template; its text says what to do", body = ErrorBody)))]
pub(super) async fn notice_of(
    State(site): State<Site>,
    signed: Signed,
    Name(name): Name<CaseName>,
) -> Result<Paper, ApiError> {
    let scope = signed.may(Operation::ReadCases)?;
    let mut reading = site.store.reading().await?;
    let (case, candidate) = case_of(&mut reading, &name, scope.0).await?;
    let steps = reading.case_steps(&name.0).await?;
    let mut passages = Vec::with_capacity(candidate.passages.len());
    for id in &candidate.passages {
        passages.push(reading.passage_row(*id).await?);
    }
    let seen = candidate.exceedances.last().map_or(candidate.opened, |last| last.passed);
    let (plate, colour) = (&case.case.vehicle.plate, case.case.vehicle.colour);
    let vehicle = vehicle(&mut reading, plate, colour, law_day(seen)).await?;
    drop(reading);
    let served = steps.iter().rev().find(|step| step.kind == Kind::ServeNotice);
    let rules = site.books.casework_at(case.region, served.map_or_else(|| site.now(), |step| step.at));
    let head = site.printer.head(case.region, number(&case), name.0.as_str(), law_day(case.case.opened));
    let (case, candidate, steps, passages, rules) = (&case, &candidate, &*steps, &*passages, &rules);
    let paper = notice(head, Grounds { case, candidate, passages, steps, vehicle, rules });
    let paper = site.printer.print(paper).await?;
    printed(&site, &signed, name.0.as_str(), "notice").await?;
    Ok(paper)
}

/// The letter that a case has ended, PDF.
#[utoipa::path(get, path = "/cases/{id}/closing.pdf", tag = "cases", params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "The case is open still", body = ErrorBody),
    (status = 422, description = "Too long to print", body = ErrorBody),
    (status = 503, description = "No font or no template; its text says what to do", body = ErrorBody)))]
pub(super) async fn closing_of(
    State(site): State<Site>,
    signed: Signed,
    Name(name): Name<CaseName>,
) -> Result<Paper, ApiError> {
    let scope = signed.may(Operation::ReadCases)?;
    let mut reading = site.store.reading().await?;
    let (case, candidate) = case_of(&mut reading, &name, scope.0).await?;
    let open = || {
        let (zh, en) = (
            "案件尚未结案，结案后才能打印结案通知书。",
            "The case is open; the closing letter follows when it has ended.",
        );
        ApiError::conflict("case-open", zh, en)
    };
    if outcome(&case.case.state).is_none() {
        return Err(open());
    }
    let steps = reading.case_steps(&name.0).await?;
    let ended = law_day(case.case.state.since());
    let (plate, colour) = (&case.case.vehicle.plate, case.case.vehicle.colour);
    let vehicle = vehicle(&mut reading, plate, colour, ended).await?;
    let repaired = if case.case.passed_retest() { repaired(&mut reading, &case).await? } else { None };
    drop(reading);
    let course = explanation(&site, &case, &candidate, &steps).facts;
    let rules = site.books.casework_at(case.region, case.case.state.since());
    let number = format!("{}-E", name.0.as_str());
    let head = site.printer.head(case.region, number, name.0.as_str(), ended);
    let (case, candidate, steps, rules) = (&case, &candidate, &*steps, &rules);
    let ending = Ending { case, candidate, steps, course, vehicle, repaired, rules };
    let paper = site.printer.print(closing_letter(head, ending).ok_or_else(open)?).await?;
    printed(&site, &signed, name.0.as_str(), "closing-letter").await?;
    Ok(paper)
}

/// Who repaired a case's vehicle, and where it passed: from the order that closed.
async fn repaired(reading: &mut Reading, case: &CaseRow) -> Result<Option<Repaired>, ApiError> {
    let orders = reading.orders_of_case(&case.case.id).await?;
    let closed = |row: &OrderRow| match &row.order.state {
        OrderState::Closed { retest } => Some(retest.clone()),
        OrderState::Ordered | OrderState::Taken(_) | OrderState::Repaired { .. } | OrderState::Cancelled => {
            None
        }
    };
    let Some((row, retest)) = orders.iter().rev().find_map(|row| Some((row, closed(row)?))) else {
        return Ok(None);
    };
    let records = reading.repair_records(&row.order.id).await?;
    let inspection = reading.inspection(&retest, &Reach::Region(Region::COUNTRY)).await?;
    let repairer = match &row.shop {
        Some(code) => Some(shop(reading, code).await?),
        None => None,
    };
    Ok(Some(Repaired {
        shop: repairer,
        certificate: records.last().map(|record| record.record.certificate.clone()),
        station: Some(station(reading, &row.order.station).await?),
        report: inspection.map(|(row, ..)| row.report_number),
    }))
}

/// The repair order, PDF: for the owner, and for the shop that takes it.
#[utoipa::path(get, path = "/orders/{id}/order.pdf", tag = "orders", params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 422, description = "Too long to print", body = ErrorBody),
    (status = 503, description = "No font or no template; its text says what to do", body = ErrorBody)))]
pub(super) async fn order_of(
    State(site): State<Site>,
    signed: Signed,
    Name(OrderName(id)): Name<OrderName>,
) -> Result<Paper, ApiError> {
    let reach = signed.reach(Operation::ReadOrders)?;
    let mut reading = site.store.reading().await?;
    let order = reading.order(&id, &reach).await?.ok_or_else(ApiError::not_found)?;
    let opened = order.order.opened.date();
    let known = &order.order.vehicle;
    let mut vehicle = vehicle(&mut reading, &known.plate, known.colour, opened).await?;
    // The test's own word of the vehicle goes before the register's.
    vehicle.vin = known.vin.as_ref().map(|vin| vin.as_str().to_owned()).or(vehicle.vin);
    let at = reading.inspection_station(&order.order.station).await?;
    let region = at.as_ref().map_or(Region::COUNTRY, |at| at.region);
    let retest_at = parties::organisation(order.order.station.as_str(), at.as_ref());
    let taken_by = match &order.shop {
        Some(code) => Some(shop(&mut reading, code).await?),
        None => None,
    };
    // The order was given to whoever asks, and with it what it rests on.
    let everywhere = Reach::Region(Region::COUNTRY);
    let (inspection, case) = match &order.order.origin {
        Origin::Inspection(id) => (failed_inspection(&mut reading, id, &everywhere).await?, None),
        Origin::Case(id) => (None, reading.case(id, Region::COUNTRY).await?),
    };
    let candidate = match &case {
        Some(case) => reading.candidate(&case.candidate, Region::COUNTRY).await?,
        None => None,
    };
    drop(reading);
    let head = site.printer.head(region, id.as_str().to_owned(), id.as_str(), opened);
    let ordered = Ordered {
        order: &order,
        inspection,
        candidate: candidate.as_ref(),
        vehicle,
        station: retest_at,
        shop: taken_by,
    };
    let paper = site.printer.print(repair_order(head, ordered)).await?;
    printed(&site, &signed, id.as_str(), "repair-order").await?;
    Ok(paper)
}

/// The report number of an inspection, and what the server made of it.
async fn failed_inspection(
    reading: &mut Reading,
    id: &InspectionId,
    reach: &Reach,
) -> Result<Option<(String, Judged)>, ApiError> {
    let Some((row, _, judged)) = reading.inspection(id, reach).await? else { return Ok(None) };
    Ok(Some((row.report_number, serde_json::from_str(&judged).map_err(unreadable)?)))
}

/// The inspection's report, PDF; only where the server's judgement agrees with the station's.
#[utoipa::path(get, path = "/inspections/{id}/report.pdf", tag = "inspections", params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "The report is held", body = ErrorBody),
    (status = 422, description = "Too long to print", body = ErrorBody),
    (status = 503, description = "No font or no template; its text says what to do", body = ErrorBody)))]
pub(super) async fn report_of(
    State(site): State<Site>,
    signed: Signed,
    Name(InspectionName(id)): Name<InspectionName>,
) -> Result<Paper, ApiError> {
    let reach = signed.reach(Operation::ReadInspections)?;
    let mut reading = site.store.reading().await?;
    let (row, upload, judged) = reading.inspection(&id, &reach).await?.ok_or_else(ApiError::not_found)?;
    if row.state != "issued" {
        let zh = "检验站结论与服务器复核不一致，报告已暂扣，不能出具；请查看不一致之处后重新检验。";
        let en = "The station's result and the server's differ: the report is held and cannot be issued. See where they \
                  differ and test again.";
        return Err(ApiError::conflict("report-held", zh, en));
    }
    let upload: InspectionUpload = serde_json::from_str(&upload).map_err(unreadable)?;
    let judged: Judged = serde_json::from_str(&judged).map_err(unreadable)?;
    let ended = jiff::Timestamp::from_microsecond(row.ended_us).map_err(|_| ApiError::internal())?;
    let plate: Plate = row.plate.parse().map_err(|_| ApiError::internal())?;
    let colour = PlateColour::from_word(&row.plate_colour);
    let mut vehicle = vehicle(&mut reading, &plate, colour, law_day(ended)).await?;
    vehicle.vin = row.vin.clone().or(vehicle.vin);
    let code = OrganisationCode::parse(&row.station).ok_or_else(ApiError::internal)?;
    let tested_at = station(&mut reading, &code).await?;
    drop(reading);
    let mut head = site.printer.head(Region::COUNTRY, row.report_number.clone(), id.as_str(), law_day(ended));
    // The station issues its report, not the authority.
    head.issuer = Bilingual::new(&*tested_at.name, format!("Inspection station {}", tested_at.code));
    (head.address, head.phone) = (tested_at.address.clone(), tested_at.phone.clone());
    let paper = inspection_report(head, &row, &upload, &judged, vehicle, tested_at);
    let paper = site.printer.print(paper).await?;
    printed(&site, &signed, id.as_str(), "inspection-report").await?;
    Ok(paper)
}

/// The latest decision to list a carrier, to renew its listing, or to take it off the list, PDF.
#[utoipa::path(get, path = "/listings/{id}/decision.pdf", tag = "listings", params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "Nothing is decided yet", body = ErrorBody),
    (status = 422, description = "Too long to print", body = ErrorBody),
    (status = 503, description = "No font or no template; its text says what to do", body = ErrorBody)))]
pub(super) async fn decision_of(
    State(site): State<Site>,
    signed: Signed,
    Name(ListingName(id)): Name<ListingName>,
) -> Result<Paper, ApiError> {
    let scope = signed.may(Operation::ReadListings)?;
    let mut reading = site.store.reading().await?;
    let listing = reading.listing(&id, scope.0).await?.ok_or_else(ApiError::not_found)?;
    let decisions = reading.listing_decisions(&id).await?;
    let Some((decision, kind)) = latest(&decisions) else {
        let (zh, en) = ("尚未作出列入或者移出的决定。", "Nothing was decided yet, onto the list or off it.");
        return Err(ApiError::conflict("listing-undecided", zh, en));
    };
    let grounds = reading.listing_grounds(&id).await?;
    let answers = reading.listing_answers(&id).await?;
    drop(reading);
    let at = jiff::Timestamp::from_microsecond(decision.at_us).map_err(|_| ApiError::internal())?;
    let book = site.books.listing_rule(listing.region, law_day(at));
    let number = decision.notice.clone().unwrap_or_else(|| format!("{}-{}", id.as_str(), decision.number));
    let head = site.printer.head(listing.region, number, id.as_str(), law_day(at));
    let paper = listing_decision(head, &listing, (decision, kind), &grounds, &answers, &book);
    let paper = site.printer.print(paper).await?;
    printed(&site, &signed, id.as_str(), "listing-decision").await?;
    Ok(paper)
}
