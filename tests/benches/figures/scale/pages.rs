//! Every page's question, asked by HTTP as a browser asks it, each time of another vehicle, case or carrier.
//!
//! What the server's own API document offers and nobody measures here is said, so that a new page cannot go unmeasured.

use std::collections::BTreeSet;
use std::time::Instant;

use e2e::world::{Api, Server};
use serde_json::{Value, json};

use super::story::{STATIONS, Story, draw};
use crate::times::Times;

/// Requests of each question, after as many that are not counted.
const REQUESTS: u64 = 60;
const WARMING: u64 = 10;

/// One question, measured.
pub(super) struct Measured {
    pub(super) name: &'static str,
    pub(super) times: Times,
    /// A plate's history has a bar of its own.
    pub(super) history: bool,
    /// So has what one more exceedance costs.
    pub(super) counting: bool,
}

/// Whose account asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Whoever of the country's accounts may.
    Country,
    /// An authority of a county with a tenth of the stations.
    County,
    /// An authority of a county that has no station yet: a list must not look through everything to find nothing.
    Elsewhere,
}

/// A question: its name, its place in the API document, who asks, and its address for the `n`th request.
type Question = (&'static str, &'static str, Who, fn(&Story, u64) -> String);

fn some_passage(story: &Story, n: u64) -> String {
    let (station, sequence) = Story::passage_id(story.passages_of(story.some_case(n))[1]);
    format!("/passages/{station}-{sequence:010}")
}

fn some_listing(story: &Story, n: u64) -> String {
    // Every tenth carrier is dirty; who is not listed after all answers 404 and is drawn again.
    format!("/listings/L{:020x}", draw(30, n) % (story.carriers() / 10).max(1) * 10)
}

fn station(n: u64) -> String {
    Story::station(draw(31, n) % STATIONS)
}

