//! Free acceleration, step by step (GB 3847-2018, Annex A; STANDARDS.md 2.3).
//!
//! The pipe is blown out first. Then the engine is brought from idle to its cut-off speed again and again; each
//! acceleration's highest coefficient is its value, and the mean of the last three is the result, once they lie close
//! enough together. The numbers are the rulebook's.

use super::FreeAccelerationRule;
use crate::units::AbsorptionCoefficient;

/// One acceleration that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its highest coefficient.
    pub highest: AbsorptionCoefficient,
}

/// What comes next, or what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Blow the pipe out: this acceleration, counted from 1, of so many.
    Purge {
        /// Which.
        number: u32,
        /// Of how many.
        of: u32,
    },
    /// Accelerate: this one, counted from 1. More than the rulebook's number means that the last ones differ too much.
    Accelerate {
        /// Which.
        number: u32,
    },
    /// The result.
    Done {
        /// Mean of the last accelerations, rounded to hundredths of 1/m.
        mean: AbsorptionCoefficient,
    },
    /// They still differ after as many as are allowed: the test has no result and begins anew.
    Unsteady,
}

/// The state of a test: how often the pipe was blown out, and the accelerations so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeAcceleration {
    purges: u32,
    runs: Vec<Run>,
}

impl FreeAcceleration {
    /// The pipe was blown out once. More than is needed does no harm; once accelerations count it changes nothing.
    pub fn on_purge(&mut self) {
        if self.runs.is_empty() {
            self.purges = self.purges.saturating_add(1);
        }
    }

    /// An acceleration was made. `false` if it does not count: the pipe is not blown out yet, or the test is over.
    pub fn on_run(&mut self, run: Run, rule: &FreeAccelerationRule) -> bool {
        let counts = matches!(self.next(rule), Step::Accelerate { .. });
        if counts {
            self.runs.push(run);
        }
        counts
    }

    /// The accelerations that count, first to last.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// What comes next.
    pub fn next(&self, rule: &FreeAccelerationRule) -> Step {
        if self.purges < rule.purges {
            return Step::Purge { number: self.purges + 1, of: rule.purges };
        }
        let made = u32::try_from(self.runs.len()).unwrap_or(u32::MAX);
        let needed = rule.runs as usize;
        if let Some(last) = self.runs.len().checked_sub(needed).map(|first| &self.runs[first..]) {
            let values = || last.iter().map(|run| run.highest.per_m_hundredths);
            let (least, most) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
            if most - least <= rule.spread_at_most {
                let sum: u32 = values().map(u32::from).sum();
                let mean = (sum + rule.runs / 2) / rule.runs;
                let per_m_hundredths = u16::try_from(mean).unwrap_or(u16::MAX);
                return Step::Done { mean: AbsorptionCoefficient { per_m_hundredths } };
            }
        }
        if made >= rule.runs_at_most { Step::Unsteady } else { Step::Accelerate { number: made + 1 } }
    }
}

#[cfg(test)]
mod tests {
    use super::super::TestRulebook;
    use super::*;
    use proptest::prelude::*;

    fn rule() -> FreeAccelerationRule {
        TestRulebook::gb3847().free_acceleration
    }

    fn run(per_m_hundredths: u16) -> Run {
        Run { highest: AbsorptionCoefficient { per_m_hundredths } }
    }

    fn after(runs: &[u16]) -> (FreeAcceleration, Vec<bool>) {
        let mut test = FreeAcceleration::default();
        (0..3).for_each(|_| test.on_purge());
        let counted = runs.iter().map(|k| test.on_run(run(*k), &rule())).collect();
        (test, counted)
    }

    fn done(per_m_hundredths: u16) -> Step {
        Step::Done { mean: AbsorptionCoefficient { per_m_hundredths } }
    }

    #[test]
    fn three_purges_then_three_accelerations_and_their_mean() {
        let mut test = FreeAcceleration::default();
        assert_eq!(test.next(&rule()), Step::Purge { number: 1, of: 3 });
        assert!(!test.on_run(run(100), &rule()), "nothing counts before the pipe is clean");
        (0..3).for_each(|_| test.on_purge());
        assert_eq!(test.next(&rule()), Step::Accelerate { number: 1 });
        let (test, counted) = after(&[118, 120, 124]);
        assert_eq!((test.next(&rule()), counted), (done(121), vec![true; 3]));
    }

    #[test]
    fn one_out_of_line_asks_for_another_and_the_last_three_count() {
        let (test, _) = after(&[160, 120, 121]);
        assert_eq!(test.next(&rule()), Step::Accelerate { number: 4 });
        assert_eq!(after(&[160, 120, 121, 122]).0.next(&rule()), done(121));
        assert_eq!(after(&[100, 125, 100]).0.next(&rule()), done(108), "25 apart is close enough");
        assert_eq!(after(&[100, 126, 100]).0.next(&rule()), Step::Accelerate { number: 4 });
    }

    #[test]
    fn a_test_that_stays_unsteady_has_no_result() {
        let (test, counted) = after(&[100, 150, 100, 150, 100, 150, 100]);
        assert_eq!(test.next(&rule()), Step::Unsteady);
        assert_eq!(counted, [true, true, true, true, true, true, false]);
    }

    proptest! {
        #[test]
        fn the_result_lies_between_its_accelerations(runs in prop::collection::vec(any::<u16>(), 0..9)) {
            let (test, _) = after(&runs);
            prop_assert!(test.runs().len() <= rule().runs_at_most as usize);
            if let Step::Done { mean } = test.next(&rule()) {
                let last = &test.runs()[test.runs().len() - 3..];
                let k = |run: &Run| run.highest.per_m_hundredths;
                prop_assert!(last.iter().map(k).min() <= Some(mean.per_m_hundredths));
                prop_assert!(last.iter().map(k).max() >= Some(mean.per_m_hundredths));
            }
        }
    }
}
