//! The early word: what a vehicle is, said at the roadside while it still passes.
//!
//! A passage closes when the rear camera has lost sight of its vehicle, seconds after the beam, and is then stored
//! with its pictures. A team that is to wave the vehicle out cannot wait for that: as soon as its reading is here
//! it is judged, looked up in the watchlist and shown, and again as more is known. Nothing of this is kept; the
//! record alone counts.

use std::time::Duration;

use edge_core::matching::PassageDraft;
use plumewatch_shared::{
    ids::{PassageId, StationId},
    protocol::message::PassageReport,
    time::Tick,
    verdict::judge,
};

use crate::{
    announce::{Announcement, Board},
    watchlist::WatchlistShelf,
};

/// Nobody can stop what passed longer ago: a head that repeats what it kept through an outage is not news.
const STILL_NEAR: Duration = Duration::from_secs(30);

/// Says the early word of one lane's vehicles.
#[derive(Debug)]
pub struct Herald {
    /// Whose passages.
    pub station: StationId,
    /// Who is watched for.
    pub watchlist: WatchlistShelf,
    /// Where it is said.
    pub board: Board,
    /// What was said last of the vehicles that still wait; as few as the lane holds.
    pub said: Vec<PassageDraft>,
}

impl Herald {
    /// Says what is new in `so_far`, and near enough to matter.
    pub fn tell(&mut self, so_far: Vec<PassageDraft>, now: Tick) {
        for draft in &so_far {
            if !self.said.contains(draft) && now.since(draft.passed.tick) <= STILL_NEAR {
                self.board.announce_early(self.word(draft.clone()));
            }
        }
        self.said = so_far;
    }

    fn word(&self, draft: PassageDraft) -> Announcement {
        let rulebook = draft.rulebook.clone();
        let passage = draft.into_passage(PassageId { station: self.station, sequence: 0 }, Vec::new());
        let verdict = judge(&passage, &rulebook);
        Announcement {
            report: PassageReport::new(&passage, &verdict),
            watch: self.watchlist.find(&passage),
            reasons: verdict.reasons(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announce::News;
    use plumewatch_shared::{rulebook::Rulebook, sample, time::Moment};

    fn herald(board: &Board) -> Herald {
        Herald {
            station: "A140105001".parse().unwrap(),
            watchlist: WatchlistShelf::open(std::path::Path::new("nowhere"), None),
            board: board.clone(),
            said: Vec::new(),
        }
    }

    fn draft(at: Tick) -> PassageDraft {
        let passage = sample::passage(1).with_opacity(3_520).passage();
        PassageDraft {
            lane: passage.lane,
            passed: Moment { tick: at, stamp: passage.passed },
            rulebook: Rulebook::hj845().into(),
            reading: passage.reading,
            validity: passage.validity,
            front: passage.front,
            rear: None,
            smoke: None,
            weather: passage.weather,
            doubts: Vec::new(),
            pictures: Vec::new(),
        }
    }

    const PASSED: Tick = Tick { micros: 90_000_000 };

    #[test]
    fn a_vehicle_is_judged_while_it_passes_once_for_each_thing_that_is_learned() {
        let board = Board::new(crate::health::starting(), "nowhere".into());
        let (_, mut heard) = board.open(0);
        let mut herald = herald(&board);
        let first = PassageDraft { front: None, ..draft(PASSED) };
        herald.tell(vec![first.clone()], PASSED);
        herald.tell(vec![first], PASSED);
        herald.tell(vec![draft(PASSED)], PASSED);
        let said: Vec<_> = std::iter::from_fn(|| heard.try_recv().ok()).collect();
        let [News::Early(bare), News::Early(read)] = said.as_slice() else { panic!("{said:?}") };
        assert_eq!(bare.report.verdict.outcome, "exceeding");
        assert!(bare.report.front.is_none() && read.report.front.is_some());
    }

    #[test]
    fn what_passed_long_ago_is_no_news() {
        let board = Board::new(crate::health::starting(), "nowhere".into());
        let (_, mut heard) = board.open(0);
        herald(&board).tell(vec![draft(PASSED)], PASSED.after(Duration::from_secs(31)));
        assert!(heard.try_recv().is_err());
    }
}
