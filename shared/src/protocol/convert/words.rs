//! The words of enums without data, on wires and in tables.

use crate::device_check::{CheckFault, CheckKind, CheckQuantity};
use crate::exhaust_test::TestOutcome;
use crate::exhaust_test::form::Substance;
use crate::passage::{AbstainReason, Doubt, EvidenceKind, UnmeasurableReason};
use crate::reading::{Condition, HeadStatus};
use crate::rulebook::Role;
use crate::time::ClockQuality;
use crate::verdict::Outcome;
use crate::watchlist::WatchReason;

/// Gives an enum without data its words, both ways.
macro_rules! words {
    ($type:ty { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// The word used on wires and in tables.
            pub const fn wire_word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value of a [`wire_word`](Self::wire_word).
            pub fn from_wire_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words!(ClockQuality { Synchronised = "synchronised", Holdover = "holdover", Unsynchronised = "unsynchronised" });
words!(HeadStatus {
    Good = "good", WeakPlume = "weak-plume", Reblocked = "reblocked", Scattered = "scattered",
    Implausible = "implausible", Fault = "fault",
});
words!(Condition {
    Wind = "wind", Precipitation = "precipitation", Temperature = "temperature", Humidity = "humidity",
    Pressure = "pressure", Slope = "slope", Speed = "speed", Acceleration = "acceleration",
    SpecificPower = "specific-power", Plume = "plume", Headway = "headway", Audit = "audit",
    Weather = "weather", Head = "head",
});
words!(AbstainReason {
    NoPlateFound = "no-plate-found", LowConfidence = "low-confidence", NotGrammatical = "not-grammatical",
    FramesDisagree = "frames-disagree",
});
words!(UnmeasurableReason {
    NoBackground = "no-background", Night = "night", Unstable = "unstable", WhitePlume = "white-plume",
    ChangingLight = "changing-light",
});
words!(Doubt {
    SeveralVehicles = "several-vehicles", NoVehicleSeen = "no-vehicle-seen", NoReading = "no-reading",
    PlateUnread = "plate-unread", PlatesDiffer = "plates-differ", TrailerBehind = "trailer-behind",
    ArrivedLate = "arrived-late",
});
words!(EvidenceKind {
    VehicleFront = "vehicle-front", VehicleRear = "vehicle-rear", PlateFront = "plate-front",
    PlateRear = "plate-rear", Plume = "plume", PlumeClip = "plume-clip",
});
words!(CheckKind {
    Zero = "zero", Span = "span", Audit = "audit", Static = "static", Dynamic = "dynamic",
});
words!(CheckQuantity {
    Co2 = "co2", Co = "co", Hc = "hc", Butadiene = "butadiene", No = "no", Opacity = "opacity",
});
words!(CheckFault { HeadSaysNo = "head-says-no", Incomplete = "incomplete" });
words!(Outcome { Passed = "passed", Screened = "screened", Exceeding = "exceeding", NotJudged = "not-judged" });
words!(Role { Enforcement = "enforcement", Screening = "screening" });
words!(WatchReason { OpenCase = "open-case", Blacklisted = "blacklisted", Wanted = "wanted" });
words!(TestOutcome { Passed = "passed", Failed = "failed", NotJudged = "not-judged" });
words!(Substance { Urea = "urea", Fuel = "fuel" });
