//! How the desk stands, for pages: data and words of enums; sentences in both languages.

use edge_core::roadside_test::{LedTest, MeterCondition, MeterTrouble, Rejection, Step, engine::EngineState};
use plumewatch_shared::{
    exhaust_test::{Bound, TestItem, TestRulebook, form::CurvePoint, judge},
    language::Bilingual,
    protocol::message::{WireRun, WireTestVerdict, WireTestedVehicle},
};
use serde::Serialize;

use super::{Desk, Method, Now, Running};

/// Everything a page needs to draw the desk.
#[derive(Clone, Debug, Serialize)]
pub struct DeskView {
    /// The meter; `None` if none is configured.
    pub meter: Option<MeterView>,
    /// The limit classes that can be chosen.
    pub classes: Vec<ClassView>,
    /// The test that is being led.
    pub test: Option<TestView>,
    /// When the test began that a restart cut off, microseconds since 1970.
    pub cut_off: Option<i64>,
    /// Signed tests, newest first.
    pub signed: Vec<SignedView>,
}

/// The meter.
#[derive(Clone, Debug, Serialize)]
pub struct MeterView {
    /// Word of its driver.
    pub driver: &'static str,
    /// Its serial number.
    pub device: String,
    /// `measuring`, `calibrating`, `unplugged`, `silent`, `warming-up` or `fault`.
    pub condition: &'static str,
}

/// A limit class.
#[derive(Clone, Debug, Serialize)]
pub struct ClassView {
    /// Its word.
    pub word: String,
    /// Its name.
    pub name: Bilingual,
    /// Its standard.
    pub rulebook: String,
    /// Do its limits depend on the rated power?
    pub by_power: bool,
}

/// The test that is being led.
#[derive(Clone, Debug, Serialize)]
pub struct TestView {
    /// Its number: when it began, microseconds since 1970.
    pub number: i64,
    /// `free-acceleration`, `by-eye` or `samples`.
    pub method: &'static str,
    /// The passage it follows.
    pub passage: Option<String>,
    /// What is tested.
    pub vehicle: WireTestedVehicle,
    /// What is to be done now; `None` where only signing is left to do.
    pub step: Option<StepView>,
    /// Why the last attempt at a step did not count.
    pub rejection: Option<RejectionView>,
    /// How often the pipe was blown out.
    pub purges: u32,
    /// The accelerations that count.
    pub runs: Vec<WireRun>,
    /// The limit that holds for this vehicle.
    pub limit: Option<LimitView>,
    /// What it comes to, once there is a result.
    pub verdict: Option<WireTestVerdict>,
    /// Why.
    pub reasons: Vec<Bilingual>,
    /// Is it being written?
    pub signing: bool,
}

/// A step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StepView {
    /// `meter-unplugged`, `meter-silent`, `meter-warming-up`, `meter-fault`, `set-zero`, `zeroing`, `insert-probe`,
    /// `purge`, `accelerate`, `done` or `unsteady`.
    pub kind: &'static str,
    /// Which, from 1.
    pub number: Option<u32>,
    /// Of how many.
    pub of: Option<u32>,
    /// `settling`, `idle`, `accelerating` or `returning`.
    pub engine: Option<&'static str>,
    /// The result, hundredths of 1/m.
    pub mean: Option<u16>,
}

/// Why an attempt did not count.
#[derive(Clone, Debug, Serialize)]
pub struct RejectionView {
    /// `zero-refused`, `zero-not-reached`, `below-cut-off`, `slow`, `too-long` or `interrupted`.
    pub kind: &'static str,
    /// What was reached, revolutions per minute.
    pub reached: Option<u16>,
    /// What had to be reached.
    pub cut_off: Option<u16>,
}

/// A limit.
#[derive(Clone, Debug, Serialize)]
pub struct LimitView {
    /// The highest that passes, in the item's unit.
    pub at_most: i64,
    /// Where it stands.
    pub clause: String,
    /// The standard.
    pub rulebook: String,
    /// Its edition.
    pub rulebook_version: String,
}

/// A signed test in one line.
#[derive(Clone, Debug, Serialize)]
pub struct SignedView {
    /// Its record.
    pub id: String,
    /// When it was signed, microseconds since 1970.
    pub ended: i64,
    /// Plate or identification number.
    pub vehicle: WireTestedVehicle,
    /// Word of the outcome; `None` where samples alone were taken.
    pub outcome: Option<String>,
}

impl Desk {
    /// How it stands now.
    pub fn view(&self) -> DeskView {
        let now = self.now();
        let meter = self.shared.parts.meter.as_ref().map(|meter| MeterView {
            driver: meter.protocol.word(),
            device: meter.device.to_string(),
            condition: condition(now.meter),
        });
        let classes = self.books().iter().flat_map(|book| classes(book)).collect();
        let signed = now.signed.iter().map(|signed| SignedView {
            id: signed.report.id.clone(),
            ended: signed.report.ended.utc_us,
            vehicle: signed.report.vehicle.clone(),
            outcome: signed.report.verdict.as_ref().map(|verdict| verdict.outcome.clone()),
        });
        DeskView {
            meter,
            classes,
            test: now.test.as_ref().map(|running| self.test_view(running, now.signing)),
            cut_off: now.cut_off.map(|stamp| stamp.micros()),
            signed: signed.collect(),
        }
    }

