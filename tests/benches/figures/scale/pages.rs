//! Every page's question, asked by HTTP as a browser asks it, each time of another vehicle, case or carrier.
//!
//! What the server's own API document offers and nobody measures here is said, so that a new page cannot go unmeasured.

use std::collections::BTreeSet;
use std::time::Instant;

use e2e::world::{Api, Server};
use serde_json::Value;

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

/// A question: its name, its place in the API document, and its address for the `n`th request.
type Question = (&'static str, &'static str, fn(&Story, u64) -> String);

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
    ("passages, live", "/passages", |_, _| "/passages?limit=50".to_owned()),
    ("passages, of a station", "/passages", |_, n| format!("/passages?limit=50&station={}", station(n))),
    ("passages, exceeding", "/passages", |_, _| "/passages?limit=50&outcome=exceeding".to_owned()),
    ("passages, exceeding at a station", "/passages", |_, n| {
        format!("/passages?limit=50&outcome=exceeding&station={}", station(n))
    }),
    ("passages, a year ago", "/passages", |story, n| {
        let passage = story.passages / 4 + draw(32, n) % (story.passages / 4);
        format!("/passages?limit=50&to_utc_us={}", story.passed(passage).as_microsecond())
    }),
    ("a plate's history", "/passages", |story, n| {
        let plate = Story::plate(story.vehicle_of_case(story.some_case(n)));
        format!("/passages?limit=50&plate={}&reason=bench", percent(&plate))
    }),
    ("a passage", "/passages/{id}", some_passage),
    ("front page counts", "/summary", |_, _| "/summary".to_owned()),
    ("tests", "/exhaust-tests", |_, _| "/exhaust-tests".to_owned()),
    ("review, queue", "/review", |_, _| "/review".to_owned()),
    ("review, a candidate", "/review/{id}", |story, n| {
        format!("/review/{}", Story::candidate_id(story.some_case(n)))
    }),
    ("cases", "/cases", |_, _| "/cases".to_owned()),
    ("cases, open", "/cases", |_, _| "/cases?state=opened".to_owned()),
    ("cases, closed", "/cases", |_, _| "/cases?state=closed".to_owned()),
    ("a case", "/cases/{id}", |story, n| format!("/cases/C{}", Story::candidate_id(story.some_case(n)))),
    ("stations", "/stations", |_, _| "/stations".to_owned()),
    ("a station's ledger", "/stations/{id}/ledger", |_, n| format!("/stations/{}/ledger", station(n))),
    ("a station's checks", "/stations/{id}/checks", |_, n| {
        format!("/stations/{}/checks?days=90", station(n))
    }),
    ("a station's statistics, 30 days", "/stations/{id}/statistics", |_, n| {
        format!("/stations/{}/statistics?days=30", station(n))
    }),
    ("listings, to decide", "/listings", |_, _| "/listings?which=to-decide".to_owned()),
    ("listings, listed", "/listings", |_, _| "/listings?which=listed".to_owned()),
    ("listings, all", "/listings", |_, _| "/listings".to_owned()),
    ("a listing", "/listings/{id}", some_listing),
    ("a carrier's share", "/carriers/{code}/share", |story, n| {
        format!("/carriers/{}/share", Story::carrier_code(draw(33, n) % story.carriers()))
    }),
    ("public extract", "/public/listings", |_, _| "/public/listings".to_owned()),
    ("public rule", "/public/listing-rule", |_, _| "/public/listing-rule".to_owned()),
    ("wanted plates", "/watchlist/wanted", |_, _| "/watchlist/wanted".to_owned()),
    ("audit", "/audit", |_, _| "/audit".to_owned()),
    ("rulebooks", "/rulebooks", |_, _| "/rulebooks".to_owned()),
    ("rulebook", "/rulebook", |_, _| "/rulebook".to_owned()),
    ("accounts", "/accounts", |_, _| "/accounts".to_owned()),
];

/// What the API offers to read and is no page's question over the record, with why.
const APART: [(&str, &str); 4] = [
    ("/session", "of one account"),
    ("/passages/live", "a stream"),
    ("/evidence/{sha256}", "a file"),
    ("/public/listings.xlsx", "made with the public extract"),
];

/// Asks every question that this build answers.
pub(super) fn measure(server: &Server, story: &Story) -> Vec<Measured> {
    let people = ["authority", "reviewer", "enforcer", "admin"].map(|name| server.sign_in(name).unwrap());
    let offered = offered(&people[0], server);
    let mut measured = Vec::new();
    for (name, place, address) in QUESTIONS {
        if !offered.contains(*place) {
            println!("  {name}: {place} is not in this build");
            continue;
        }
        // Whoever may ask: roles see different pages.
        let Some(who) =
            (0..WARMING).find_map(|n| people.iter().find(|who| who.get(&address(story, n)).is_ok()))
        else {
            println!("  {name}: NOBODY GETS AN ANSWER: {:?}", people[0].get(&address(story, 0)));
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
        let history = *name == "a plate's history";
        measured.push(Measured { name, times, history, counting: false });
    }
    let known: BTreeSet<&str> =
        QUESTIONS.iter().map(|(_, place, _)| *place).chain(APART.map(|(place, _)| place)).collect();
    for place in offered.iter().filter(|place| !known.contains(place.as_str())) {
        println!("  NOT MEASURED: {place}");
    }
    measured
}

/// What the server's API document offers to read.
fn offered(who: &Api, server: &Server) -> BTreeSet<String> {
    let _ = who;
    let url = format!("{}/api/openapi.json", server.url());
    let text =
        ureq::get(&url).call().unwrap().body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let reads = paths.iter().filter(|(_, methods)| methods.get("get").is_some());
    reads.filter_map(|(path, _)| path.strip_prefix("/api/v1").map(str::to_owned)).collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
