//! All rulebooks: which edition holds where and when, what it says, what was published, and which edge has which.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::protocol::message::HealthReport;
use plumewatch_shared::rulebook::Schedule;
use plumewatch_shared::time::law_place;
use serde::Serialize;
use server_core::access::Operation;
use utoipa::ToSchema;

use super::casework_rows::of_casework;
use super::listing_rows::of_listing;
use super::rulebook_rows::{RuleRow, of_passages, of_tests};
use super::wire::Words;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::session::Signed;
use crate::store::stations::StationRow;
use crate::store::{IssueRow, PublishedRow};

/// Issues shown: the last ones.
const ISSUES_SHOWN: u32 = 50;

/// Everything about rulebooks.
#[derive(Serialize, ToSchema)]
pub(super) struct Rulebooks {
    /// The legal day that it was asked on.
    today: String,
    /// The country, and every region that changes something.
    places: Vec<Place>,
    /// What regions lay over the national editions.
    overrides: Vec<OverrideBody>,
    /// What edges were told, newest first.
    issues: Vec<IssueBody>,
    /// Every edition ever published, newest first, at most 120.
    published: Vec<PublishedBody>,
    /// Which edition each station has that the account sees.
    stations: Vec<StationEdition>,
}

/// What holds in one region.
#[derive(Serialize, ToSchema)]
pub(super) struct Place {
    /// GB/T 2260; `000000` is the country.
    region: String,
    /// Each standard's editions, oldest first.
    editions: Vec<EditionBody>,
}

/// One edition of one standard at one place.
#[derive(Serialize, ToSchema)]
pub(super) struct EditionBody {
    /// The standard's number.
    rulebook: String,
    /// Our edition of it, regions included.
    version: String,
    /// `passages`, `tests`, `casework` or `listing`.
    kind: &'static str,
    /// The standard's title.
    title: Words,
    /// First legal day.
    from: String,
    /// First legal day of the next edition; null of the last.
    until: Option<String>,
    /// Does it hold today?
    in_force: bool,
    /// What it says.
    rules: Vec<RuleRow>,
}

/// What a region lays over a national edition.
#[derive(Serialize, ToSchema)]
pub(super) struct OverrideBody {
    /// The standard.
    rulebook: String,
    /// Where.
    region: String,
    /// Our edition of the change.
    version: String,
    /// The act that puts it in force.
    title: Words,
    /// First legal day.
    from: String,
    /// First legal day on which it holds no more.
    until: Option<String>,
}

/// What edges were told at once.
#[derive(Serialize, ToSchema)]
pub(super) struct IssueBody {
    /// Its number.
    version: u64,
    /// When it was made.
    issued_utc_us: i64,
}

/// An edition in the history.
#[derive(Serialize, ToSchema)]
pub(super) struct PublishedBody {
    /// The standard.
    rulebook: String,
    /// Our edition of it.
    version: String,
    /// When it was first published.
    first_utc_us: i64,
}

/// What a station judges by, by its last health report.
#[derive(Serialize, ToSchema)]
pub(super) struct StationEdition {
    /// The station.
    id: String,
    /// Its name for people.
    name: String,
    /// Where it stands.
    region: String,
    /// Is its edge unit connected?
    online: bool,
    /// When that report came.
    reported_utc_us: Option<i64>,
    /// The issue it has; null where the server's has not come.
    issue: Option<u64>,
    /// The edition that judges its passages: standard, space, version.
    edition: Option<String>,
    /// The edition that is in force there today.
    expected: String,
    /// Are the two the same?
    current: bool,
    /// What it says of its rulebooks.
    words: Option<Words>,
}

