//! Numbers of the I/M programme, as dated data (`shared/rulebooks/im-programme.json`; STANDARDS.md 2.5, 6.1, 6.2).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::record::PartKind;
use crate::dated::{Editions, Ruled};

/// The numbers of one edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeRules {
    /// Calendar days from the failing report to the end of the repair order.
    pub repair_within_days: Ruled<u16>,
    /// So many failing tests of one order, the one that opened it included, bring a finding.
    pub failures_to_find: Ruled<u32>,
    /// Parts whose serial number the repair record must tell.
    pub serial_numbers_for: Ruled<Vec<PartKind>>,
    /// A repair lasts if the vehicle neither fails nor exceeds within so many days of its passing retest.
    pub repair_lasts_days: Ruled<u16>,
    /// A shop is looked at from so many closed repairs on.
    pub repairs_to_look: Ruled<u32>,
    /// So large a share of repairs that did not last brings a finding, per mille.
    pub not_lasting_per_mille: Ruled<u32>,
    /// Monitors of the on-board diagnosis that may be not ready.
    pub obd_not_ready_at_most: Ruled<u32>,
    /// Kilometres driven with the malfunction lamp on that still pass.
    pub obd_lamp_km_at_most: Ruled<u32>,
}

/// The programme's editions as shipped.
pub fn programme() -> &'static Editions<ProgrammeRules> {
    static SHIPPED: LazyLock<Editions<ProgrammeRules>> = LazyLock::new(|| {
        Editions::parse(include_str!("../../../../shared/rulebooks/im-programme.json"))
            .expect("a test reads the shipped file")
    });
    &SHIPPED
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::ids::Region;

    #[test]
    fn the_shipped_numbers_are_those_of_the_digest() {
        let rules = &programme().in_force(Region::COUNTRY, "2026-11-27".parse().unwrap()).rules;
        assert_eq!(rules.failures_to_find.value, 3, "STANDARDS.md 6.2: three exceedances in one period");
        assert_eq!((rules.obd_not_ready_at_most.value, rules.obd_lamp_km_at_most.value), (2, 200));
        assert!((10..=30).contains(&rules.repair_within_days.value), "STANDARDS.md 6.1: 10 to 30 days");
    }
}
