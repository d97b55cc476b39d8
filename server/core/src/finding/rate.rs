//! A station as a whole: how many it passes beside its peers, and how many of those exceed beside the road within days.
//!
//! Whole numbers throughout: a finding must be the same on every machine.

use super::rules::{PassesThenExceedsRule, RateRule};

/// First tests of one station over the rule's days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tests {
    /// How many there were.
    pub tests: u64,
    /// How many were passed.
    pub passed: u64,
}

/// A station that stands apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apart {
    /// Its pass rate, per mille.
    pub own_per_mille: u64,
    /// That of its peers together, per mille.
    pub peers_per_mille: u64,
    /// How far it lies from theirs, tenths of a standard deviation.
    pub sigmas_tenths: u64,
}

/// Does a station pass far more or far fewer than its peers? The deviation is that of chance at so many tests together
/// with what honest stations differ by.
pub fn apart(own: Tests, peers: &[Tests], rule: &RateRule) -> Option<Apart> {
    let all = peers.iter().fold(Tests::default(), |all, peer| Tests {
        tests: all.tests + peer.tests,
        passed: all.passed + peer.passed,
    });
    let enough = |tests: &&Tests| tests.tests >= rule.tests;
    if own.tests < rule.tests || peers.iter().filter(enough).count() < rule.peers {
        return None;
    }
    // In millionths: p = passed / tests; variance p(1 − p)/n and the spread's square, in millionths of millionths.
    let (own_p, peers_p) = (rate(own), rate(all));
    let chance = peers_p * (1_000_000 - peers_p) / i128::from(own.tests);
    let spread = i128::from(rule.spread_per_mille) * 1_000;
    let variance = (chance + spread * spread).max(1);
    let distance = (own_p - peers_p).abs();
    // distance / √variance, in tenths, by its square.
    let sigmas_tenths = (distance * distance * 100 / variance).isqrt() as u64;
    let per_mille = |millionths: i128| (millionths / 1_000) as u64;
    (sigmas_tenths >= rule.sigmas_tenths).then_some(Apart {
        own_per_mille: per_mille(own_p),
        peers_per_mille: per_mille(peers_p),
        sigmas_tenths,
    })
}

fn rate(tests: Tests) -> i128 {
    i128::from(tests.passed) * 1_000_000 / i128::from(tests.tests.max(1))
}

/// Vehicles that passed at a station and were seen beside the road within the rule's days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenAfter {
    /// How many.
    pub seen: u64,
    /// Of these, how many exceeded.
    pub exceeded: u64,
}

/// How many of a station's passed vehicles exceed beside the road, per mille of those seen there, if that is more than
/// the rule's share and number.
pub fn passes_then_exceeds(after: SeenAfter, rule: &PassesThenExceedsRule) -> Option<u64> {
    let share = after.exceeded * 1_000 / after.seen.max(1);
    (after.exceeded >= rule.vehicles as u64 && share >= rule.share_per_mille).then_some(share)
}
