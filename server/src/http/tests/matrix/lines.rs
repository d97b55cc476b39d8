//! The matrix's lines: a route, who it is for, and how the two sides differ in it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use server_core::access::Operation as Op;

/// Operations whose routes are not there yet. A part that adds them takes them off.
pub(super) const LINES_MISSING: &[&str] = &[];

/// Who a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Everybody, and a stranger's request of the line is answered so.
    Public(StatusCode),
    /// Whoever is signed in or has a key.
    Anybody,
    /// Whoever is signed in; no key.
    People,
    /// Who may do this.
    Needs(Op),
}

/// How the side on which somebody stands matters.
#[derive(Clone, Debug)]
pub(super) enum Sides {
    /// Not at all.
    Same,
    /// A list or count: what is here is in the answer on this side, and not on the other.
    Rows,
    /// A count: some on this side, none on the other.
    Count {
        /// Where in the answer it stands.
        at: &'static str,
    },
    /// A thing of here: to the other side it is as the one that never was.
    Thing {
        /// The path of that one.
        never: String,
    },
    /// Something is made here: the other side may not.
    Made,
}

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) route: &'static str,
    pub(super) door: Door,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) sides: Sides,
    /// Answers besides good ones that show that the request was let through.
    pub(super) reached: &'static [u16],
}

impl Line {
    fn new(route: &'static str, door: Door, sides: Sides) -> Self {
        let path = route.split_once(' ').expect("a method and a path").1.to_owned();
        Self { route, door, path, body: None, sides, reached: &[] }
    }

    pub(super) fn at(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }

    pub(super) fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    pub(super) fn or(mut self, reached: &'static [u16]) -> Self {
        self.reached = reached;
        self
    }
}

pub(super) fn public(route: &'static str, status: StatusCode) -> Line {
    Line::new(route, Door::Public(status), Sides::Same)
}

fn anybody(route: &'static str) -> Line {
    Line::new(route, Door::Anybody, Sides::Same)
}

fn people(route: &'static str) -> Line {
    Line::new(route, Door::People, Sides::Same)
}

/// The same whatever the side.
pub(super) fn same(route: &'static str, operation: Op) -> Line {
    Line::new(route, Door::Needs(operation), Sides::Same)
}

/// A list.
pub(super) fn rows(route: &'static str, operation: Op) -> Line {
    Line::new(route, Door::Needs(operation), Sides::Rows)
}

/// A thing of here at `path`, and one that never was at `never`.
pub(super) fn thing(route: &'static str, operation: Op, path: &str, never: &str) -> Line {
    Line::new(route, Door::Needs(operation), Sides::Thing { never: never.to_owned() }).at(path)
}

/// Something made here.
pub(super) fn made(route: &'static str, operation: Op, body: Value) -> Line {
    Line::new(route, Door::Needs(operation), Sides::Made).with(body)
}

/// Every line. Where several roles may change a thing, the second finds it changed (409).
pub(super) fn lines() -> Vec<Line> {
    // First, while nobody of elsewhere has searched for anything of here.
    let mut all = audit();
    all.extend(passages());
    all.extend(taken_out());
    all.extend(work());
    all.extend(blacklist());
    all.extend(super::closed_loop::lines());
    all.extend(stations());
    all.extend(register());
    all.extend(oneself());
    all.extend(administration());
    all
}

fn passages() -> Vec<Line> {
    let search = "plate=%E6%99%8BA12345&reason=%E8%B7%AF%E6%A3%80";
    let (one, none) = ("A140105001-0000000001", "A110105001-0000000009");
    let (test, no_test) =
        ("/api/v1/exhaust-tests/A140105001-0000000011", "/api/v1/exhaust-tests/A110105001-0000000099");
    let result = json!({"passed": false, "found": "尿素含量 21.4 %", "laboratory": "省质检院", "report_number": "NO-7"});
    vec![
        rows("get /api/v1/passages", Op::ReadPassages),
        rows("get /api/v1/passages", Op::SearchPlate).at(&format!("/api/v1/passages?{search}")),
        rows("get /api/v1/exhaust-tests", Op::SearchPlate).at(&format!("/api/v1/exhaust-tests?{search}")),
        thing(
            "get /api/v1/passages/{id}",
            Op::ReadPassages,
            &format!("/api/v1/passages/{one}"),
            &format!("/api/v1/passages/{none}"),
        ),
        thing(
            "get /api/v1/evidence/{sha256}",
            Op::ReadPassages,
            "/api/v1/evidence/{picture}",
            &format!("/api/v1/evidence/{}", "0".repeat(64)),
        ),
        rows("get /api/v1/exhaust-tests", Op::ReadPassages),
        thing("get /api/v1/exhaust-tests/{id}", Op::ReadPassages, test, no_test),
        thing(
            "post /api/v1/exhaust-tests/{id}/samples/{n}/result",
            Op::EnterSampleResult,
            &format!("{test}/samples/1/result"),
            &format!("{no_test}/samples/1/result"),
        )
        .with(result)
        .or(&[409]),
        Line::new(
            "get /api/v1/summary",
            Door::Needs(Op::ReadPassages),
            Sides::Count { at: "/waiting_review" },
        ),
        same("get /api/v1/rulebook", Op::ReadRulebook),
        same("get /api/v1/rulebooks", Op::ReadRulebook),
    ]
}

