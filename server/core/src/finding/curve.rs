//! Equal curves in different tests: recorded once, played again, perhaps with a little noise laid over.
//!
//! Two runs of one engine differ at most points by more than a reader's noise; two engines more. Curves are held against
//! each other point by point, one perhaps some points later. What never moves says nothing: a clean engine at idle is
//! everywhere the same.

use super::fact::Curve;
use super::rules::EqualCurvesRule;

/// How much of two curves is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Points that are the same, per mille.
    pub same_per_mille: u32,
    /// By how many points the one is later, at most the rule's shift.
    pub shift: usize,
}

/// Those of `before` that `curve` is equal to, in their order.
pub fn equal_curves<'a>(
    curve: &Curve,
    before: &'a [Curve],
    rule: &EqualCurvesRule,
) -> Vec<(&'a Curve, Likeness)> {
    if !tells(curve, rule) {
        return Vec::new();
    }
    let others = before.iter().filter(|other| other.id != curve.id && other.method == curve.method);
    others.filter_map(|other| likeness(curve, other, rule).map(|likeness| (other, likeness))).collect()
}

/// Does the curve move enough to tell one engine from another?
fn tells(curve: &Curve, rule: &EqualCurvesRule) -> bool {
    let moves = |two: &[(_, plumewatch_shared::units::EngineSpeed)]| {
        two[0].1.rpm.abs_diff(two[1].1.rpm) > rule.rpm_within
    };
    curve.points.len() >= rule.points
        && curve.points.windows(2).filter(|two| moves(two)).count() >= rule.moving_points
}

/// How alike two curves are, if they are one.
fn likeness(one: &Curve, two: &Curve, rule: &EqualCurvesRule) -> Option<Likeness> {
    let shifts = (0..=rule.shift).flat_map(|shift| [(shift, 0), (0, shift)]);
    shifts
        .filter_map(|(first, second)| {
            let (one, two) = (one.points.get(first..)?, two.points.get(second..)?);
            let length = one.len().min(two.len());
            // Curves of quite another length are of another test, however one begins.
            if length < rule.points || one.len().max(two.len()) > length + rule.shift * 2 {
                return None;
            }
            let most_other = length - length * rule.same_per_mille as usize / 1_000;
            let mut other = 0;
            for ((k1, n1), (k2, n2)) in one.iter().zip(two) {
                let same = k1.per_m_hundredths.abs_diff(k2.per_m_hundredths) <= rule.k_within
                    && n1.rpm.abs_diff(n2.rpm) <= rule.rpm_within;
                other += usize::from(!same);
                if other > most_other {
                    return None; // Most pairs end here, after a few points.
                }
            }
            let same_per_mille = ((length - other) * 1_000 / length) as u32;
            Some(Likeness { same_per_mille, shift: first.max(second) })
        })
        .max_by_key(|likeness| likeness.same_per_mille)
}
