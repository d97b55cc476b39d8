//! What pages are told of listings and carriers' shares. Words and units are the wire's.

use jiff::civil::Date;
use plumewatch_shared::rulebook::{ListingRulebook, SourceConfidence};
use plumewatch_shared::time::law_place;
use serde::Serialize;
use server_core::listing::{Event, ListingState, Window, explain};
use utoipa::ToSchema;

use super::wire::Words;
use crate::listings::seen::Seen;
use crate::rulebooks::Books;
use crate::store::{AnswerRow, DecisionRow, ExceedanceRow, GroundRow, ListingRow};

/// A listing in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Listing {
    /// Its name.
    #[schema(example = "L00112233445566778899")]
    id: String,
    /// The carrier's code.
    #[schema(example = "91350100M000100Y43")]
    carrier: String,
    /// The carrier's name in the register.
    name: String,
    /// Where it is registered.
    #[schema(example = "140100")]
    region: String,
    /// `proposed`, `declined`, `void`, `listed`, `delisting-proposed` or `delisted`.
    state: &'static str,
    /// Does it bind today?
    in_force: bool,
    /// Why delisting is proposed: `share-below` or `term-over`.
    ground: Option<&'static str>,
    /// The legal day of the proposal.
    proposed_day: String,
    /// First day of the listing.
    from_day: Option<String>,
    /// First day on which it holds no more.
    until_day: Option<String>,
    /// Vehicles that exceeded, at the proposal, then at the last decision.
    exceeding: u64,
    /// Vehicles of the carrier then.
    fleet: u64,
    /// Exceeding ÷ fleet, hundredths of a percent, cut.
    share_hundredths: Option<u64>,
    /// The document of the last decision.
    notice: Option<String>,
    /// Who decided last.
    decided_by: Option<String>,
    /// When.
    decided_utc_us: Option<i64>,
    /// Why.
    reason: Option<String>,
    /// The act.
    rulebook: String,
    /// The edition of the act.
    rulebook_version: String,
    /// When something last happened to it.
    changed_utc_us: i64,
}

impl Listing {
    pub(super) fn new(row: ListingRow, today: Date) -> Self {
        let (from, until) = row.state.term().unzip();
        let ground = match row.state {
            ListingState::DelistingProposed { ground, .. } => Some(ground.word()),
            ListingState::Proposed
            | ListingState::Declined
            | ListingState::Void
            | ListingState::Listed { .. }
            | ListingState::Delisted => None,
        };
        Self {
            id: row.id.as_str().to_owned(),
            carrier: row.carrier,
            name: row.name,
            region: row.region.to_string(),
            state: row.state.word(),
            in_force: row.state.in_force(today),
            ground,
            proposed_day: row.proposed.to_string(),
            from_day: from.map(|day: Date| day.to_string()),
            until_day: until.map(|day: Date| day.to_string()),
            exceeding: row.share.exceeding,
            fleet: row.share.fleet,
            share_hundredths: row.share.hundredths_of_percent(),
            notice: row.notice,
            decided_by: row.decided_by,
            decided_utc_us: row.decided.map(|at| at.as_microsecond()),
            reason: row.reason,
            rulebook: row.rulebook,
            rulebook_version: row.rulebook_version,
            changed_utc_us: row.changed.as_microsecond(),
        }
    }
}

/// The numbers of the rule of listings.
#[derive(Serialize, ToSchema)]
pub(super) struct RuleNumbers {
    /// The act.
    rulebook: String,
    /// Our edition of it.
    rulebook_version: String,
    /// The act's title.
    title: Words,
    /// From this share on, thousandths.
    share_per_mille: u32,
    /// Where it stands.
    clause: String,
    /// Exceedances count so many calendar months.
    window_months: u32,
    /// `assessed`: the fleet of the day the share is taken; `newest-exceedance`: of the newest exceedance's day.
    fleet_day: &'static str,
    /// Fleets below this are small.
    small_below: u32,
    /// Of a small fleet at least so many vehicles.
    small_exceeding: u32,
    /// A listing holds so many months at most.
    term_months_at_most: u32,
    /// Numbers that the act leaves open, and that are ours until a region says otherwise.
    unsure: Vec<&'static str>,
}

/// The rule's numbers.
pub(super) fn numbers(book: &ListingRulebook) -> RuleNumbers {
    use plumewatch_shared::rulebook::listing::FleetDay;
    let parts = [
        ("share", book.share.confidence),
        ("window", book.window.confidence),
        ("fleet", book.fleet.confidence),
        ("small-fleets", book.small_fleets.confidence),
        ("term", book.term.confidence),
    ];
    RuleNumbers {
        rulebook: book.id.clone(),
        rulebook_version: book.version.clone(),
        title: book.title.clone().into(),
        share_per_mille: book.share.at_least_per_mille,
        clause: book.share.clause.clone(),
        window_months: book.window.months,
        fleet_day: match book.fleet.counted_on {
            FleetDay::Assessed => "assessed",
            FleetDay::NewestExceedance => "newest-exceedance",
        },
        small_below: book.small_fleets.below,
        small_exceeding: book.small_fleets.exceeding_at_least,
        term_months_at_most: book.term.months_at_most,
        unsure: parts
            .iter()
            .filter(|(_, sure)| *sure != SourceConfidence::High)
            .map(|(part, _)| *part)
            .collect(),
    }
}

