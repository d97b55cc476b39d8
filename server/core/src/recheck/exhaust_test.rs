//! Makes the values of a test anew from what was measured, and holds them against the limits again.
//!
//! The result of free acceleration is made of the accelerations, not taken from the report; the limits are those of the
//! rulebook that the edge's verdict names. A rulebook that this server does not have leaves the test unjudged and
//! flagged, for nobody here can confirm what the edge found.

use plumewatch_shared::exhaust_test::free_acceleration::{FreeAcceleration, Run, Step};
use plumewatch_shared::exhaust_test::{
    Bound, TestFinding, TestItem, TestOutcome, TestRulebook, TestSubject, TestValue, TestVerdict, judge,
};
use plumewatch_shared::ids::PassageId;
use plumewatch_shared::plate::{Plate, PlateColour};
use plumewatch_shared::protocol::VERSION;
use plumewatch_shared::protocol::convert::ConvertError;
use plumewatch_shared::protocol::message::{
    ExhaustTestReport, WireFreeAcceleration, WireTestFinding, WireTestValue, WireTestVerdict,
};
use plumewatch_shared::rulebook::RulebookRef;
use plumewatch_shared::time::Stamp;
use plumewatch_shared::units::AbsorptionCoefficient;

use super::{Checked, need};

/// Samples of one test: urea and fuel, each in three bottles as laboratories ask, and room.
pub const SAMPLES_MAX: usize = 12;

/// Words of [`Bound`] on wires and in tables.
const AT_MOST: &str = "at-most";
const AT_LEAST: &str = "at-least";

/// Highest Ringelmann level.
const LEVEL_MAX: u8 = 5;

/// How a vehicle was tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestMethod {
    /// With a meter in the pipe.
    FreeAcceleration,
    /// By the officers' eyes.
    ByEye,
    /// Nothing was measured; samples alone were taken.
    Samples,
}

impl TestMethod {
    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FreeAcceleration => "free-acceleration",
            Self::ByEye => "by-eye",
            Self::Samples => "samples",
        }
    }
}

/// A test as the server sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejudged {
    /// When it began.
    pub started: Stamp,
    /// When it was signed.
    pub ended: Stamp,
    /// The passage it answers.
    pub passage: Option<PassageId>,
    /// Whose.
    pub plate: Option<Plate>,
    /// Its plate's colour.
    pub colour: Option<PlateColour>,
    /// How it was tested.
    pub method: TestMethod,
    /// What it gave.
    pub values: Vec<TestValue>,
    /// The server's judgement; `None` where nothing was judged, or by a rulebook that is not here.
    pub verdict: Option<TestVerdict>,
    /// What the server's judgement comes to.
    pub outcome: TestOutcome,
    /// What the edge's came to, if it judged.
    pub edge_outcome: Option<TestOutcome>,
    /// Do the two differ?
    pub disagrees: bool,
}

/// The word of an outcome on wires and in tables.
pub const fn outcome_word(outcome: TestOutcome) -> &'static str {
    match outcome {
        TestOutcome::Passed => "passed",
        TestOutcome::Failed => "failed",
        TestOutcome::NotJudged => "not-judged",
    }
}

/// The outcome of a word.
pub fn outcome_from_word(word: &str) -> Option<TestOutcome> {
    [TestOutcome::Passed, TestOutcome::Failed, TestOutcome::NotJudged]
        .into_iter()
        .find(|outcome| outcome_word(*outcome) == word)
}

/// What can be measured, by the rulebook's words.
const ITEMS: [TestItem; 6] = [
    TestItem::FreeAccelerationK,
    TestItem::LugDownK100,
    TestItem::LugDownK80,
    TestItem::LugDownNox80,
    TestItem::WheelPowerShare,
    TestItem::Ringelmann,
];

