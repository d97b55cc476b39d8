//! The one home of SQL: every question that the server asks its database, on SQLite and PostgreSQL alike.
//!
//! To add a question: write a method `impl Reading` (it only asks) or `impl Writing` (it changes) in the file of
//! its subject, named for what it gives (`stations`, `session_account`), with the macros of [`engine`]:
//!
//! ```text
//! impl Reading {
//!     /// The station of this id.
//!     pub async fn station(&mut self, id: StationId) -> Stored<Option<StationRow>> {
//!         row!(self, StationRow, "select id, name from stations where id = $1", id.as_str())
//!     }
//! }
//! ```
//!
//! and a test of it by `on_both!` of `fixture.rs`, in `contract.rs` or a file beside it, which runs on both engines. `StationRow` derives
//! `sqlx::FromRow`. A transaction (`Writing`) answers every question of `Reading` too.
//! Rules that keep one text right on both: integers are `bigint` and `i64`; `$1` may be used twice; cast `sum`
//! and `max` of literals to bigint; `nulls first/last` always written; no `any($1)`, `greatest`, `lateral`;
//! JSON is text, typed in Rust. Rules of the field stay in `server-core`; a constraint guards what must never be.
//!
//! What must hold: transactions are short and hold no network wait; no plate in an error or a log line.

mod bulk;
pub mod accounts;
mod enrolment;
pub mod sessions;
pub mod second_factors;
pub mod keys;
pub mod idempotency;
mod oidc;
pub mod stations;
pub mod wanted;
mod engine;
mod error;
mod migrations;

mod records;
mod passages;
mod exhaust_tests;
mod device_checks;
mod evidence;
mod quarantine;
mod senders;
mod lists;
mod counting;
mod review;
mod cases;
mod case_steps;
mod case_evidence;
mod audit;
mod watchlist;
mod listing_decisions;
mod listing_exceedances;
mod listing_shares;
mod listings;
mod listing_extract;
mod job_leases;
mod rulebooks;
mod statistics;
mod station_days;
mod register;
mod register_known;
mod register_lists;
mod register_imports;
mod register_life;

mod order_rows;
mod orders;
mod inspections;
mod findings;
mod irregularity_facts;

#[cfg(test)]
mod cases_contract;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod counting_contract;
#[cfg(test)]
mod people_contract;
#[cfg(test)]
mod keys_contract;
#[cfg(test)]
mod records_contract;
#[cfg(test)]
mod register_contract;
#[cfg(test)]
mod statistics_contract;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
pub(crate) mod listing_fixture;

pub use audit::AuditFilter;
pub use case_evidence::StationKeys;
pub use cases::{CASES_MAX, CaseFilter, CaseRow};
pub use device_checks::{CHECKS_MAX, CheckPointRow, DeviceCheckRow, NewDeviceCheck};
pub use engine::{Reading, Store, Writing};
pub use error::{StoreError, Stored};
pub use evidence::EvidenceRow;
pub use exhaust_tests::{
    ExhaustTestFilter, ExhaustTestFull, ExhaustTestRow, NewExhaustTest, SampleResult, SampleRow,
};
pub use findings::{FindingFilter, FindingRow};
pub use inspections::{InspectionFilter, InspectionRow, NewInspection};
pub use irregularity_facts::curve_text;
pub use job_leases::LeaseRow;
pub use listing_decisions::{AnswerRow, DecisionRow, GROUNDS_MAX, GroundRow};
pub use listing_exceedances::ExceedanceRow;
pub use listing_shares::ShareRow;
pub use listings::{LISTINGS_MAX, ListingRow, ListingsOf};
pub use lists::{PAGE_MAX, PassageFilter, PassageFull, PassageRow};
pub use order_rows::OrderRow;
pub use orders::{OrderFilter, RecordRow};
pub use passages::NewPassage;
pub use quarantine::{QUARANTINED_BYTES_MAX, QUARANTINED_MAX, QuarantineRow, Quarantined};
pub use records::{Insertion, NewRecord};
pub use register::{HoldRow, MemberRow, QualificationRow, REGISTER_PAGE_MAX, VehicleRow};
pub use register_imports::{ImportRow, ImportedRow};
pub use register_life::{LIFE_MAX, LifeRow, Under};
pub use register_lists::{FleetChangeRow, FleetRow, RegisterCounts};
pub use review::{CandidateRow, REVIEW_MAX};
pub use rulebooks::{IssueRow, PublishedRow};
pub use station_days::{DaySpan, SiteNo};
pub use statistics::{ErrorDayRow, PAIRS_MAX, STATISTICS_DAYS_MAX, Span};
pub use watchlist::EditionRow;