/// What would change a carrier's share.
#[derive(Serialize, ToSchema)]
pub(super) struct ShareOutlook {
    /// So many more exceeding vehicles would make it reach the rule.
    more_exceeding: Option<u64>,
    /// So many fewer would bring it below.
    fewer_exceeding: Option<u64>,
    /// With a fleet of this many or more it would be below.
    fleet_from: Option<u64>,
    /// The next day on which a vehicle counts no more.
    next_ages_out_day: Option<String>,
    /// The first day on which it is below if nothing happens but days that pass.
    below_by_ageing_day: Option<String>,
    /// The same in words.
    words: Vec<Words>,
}

/// The share from a day on, until the next step.
#[derive(Serialize, ToSchema)]
pub(super) struct ShareStep {
    /// The first day.
    day: String,
    /// Vehicles that exceeded within the window.
    exceeding: u64,
    /// Vehicles of the carrier.
    fleet: u64,
    /// Exceeding ÷ fleet, hundredths of a percent, cut; null without vehicles.
    share_hundredths: Option<u64>,
}

/// An exceedance within the window.
#[derive(Serialize, ToSchema)]
pub(super) struct CarrierExceedance {
    /// The case.
    case_id: String,
    /// The legal day.
    day: String,
    /// The first day on which it counts no more.
    ages_out_day: String,
    /// The plate.
    plate: String,
    /// Its colour, by word.
    plate_colour: Option<&'static str>,
    /// The vehicle in the register.
    vehicle: Option<String>,
    /// Does it stand? A withdrawn one, or one won on appeal, does not.
    standing: bool,
}

/// A carrier's share.
#[derive(Serialize, ToSchema)]
pub(super) struct CarrierShare {
    /// The carrier's code.
    carrier: String,
    /// Its name in the register.
    name: String,
    /// Where it is registered.
    region: String,
    /// The legal day.
    day: String,
    /// The first day whose exceedances count.
    window_start_day: String,
    /// Distinct vehicles with a confirmed exceedance within the window.
    exceeding: u64,
    /// Vehicles of the carrier on the rule's day.
    fleet: u64,
    /// Exceeding ÷ fleet, hundredths of a percent, cut; null without vehicles.
    share_hundredths: Option<u64>,
    /// Does it reach the rule?
    reaches: bool,
    /// So many exceeding vehicles reach it.
    least: Option<u64>,
    /// In words, with clause.
    grounds: Words,
    /// The rule.
    rule: RuleNumbers,
    /// What would change it.
    outlook: ShareOutlook,
    /// The share through two years, the first step on the first day.
    steps: Vec<ShareStep>,
    /// Exceedances within the window, oldest first; only on a listing's page.
    exceedances: Vec<CarrierExceedance>,
    /// The carrier's listings, the latest first; only on a carrier's page.
    pub(super) listings: Vec<Listing>,
}

impl CarrierShare {
    /// `with_plates`: the exceedances, each with its plate.
    pub(super) fn new(seen: Seen, with_plates: bool) -> Self {
        let window = Window::from(&seen.book);
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        let outlook = ShareOutlook {
            more_exceeding: seen.outlook.more_exceeding,
            fewer_exceeding: seen.outlook.fewer_exceeding,
            fleet_from: seen.outlook.fleet_from,
            next_ages_out_day: day(seen.outlook.next_ages_out),
            below_by_ageing_day: day(seen.outlook.below_by_ageing),
            words: explain::outlook(&seen.outlook).into_iter().map(Words::from).collect(),
        };
        let steps = seen.steps.iter().map(|step| ShareStep {
            day: step.day.to_string(),
            exceeding: step.share.exceeding,
            fleet: step.share.fleet,
            share_hundredths: step.share.hundredths_of_percent(),
        });
        let shown = seen.exceedances.into_iter().filter(|_| with_plates);
        Self {
            carrier: seen.carrier,
            name: seen.name,
            region: seen.region.to_string(),
            day: seen.today.to_string(),
            window_start_day: seen.window_start.to_string(),
            exceeding: seen.share.exceeding,
            fleet: seen.share.fleet,
            share_hundredths: seen.share.hundredths_of_percent(),
            reaches: seen.outlook.reaches,
            least: seen.least,
            grounds: seen.grounds.into(),
            rule: numbers(&seen.book),
            outlook,
            steps: steps.collect(),
            exceedances: shown.map(|row| exceedance(row, window)).collect(),
            listings: Vec::new(),
        }
    }
}