    fn test_view(&self, running: &Running, signing: bool) -> TestView {
        let book = &running.book;
        let subject = running.vehicle.subject();
        let (method, item, led) = match &running.method {
            Method::FreeAcceleration(led) => ("free-acceleration", TestItem::FreeAccelerationK, Some(led)),
            Method::ByEye => ("by-eye", TestItem::Ringelmann, None),
            Method::Samples => ("samples", TestItem::Ringelmann, None),
        };
        let limit = match book.limit(item, &subject) {
            Some((Bound::AtMost(at_most), clause)) => Some(LimitView {
                at_most,
                clause: clause.to_owned(),
                rulebook: book.id.clone(),
                rulebook_version: book.version.clone(),
            }),
            Some((Bound::AtLeast(_), _)) | None => None,
        };
        let mean = led.and_then(|led| match led.step() {
            Step::Done { mean } => Some(mean),
            _ => None,
        });
        let verdict = mean.map(|mean| {
            let value = i64::from(mean.per_m_hundredths);
            judge(&[plumewatch_shared::exhaust_test::TestValue { item, value }], &subject, book)
        });
        TestView {
            number: running.number(),
            method,
            passage: running.passage.map(|id| id.to_string()),
            vehicle: (&running.vehicle).into(),
            step: led.map(|led| step(led.step())),
            rejection: led.and_then(|led| led.rejection()).map(rejection),
            purges: led.map_or(0, |led| led.purges()),
            runs: led.map(|led| led.runs().iter().map(Into::into).collect()).unwrap_or_default(),
            limit,
            reasons: verdict.as_ref().map(|verdict| verdict.reasons()).unwrap_or_default(),
            verdict: verdict.as_ref().map(Into::into),
            signing,
        }
    }

    /// The curve of the acceleration that goes on.
    pub fn current(&self) -> Vec<CurvePoint> {
        match &self.now().test {
            Some(Running { method: Method::FreeAcceleration(led), .. }) => led.current().to_vec(),
            _ => Vec::new(),
        }
    }
}

/// Step, rejection, accelerations and purges of a test that is led.
type LedStand = (Step, Option<Rejection>, usize, u32);

/// What of it shows on a page; pages are told when this changes.
#[derive(PartialEq, Eq)]
pub(super) struct Stand {
    meter: MeterCondition,
    test: Option<(i64, Option<LedStand>)>,
    signing: bool,
    cut_off: bool,
    signed: Option<String>,
}

impl Now {
    pub(super) fn stand(&self) -> Stand {
        let led = |led: &LedTest| (led.step(), led.rejection(), led.runs().len(), led.purges());
        let test = self.test.as_ref().map(|running| {
            let led = match &running.method {
                Method::FreeAcceleration(test) => Some(led(test)),
                Method::ByEye | Method::Samples => None,
            };
            (running.number(), led)
        });
        Stand {
            meter: self.meter,
            test,
            signing: self.signing,
            cut_off: self.cut_off.is_some(),
            signed: self.signed.front().map(|signed| signed.report.id.clone()),
        }
    }
}

fn classes(book: &TestRulebook) -> Vec<ClassView> {
    let by_power = |word: &str| {
        let of = |limit: &&plumewatch_shared::exhaust_test::TestLimit| limit.class == word;
        book.limits.iter().filter(of).any(|l| l.rated_w_from.is_some() || l.rated_w_below.is_some())
    };
    let class = |class: &plumewatch_shared::exhaust_test::LimitClass| ClassView {
        word: class.word.clone(),
        name: class.name.clone(),
        rulebook: book.id.clone(),
        by_power: by_power(&class.word),
    };
    book.classes.iter().map(class).collect()
}

fn trouble(trouble: MeterTrouble) -> (&'static str, &'static str) {
    match trouble {
        MeterTrouble::Unplugged => ("unplugged", "meter-unplugged"),
        MeterTrouble::Silent => ("silent", "meter-silent"),
        MeterTrouble::WarmingUp => ("warming-up", "meter-warming-up"),
        MeterTrouble::Fault(_) => ("fault", "meter-fault"),
    }
}

fn condition(condition: MeterCondition) -> &'static str {
    match condition {
        MeterCondition::Measuring => "measuring",
        MeterCondition::Calibrating => "calibrating",
        MeterCondition::Trouble(of) => trouble(of).0,
    }
}

fn engine(state: EngineState) -> &'static str {
    match state {
        EngineState::Settling => "settling",
        EngineState::Idle => "idle",
        EngineState::Accelerating => "accelerating",
        EngineState::Returning => "returning",
    }
}

fn step(step: Step) -> StepView {
    let bare = |kind| StepView { kind, ..StepView::default() };
    let counted = |kind, number, of, state| StepView {
        kind,
        number: Some(number),
        of: Some(of),
        engine: Some(engine(state)),
        mean: None,
    };
    match step {
        Step::Meter(of) => bare(trouble(of).1),
        Step::SetZero => bare("set-zero"),
        Step::Zeroing => bare("zeroing"),
        Step::InsertProbe => bare("insert-probe"),
        Step::Purge { number, of, engine } => counted("purge", number, of, engine),
        Step::Accelerate { number, of, engine } => counted("accelerate", number, of, engine),
        Step::Done { mean } => StepView { mean: Some(mean.per_m_hundredths), ..bare("done") },
        Step::Unsteady => bare("unsteady"),
    }
}

fn rejection(rejection: Rejection) -> RejectionView {
    let bare = |kind| RejectionView { kind, reached: None, cut_off: None };
    match rejection {
        Rejection::ZeroRefused => bare("zero-refused"),
        Rejection::ZeroNotReached => bare("zero-not-reached"),
        Rejection::BelowCutOff { reached, cut_off } => {
            RejectionView { kind: "below-cut-off", reached: Some(reached.rpm), cut_off: Some(cut_off.rpm) }
        }
        Rejection::Slow => bare("slow"),
        Rejection::TooLong => bare("too-long"),
        Rejection::Interrupted => bare("interrupted"),
    }
}
