//! What an edge remembers of the checks of its heads, and what that says of a reading.
//!
//! A reading names the check that is its audit. Here stands how that check came out by the edge's own judgement, so
//! that a head's word alone makes nothing count. What is kept here is kept across restarts by the rim; the checks
//! themselves are records.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use plumewatch_shared::device_check::{CheckKind, DeviceCheck};
use plumewatch_shared::ids::{DeviceId, LaneNo};
use plumewatch_shared::reading::Reading;
use plumewatch_shared::rulebook::{AuditStanding, CheckRules};
use serde::{Deserialize, Serialize};

/// Heads remembered: more than an edge has ports for, so that one that was changed is still known.
pub const HEADS_MAX: usize = 16;

/// Checks remembered of one head: a measurement kept through an outage names a check that old. Twelve a day are five
/// days of them.
pub const CHECKS_MAX: usize = 64;

/// How the checks of heads came out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checks {
    /// By the head's serial number; of each the oldest first.
    heads: BTreeMap<String, VecDeque<Known>>,
}

/// One check, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its number.
    pub number: String,
    /// The lane it was made on.
    pub lane: u8,
    /// How it was made.
    pub kind: CheckKind,
    /// When it ended, by the edge's clock.
    pub performed: Timestamp,
    /// Was it passed, by the edge's judgement?
    pub passed: bool,
    /// Does it make readings count, if it was passed?
    pub audit: bool,
}

impl Checks {
    /// Remembers a check. One that is known stays as it was first judged.
    pub fn insert(&mut self, check: &DeviceCheck, rules: &CheckRules) {
        let device = check.device.as_str();
        if !self.heads.contains_key(device) && self.heads.len() >= HEADS_MAX {
            let newest = |known: &VecDeque<Known>| known.iter().map(|check| check.performed).max();
            let oldest =
                self.heads.iter().min_by_key(|(_, known)| newest(known)).map(|(name, _)| name.clone());
            oldest.map(|name| self.heads.remove(&name));
        }
        let known = self.heads.entry(device.to_owned()).or_default();
        if known.iter().any(|other| other.number == check.number.as_str()) {
            return;
        }
        let kind = check.method.kind();
        let entry = Known {
            number: check.number.to_string(),
            lane: check.lane.number(),
            kind,
            performed: check.performed.utc,
            passed: check.passed(),
            audit: rules.is_audit(kind),
        };
        // Heads repeat what was not acknowledged, so an older one may come after a newer one.
        let at = known.partition_point(|other| other.performed <= entry.performed);
        known.insert(at, entry);
        if known.len() > CHECKS_MAX {
            known.pop_front();
        }
    }

    /// What is known of the check that a reading names as its audit. A failed check ends what was passed before it.
    pub fn standing(&self, reading: &Reading) -> AuditStanding {
        let Some(known) = self.heads.get(reading.origin.device.as_str()) else {
            return AuditStanding::Unseen;
        };
        let named = reading.audit.as_ref().map(|audit| audit.id.as_str());
        let Some(named) = known.iter().find(|check| Some(check.number.as_str()) == named) else {
            return AuditStanding::Unknown;
        };
        let measured = reading.measured.stamp.utc;
        let failed_since = known
            .iter()
            .any(|check| !check.passed && check.performed > named.performed && check.performed <= measured);
        match (named.passed && !failed_since, named.audit) {
            (false, _) => AuditStanding::Failed,
            (true, false) => AuditStanding::Unknown,
            (true, true) => AuditStanding::Passed(named.performed),
        }
    }

    /// The last check of the head on this lane, and when it passed an audit last.
    pub fn last(&self, lane: LaneNo) -> Option<(&Known, Option<Timestamp>)> {
        let here =
            || self.heads.values().filter(|known| known.back().is_some_and(|c| c.lane == lane.number()));
        let known = here().max_by_key(|known| known.back().map(|check| check.performed))?;
        let passed =
            known.iter().rev().find(|check| check.passed && check.audit).map(|check| check.performed);
        Some((known.back()?, passed))
    }