fn exceedance(row: ExceedanceRow, window: Window) -> CarrierExceedance {
    CarrierExceedance {
        case_id: row.case.as_str().to_owned(),
        day: row.day.to_string(),
        ages_out_day: window.ages_out(row.day).to_string(),
        plate: row.seen.plate.as_str().to_owned(),
        plate_colour: row.seen.colour.map(plumewatch_shared::plate::PlateColour::word),
        vehicle: row.vehicle,
        standing: row.standing,
    }
}

/// What a decision, or the proposal, rested on.
#[derive(Serialize, ToSchema)]
pub(super) struct ListingGround {
    /// The decision; 0 the proposal.
    number: u64,
    /// The case.
    case_id: String,
    /// The legal day of the exceedance.
    day: String,
    /// The plate.
    plate: String,
    /// Its colour, by word.
    plate_colour: Option<&'static str>,
    /// The vehicle in the register.
    vehicle: String,
}

impl From<GroundRow> for ListingGround {
    fn from(row: GroundRow) -> Self {
        Self {
            number: row.number,
            case_id: row.case,
            day: row.day.to_string(),
            plate: row.seen.plate.as_str().to_owned(),
            plate_colour: row.seen.colour.map(plumewatch_shared::plate::PlateColour::word),
            vehicle: row.vehicle,
        }
    }
}

/// A decision as it was taken.
#[derive(Serialize, ToSchema)]
pub(super) struct ListingDecision {
    /// Counts a listing's decisions, from 1.
    number: i64,
    /// `list`, `decline`, `renew` or `delist`.
    decision: String,
    /// When.
    at_utc_us: i64,
    /// By whom.
    decided_by: String,
    /// Why.
    reason: String,
    /// First day of the listing.
    from_day: Option<String>,
    /// First day on which it holds no more.
    until_day: Option<String>,
    /// By which document.
    notice: Option<String>,
    /// Vehicles that exceeded then.
    exceeding: i64,
    /// Vehicles of the carrier then.
    fleet: i64,
    /// The edition of the act then.
    rulebook_version: String,
}

impl From<DecisionRow> for ListingDecision {
    fn from(row: DecisionRow) -> Self {
        Self {
            number: row.number,
            decision: row.decision,
            at_utc_us: row.at_us,
            decided_by: row.decided_by,
            reason: row.reason,
            from_day: row.from_day,
            until_day: row.until_day,
            notice: row.notice,
            exceeding: row.exceeding,
            fleet: row.fleet,
            rulebook_version: row.rulebook_version,
        }
    }
}

/// An answer of the carrier.
#[derive(Serialize, ToSchema)]
pub(super) struct ListingAnswer {
    /// Counts a listing's answers, from 1.
    number: i64,
    /// The legal day it came on.
    received_day: String,
    /// When it was entered.
    at_utc_us: i64,
    /// By whom.
    entered_by: String,
    /// What it says.
    answer: String,
}

impl From<AnswerRow> for ListingAnswer {
    fn from(row: AnswerRow) -> Self {
        Self {
            number: row.number,
            received_day: row.received_day,
            at_utc_us: row.at_us,
            entered_by: row.entered_by,
            answer: row.answer,
        }
    }
}

/// Where a listing stands and why: first the share at the proposal or the last decision, then the state, then today.
pub(super) fn explanation(row: &ListingRow, seen: &Seen, books: &Books) -> Vec<Words> {
    let then = row.decided.map_or(row.proposed, |at| law_place().to_datetime(at).date());
    let mut said = vec![
        // By the rule of that day, whatever holds since.
        explain::grounds(row.share, then, &books.listing_rule(row.region, then)),
        explain::standing(row.state, row.reason.as_deref(), &seen.book),
    ];
    if then != seen.today && !row.state.has_ended() {
        said.push(seen.grounds.clone());
    }
    said.into_iter().map(Words::from).collect()
}

/// What an authority may do with a listing in this state.
pub(super) fn decisions(state: ListingState, reaches: bool) -> Vec<&'static str> {
    let (from, until) = (Date::MIN, Date::MAX);
    let events = [Event::List { from, until }, Event::Decline, Event::Renew { until }, Event::Delist];
    let allowed = events.into_iter().filter(|event| state.apply(*event, reaches).is_ok());
    let mut words: Vec<&str> = allowed.filter_map(Event::decision).collect();
    if state.apply(Event::Answer, reaches).is_ok() {
        words.push("answer");
    }
    words
}

#[cfg(test)]
mod tests {
    use server_core::listing::Ground;

    use super::*;

    #[test]
    fn the_pages_are_told_what_an_authority_may_do_now() {
        let (from, until) = (Date::MIN, Date::MAX);
        let delisting = ListingState::DelistingProposed { from, until, ground: Ground::TermOver };
        assert_eq!(decisions(ListingState::Proposed, true), ["list", "decline", "answer"]);
        assert_eq!(decisions(ListingState::Listed { from, until }, true), ["delist", "answer"]);
        assert_eq!(decisions(delisting, true), ["renew", "delist", "answer"]);
        assert_eq!(decisions(delisting, false), ["delist", "answer"]);
        assert_eq!(decisions(ListingState::Delisted, true), ["answer"]);
    }
}