/// The rulebook's word of an item.
pub const fn item_word(item: TestItem) -> &'static str {
    match item {
        TestItem::FreeAccelerationK => "free_acceleration_k",
        TestItem::LugDownK100 => "lug_down_k100",
        TestItem::LugDownK80 => "lug_down_k80",
        TestItem::LugDownNox80 => "lug_down_nox80",
        TestItem::WheelPowerShare => "wheel_power_share",
        TestItem::Ringelmann => "ringelmann",
    }
}

/// A judgement as the wire and the database keep it.
pub fn wire_verdict(verdict: &TestVerdict) -> WireTestVerdict {
    let finding = |finding: &TestFinding| {
        let (limit, bound) = match finding.limit {
            Bound::AtMost(limit) => (limit, AT_MOST),
            Bound::AtLeast(limit) => (limit, AT_LEAST),
        };
        WireTestFinding {
            item: item_word(finding.measured.item).to_owned(),
            measured: finding.measured.value,
            limit,
            bound: bound.to_owned(),
            holds: finding.holds,
            clause: finding.clause.clone(),
        }
    };
    let value =
        |value: &TestValue| WireTestValue { item: item_word(value.item).to_owned(), value: value.value };
    WireTestVerdict {
        outcome: outcome_word(verdict.outcome).to_owned(),
        rulebook: verdict.rulebook.id.clone(),
        rulebook_version: verdict.rulebook.version.clone(),
        findings: verdict.findings.iter().map(finding).collect(),
        without_limit: verdict.without_limit.iter().map(value).collect(),
    }
}

/// The judgement that [`wire_verdict`] wrote.
pub fn verdict(wire: &WireTestVerdict) -> Checked<TestVerdict> {
    let item = |word: &str| need("item", ITEMS.into_iter().find(|item| item_word(*item) == word));
    let finding = |wire: &WireTestFinding| {
        Ok(TestFinding {
            measured: TestValue { item: item(&wire.item)?, value: wire.measured },
            limit: match wire.bound.as_str() {
                AT_MOST => Bound::AtMost(wire.limit),
                AT_LEAST => Bound::AtLeast(wire.limit),
                _ => return Err(ConvertError { field: "bound" }),
            },
            holds: wire.holds,
            clause: wire.clause.clone(),
        })
    };
    let value = |wire: &WireTestValue| Ok(TestValue { item: item(&wire.item)?, value: wire.value });
    Ok(TestVerdict {
        outcome: need("outcome", outcome_from_word(&wire.outcome))?,
        findings: wire.findings.iter().map(finding).collect::<Checked<_>>()?,
        without_limit: wire.without_limit.iter().map(value).collect::<Checked<_>>()?,
        rulebook: RulebookRef { id: wire.rulebook.clone(), version: wire.rulebook_version.clone() },
    })
}

