//! What a meter in the exhaust pipe says (GB 3847-2018, Annex C).

use crate::units::{AbsorptionCoefficient, EngineSpeed, MeterOpacity, Temperature};

/// One sample of a partial-flow opacimeter, as it shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeterSample {
    /// Opacity over the effective path of 0.43 m.
    pub opacity: MeterOpacity,
    /// Light absorption coefficient: what free acceleration and lug-down are judged by.
    pub coefficient: AbsorptionCoefficient,
    /// The engine's speed, if a pick-up is fitted.
    pub engine_speed: Option<EngineSpeed>,
    /// The oil's temperature, if a probe is in.
    pub oil: Option<Temperature>,
}

/// What a meter is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterState {
    /// Heating; what it shows counts for nothing.
    WarmingUp,
    /// Ready.
    Measuring,
    /// Setting its zero and full scale.
    Calibrating,
    /// Out of order; its own number for it.
    Fault(u8),
}
