//! The story as rows of the server's tables, table by table, in the order in which they refer to each other.

use std::collections::BTreeMap;

use plumewatch_shared::protocol::message::PassageReport;
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::sample;
use plumewatch_shared::verdict::{Outcome, judge};
use server_core::statistics::bins::Bins;
use server_core::statistics::day::{Day, Figures};

use super::pour::{Cell, Table, row};
use super::story::{STATIONS, Story, draw};

/// What stands against one carrier.
#[derive(Default)]
struct Against {
    /// Newest exceedance of each vehicle.
    newest: BTreeMap<u64, jiff::civil::Date>,
}

/// What each station's days come to, from the figures below.
fn station_days(story: &Story) -> BTreeMap<(u64, i64), Day> {
    let mut days: BTreeMap<(u64, i64), Day> = BTreeMap::new();
    for n in 0..story.passages {
        let day = (story.passed(n).as_second() + 28_800) / 86_400;
        let (exceeds, opacity, no) = figures(story, n);
        days.entry((n % STATIONS, day)).or_default().count(Figures {
            outcome: if exceeds { Outcome::Exceeding } else { Outcome::Passed },
            valid: Some(true),
            conditions: "",
            opacity: Some(opacity as i64),
            nitric_oxide: Some(no as i64),
        });
    }
    days
}

/// Does it exceed; its opacity, hundredths of a percent; its nitric oxide, hundredths of 10⁻⁶.
fn figures(story: &Story, passage: u64) -> (bool, u64, u64) {
    let exceeds = story.case_of(passage).is_some();
    let opacity = if exceeds { 3_100 + draw(12, passage) % 4_000 } else { draw(12, passage) % 2_900 };
    (exceeds, opacity, draw(13, passage) % 100_000)
}

/// A table of the story.
fn table<'a>(
    name: &'static str,
    columns: &'static [&'static str],
    rows: impl Iterator<Item = Vec<Cell>> + 'a,
) -> Table<'a> {
    (name, columns, Box::new(rows))
}

