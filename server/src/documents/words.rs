//! Words of the field as papers and lists say them, where the vocabulary itself has none.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::time::law_place;
use server_core::case::CaseState;
use server_core::listing::ListingState;
use server_core::order::OrderState;

/// A plate's colour.
pub fn plate_colour(colour: PlateColour) -> Bilingual {
    let (zh, en) = match colour {
        PlateColour::Blue => ("蓝牌", "blue"),
        PlateColour::Yellow => ("黄牌", "yellow"),
        PlateColour::Green => ("绿牌", "green"),
        PlateColour::YellowGreen => ("黄绿双色牌", "yellow and green"),
        PlateColour::White => ("白牌", "white"),
        PlateColour::Black => ("黑牌", "black"),
    };
    Bilingual::new(zh, en)
}

/// A plate's colour by its word, as rows have it.
pub fn plate_colour_of(word: Option<&str>) -> Option<Bilingual> {
    word.and_then(PlateColour::from_word).map(plate_colour)
}

/// How far a case has come.
pub fn case_state(state: &CaseState) -> Bilingual {
    let (zh, en) = match state {
        CaseState::Opened { .. } => ("已立案", "opened"),
        CaseState::Noticed { .. } => ("已通知", "noticed"),
        CaseState::RepairOrdered { .. } => ("已责令维修", "repair ordered"),
        CaseState::Repaired { .. } => ("已维修", "repaired"),
        CaseState::Closed { .. } => ("已结案", "closed"),
        CaseState::Withdrawn { .. } => ("已撤销", "withdrawn"),
        CaseState::Won { .. } => ("申诉成立", "appeal upheld"),
    };
    Bilingual::new(zh, en)
}

/// How far a repair order has come.
pub fn order_state(state: &OrderState) -> Bilingual {
    let (zh, en) = match state {
        OrderState::Ordered => ("待维修", "ordered"),
        OrderState::Taken(_) => ("已接单", "taken"),
        OrderState::Repaired { .. } => ("待复检", "repaired"),
        OrderState::Closed { .. } => ("已完成", "closed"),
        OrderState::Cancelled => ("已取消", "cancelled"),
    };
    Bilingual::new(zh, en)
}

/// How far a listing has come.
pub fn listing_state(state: ListingState) -> Bilingual {
    let (zh, en) = match state {
        ListingState::Proposed => ("提请列入", "proposed"),
        ListingState::Declined => ("决定不列入", "declined"),
        ListingState::Void => ("提请失效", "fell away"),
        ListingState::Listed { .. } => ("已列入", "listed"),
        ListingState::DelistingProposed { .. } => ("已列入，提请移出", "listed, delisting proposed"),
        ListingState::Delisted => ("已移出", "delisted"),
    };
    Bilingual::new(zh, en)
}

/// A time at the law's place.
pub fn law_time(at: Timestamp) -> DateTime {
    law_place().to_datetime(at)
}

/// A day at the law's place.
pub fn law_day(at: Timestamp) -> Date {
    law_time(at).date()
}

/// A time as papers write it: to the second, at the law's place.
pub fn clock(at: Timestamp) -> String {
    law_time(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_at_the_laws_place() {
        let late = "2026-11-26T16:00:00.9Z".parse().unwrap();
        assert_eq!(clock(late), "2026-11-27 00:00:00");
        assert_eq!(law_day(late), jiff::civil::date(2026, 11, 27));
    }

    #[test]
    fn every_colour_has_its_own_words() {
        let words: std::collections::BTreeSet<_> =
            PlateColour::ALL.map(|colour| plate_colour(colour).zh).into();
        assert_eq!(words.len(), PlateColour::ALL.len());
        assert_eq!(plate_colour_of(Some("mauve")), None);
    }
}