const QUESTIONS: &[Question] = &[
    ("passages, live", "/passages", Who::Country, |_, _| "/passages?limit=50".to_owned()),
    ("passages, of a station", "/passages", Who::Country, |_, n| {
        format!("/passages?limit=50&station={}", station(n))
    }),
    ("passages, exceeding", "/passages", Who::Country, |_, _| {
        "/passages?limit=50&outcome=exceeding".to_owned()
    }),
    ("passages, exceeding at a station", "/passages", Who::Country, |_, n| {
        format!("/passages?limit=50&outcome=exceeding&station={}", station(n))
    }),
    ("passages, a year ago", "/passages", Who::Country, |story, n| {
        let passage = story.passages / 4 + draw(32, n) % (story.passages / 4);
        format!("/passages?limit=50&to_utc_us={}", story.passed(passage).as_microsecond())
    }),
    ("a plate's history", "/passages", Who::Country, |story, n| {
        let plate = Story::plate(story.vehicle_of_case(story.some_case(n)));
        format!("/passages?limit=50&plate={}&reason=bench", percent(&plate))
    }),
    ("a passage", "/passages/{id}", Who::Country, some_passage),
    ("front page counts", "/summary", Who::Country, |_, _| "/summary".to_owned()),
    ("tests", "/exhaust-tests", Who::Country, |_, _| "/exhaust-tests".to_owned()),
    ("review, queue", "/review", Who::Country, |_, _| "/review".to_owned()),
    ("review, a candidate", "/review/{id}", Who::Country, |story, n| {
        format!("/review/{}", Story::candidate_id(story.some_case(n)))
    }),
    ("cases", "/cases", Who::Country, |_, _| "/cases".to_owned()),
    ("cases, open", "/cases", Who::Country, |_, _| "/cases?state=opened".to_owned()),
    ("cases, closed", "/cases", Who::Country, |_, _| "/cases?state=closed".to_owned()),
    ("a case", "/cases/{id}", Who::Country, |story, n| {
        format!("/cases/C{}", Story::candidate_id(story.some_case(n)))
    }),
    ("stations", "/stations", Who::Country, |_, _| "/stations".to_owned()),
    ("a station's ledger", "/stations/{id}/ledger", Who::Country, |_, n| {
        format!("/stations/{}/ledger", station(n))
    }),
    ("a station's checks", "/stations/{id}/checks", Who::Country, |_, n| {
        format!("/stations/{}/checks?days=90", station(n))
    }),
    ("a station's statistics, 30 days", "/stations/{id}/statistics", Who::Country, |_, n| {
        format!("/stations/{}/statistics?days=30", station(n))
    }),
    ("listings, to decide", "/listings", Who::Country, |_, _| "/listings?which=to-decide".to_owned()),
    ("listings, listed", "/listings", Who::Country, |_, _| "/listings?which=listed".to_owned()),
    ("listings, all", "/listings", Who::Country, |_, _| "/listings".to_owned()),
    ("a listing", "/listings/{id}", Who::Country, some_listing),
    ("a carrier's share", "/carriers/{code}/share", Who::Country, |story, n| {
        format!("/carriers/{}/share", Story::carrier_code(draw(33, n) % story.carriers()))
    }),
    ("public extract", "/public/listings", Who::Country, |_, _| "/public/listings".to_owned()),
    ("public rule", "/public/listing-rule", Who::Country, |_, _| "/public/listing-rule".to_owned()),
    ("wanted plates", "/watchlist/wanted", Who::Country, |_, _| "/watchlist/wanted".to_owned()),
    ("audit", "/audit", Who::Country, |_, _| "/audit".to_owned()),
    ("rulebooks", "/rulebooks", Who::Country, |_, _| "/rulebooks".to_owned()),
    ("rulebook", "/rulebook", Who::Country, |_, _| "/rulebook".to_owned()),
    ("accounts", "/accounts", Who::Country, |_, _| "/accounts".to_owned()),
    ("passages, of a county", "/passages", Who::County, |_, _| "/passages?limit=50".to_owned()),
    ("passages, exceeding, of a county", "/passages", Who::County, |_, _| {
        "/passages?limit=50&outcome=exceeding".to_owned()
    }),
    ("review, of a county", "/review", Who::County, |_, _| "/review".to_owned()),
    ("cases, of a county", "/cases", Who::County, |_, _| "/cases".to_owned()),
    ("listings, of a county", "/listings", Who::County, |_, _| "/listings".to_owned()),
    ("passages, elsewhere", "/passages", Who::Elsewhere, |_, _| "/passages?limit=50".to_owned()),
    ("passages, exceeding, elsewhere", "/passages", Who::Elsewhere, |_, _| {
        "/passages?limit=50&outcome=exceeding".to_owned()
    }),
    ("review, elsewhere", "/review", Who::Elsewhere, |_, _| "/review".to_owned()),
    ("cases, elsewhere", "/cases", Who::Elsewhere, |_, _| "/cases".to_owned()),
    ("orders, elsewhere", "/orders", Who::Elsewhere, |_, _| "/orders".to_owned()),
    ("listings, elsewhere", "/listings", Who::Elsewhere, |_, _| "/listings".to_owned()),
    ("first page", "/today", Who::Country, |_, _| "/today".to_owned()),
    ("first page, of a county", "/today", Who::County, |_, _| "/today".to_owned()),
    ("a vehicle's life", "/vehicles/{id}/life", Who::Country, |story, n| {
        let vehicle = story.vehicle_of_case(story.some_case(n));
        format!("/vehicles/{}/life?reason=bench", Story::vehicle_id(vehicle))
    }),
    ("a plate's life", "/plates/life", Who::Country, |story, n| {
        let plate = Story::plate(story.vehicle_of_case(story.some_case(n)));
        format!("/plates/life?plate={}&reason=bench", percent(&plate))
    }),
    ("a vehicle by its plate", "/vehicles", Who::Country, |story, n| {
        format!("/vehicles?plate={}&reason=bench", percent(&Story::plate(draw(34, n) % story.vehicles)))
    }),
    ("carriers", "/carriers", Who::Country, |_, _| "/carriers".to_owned()),
    ("carriers, searched", "/carriers", Who::Country, |story, n| {
        format!("/carriers?search={}", Story::carrier_code(draw(35, n) % story.carriers()))
    }),
    ("a carrier", "/carriers/{code}", Who::Country, |story, n| {
        format!("/carriers/{}", Story::carrier_code(draw(36, n) % story.carriers()))
    }),
    ("a carrier's fleet", "/carriers/{code}/fleet", Who::Country, |story, n| {
        format!("/carriers/{}/fleet", Story::carrier_code(draw(37, n) % story.carriers()))
    }),
    ("register", "/register", Who::Country, |_, _| "/register".to_owned()),
    ("register, imports", "/register/imports", Who::Country, |_, _| "/register/imports".to_owned()),
    ("inspection stations", "/inspection-stations", Who::Country, |_, _| "/inspection-stations".to_owned()),
    ("repair shops", "/repair-shops", Who::Country, |_, _| "/repair-shops".to_owned()),
    ("orders", "/orders", Who::Country, |_, _| "/orders".to_owned()),
    ("orders, taken", "/orders", Who::Country, |_, _| "/orders?state=taken".to_owned()),
    ("an order", "/orders/{id}", Who::Country, |story, n| {
        format!("/orders/R{}", Story::candidate_id(story.some_case(n)))
    }),
    ("inspections", "/inspections", Who::Country, |_, _| "/inspections".to_owned()),
    ("findings", "/findings", Who::Country, |_, _| "/findings".to_owned()),
    ("keys", "/keys", Who::Country, |_, _| "/keys".to_owned()),
    ("own sessions", "/sessions", Who::Country, |_, _| "/sessions".to_owned()),
];