/// Every table: its name, the columns that the story fills, and their rows.
pub(super) fn tables(story: &Story) -> Vec<Table<'_>> {
    let us = move |passage: u64| story.passed(passage).as_microsecond();
    let passages = move || 0..story.passages;
    // A whole report where a page opens it, the shortest that reads elsewhere: a look by key costs the same beside either.
    let (report, verdict) = real_report();
    let decided = move |case: u64| us(story.passages_of(case)[1]) + 3_600_000_000;
    let cases = move || (0..story.cases()).filter(move |case| !story.waits(*case));
    let mut against: BTreeMap<u64, Against> = BTreeMap::new();
    let heard = move || cases().filter(move |case| !story.is_unheard(*case));
    for case in heard().filter(|case| story.case_state(*case) != "withdrawn") {
        let vehicle = story.vehicle_of_case(case);
        let Some(carrier) = story.carrier_of(vehicle) else { continue };
        let day = story.day(story.passages_of(case)[1]);
        let newest = against.entry(carrier).or_default().newest.entry(vehicle).or_insert(day);
        *newest = day.max(*newest);
    }
    let shares: Vec<(u64, u64, u64, bool, Option<String>)> = against
        .iter()
        .map(|(carrier, against)| {
            let fleet = story.fleets[*carrier as usize + 1] - story.fleets[*carrier as usize];
            let counting = || against.newest.values().filter(|day| **day >= story.window_start());
            let exceeding = counting().count() as u64;
            let due = counting()
                .min()
                .map(|day| day.checked_add(jiff::Span::new().months(12).days(1)).unwrap().to_string());
            let reaches = exceeding * 10 >= fleet && fleet > 0 && exceeding >= if fleet < 10 { 2 } else { 1 };
            (*carrier, exceeding, fleet, reaches, due)
        })
        .collect();
    let newest: Vec<(u64, u64, String)> = against
        .into_iter()
        .flat_map(|(carrier, against)| {
            against.newest.into_iter().map(move |(vehicle, day)| (carrier, vehicle, day.to_string()))
        })
        .collect();
    let listed: Vec<(u64, u64, u64)> =
        shares.iter().filter(|share| share.3).map(|share| (share.0, share.1, share.2)).collect();
    let long_ago = story.today().checked_sub(jiff::Span::new().months(1)).unwrap().to_string();
    let next_year = story.today().checked_add(jiff::Span::new().months(10)).unwrap().to_string();
    let now = story.now().as_microsecond();
    let edition = "2018-12-30.1";
    let act = "环大气〔2018〕179号";
    vec![
        table(
            "stations",
            &["id", "name", "region", "created_us"],
            (0..STATIONS)
                .map(move |n| row![Story::station(n), format!("测点{n}"), Story::station_region(n), 0i64]),
        ),
        table(
            "station_ledger",
            &["station", "received", "highest"],
            (0..STATIONS)
                .map(move |n| row![Story::station(n), story.passages / STATIONS, story.passages / STATIONS]),
        ),
        table(
            "records",
            &["station", "sequence", "kind", "prev", "link", "chain_ok"],
            passages().map(move |n| {
                let (station, sequence) = Story::passage_id(n);
                row![
                    station,
                    sequence,
                    "passage",
                    format!("{:016x}", draw(10, n)),
                    format!("{:016x}", draw(11, n)),
                    true
                ]
            }),
        ),
        table(
            "passages",
            &[
                "station",
                "sequence",
                "received_us",
                "passed_us",
                "clock",
                "lane",
                "region",
                "plate",
                "plate_colour",
                "plate_confidence",
                "attributed",
                "outcome",
                "edge_outcome",
                "disagrees",
                "opacity_mean",
                "ringelmann",
                "no_ppm",
                "speed",
                "doubts",
                "report",
                "verdict",
                "sealed",
            ],
            passages().map(move |n| {
                let (station, sequence) = Story::passage_id(n);
                let (exceeds, opacity, no) = figures(story, n);
                let outcome = if exceeds { "exceeding" } else { "passed" };
                let (report, verdict) =
                    if exceeds { (report.as_str(), verdict.as_str()) } else { ("{}", "{}") };
                row![
                    station,
                    sequence,
                    us(n) + 2_000_000,
                    us(n),
                    "synchronised",
                    1 + n % 2,
                    Story::station_region(n % STATIONS),
                    Story::plate(story.vehicle_of(n)),
                    "yellow",
                    990i64,
                    true,
                    outcome,
                    outcome,
                    false,
                    opacity,
                    0i64,
                    no,
                    12_000 + draw(14, n) % 9_000,
                    "",
                    report,
                    verdict,
                    "{}",
                ]
            }),
        ),
        table(
            "passage_figures",
            &["station", "passed_us", "sequence", "outcome", "valid", "conditions", "opacity_mean", "no_ppm"],
            passages().map(move |n| {
                let (station, sequence) = Story::passage_id(n);
                let (exceeds, opacity, no) = figures(story, n);
                let outcome = if exceeds { "exceeding" } else { "passed" };
                row![station, us(n), sequence, outcome, true, "", opacity, no]
            }),
        ),
        table(
            "station_days",
            &[
                "station",
                "day",
                "passages",
                "readings",
                "valid",
                "passed",
                "screened",
                "exceeding",
                "conditions",
                "opacity",
                "nitric_oxide",
            ],
            station_days(story).into_iter().map(|((station, day), told)| {
                let text =
                    |bins: &Bins| serde_json::to_string(&bins.iter().collect::<BTreeMap<_, _>>()).unwrap();
                row![
                    Story::station(station),
                    day,
                    told.passages,
                    told.readings,
                    told.valid,
                    told.passed,
                    told.screened,
                    told.exceeding,
                    "{}",
                    text(&told.opacity),
                    text(&told.nitric_oxide)
                ]
            }),
        ),
        table(
            "countings",
            &[
                "plate",
                "plate_colour",
                "passed_us",
                "station",
                "sequence",
                "item",
                "exceeds",
                "measured",
                "at_most",
            ],
            passages().map(move |n| {
                let (station, sequence) = Story::passage_id(n);
                let (exceeds, measured, _) = figures(story, n);
                row![
                    Story::plate(story.vehicle_of(n)),
                    "yellow",
                    us(n),
                    station,
                    sequence,
                    "opacity",
                    exceeds,
                    measured,
                    3_000i64,
                ]
            }),
        ),
        table(
            "candidates",
            &[
                "id",
                "plate",
                "plate_colour",
                "item",
                "region",
                "opened_us",
                "state",
                "contested",
                "rulebook",
                "rulebook_version",
                "clause",
                "changed_us",
                "decided_by",
                "reason",
            ],
            (0..story.cases()).map(move |case| {
                let last = story.passages_of(case)[1];
                let waits = story.waits(case);
                row![
                    Story::candidate_id(case),
                    Story::plate(story.vehicle_of_case(case)),
                    "yellow",
                    "opacity",
                    Story::station_region(last % STATIONS),
                    us(last),
                    if waits { "waiting" } else { "confirmed" },
                    false,
                    "HJ 845-2017",
                    "2017-07-27.1",
                    "HJ 845-2017, 6",
                    us(last),
                    (!waits).then_some("reviewer"),
                    (!waits).then_some("照片清楚"),
                ]
            }),
        ),
        table(
            "candidate_passages",
            &["candidate", "position", "station", "sequence"],
            (0..story.cases()).flat_map(move |case| {
                (0u64..).zip(story.passages_of(case)).map(move |(position, passage)| {
                    let (station, sequence) = Story::passage_id(passage);
                    row![Story::candidate_id(case), position, station, sequence]
                })
            }),
        ),
        table(
            "cases",
            &[
                "id",
                "candidate_id",
                "plate",
                "plate_colour",
                "item",
                "region",
                "state",
                "state_since_us",
                "opened_us",
                "opened_by",
                "updated_us",
                "queue",
                "retested_us",
                "order_station",
                "due_provisional",
            ],
            cases().map(move |case| {
                let last = story.passages_of(case)[1];
                let state = story.case_state(case);
                let ordered = matches!(state, "repair-ordered" | "repaired");
                row![
                    format!("C{}", Story::candidate_id(case)),
                    Story::candidate_id(case),
                    Story::plate(story.vehicle_of_case(case)),
                    "yellow",
                    "opacity",
                    Story::station_region(last % STATIONS),
                    state,
                    decided(case),
                    decided(case),
                    "reviewer",
                    decided(case),
                    if matches!(state, "closed" | "withdrawn") { "9" } else { "2" },
                    (state == "closed").then(|| decided(case)),
                    ordered.then_some("I-140105-01"),
                    false,
                ]
            }),
        ),
        table(
            "repair_orders",
            &[
                "id",
                "case_id",
                "plate",
                "plate_colour",
                "region",
                "station",
                "items",
                "opened_at",
                "due_day",
                "failures",
                "state",
                "shop",
                "certificate",
                "taken_day",
                "finished_at",
                "closed_by",
                "closed_day",
                "opened_us",
                "changed_us",
            ],
            cases().filter_map(move |case| {
                let state = match story.case_state(case) {
                    "closed" => "closed",
                    "repair-ordered" => ["ordered", "taken"][(case % 2) as usize],
                    "repaired" => "repaired",
                    _ => return None,
                };
                let last = story.passages_of(case)[1];
                let day = story.day(last).to_string();
                let at_shop = matches!(state, "taken" | "repaired");
                let closed = state == "closed";
                let organisation = |kind: &str, n: u64| {
                    format!("{kind}-{:06}-{:02}", Story::station_region(n % 10), n / 10 % 20)
                };
                Some(row![
                    format!("R{}", Story::candidate_id(case)),
                    format!("C{}", Story::candidate_id(case)),
                    Story::plate(story.vehicle_of_case(case)),
                    "yellow",
                    Story::station_region(last % STATIONS),
                    organisation("I", draw(18, case)),
                    "",
                    format!("{day}T10:00:00"),
                    day.clone(),
                    0i64,
                    state,
                    at_shop.then(|| organisation("M", draw(19, case))),
                    at_shop.then_some("M-1"),
                    at_shop.then(|| day.clone()),
                    (state == "repaired").then(|| format!("{day}T12:00:00")),
                    closed.then(|| format!("I{}", Story::candidate_id(case))),
                    closed.then(|| day.clone()),
                    decided(case),
                    decided(case),
                ])
            }),
        ),
        table(
            "audit",
            &["number", "at_us", "actor", "action", "subject", "reason", "detail", "prev", "hash"],
            (1u64..)
                .zip(cases().flat_map(move |case| {
                    let subject = Story::candidate_id(case);
                    let opened = format!("C{subject}");
                    [(case, "candidate-confirmed", subject), (case, "case-opened", opened)]
                }))
                .map(move |(number, (case, action, subject))| {
                    let hash = |n: u64| {
                        format!(
                            "{:016x}{:016x}{:016x}{:016x}",
                            draw(20, n),
                            draw(21, n),
                            draw(22, n),
                            draw(23, n)
                        )
                    };
                    // The rows that the server wrote at its start stand before these.
                    row![
                        number + 100,
                        decided(case),
                        "reviewer",
                        action,
                        subject,
                        "照片清楚",
                        "",
                        hash(number),
                        hash(number + 1)
                    ]
                }),
        ),
        table(
            "carriers",
            &["code", "name", "region"],
            (0..story.carriers()).map(move |n| {
                row![Story::carrier_code(n), format!("第{n}物流有限公司"), Story::region_of_carrier(n)]
            }),
        ),
        table(
            "vehicles",
            &["id", "region"],
            (0..story.vehicles).map(move |n| row![Story::vehicle_id(n), Story::station_region(n % 10)]),
        ),
        table(
            "vehicle_counts",
            &["region", "vehicles"],
            (0..10.min(story.vehicles))
                .fold(BTreeMap::new(), |mut counts, n| {
                    *counts.entry(Story::station_region(n)).or_insert(0) += story.vehicles / 10;
                    counts
                })
                .into_iter()
                .map(|(region, vehicles)| row![region, vehicles]),
        ),
        table(
            "vehicle_plates",
            &["plate", "plate_colour", "from_day", "vehicle"],
            (0..story.vehicles)
                .map(move |n| row![Story::plate(n), "yellow", "2015-01-01", Story::vehicle_id(n)]),
        ),
        table(
            "fleet_members",
            &["carrier", "vehicle", "from_day"],
            (0..story.vehicles).filter_map(move |n| {
                let carrier = story.carrier_of(n)?;
                Some(row![Story::carrier_code(carrier), Story::vehicle_id(n), "2020-01-01"])
            }),
        ),
        table(
            "listing_exceedances",
            &["case_id", "day", "plate", "plate_colour", "vehicle", "carrier", "standing"],
            heard().flat_map(move |case| {
                let vehicle = story.vehicle_of_case(case);
                let days = story.passages_of(case).map(move |passage| story.day(passage));
                let mut days = days.to_vec();
                days.dedup();
                days.into_iter().map(move |day| {
                    row![
                        format!("C{}", Story::candidate_id(case)),
                        day.to_string(),
                        Story::plate(vehicle),
                        "yellow",
                        Story::vehicle_id(vehicle),
                        story.carrier_of(vehicle).map(Story::carrier_code),
                        story.case_state(case) != "withdrawn",
                    ]
                })
            }),
        ),
        table(
            "listing_vehicles",
            &["carrier", "vehicle", "newest_day"],
            newest.into_iter().map(move |(carrier, vehicle, day)| {
                row![Story::carrier_code(carrier), Story::vehicle_id(vehicle), day]
            }),
        ),
        table(
            "carrier_shares",
            &[
                "carrier",
                "region",
                "day",
                "exceeding",
                "fleet",
                "share_hundredths",
                "reaches",
                "due_day",
                "rulebook",
                "rulebook_version",
                "changed_us",
            ],
            shares.into_iter().map(move |(carrier, exceeding, fleet, reaches, due)| {
                row![
                    Story::carrier_code(carrier),
                    Story::region_of_carrier(carrier),
                    story.today().to_string(),
                    exceeding,
                    fleet,
                    exceeding * 10_000 / fleet.max(1),
                    reaches,
                    due,
                    act,
                    edition,
                    now,
                ]
            }),
        ),
        table(
            "listings",
            &[
                "id",
                "carrier",
                "region",
                "ordinal",
                "state",
                "proposed_day",
                "proposed_us",
                "exceeding",
                "fleet",
                "rulebook",
                "rulebook_version",
                "from_day",
                "until_day",
                "notice",
                "decided_us",
                "decided_by",
                "reason",
                "changed_us",
            ],
            listed.into_iter().map(move |(carrier, exceeding, fleet)| {
                let is_listed = draw(15, carrier).is_multiple_of(2);
                let when = now - (draw(16, carrier) % 30) as i64 * 86_400_000_000;
                row![
                    format!("L{carrier:020x}"),
                    Story::carrier_code(carrier),
                    Story::region_of_carrier(carrier),
                    1i64,
                    if is_listed { "listed" } else { "proposed" },
                    long_ago.clone(),
                    when,
                    exceeding,
                    fleet,
                    act,
                    edition,
                    is_listed.then(|| long_ago.clone()),
                    is_listed.then(|| next_year.clone()),
                    is_listed.then_some("晋交〔2026〕12号"),
                    is_listed.then_some(when),
                    is_listed.then_some("authority"),
                    is_listed.then_some("超标比例达到标准"),
                    when,
                ]
            }),
        ),
    ]
}

/// The report and the verdict of a passage that exceeds, as an edge tells and a server keeps them.
fn real_report() -> (String, String) {
    let passage = sample::passage(1).with_opacity(3_500).with_evidence(Vec::new()).passage();
    let verdict = judge(&passage, &Rulebook::hj845());
    let report = PassageReport::new(&passage, &verdict);
    let text = serde_json::to_string(&report).unwrap();
    let verdict = serde_json::to_value(&report).unwrap()["verdict"].to_string();
    (text, verdict)
}