    /// Was this check judged before?
    pub fn knows(&self, device: &DeviceId, number: &DeviceId) -> bool {
        let known = self.heads.get(device.as_str());
        known.is_some_and(|known| known.iter().any(|check| check.number == number.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use plumewatch_shared::device_check::CheckMethod;
    use plumewatch_shared::ids::PassageId;
    use plumewatch_shared::rulebook::Rulebook;
    use plumewatch_shared::{reading::Audit, sample};

    use super::*;

    const NOON: &str = "2026-11-23T02:00:00Z";

    fn at(minutes: i64) -> Timestamp {
        NOON.parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_mins(minutes)
    }

    /// A check so many minutes after noon, by head RS-1.
    fn check(number: &str, minutes: i64, change: impl FnOnce(&mut DeviceCheck)) -> DeviceCheck {
        let id = PassageId { station: "A140105001".parse().unwrap(), sequence: 1 };
        let mut check = Rulebook::hj845().judge_check(sample::check(1), id);
        check.number = number.parse().unwrap();
        check.performed = sample::stamp(at(minutes));
        change(&mut check);
        check
    }

    fn failing(check: &mut DeviceCheck) {
        check.points[0].point.measured += 5_000_000;
    }

    fn checks(list: &[DeviceCheck]) -> Checks {
        let mut checks = Checks::default();
        list.iter().for_each(|check| checks.insert(check, &Rulebook::hj845().checks));
        checks
    }

    /// A reading so many minutes after noon that names this audit.
    fn reading(minutes: i64, audit: Option<&str>) -> Reading {
        let mut reading = sample::passage(1).passage().reading.unwrap();
        reading.measured.stamp = sample::stamp(at(minutes));
        reading.audit = audit.map(|id| Audit { id: id.parse().unwrap(), passed: at(0) });
        reading
    }

    #[test]
    fn a_head_that_never_sent_a_check_is_unseen() {
        assert_eq!(checks(&[]).standing(&reading(5, Some("A-1"))), AuditStanding::Unseen);
    }

    #[test]
    fn a_reading_stands_on_the_check_it_names_and_on_no_other() {
        let known = checks(&[check("A-1", 0, |_| ()), check("A-2", 120, |_| ())]);
        assert_eq!(known.standing(&reading(5, Some("A-1"))), AuditStanding::Passed(at(0)));
        assert_eq!(known.standing(&reading(125, Some("A-2"))), AuditStanding::Passed(at(120)));
        assert_eq!(known.standing(&reading(5, Some("A-9"))), AuditStanding::Unknown);
        assert_eq!(known.standing(&reading(5, None)), AuditStanding::Unknown);
    }

    #[test]
    fn a_failed_check_ends_what_was_passed_before_it_until_the_next_is_passed() {
        let known = checks(&[check("A-1", 0, |_| ()), check("A-2", 60, failing), check("A-3", 70, |_| ())]);
        assert_eq!(known.standing(&reading(59, Some("A-1"))), AuditStanding::Passed(at(0)));
        assert_eq!(known.standing(&reading(60, Some("A-1"))), AuditStanding::Failed);
        assert_eq!(known.standing(&reading(65, Some("A-2"))), AuditStanding::Failed);
        assert_eq!(known.standing(&reading(71, Some("A-3"))), AuditStanding::Passed(at(70)));
    }

    #[test]
    fn a_zero_check_makes_nothing_count_and_a_failed_one_ends_it() {
        let zero = |check: &mut DeviceCheck| check.method = CheckMethod::Zero;
        let known = checks(&[check("A-1", 0, |_| ()), check("Z-1", 10, zero)]);
        assert_eq!(known.standing(&reading(11, Some("Z-1"))), AuditStanding::Unknown);
        assert_eq!(known.standing(&reading(11, Some("A-1"))), AuditStanding::Passed(at(0)));
        let known = checks(&[
            check("A-1", 0, |_| ()),
            check("Z-1", 10, |check| {
                zero(check);
                failing(check);
            }),
        ]);
        assert_eq!(known.standing(&reading(11, Some("A-1"))), AuditStanding::Failed);
    }

    #[test]
    fn checks_that_come_late_fall_into_their_place_and_the_last_is_told() {
        let known = checks(&[check("A-3", 70, failing), check("A-1", 0, |_| ())]);
        let lane = LaneNo::new(1).unwrap();
        let (last, passed) = known.last(lane).unwrap();
        assert_eq!((last.number.as_str(), last.passed, passed), ("A-3", false, Some(at(0))));
        assert!(known.last(LaneNo::new(2).unwrap()).is_none());
    }

    #[test]
    fn a_check_stays_as_it_was_judged_first() {
        let known = checks(&[check("A-1", 0, failing), check("A-1", 0, |_| ())]);
        assert_eq!(known.standing(&reading(5, Some("A-1"))), AuditStanding::Failed);
    }

    #[test]
    fn no_more_is_remembered_than_the_limits_say() {
        let mut known = Checks::default();
        let rules = Rulebook::hj845().checks;
        for head in 0..HEADS_MAX + 3 {
            for number in 0..CHECKS_MAX + 3 {
                let minutes = i64::try_from(head * 100 + number).unwrap();
                let of = |check: &mut DeviceCheck| check.device = format!("RS-{head}").parse().unwrap();
                known.insert(&check(&format!("A-{number}"), minutes, of), &rules);
            }
        }
        assert_eq!(known.heads.len(), HEADS_MAX);
        assert!(!known.heads.contains_key("RS-0"), "the head that was silent longest is forgotten");
        assert!(known.heads.values().all(|checks| checks.len() == CHECKS_MAX));
    }

    #[test]
    fn what_is_remembered_survives_being_written_down() {
        let known = checks(&[check("A-1", 0, |_| ()), check("A-2", 60, failing)]);
        let text = serde_json::to_string(&known).unwrap();
        assert_eq!(serde_json::from_str::<Checks>(&text).unwrap(), known);
    }
}
