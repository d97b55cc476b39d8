//! Says in words, in both languages, why a carrier is, was or is not listed, by which clause.

use jiff::civil::Date;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::ListingRulebook;

use super::outlook::Outlook;
use super::share::{Share, Threshold};
use super::state::{Ground, ListingState};
use super::window::Window;

/// The share on a day, held against the rule: the grounds of a proposal.
pub fn grounds(share: Share, today: Date, book: &ListingRulebook) -> Bilingual {
    let Share { exceeding, fleet } = share;
    let start = Window::from(book).start(today);
    let Some(shown) = share.shown() else {
        return Bilingual::new(
            format!("{start}至{today}：该企业名下没有车辆，无法计算比例（{}）。", book.window.clause),
            format!(
                "{start} to {today}: the carrier has no vehicles, so there is no share ({}).",
                book.window.clause
            ),
        );
    };
    let threshold = Threshold::from(book);
    let (asked, clause) = (per_cent(threshold.per_mille), &book.share.clause);
    let by_share = exceeding.saturating_mul(1_000) >= fleet.saturating_mul(threshold.per_mille);
    if by_share && !share.reaches(threshold) {
        let (below, least) = (threshold.small_below, threshold.small_exceeding);
        return Bilingual::new(
            format!(
                "{start}至{today}，该企业{fleet}辆车中{exceeding}辆经确认超标（{shown}）。车辆少于{below}辆的企业，\
                 至少{least}辆超标才提请列入（{}）。",
                book.small_fleets.clause
            ),
            format!(
                "From {start} to {today}, {exceeding} of the carrier's {fleet} vehicles exceeded, confirmed ({shown}). \
                 A carrier of fewer than {below} vehicles is proposed only from {least} exceeding ones ({}).",
                book.small_fleets.clause
            ),
        );
    }
    let (zh, en) = if by_share { ("已达到", "reaches") } else { ("未达到", "is below") };
    Bilingual::new(
        format!(
            "{start}至{today}，该企业{fleet}辆车中{exceeding}辆经确认超标，占{shown}，{zh}{asked}（{clause}）。"
        ),
        format!(
            "From {start} to {today}, {exceeding} of the carrier's {fleet} vehicles exceeded, confirmed: {shown}, which \
             {en} {asked} ({clause})."
        ),
    )
}

/// Where a listing stands. `reason` is the authority's word, if there is one.
pub fn standing(state: ListingState, reason: Option<&str>, book: &ListingRulebook) -> Bilingual {
    let said = |zh: &str, en: &str| match reason {
        Some(reason) => Bilingual::new(format!("{zh}理由：{reason}"), format!("{en} Reason: {reason}")),
        None => Bilingual::new(zh, en),
    };
    match state {
        ListingState::Proposed => Bilingual::new(
            "已提请列入黑名单，等待主管部门决定；决定之前不产生任何后果。",
            "Proposed for the blacklist; an authority must decide, and nothing follows before it does.",
        ),
        ListingState::Declined => said("主管部门决定不列入。", "The authority declined to list the carrier."),
        ListingState::Void => Bilingual::new(
            "在主管部门决定之前，比例已降到标准以下，提请自行失效。",
            "The share fell below the rule before anyone decided; the proposal fell away.",
        ),
        ListingState::Listed { from, until } => {
            let last = until.yesterday().unwrap_or(until);
            said(
                &format!("主管部门决定列入黑名单，自{from}至{last}。"),
                &format!("Listed by the authority from {from} through {last}."),
            )
        }
        ListingState::DelistingProposed { from, until, ground } => {
            let last = until.yesterday().unwrap_or(until);
            let (zh, en) = why_delist(ground, book);
            said(
                &format!("列入期自{from}至{last}；{zh}，提请移出，等待主管部门决定。"),
                &format!(
                    "Listed from {from} through {last}; {en}: delisting is proposed, an authority must decide."
                ),
            )
        }
        ListingState::Delisted => {
            said("主管部门决定移出黑名单。", "The authority took the carrier off the list.")
        }
    }
}

