//! Which counting rule holds for a measurement.

use plumewatch_shared::rulebook::CountingRule;

use super::Measurement;

/// The numbers of a counting rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// So many passages in a row.
    pub exceedances: u32,
    /// First to last within so many calendar months.
    pub within_months: u32,
    /// So many instruments in one passage suffice.
    pub instruments: Option<u32>,
}

impl From<&CountingRule> for Threshold {
    fn from(rule: &CountingRule) -> Self {
        let (exceedances, within_months) = (rule.exceedances, rule.within_months);
        Self { exceedances, within_months, instruments: rule.instruments }
    }
}

/// Gives the rule of the place and day of a measurement.
pub trait Rules {
    /// What holds for it.
    fn at(&self, measurement: &Measurement) -> Threshold;
}

impl Rules for CountingRule {
    /// One rule everywhere.
    fn at(&self, _: &Measurement) -> Threshold {
        self.into()
    }
}

impl<F: Fn(&Measurement) -> Threshold> Rules for F {
    fn at(&self, measurement: &Measurement) -> Threshold {
        self(measurement)
    }
}
