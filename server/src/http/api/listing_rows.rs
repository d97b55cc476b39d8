//! The rule of listings as rows of the rulebooks' table.

use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::listing::FleetDay;
use plumewatch_shared::rulebook::{ListingRulebook, SourceConfidence};

use super::rulebook_rows::RuleRow;

/// The rows of one edition.
pub(super) fn of_listing(book: &ListingRulebook) -> Vec<RuleRow> {
    let share = percent(book.share.at_least_per_mille);
    let (window, term) = (book.window.months, book.term.months_at_most);
    let (below, vehicles) = (book.small_fleets.below, book.small_fleets.exceeding_at_least);
    let counted_on = match book.fleet.counted_on {
        FleetDay::Assessed => Bilingual::new("计算当日的车队", "the fleet of the day on which it is taken"),
        FleetDay::NewestExceedance => {
            Bilingual::new("最近一次超标当日的车队", "the fleet of the day of the newest exceedance")
        }
    };
    vec![
        row(
            "listing/share",
            Bilingual::new("超标车辆占比", "share of vehicles that exceeded"),
            Bilingual::new(
                format!("达到{share} %及以上即提请列入"),
                format!("{share} % or more proposes a listing"),
            ),
            &book.share.clause,
            book.share.confidence,
        ),
        row(
            "listing/window",
            Bilingual::new("计算期间", "window"),
            Bilingual::new(format!("最近{window}个自然月"), format!("the last {window} calendar months")),
            &book.window.clause,
            book.window.confidence,
        ),
        row(
            "listing/fleet",
            Bilingual::new("车辆总数", "size of the fleet"),
            counted_on,
            &book.fleet.clause,
            book.fleet.confidence,
        ),
        row(
            "listing/small-fleets",
            Bilingual::new("小车队", "small fleets"),
            Bilingual::new(
                format!("少于{below}辆的车队，另须至少{vehicles}辆超标"),
                format!("with fewer than {below} vehicles, at least {vehicles} must have exceeded"),
            ),
            &book.small_fleets.clause,
            book.small_fleets.confidence,
        ),
        row(
            "listing/term",
            Bilingual::new("列入期限", "term of a listing"),
            Bilingual::new(format!("最长{term}个自然月"), format!("{term} calendar months at most")),
            &book.term.clause,
            book.term.confidence,
        ),
    ]
}

fn row(key: &str, name: Bilingual, value: Bilingual, clause: &str, confidence: SourceConfidence) -> RuleRow {
    RuleRow::new("listing", key.to_owned(), name, value, clause.to_owned(), confidence)
}

/// Thousandths as a percentage, with a decimal only where there is one.
fn percent(per_mille: u32) -> String {
    match per_mille % 10 {
        0 => (per_mille / 10).to_string(),
        tenths => format!("{}.{tenths}", per_mille / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_rule_has_a_row_with_its_number() {
        let book = plumewatch_shared::rulebook::Library::shipped()
            .listings(plumewatch_shared::ids::Region::COUNTRY, jiff::civil::date(2026, 11, 27));
        let json = serde_json::to_value(of_listing(&book)).unwrap();
        let told: Vec<&str> =
            json.as_array().unwrap().iter().map(|row| row["value"]["en"].as_str().unwrap()).collect();
        assert_eq!(
            told,
            [
                "10 % or more proposes a listing",
                "the last 12 calendar months",
                "the fleet of the day on which it is taken",
                "with fewer than 10 vehicles, at least 2 must have exceeded",
                "12 calendar months at most",
            ]
        );
        assert_eq!(percent(125), "12.5");
    }
}