/// What the API offers to read and is no page's question over the record: of one account, a stream, a file, a paper, or
/// made of what is measured above.
const APART: &[&str] = &[
    "/session",
    "/session/oidc",
    "/session/oidc/callback",
    "/session/second-factor",
    "/session/ways",
    "/accounts/{name}",
    "/accounts/{name}/sessions",
    "/passages/live",
    "/evidence/{sha256}",
    "/public/listings.xlsx",
    "/audit/export",
    "/cases/{id}/closing.pdf",
    "/cases/{id}/notice.pdf",
    "/cases/{id}/package",
    "/listings/{id}/decision.pdf",
    "/orders/{id}/order.pdf",
    "/inspections/{id}/report.pdf",
    "/register/templates/{name}",
    "/repair-records/template.xlsx",
    // Of an upload that is being looked at; the story has none.
    "/register/imports/{id}",
    "/register/imports/{id}/rows",
    // The story tells of no uploads at stations: their cost is their own, and their lists are measured empty.
    "/exhaust-tests/{id}",
    "/inspections/{id}",
    "/findings/{id}",
];

/// Asks every question that this build answers.
pub(super) fn measure(server: &Server, story: &Story) -> Vec<Measured> {
    let people = ["authority", "reviewer", "enforcer", "admin"].map(|name| server.sign_in(name).unwrap());
    let county = [account(server, "county", "140105")];
    let elsewhere = [account(server, "elsewhere", "650100")];
    let offered = offered(server);
    let mut measured = Vec::new();
    for (name, place, who, address) in QUESTIONS {
        if !offered.contains(*place) {
            println!("  {name}: {place} is not in this build");
            continue;
        }
        // Whoever of them may ask: roles see different pages.
        let asking: &[Api] = match who {
            Who::Country => &people,
            Who::County => &county,
            Who::Elsewhere => &elsewhere,
        };
        let Some(who) =
            (0..WARMING).find_map(|n| asking.iter().find(|who| who.get(&address(story, n)).is_ok()))
        else {
            println!("  {name}: NOBODY GETS AN ANSWER: {:?}", asking[0].get(&address(story, 0)));
            continue;
        };
        let mut times = Times::default();
        let mut n = 0;
        let mut asked = 0;
        while asked < REQUESTS + WARMING {
            n += 1;
            assert!(n < 40 * (REQUESTS + WARMING), "{name}: most answers are errors");
            let begun = Instant::now();
            if who.get(&address(story, n)).is_err() {
                continue;
            }
            asked += 1;
            if asked > WARMING {
                times.add(begun.elapsed());
            }
        }
        let history = name.ends_with("history") || name.ends_with("life");
        measured.push(Measured { name, times, history, counting: false });
    }
    let known: BTreeSet<&str> =
        QUESTIONS.iter().map(|(_, place, _, _)| *place).chain(APART.iter().copied()).collect();
    for place in offered.iter().filter(|place| !known.contains(place.as_str())) {
        println!("  NOT MEASURED: {place}");
    }
    measured
}

/// What the server's API document offers to read.
fn offered(server: &Server) -> BTreeSet<String> {
    let url = format!("{}/api/openapi.json", server.url());
    let text =
        ureq::get(&url).call().unwrap().body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let reads = paths.iter().filter(|(_, methods)| methods.get("get").is_some());
    reads.filter_map(|(path, _)| path.strip_prefix("/api/v1").map(str::to_owned)).collect()
}

/// An authority of a region, signed in.
fn account(server: &Server, name: &str, region: &str) -> Api {
    let account = json!({ "name": name, "display_name": name, "role": "authority", "region": region,
        "password": server.password() });
    server.sign_in("admin").unwrap().post("/accounts", &account).unwrap();
    Api::sign_in(&server.url(), name, server.password()).unwrap()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
