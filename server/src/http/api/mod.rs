//! The handlers, one file per subject. `routes` is the list of them all.

mod accounts;
mod audit;
mod case_package;
mod case_wire;
mod carriers;
mod cases;
mod casework_error;
mod casework_rows;
mod device_checks;
mod enrol;
mod evidence;
mod exhaust_tests;
mod exports;
mod keys;
mod oidc;
mod findings;
mod inspections;
mod loop_error;
mod orders;
mod listing_error;
mod listing_rows;
mod listing_wire;
mod listings;
mod papers;
mod passages;
mod public_listings;
mod repair_records;
mod register;
mod register_wire;
mod review;
mod rulebook;
mod rulebook_rows;
mod rulebooks;
mod server;
mod second_factor;
mod session;
mod sessions;
mod statistics;
mod stations;
mod summary;
mod today;
mod vehicles;
mod wanted;
mod wire;

pub(super) use wire::PassageSummary;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Site, limits};

/// Every route, each with its description: there is no other way to add one.
pub(super) fn routes() -> OpenApiRouter<Site> {
    let people = OpenApiRouter::new()
        .routes(routes!(session::sign_in, session::sign_out, session::who))
        .routes(routes!(session::ways))
        .routes(routes!(session::change_password))
        .routes(routes!(oidc::begin))
        .routes(routes!(oidc::finish))
        .routes(routes!(second_factor::state, second_factor::begin, second_factor::remove))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(sessions::own, sessions::end_others))
        .routes(routes!(sessions::end_one))
        .routes(routes!(accounts::list, accounts::add))
        .routes(routes!(accounts::detail, accounts::change))
        .routes(routes!(sessions::of_account, sessions::end_of_account))
        .routes(routes!(second_factor::remove_of))
        .routes(routes!(keys::list, keys::issue))
        .routes(routes!(keys::revoke))
        .routes(routes!(audit::list))
        .routes(routes!(audit::export))
        .routes(routes!(today::tasks));
    let passages = OpenApiRouter::new()
        .routes(routes!(passages::list))
        .routes(routes!(passages::live))
        .routes(routes!(passages::detail))
        .routes(routes!(evidence::file))
        .routes(routes!(summary::counts))
        .routes(routes!(rulebook::in_force))
        .routes(routes!(rulebooks::list));
    let tests = OpenApiRouter::new()
        .routes(routes!(exhaust_tests::list))
        .routes(routes!(exhaust_tests::detail))
        .routes(routes!(exhaust_tests::enter_result));
    let work = OpenApiRouter::new()
        .routes(routes!(review::list))
        .routes(routes!(review::detail))
        .routes(routes!(review::decide))
        .routes(routes!(cases::list))
        .routes(routes!(cases::detail))
        .routes(routes!(cases::happen))
        .routes(routes!(case_package::download))
        .routes(routes!(wanted::list, wanted::add, wanted::remove));
    let listings = OpenApiRouter::new()
        .routes(routes!(listings::list))
        .routes(routes!(listings::detail))
        .routes(routes!(listings::take_decision))
        .routes(routes!(listings::enter_answer))
        .routes(routes!(listings::of_carrier))
        .routes(routes!(public_listings::list))
        .routes(routes!(public_listings::sheet))
        .routes(routes!(public_listings::rule));
    let stations = OpenApiRouter::new()
        .routes(routes!(stations::list, stations::add))
        .routes(routes!(stations::ledger))
        .routes(routes!(stations::issue))
        .routes(routes!(device_checks::list))
        .routes(routes!(statistics::of_station))
        .routes(routes!(enrol::enrol));
    let closed_loop = OpenApiRouter::new()
        .routes(routes!(orders::list))
        .routes(routes!(orders::detail))
        .routes(routes!(orders::take))
        .routes(routes!(orders::reassign_station))
        .routes(routes!(orders::reassign_shop))
        .routes(routes!(orders::cancel))
        .routes(routes!(repair_records::record))
        .routes(routes!(repair_records::sheet_template))
        .routes(routes!(inspections::list))
        .routes(routes!(findings::list))
        .routes(routes!(findings::detail))
        .routes(routes!(findings::decide))
        .routes(routes!(inspections::detail))
        .merge(uploads());
    let taken_out = OpenApiRouter::new()
        .routes(routes!(papers::notice_of))
        .routes(routes!(papers::closing_of))
        .routes(routes!(papers::order_of))
        .routes(routes!(papers::report_of))
        .routes(routes!(papers::decision_of))
        .routes(routes!(exports::passages::passages))
        .routes(routes!(exports::work::cases))
        .routes(routes!(exports::work::orders))
        .routes(routes!(exports::listings::listings))
        .routes(routes!(exports::register::organisations))
        .routes(routes!(exports::audit::audit));
    let files = OpenApiRouter::new()
        .routes(routes!(register::imports, register::upload))
        .layer(DefaultBodyLimit::max(crate::sheets::MAX_BYTES));
    let rows = OpenApiRouter::new()
        .routes(routes!(register::rows))
        .layer(DefaultBodyLimit::max(register::ROWS_BYTES_MAX));
    let register = OpenApiRouter::new()
        .routes(routes!(register::summary))
        .routes(routes!(register::detail, register::discard))
        .routes(routes!(register::import_rows))
        .routes(routes!(register::apply))
        .routes(routes!(register::template))
        .routes(routes!(carriers::list))
        .routes(routes!(carriers::detail))
        .routes(routes!(carriers::fleet))
        .routes(routes!(carriers::inspection_stations))
        .routes(routes!(carriers::repair_shops))
        .routes(routes!(vehicles::look_up))
        .routes(routes!(vehicles::life))
        .routes(routes!(vehicles::plate_life))
        .merge(files)
        .merge(rows);
    let api = people
        .merge(passages)
        .merge(tests)
        .merge(work)
        .merge(stations)
        .merge(closed_loop)
        .merge(listings)
        .merge(register)
        .merge(taken_out);
    let server = OpenApiRouter::new()
        .routes(routes!(server::healthz))
        .routes(routes!(server::readyz))
        .routes(routes!(server::metrics));
    OpenApiRouter::new().nest("/api/v1", api).merge(server)
}

/// Uploads, whose bodies are larger than a form's.
fn uploads() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(inspections::upload))
        .layer(axum::extract::DefaultBodyLimit::max(limits::INSPECTION_BYTES_MAX))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(repair_records::upload_sheet))
                .layer(axum::extract::DefaultBodyLimit::max(crate::sheets::MAX_BYTES)),
        )
}

/// The description, as built from the routes.
pub(super) async fn openapi(document: Arc<str>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document.to_string())
}
