//! The handlers, one file per subject. `routes` is the list of them all.

mod accounts;
mod audit;
mod case_package;
mod case_wire;
mod cases;
mod casework_error;
mod casework_rows;
mod device_checks;
mod enrol;
mod evidence;
mod exhaust_tests;
mod passages;
mod review;
mod rulebook;
mod rulebook_rows;
mod rulebooks;
mod server;
mod session;
mod statistics;
mod stations;
mod summary;
mod wanted;
mod wire;

pub(super) use wire::PassageSummary;

use std::sync::Arc;

use axum::http::header;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Site;

/// Every route, each with its description: there is no other way to add one.
pub(super) fn routes() -> OpenApiRouter<Site> {
    let people = OpenApiRouter::new()
        .routes(routes!(session::sign_in, session::sign_out, session::who))
        .routes(routes!(session::change_password))
        .routes(routes!(accounts::list, accounts::add))
        .routes(routes!(accounts::change))
        .routes(routes!(audit::list));
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
    let stations = OpenApiRouter::new()
        .routes(routes!(stations::list, stations::add))
        .routes(routes!(stations::ledger))
        .routes(routes!(stations::issue))
        .routes(routes!(device_checks::list))
        .routes(routes!(statistics::of_station))
        .routes(routes!(enrol::enrol));
    let api = people.merge(passages).merge(tests).merge(work).merge(stations);
    let server = OpenApiRouter::new()
        .routes(routes!(server::healthz))
        .routes(routes!(server::readyz))
        .routes(routes!(server::metrics));
    OpenApiRouter::new().nest("/api/v1", api).merge(server)
}

/// The description, as built from the routes.
pub(super) async fn openapi(document: Arc<str>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document.to_string())
}
