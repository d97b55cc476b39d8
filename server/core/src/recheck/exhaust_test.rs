//! Makes the values of a test anew from what was measured, and holds them against the limits again.
//!
//! The result of free acceleration is made of the accelerations, not taken from the report; the limits are those of the
//! rulebook that the edge's verdict names. A rulebook that this server does not have leaves the test unjudged and
//! flagged, for nobody here can confirm what the edge found.

use plumewatch_shared::exhaust_test::form::{ExhaustTest, MeteredAcceleration};
use plumewatch_shared::exhaust_test::free_acceleration::{FreeAcceleration, Step};
use plumewatch_shared::exhaust_test::{
    TestFinding, TestItem, TestOutcome, TestRulebook, TestValue, TestVerdict, judge,
};
use plumewatch_shared::units::AbsorptionCoefficient;

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
    /// How this test was made; a meter goes before eyes.
    pub fn of(test: &ExhaustTest) -> Self {
        match (&test.free_acceleration, test.by_eye.is_empty()) {
            (Some(_), _) => Self::FreeAcceleration,
            (None, false) => Self::ByEye,
            (None, true) => Self::Samples,
        }
    }

    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FreeAcceleration => "free-acceleration",
            Self::ByEye => "by-eye",
            Self::Samples => "samples",
        }
    }
}

/// What the server makes of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejudged {
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

impl Rejudged {
    /// What the test gave of one quantity, in its unit.
    pub fn value(&self, item: TestItem) -> Option<i64> {
        self.values.iter().find(|value| value.item == item).map(|value| value.value)
    }
}

/// Judges a test again by that one of `books` which the edge's verdict names.
pub fn rejudge(test: &ExhaustTest, edge: Option<&TestVerdict>, books: &[TestRulebook]) -> Rejudged {
    let edge_outcome = edge.map(|edge| edge.outcome);
    let book = edge.and_then(|edge| books.iter().find(|book| book.id == edge.rulebook.id));
    let Some(book) = book else {
        let disagrees = match edge_outcome {
            Some(TestOutcome::Passed | TestOutcome::Failed) => true,
            Some(TestOutcome::NotJudged) => false,
            // Measured, and not judged: nobody here knows by which rulebook it should have been.
            None => !test.values().is_empty(),
        };
        let (values, outcome) = (test.values(), TestOutcome::NotJudged);
        return Rejudged { values, verdict: None, outcome, edge_outcome, disagrees };
    };
    let remade = test
        .free_acceleration
        .as_ref()
        .map(|done| MeteredAcceleration { mean: mean(done, book), ..done.clone() });
    let remade = ExhaustTest { free_acceleration: remade, ..test.clone() };
    let values = remade.values();
    let verdict = judge(&values, &test.vehicle.subject(), book);
    let told = |test: &ExhaustTest| test.free_acceleration.as_ref().and_then(|done| done.mean);
    let disagrees = edge.is_some_and(|edge| differ(&verdict, edge)) || told(test) != told(&remade);
    Rejudged { values, outcome: verdict.outcome, verdict: Some(verdict), edge_outcome, disagrees }
}

/// The result of these accelerations by the rulebook's procedure; `None` if they give none.
fn mean(done: &MeteredAcceleration, book: &TestRulebook) -> Option<AbsorptionCoefficient> {
    let rule = &book.free_acceleration;
    let mut test = FreeAcceleration::default();
    for _ in 0..done.purges.min(rule.purges) {
        test.on_purge();
    }
    for run in &done.runs {
        test.on_run(run.run(), rule);
    }
    match test.next(rule) {
        Step::Done { mean } => Some(mean),
        Step::Purge { .. } | Step::Accelerate { .. } | Step::Unsteady => None,
    }
}

/// Do two judgements differ in what they found? By which edition they were given does not matter here.
fn differ(ours: &TestVerdict, theirs: &TestVerdict) -> bool {
    let found = |finding: &TestFinding| (finding.measured, finding.holds);
    ours.outcome != theirs.outcome || !ours.findings.iter().map(found).eq(theirs.findings.iter().map(found))
}

#[cfg(test)]
#[path = "exhaust_test_tests.rs"]
mod tests;
