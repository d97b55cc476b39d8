//! Numbers of the detectors, as dated data (`shared/rulebooks/irregularities.json`).
//!
//! No standard prints them; STANDARDS.md 4.2 names what is looked for. Each stands with why it is so and how sure we are.

use std::sync::LazyLock;

use plumewatch_shared::rulebook::SourceConfidence;
use serde::{Deserialize, Serialize};

use crate::dated::Editions;
use crate::inspection::Method;

/// The numbers of one edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectorRules {
    /// When two curves are one.
    pub equal_curves: EqualCurvesRule,
    /// What no engine gives.
    pub impossible: ImpossibleRule,
    /// How long tests take.
    pub pace: PaceRule,
    /// Who is who.
    pub identity: IdentityRule,
    /// How a station stands among its peers.
    pub rate: RateRule,
    /// Passing and exceeding.
    pub passes_then_exceeds: PassesThenExceedsRule,
}

macro_rules! rule {
    ($(#[$about:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$meta])* pub $field: $kind,)*
            /// Where the numbers come from.
            pub clause: String,
            /// How sure we are of them.
            pub confidence: SourceConfidence,
        }
    };
}

rule! {
    /// When two curves are one.
    EqualCurvesRule {
        /// A curve has so many points at least, else it says nothing.
        points: usize,
        /// Of these so many at which the engine's speed changes by more than `rpm_within`: an idling engine is everywhere
        /// the same.
        moving_points: usize,
        /// Points are the same within so much, hundredths of 1/m.
        k_within: u16,
        /// And within so much, 1/min.
        rpm_within: u16,
        /// So many of them are the same, per mille.
        same_per_mille: u32,
        /// One curve may begin so many points later.
        shift: usize,
        /// Compared with so many tests of the station before.
        tests_before: usize,
    }
}

rule! {
    /// What no engine gives.
    ImpossibleRule {
        /// Wheel power to rated power at most, per mille.
        power_share_per_mille: u32,
        /// Carbon dioxide under full load at least, hundredths of a percent: less means that air is drawn in.
        co2_hundredths: u16,
        /// In one gear roller and engine speed keep their ratio within so much, per mille.
        gear_per_mille: u32,
        /// An acceleration reaches so many times the idle speed, per mille.
        over_idle_per_mille: u32,
        /// Three accelerations whose peaks of coefficient and speed are all the same, from this coefficient on,
        /// hundredths of 1/m.
        equal_peaks_from: u16,
    }
}

rule! {
    /// How long tests take.
    PaceRule {
        /// A free acceleration takes so long at least, seconds.
        free_acceleration_s: u32,
        /// A lug-down.
        lug_down_s: u32,
        /// Smoke by eye.
        ringelmann_s: u32,
        /// A line tests so many vehicles an hour at most.
        per_line_and_hour: usize,
    }
}

rule! {
    /// Who is who.
    IdentityRule {
        /// Two identities within so many days.
        days: u16,
        /// One calibration in so many vehicles.
        vehicles: usize,
        /// Of so many engine models.
        engine_models: usize,
    }
}

rule! {
    /// How a station stands among its peers.
    RateRule {
        /// Over so many days.
        days: u16,
        /// From so many first tests on.
        tests: u64,
        /// With so many peers at least.
        peers: usize,
        /// Honest stations differ by so much (one standard deviation), per mille.
        spread_per_mille: u64,
        /// So far from its peers, tenths of a standard deviation.
        sigmas_tenths: u64,
    }
}

rule! {
    /// Passing and exceeding.
    PassesThenExceedsRule {
        /// Within so many days of passing.
        within_days: u16,
        /// Over so many days.
        days: u16,
        /// So many vehicles at least.
        vehicles: usize,
        /// And so many of those that were seen beside the road in that time, per mille.
        share_per_mille: u64,
    }
}

impl PaceRule {
    /// How long a test of this method takes at least, seconds.
    pub const fn least_s(&self, method: Method) -> u32 {
        match method {
            Method::FreeAcceleration => self.free_acceleration_s,
            Method::LugDown => self.lug_down_s,
            Method::Ringelmann => self.ringelmann_s,
        }
    }
}

/// The detectors' editions as shipped.
pub fn detectors() -> &'static Editions<DetectorRules> {
    static SHIPPED: LazyLock<Editions<DetectorRules>> = LazyLock::new(|| {
        Editions::parse(include_str!("../../../../shared/rulebooks/irregularities.json"))
            .expect("a test reads the shipped file")
    });
    &SHIPPED
}