/// Every rulebook that is known here. It is law and no secret; stations are those that the account sees.
#[utoipa::path(get, path = "/rulebooks", tag = "rulebooks", responses(
    (status = 200, body = Rulebooks), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn list(State(site): State<Site>, signed: Signed) -> Result<Json<Rulebooks>, ApiError> {
    let scope = signed.may(Operation::ReadRulebook)?;
    let now = site.now();
    let today = law_place().to_datetime(now).date();
    let mut reading = site.store.reading().await?;
    let issues = reading.rulebook_issues(ISSUES_SHOWN).await?;
    let published = reading.published_editions().await?;
    let stations = reading.stations(scope).await?;
    drop(reading);
    let expected = |row: &StationRow| {
        let region =
            u32::try_from(row.region).ok().and_then(|code| format!("{code:06}").parse::<Region>().ok());
        site.books.in_force(region.unwrap_or(Region::COUNTRY), today).reference()
    };
    Ok(Json(Rulebooks {
        today: today.to_string(),
        places: site.books.regions().into_iter().map(|region| place(&site, region, today)).collect(),
        overrides: overrides(&site),
        issues: issues.iter().map(issue).collect(),
        published: published.into_iter().map(published_body).collect(),
        stations: stations
            .into_iter()
            .map(|row| {
                let expected = expected(&row);
                station(row, format!("{} {}", expected.id, expected.version))
            })
            .collect(),
    }))
}

fn place(site: &Site, region: Region, today: Date) -> Place {
    let issue = site.books.issue(0, site.now(), region);
    let mut found = editions(&issue.passages, today, "passages", |book| {
        (&book.id, &book.version, &book.title, of_passages(book))
    });
    for schedule in &issue.tests {
        found.extend(editions(schedule, today, "tests", |book| {
            (&book.id, &book.version, &book.title, of_tests(book))
        }));
    }
    found.extend(editions(&site.books.casework_schedule(region), today, "casework", |rules| {
        (&rules.id, &rules.version, &rules.title, of_casework(rules, site.books.calendar()))
    }));
    found.extend(editions(&site.books.listing_schedule(region), today, "listing", |book| {
        (&book.id, &book.version, &book.title, of_listing(book))
    }));
    Place { region: region.to_string(), editions: found }
}

/// What an edition tells of itself: standard, version, title, and its rules as rows.
type Told<'a> = (&'a str, &'a str, &'a Bilingual, Vec<RuleRow>);

/// Every edition of a standard, oldest first: from when, until when, and whether it holds today.
fn editions<T>(
    schedule: &Schedule<T>,
    today: Date,
    kind: &'static str,
    told: impl Fn(&T) -> Told<'_>,
) -> Vec<EditionBody> {
    let entries = schedule.entries();
    let edition = |(at, (from, book)): (usize, &(Date, std::sync::Arc<T>))| {
        let until = entries.get(at + 1).map(|next| next.0);
        let (rulebook, version, title, rules) = told(book);
        EditionBody {
            rulebook: rulebook.to_owned(),
            version: version.to_owned(),
            kind,
            title: title.clone().into(),
            from: from.to_string(),
            until: until.map(|day| day.to_string()),
            in_force: *from <= today && until.is_none_or(|until| today < until),
            rules,
        }
    };
    entries.iter().enumerate().map(edition).collect()
}

fn overrides(site: &Site) -> Vec<OverrideBody> {
    let body = |change: &plumewatch_shared::rulebook::RegionalOverride| OverrideBody {
        rulebook: change.overrides.clone(),
        region: change.region.to_string(),
        version: change.version.clone(),
        title: change.title.clone().into(),
        from: change.in_force_from.to_string(),
        until: change.in_force_until.map(|day| day.to_string()),
    };
    site.books.library().overrides().iter().map(body).collect()
}

fn issue(row: &IssueRow) -> IssueBody {
    IssueBody { version: row.version, issued_utc_us: row.issued.as_microsecond() }
}

fn published_body(row: PublishedRow) -> PublishedBody {
    PublishedBody { rulebook: row.rulebook, version: row.version, first_utc_us: row.first_us }
}

fn station(row: StationRow, expected: String) -> StationEdition {
    let health: Option<HealthReport> =
        row.health.as_deref().and_then(|report| serde_json::from_str(report).ok());
    let edition = health.as_ref().and_then(|health| health.rulebook_edition.clone());
    let part = health.as_ref().and_then(|health| health.parts.iter().find(|part| part.part == "rulebook"));
    StationEdition {
        region: format!("{:06}", row.region),
        id: row.id,
        name: row.name,
        online: row.online.unwrap_or(false),
        reported_utc_us: row.health_received_us,
        issue: health.as_ref().and_then(|health| health.rulebook_issue),
        current: edition.as_deref() == Some(expected.as_str()),
        edition,
        expected,
        words: part.map(|part| Bilingual::new(part.zh.clone(), part.en.clone()).into()),
    }
}