fn work() -> Vec<Line> {
    let wanted = json!({"plate": "京A99999", "colour": "yellow", "reason": "套牌嫌疑"});
    vec![
        rows("get /api/v1/review", Op::ReadReview),
        thing(
            "get /api/v1/review/{id}",
            Op::ReadReview,
            "/api/v1/review/{candidate}",
            "/api/v1/review/00112233445566778899",
        ),
        rows("get /api/v1/cases", Op::ReadCases),
        thing(
            "get /api/v1/cases/{id}",
            Op::ReadCases,
            "/api/v1/cases/{case}",
            "/api/v1/cases/C00112233445566778899",
        ),
        thing(
            "get /api/v1/cases/{id}/package",
            Op::ExportCase,
            "/api/v1/cases/{case}/package",
            "/api/v1/cases/C00112233445566778899/package",
        ),
        thing(
            "post /api/v1/review/{id}/decision",
            Op::Decide,
            "/api/v1/review/{candidate}/decision",
            "/api/v1/review/00112233445566778899/decision",
        )
        .with(json!({"decision": "reject", "reason": "车牌误读"})),
        thing(
            "post /api/v1/cases/{id}/events",
            Op::MoveCase,
            "/api/v1/cases/{case}/events",
            "/api/v1/cases/C00112233445566778899/events",
        )
        .with(json!({"event": "withdraw", "reason": "依据文书 12 号"})),
        // Edges of the whole country look out for them: the list has no region.
        same("post /api/v1/watchlist/wanted", Op::ChangeWanted).with(wanted.clone()).or(&[409]),
        same("get /api/v1/watchlist/wanted", Op::ReadWanted),
        same("delete /api/v1/watchlist/wanted", Op::ChangeWanted).with(wanted).or(&[404]),
    ]
}

fn blacklist() -> Vec<Line> {
    let of = |what: &str| format!("/api/v1/listings/{{listing}}{what}");
    let never = |what: &str| format!("/api/v1/listings/L00112233445566778899{what}");
    vec![
        rows("get /api/v1/listings", Op::ReadListings),
        thing("get /api/v1/listings/{id}", Op::ReadListings, &of(""), &never("")),
        thing(
            "get /api/v1/carriers/{code}/share",
            Op::ReadListings,
            "/api/v1/carriers/{carrier}/share",
            "/api/v1/carriers/NOBODY/share",
        ),
        thing("post /api/v1/listings/{id}/answers", Op::DecideListing, &of("/answers"), &never("/answers"))
            .with(json!({"received_day": "2026-11-23", "answer": "已检修"})),
        thing(
            "post /api/v1/listings/{id}/decisions",
            Op::DecideListing,
            &of("/decisions"),
            &never("/decisions"),
        )
        .with(json!({"decision": "decline", "reason": "已整改"})),
        // The public extract has nothing that is of a region alone, and nothing personal.
        public("get /api/v1/public/listings", StatusCode::OK),
        public("get /api/v1/public/listings.xlsx", StatusCode::OK),
        public("get /api/v1/public/listing-rule", StatusCode::OK),
    ]
}