fn why_delist(ground: Ground, book: &ListingRulebook) -> (String, String) {
    match ground {
        Ground::ShareBelow => {
            let asked = per_cent(book.share.at_least_per_mille.into());
            (format!("超标车辆比例已低于{asked}"), format!("the share is below {asked}"))
        }
        Ground::TermOver => ("列入期已满".to_owned(), "the term is over".to_owned()),
    }
}

/// What would change it.
pub fn outlook(seen: &Outlook) -> Vec<Bilingual> {
    let mut said = Vec::new();
    if let Some(more) = seen.more_exceeding {
        said.push(Bilingual::new(
            format!("再有{more}辆车经确认超标，即达到提请标准。"),
            format!("{more} more exceeding vehicle(s), confirmed, would reach the rule."),
        ));
    }
    if let Some(fewer) = seen.fewer_exceeding {
        said.push(Bilingual::new(
            format!("减少{fewer}辆超标车辆（到期、撤销或申诉成立），即降到标准以下。"),
            format!("{fewer} fewer exceeding vehicle(s), aged out, withdrawn or won on appeal, would bring it below."),
        ));
    }
    if let Some(day) = seen.next_ages_out {
        said.push(Bilingual::new(
            format!("最早的一辆于{day}不再计入。"),
            format!("The first of them counts no more from {day}."),
        ));
    }
    if let Some(day) = seen.below_by_ageing {
        said.push(Bilingual::new(
            format!("若不再有新的超标且车辆数不变，{day}起低于标准。"),
            format!("If nothing else happens and the fleet stays, it is below from {day}."),
        ));
    }
    said
}

/// Thousandths as people write them: `10 %`, `7.5 %`.
fn per_cent(per_mille: u64) -> String {
    match per_mille % 10 {
        0 => format!("{} %", per_mille / 10),
        tenth => format!("{}.{tenth} %", per_mille / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_grounds_name_figures_days_and_clause() {
        let book = ListingRulebook::blacklist();
        let said = |exceeding, fleet| grounds(Share { exceeding, fleet }, day("2026-11-27"), &book);
        let reached = said(2, 20);
        assert_eq!(
            reached.zh,
            "2025-11-27至2026-11-27，该企业20辆车中2辆经确认超标，占10.00 %，已达到10 %（环大气〔2018〕179号; 晋政办发〔2019〕39号, 20）。"
        );
        assert!(reached.en.contains("2 of the carrier's 20 vehicles") && reached.en.contains("reaches 10 %"));
        assert!(said(1, 19).en.contains("5.26 %, which is below 10 %"));
        assert!(said(1, 5).en.contains("fewer than 10 vehicles is proposed only from 2"));
        assert!(said(1, 0).zh.contains("没有车辆"));
    }

    #[test]
    fn every_state_is_said_in_both_languages_with_the_authoritys_reason() {
        let book = ListingRulebook::blacklist();
        let (from, until) = (day("2026-12-01"), day("2027-12-01"));
        for (state, zh, en) in [
            (ListingState::Proposed, "提请", "Proposed"),
            (ListingState::Declined, "不列入", "declined"),
            (ListingState::Void, "失效", "fell away"),
            (ListingState::Listed { from, until }, "自2026-12-01至2027-11-30", "through 2027-11-30"),
            (
                ListingState::DelistingProposed { from, until, ground: Ground::ShareBelow },
                "低于10 %",
                "the share is below 10 %",
            ),
            (
                ListingState::DelistingProposed { from, until, ground: Ground::TermOver },
                "期已满",
                "the term is over",
            ),
            (ListingState::Delisted, "移出", "took the carrier off"),
        ] {
            let said = standing(state, Some("整改到位"), &book);
            assert!(said.zh.contains(zh) && said.en.contains(en), "{said:?}");
            let decided = !matches!(state, ListingState::Proposed | ListingState::Void);
            assert_eq!(said.zh.contains("整改到位"), decided, "{said:?}");
        }
    }

    #[test]
    fn a_threshold_with_tenths_is_written_so() {
        assert_eq!((per_cent(100), per_cent(75)), ("10 %".to_owned(), "7.5 %".to_owned()));
    }
}