/// Judges a reported test again by one of `books`.
pub fn rejudge(report: &ExhaustTestReport, books: &[TestRulebook]) -> Checked<Rejudged> {
    need("v", (report.v == VERSION).then_some(()))?;
    need("samples (12 at most)", (report.samples.len() <= SAMPLES_MAX).then_some(()))?;
    for sample in &report.samples {
        need("samples.substance", ["urea", "fuel"].contains(&sample.substance.as_str()).then_some(()))?;
        Stamp::try_from(&sample.taken)?;
    }
    let plate = report.vehicle.plate.as_deref().map(|text| need("vehicle.plate", text.parse().ok()));
    let colour =
        report.vehicle.colour.as_deref().map(|word| need("vehicle.colour", PlateColour::from_word(word)));
    let passage = report.passage.as_deref().map(|id| need("passage", id.parse().ok()));
    let levels = report.by_eye.iter().map(|eye| eye.level);
    need("by_eye.level", levels.clone().all(|level| level <= LEVEL_MAX).then_some(()))?;
    let (started, ended) = (Stamp::try_from(&report.started)?, Stamp::try_from(&report.ended)?);
    let edge = report.verdict.as_ref();
    let edge_outcome =
        edge.map(|edge| need("verdict.outcome", outcome_from_word(&edge.outcome))).transpose()?;

    let book = edge.and_then(|edge| books.iter().find(|book| book.id == edge.rulebook));
    let mut values = Vec::new();
    if let (Some(measured), Some(book)) = (&report.free_acceleration, book) {
        let value = mean(measured, book).map(i64::from);
        values.extend(value.map(|value| TestValue { item: TestItem::FreeAccelerationK, value }));
    }
    // Each observer tells the highest level seen, and the highest of theirs is the test's.
    values.extend(levels.max().map(|level| TestValue { item: TestItem::Ringelmann, value: level.into() }));

    let subject = TestSubject {
        class: report.vehicle.limit_class.clone(),
        rated_power_w: report.vehicle.rated_power_w,
        altitude_m: report.vehicle.altitude_m,
    };
    let verdict = book.map(|book| judge(&values, &subject, book));
    let disagrees = match (&verdict, edge) {
        (Some(ours), Some(edge)) => differ(ours, edge) || mean_differs(report, &values),
        (None, Some(_)) => edge_outcome != Some(TestOutcome::NotJudged),
        // Measured, and not judged: nobody here knows by which rulebook it should have been.
        (_, None) => {
            let mean = report.free_acceleration.as_ref().and_then(|measured| measured.mean_per_m_hundredths);
            mean.is_some() || !report.by_eye.is_empty()
        }
    };
    Ok(Rejudged {
        started,
        ended,
        passage: passage.transpose()?,
        plate: plate.transpose()?,
        colour: colour.transpose()?,
        method: match (&report.free_acceleration, report.by_eye.is_empty()) {
            (Some(_), _) => TestMethod::FreeAcceleration,
            (None, false) => TestMethod::ByEye,
            (None, true) => TestMethod::Samples,
        },
        outcome: verdict.as_ref().map_or(TestOutcome::NotJudged, |verdict| verdict.outcome),
        values,
        verdict,
        edge_outcome,
        disagrees,
    })
}

/// The result of these accelerations, hundredths of 1/m, by the rulebook's procedure; `None` if they give none.
fn mean(measured: &WireFreeAcceleration, book: &TestRulebook) -> Option<u16> {
    let rule = &book.free_acceleration;
    let mut test = FreeAcceleration::default();
    for _ in 0..measured.purges.min(rule.purges) {
        test.on_purge();
    }
    for run in &measured.runs {
        let highest = AbsorptionCoefficient { per_m_hundredths: run.highest_per_m_hundredths };
        test.on_run(Run { highest }, rule);
    }
    match test.next(rule) {
        Step::Done { mean } => Some(mean.per_m_hundredths),
        Step::Purge { .. } | Step::Accelerate { .. } | Step::Unsteady => None,
    }
}

fn mean_differs(report: &ExhaustTestReport, values: &[TestValue]) -> bool {
    let ours = values.iter().find(|value| value.item == TestItem::FreeAccelerationK).map(|value| value.value);
    let theirs = report.free_acceleration.as_ref().and_then(|measured| measured.mean_per_m_hundredths);
    ours != theirs.map(i64::from)
}

/// Do two judgements differ in what they found? By which edition they were given does not matter here.
fn differ(ours: &TestVerdict, theirs: &WireTestVerdict) -> bool {
    let found = |item: &str, measured: i64, holds: bool| (item.to_owned(), measured, holds);
    let our_findings = ours
        .findings
        .iter()
        .map(|finding| found(item_word(finding.measured.item), finding.measured.value, finding.holds));
    let their_findings =
        theirs.findings.iter().map(|finding| found(&finding.item, finding.measured, finding.holds));
    outcome_word(ours.outcome) != theirs.outcome || !our_findings.eq(their_findings)
}

#[cfg(test)]
#[path = "exhaust_test_tests.rs"]
mod tests;