/// Papers and workbooks. What is in a workbook is packed: that no row leaks is tested in `papers`.
fn taken_out() -> Vec<Line> {
    let case = |paper: &str| format!("/api/v1/cases/{{case}}/{paper}");
    let never = |paper: &str| format!("/api/v1/cases/C00112233445566778899/{paper}");
    vec![
        thing("get /api/v1/cases/{id}/notice.pdf", Op::ReadCases, &case("notice.pdf"), &never("notice.pdf")),
        // It is open still: who may read it is told so.
        thing(
            "get /api/v1/cases/{id}/closing.pdf",
            Op::ReadCases,
            &case("closing.pdf"),
            &never("closing.pdf"),
        )
        .or(&[409]),
        thing(
            "get /api/v1/orders/{id}/order.pdf",
            Op::ReadOrders,
            "/api/v1/orders/{taken}/order.pdf",
            "/api/v1/orders/R000102030405060708ff/order.pdf",
        ),
        thing(
            "get /api/v1/inspections/{id}/report.pdf",
            Op::ReadInspections,
            "/api/v1/inspections/{inspection}/report.pdf",
            "/api/v1/inspections/I00112233445566778899/report.pdf",
        ),
        // Nothing is decided yet.
        thing(
            "get /api/v1/listings/{id}/decision.pdf",
            Op::ReadListings,
            "/api/v1/listings/{listing}/decision.pdf",
            "/api/v1/listings/L00112233445566778899/decision.pdf",
        )
        .or(&[409]),
        same("get /api/v1/passages/export.xlsx", Op::ReadPassages),
        same("get /api/v1/cases/export.xlsx", Op::ReadCases),
        same("get /api/v1/orders/export.xlsx", Op::ReadOrders),
        same("get /api/v1/listings/export.xlsx", Op::ReadListings),
        same("get /api/v1/register/export.xlsx", Op::ReadRegister)
            .at("/api/v1/register/export.xlsx?kind=carriers"),
        same("get /api/v1/audit/export.xlsx", Op::ExportAudit)
            .at("/api/v1/audit/export.xlsx?reason=%E5%BA%AD%E5%AE%A1"),
    ]
}

fn stations() -> Vec<Line> {
    let below = |station: &str, what: &str| format!("/api/v1/stations/{station}/{what}");
    let (here, never) = ("A140105001", "A110105009");
    vec![
        rows("get /api/v1/stations", Op::ReadStations),
        thing(
            "get /api/v1/stations/{id}/ledger",
            Op::ReadStations,
            &below(here, "ledger"),
            &below(never, "ledger"),
        ),
        thing(
            "get /api/v1/stations/{id}/checks",
            Op::ReadStations,
            &below(here, "checks"),
            &below(never, "checks"),
        ),
        thing(
            "get /api/v1/stations/{id}/statistics",
            Op::ReadStations,
            &below(here, "statistics"),
            &below(never, "statistics"),
        ),
        made("post /api/v1/stations", Op::ManageStations, json!({"id": "A140105002", "name": "新站"})),
        thing(
            "post /api/v1/stations/{id}/token",
            Op::ManageStations,
            &below(here, "token"),
            &below(never, "token"),
        ),
        public("post /api/v1/enrol", StatusCode::FORBIDDEN)
            .with(json!({"token": "x", "csr_pem": "x", "signing_key": "x"})),
    ]
}

/// The register: what is registered, who looks vehicles up, imports.
fn register() -> Vec<Line> {
    let plate = "plate=%E6%99%8BA12345&reason=%E8%B7%AF%E6%A3%80";
    let import = |what: &str| format!("/api/v1/register/imports/{{import}}{what}");
    let no_import = |what: &str| format!("/api/v1/register/imports/M00112233445566778899{what}");
    let row = json!({"code": "WL-NEW", "name": "新企业", "region": "140105"});
    vec![
        Line::new("get /api/v1/register", Door::Needs(Op::ReadRegister), Sides::Count { at: "/vehicles" }),
        rows("get /api/v1/carriers", Op::ReadRegister),
        thing(
            "get /api/v1/carriers/{code}",
            Op::ReadRegister,
            "/api/v1/carriers/{carrier}",
            "/api/v1/carriers/WL-NEVER",
        ),
        thing(
            "get /api/v1/carriers/{code}/fleet",
            Op::ReadRegister,
            "/api/v1/carriers/{carrier}/fleet",
            "/api/v1/carriers/WL-NEVER/fleet",
        ),
        rows("get /api/v1/inspection-stations", Op::ReadRegister),
        rows("get /api/v1/repair-shops", Op::ReadRegister),
        same("get /api/v1/register/templates/{name}", Op::ReadRegister)
            .at("/api/v1/register/templates/vehicles.csv"),
        rows("get /api/v1/vehicles", Op::LookUpVehicle).at(&format!("/api/v1/vehicles?{plate}")),
        thing(
            "get /api/v1/vehicles/{id}/life",
            Op::LookUpVehicle,
            "/api/v1/vehicles/{vehicle}/life?reason=%E8%B7%AF%E6%A3%80",
            "/api/v1/vehicles/V00112233445566778899/life?reason=%E8%B7%AF%E6%A3%80",
        ),
        rows("get /api/v1/plates/life", Op::LookUpVehicle).at(&format!("/api/v1/plates/life?{plate}")),
        rows("get /api/v1/register/imports", Op::ImportRegister),
        thing("get /api/v1/register/imports/{id}", Op::ImportRegister, &import(""), &no_import("")),
        thing(
            "get /api/v1/register/imports/{id}/rows",
            Op::ImportRegister,
            &import("/rows"),
            &no_import("/rows"),
        ),
        // Rows of another region are looked at and refused row by row: nothing is made of them.
        same("post /api/v1/register/rows", Op::ImportRegister)
            .with(json!({"kind": "carriers", "rows": [row]})),
        // A line of text is no table: what is tested is who is told so.
        same("post /api/v1/register/imports", Op::ImportRegister)
            .at("/api/v1/register/imports?kind=carriers")
            .with(json!("no table"))
            .or(&[422]),
        thing(
            "post /api/v1/register/imports/{id}/apply",
            Op::ImportRegister,
            &import("/apply"),
            &no_import("/apply"),
        )
        .with(json!({"sha256": "{import_sha256}"}))
        .or(&[409]),
        thing("delete /api/v1/register/imports/{id}", Op::ImportRegister, &import(""), &no_import(""))
            .or(&[409]),
    ]
}

/// What people do with their own account.
fn oneself() -> Vec<Line> {
    let password = super::super::world::PASSWORD;
    vec![
        public("post /api/v1/session", StatusCode::UNAUTHORIZED)
            .with(json!({"name": "nobody", "password": "x"})),
        public("delete /api/v1/session", StatusCode::NO_CONTENT),
        public("get /api/v1/session/ways", StatusCode::OK),
        // There is no other provider here; with one, the tests of `oidc` go through its door.
        public("get /api/v1/session/oidc", StatusCode::NOT_FOUND),
        public("get /api/v1/session/oidc/callback", StatusCode::NOT_FOUND),
        public("get /healthz", StatusCode::OK),
        // No ingest runs here.
        public("get /readyz", StatusCode::SERVICE_UNAVAILABLE),
        public("get /metrics", StatusCode::OK),
        anybody("get /api/v1/session"),
        anybody("get /api/v1/today"),
        people("get /api/v1/sessions"),
        people("delete /api/v1/sessions/{id}").at("/api/v1/sessions/none").or(&[404]),
        people("delete /api/v1/sessions"),
        people("get /api/v1/session/second-factor"),
        people("post /api/v1/session/second-factor").with(json!({"password": password})),
        people("post /api/v1/session/second-factor/confirm").with(json!({"code": "000000"})).or(&[401]),
        people("delete /api/v1/session/second-factor")
            .with(json!({"password": password, "code": "000000"}))
            .or(&[409]),
        // Refused for the new password's length: everybody stays signed in.
        people("post /api/v1/session/password").with(json!({"old": password, "new": "short"})).or(&[400]),
        same("get /api/v1/passages/live", Op::ReadPassages),
    ]
}

fn administration() -> Vec<Line> {
    let account = json!({"name": "made.here", "display_name": "新人", "role": "reviewer", "region": "140105",
        "password": "a long enough password"});
    let key = json!({"label": "检测线软件", "role": "inspection-station", "organisation": "ORG-1",
        "region": "140105", "days": 30});
    let of = |name: &str, what: &str| format!("/api/v1/accounts/{name}{what}");
    let (target, never) = (super::seed::TARGET, "nobody.here");
    let why = json!({"reason": "手机丢失"});
    vec![
        rows("get /api/v1/accounts", Op::ManageAccounts),
        made("post /api/v1/accounts", Op::ManageAccounts, account),
        thing("get /api/v1/accounts/{name}", Op::ManageAccounts, &of(target, ""), &of(never, "")),
        thing("patch /api/v1/accounts/{name}", Op::ManageAccounts, &of(target, ""), &of(never, ""))
            .with(json!({"display_name": "李伟"})),
        thing(
            "get /api/v1/accounts/{name}/sessions",
            Op::ManageAccounts,
            &of(target, "/sessions"),
            &of(never, "/sessions"),
        ),
        thing(
            "delete /api/v1/accounts/{name}/sessions",
            Op::ManageAccounts,
            &of(target, "/sessions"),
            &of(never, "/sessions"),
        ),
        // It has none: what is tested is who is told so.
        thing(
            "delete /api/v1/accounts/{name}/second-factor",
            Op::ManageAccounts,
            &of(target, "/second-factor"),
            &of(never, "/second-factor"),
        )
        .with(why.clone())
        .or(&[409]),
        rows("get /api/v1/keys", Op::ManageKeys),
        made("post /api/v1/keys", Op::ManageKeys, key),
        thing(
            "delete /api/v1/keys/{id}",
            Op::ManageKeys,
            "/api/v1/keys/{key}",
            "/api/v1/keys/K0000000000000000",
        )
        .with(why),
    ]
}

fn audit() -> Vec<Line> {
    vec![
        rows("get /api/v1/audit", Op::ReadAudit),
        rows("get /api/v1/audit/export", Op::ExportAudit)
            .at("/api/v1/audit/export?format=jsonl&reason=%E5%BA%AD%E5%AE%A1"),
    ]
}
