//! Judges an inspection again from its raw data, and says where the station's report differs.
//!
//! Values are made anew by the rulebook's procedure, not taken from the report, and held against the limits that are in
//! force at the station on the day. Only where everything that the written report says is what the server finds is the
//! report issued; else it is held, and a person looks at it. A held report is never issued later: the station tests
//! again.

use std::collections::BTreeSet;

use jiff::civil::Date;
use plumewatch_shared::exhaust_test::free_acceleration::{self, FreeAcceleration, Step};
use plumewatch_shared::exhaust_test::{
    TestItem, TestOutcome, TestRulebook, TestSubject, TestValue, TestVerdict, judge,
};
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::time::law_place;

use super::test::{Emission, Inspection, LugPhase, LugPoint, Obd};
use super::{InspectedItem, item};
use crate::order::Retest;
use crate::order::programme::ProgrammeRules;

/// What the server makes of an inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejudged {
    /// Its quantities, made anew.
    pub values: Vec<TestValue>,
    /// Against the limits.
    pub verdict: TestVerdict,
    /// Everything that failed.
    pub failed: BTreeSet<InspectedItem>,
    /// What it comes to.
    pub outcome: TestOutcome,
    /// Where the station's report says otherwise; empty if nowhere.
    pub differences: Vec<Difference>,
}

/// Where report and server differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// In what it comes to.
    Outcome {
        /// The station's word.
        told: TestOutcome,
        /// The server's.
        found: TestOutcome,
    },
    /// In what failed.
    Failed {
        /// Items that fail and that the report passes.
        passed_over: BTreeSet<InspectedItem>,
        /// Items that pass and that the report fails.
        failed_wrongly: BTreeSet<InspectedItem>,
    },
    /// In a quantity.
    Value {
        /// Which.
        item: TestItem,
        /// As the report has it; `None` if it leaves it out.
        told: Option<i64>,
        /// As the raw data give it; `None` if they give none.
        found: Option<i64>,
    },
    /// A raw value is not in the process data that it was read from.
    Process {
        /// Which.
        item: TestItem,
    },
}

/// May the written report go out?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportState {
    /// Station and server agree: it is issued.
    Issued,
    /// They differ: it is held.
    Held,
}

impl ReportState {
    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Held => "held",
        }
    }
}

impl Rejudged {
    /// May the written report go out?
    pub fn report(&self) -> ReportState {
        if self.differences.is_empty() { ReportState::Issued } else { ReportState::Held }
    }
}

/// Judges an inspection again by the rulebook and the programme in force at its station on its day.
pub fn rejudge(inspection: &Inspection, book: &TestRulebook, rules: &ProgrammeRules) -> Rejudged {
    let values = values(inspection, book);
    let verdict = judge(&values, &subject(inspection, book), book);
    let mut failed: BTreeSet<InspectedItem> = verdict
        .findings
        .iter()
        .filter(|finding| !finding.holds)
        .map(|finding| InspectedItem::Emission(finding.measured.item))
        .collect();
    if inspection.obd.as_ref().is_some_and(|obd| !obd_passes(obd, rules)) {
        failed.insert(InspectedItem::Obd);
    }
    if !inspection.appearance.is_empty() {
        failed.insert(InspectedItem::Appearance);
    }
    // A quantity that the raw data do not give is not judged, and so the whole is not, unless something fails.
    let complete = values.len() == inspection.emission.method().items().len();
    let outcome = match (failed.is_empty(), verdict.outcome) {
        (false, _) => TestOutcome::Failed,
        (true, TestOutcome::Passed) if complete => TestOutcome::Passed,
        (true, TestOutcome::Passed | TestOutcome::NotJudged | TestOutcome::Failed) => TestOutcome::NotJudged,
    };
    let differences = differences(inspection, &values, &failed, outcome);
    Rejudged { values, verdict, failed, outcome, differences }
}

/// The retest that an inspection is, once it is judged, for one of its order's rounds.
pub fn retest(inspection: &Inspection, seen: &Rejudged, round: u32) -> Retest {
    Retest {
        inspection: inspection.id.clone(),
        station: inspection.station.clone(),
        vehicle: inspection.vehicle.clone(),
        method: inspection.emission.method(),
        started: law_place().to_datetime(inspection.span.started),
        tested: inspection.tested(),
        failed: seen.failed.clone(),
        round,
    }
}

/// The day of an inspection, at the law's place.
pub fn day(inspection: &Inspection) -> Date {
    law_place().to_datetime(inspection.span.started).date()
}

fn subject(inspection: &Inspection, book: &TestRulebook) -> TestSubject {
    TestSubject {
        class: book.class_in_force.as_ref().map_or_else(String::new, |class| class.word.clone()),
        rated_power_w: inspection.rated_power_w,
        altitude_m: inspection.altitude_m,
    }
}

/// The quantities that the raw data give.
fn values(inspection: &Inspection, book: &TestRulebook) -> Vec<TestValue> {
    let value = |item, value: i64| TestValue { item, value };
    match &inspection.emission {
        Emission::FreeAcceleration { purges, runs, .. } => {
            let rule = &book.free_acceleration;
            let mut test = FreeAcceleration::default();
            (0..(*purges).min(rule.purges)).for_each(|_| test.on_purge());
            for run in runs {
                test.on_run(free_acceleration::Run { highest: run.highest }, rule);
            }
            match test.next(rule) {
                Step::Done { mean } => {
                    vec![value(TestItem::FreeAccelerationK, i64::from(mean.per_m_hundredths))]
                }
                Step::Purge { .. } | Step::Accelerate { .. } | Step::Unsteady => Vec::new(),
            }
        }
        Emission::LugDown { k100, k80, nox80_ppm, wheel_power_w, .. } => {
            let rated = inspection.rated_power_w.filter(|watts| *watts > 0).map(i64::from);
            let share = rated.map(|watts| i64::from(*wheel_power_w) * 1_000 / watts);
            [
                Some(value(TestItem::LugDownK100, i64::from(k100.per_m_hundredths))),
                Some(value(TestItem::LugDownK80, i64::from(k80.per_m_hundredths))),
                Some(value(TestItem::LugDownNox80, i64::from(*nox80_ppm))),
                share.map(|share| value(TestItem::WheelPowerShare, share)),
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        Emission::Ringelmann { levels } => levels
            .iter()
            .max()
            .map(|level| value(TestItem::Ringelmann, i64::from(level.level())))
            .into_iter()
            .collect(),
    }
}

/// Does the on-board diagnosis pass (STANDARDS.md 2.5)?
fn obd_passes(obd: &Obd, rules: &ProgrammeRules) -> bool {
    obd.communicates
        && obd.lamp_consistent
        && !obd.lamp_on
        && obd.trouble_codes.is_empty()
        && obd.lamp_km <= rules.obd_lamp_km_at_most.value
        && obd.not_ready <= rules.obd_not_ready_at_most.value
}

fn differences(
    inspection: &Inspection,
    values: &[TestValue],
    failed: &BTreeSet<InspectedItem>,
    outcome: TestOutcome,
) -> Vec<Difference> {
    let mut found = Vec::new();
    if inspection.told.outcome != outcome {
        found.push(Difference::Outcome { told: inspection.told.outcome, found: outcome });
    }
    if inspection.told.failed != *failed {
        found.push(Difference::Failed {
            passed_over: failed.difference(&inspection.told.failed).copied().collect(),
            failed_wrongly: inspection.told.failed.difference(failed).copied().collect(),
        });
    }
    for &item in inspection.emission.method().items() {
        let told = inspection.told_value(item);
        let ours = values.iter().find(|value| value.item == item).map(|value| value.value);
        if told != ours {
            found.push(Difference::Value { item, told, found: ours });
        }
    }
    found.extend(not_in_process(&inspection.emission).into_iter().map(|item| Difference::Process { item }));
    found
}

/// Raw values that the process data do not hold.
fn not_in_process(emission: &Emission) -> Vec<TestItem> {
    match emission {
        Emission::FreeAcceleration { runs, .. } => {
            let stands = |run: &super::test::Run| {
                run.curve.iter().map(|point| point.k).max() == Some(run.highest)
                    && run.curve.iter().map(|point| point.speed).max() == Some(run.highest_speed)
            };
            if runs.iter().all(stands) { Vec::new() } else { vec![TestItem::FreeAccelerationK] }
        }
        Emission::LugDown { k100, k80, nox80_ppm, wheel_power_w, process } => {
            let within = |phase: LugPhase, read: fn(&LugPoint) -> i64, value: i64| {
                let of_phase = || process.iter().filter(|point| point.phase == phase).map(read);
                of_phase().min().is_some_and(|least| least <= value) && of_phase().max() >= Some(value)
            };
            let k = |point: &LugPoint| i64::from(point.k.per_m_hundredths);
            let highest = process.iter().map(|point| point.power_w).max();
            [
                (TestItem::LugDownK100, within(LugPhase::At100, k, k100.per_m_hundredths.into())),
                (TestItem::LugDownK80, within(LugPhase::At80, k, k80.per_m_hundredths.into())),
                (
                    TestItem::LugDownNox80,
                    within(LugPhase::At80, |point| i64::from(point.nox_ppm), (*nox80_ppm).into()),
                ),
                (TestItem::WheelPowerShare, highest == Some(*wheel_power_w)),
            ]
            .into_iter()
            .filter_map(|(item, stands)| (!stands).then_some(item))
            .collect()
        }
        Emission::Ringelmann { .. } => Vec::new(),
    }
}

impl Difference {
    /// The sentence that says so.
    pub fn sentence(&self) -> Bilingual {
        match self {
            Self::Outcome { told, found } => {
                let (told, found) = (outcome(*told), outcome(*found));
                Bilingual::new(
                    format!("机构判定为{}，平台按原始数据判定为{}。", told.zh, found.zh),
                    format!("The station says {}; by the raw data it is {}.", told.en, found.en),
                )
            }
            Self::Failed { passed_over, failed_wrongly } => {
                let (mut zh, mut en) = (String::new(), String::new());
                if !passed_over.is_empty() {
                    let names = item::names(passed_over);
                    zh.push_str(&format!("报告未列为不合格、实际不合格：{}。", names.zh));
                    en.push_str(&format!("Fails, though the report passes it: {}. ", names.en));
                }
                if !failed_wrongly.is_empty() {
                    let names = item::names(failed_wrongly);
                    zh.push_str(&format!("报告列为不合格、实际合格：{}。", names.zh));
                    en.push_str(&format!("Passes, though the report fails it: {}.", names.en));
                }
                Bilingual::new(zh, en.trim_end())
            }
            Self::Value { item, told, found } => {
                let name = item.name();
                let show =
                    |value: &Option<i64>| value.map_or_else(|| "—".to_owned(), |value| item.show(value));
                Bilingual::new(
                    format!("{}：报告为{}，原始数据为{}。", name.zh, show(told), show(found)),
                    format!("{}: {} on the report, {} by the raw data.", name.en, show(told), show(found)),
                )
            }
            Self::Process { item } => {
                let name = item.name();
                Bilingual::new(
                    format!("{}：与过程数据不符。", name.zh),
                    format!("{}: the process data do not hold it.", name.en),
                )
            }
        }
    }
}

fn outcome(outcome: TestOutcome) -> Bilingual {
    match outcome {
        TestOutcome::Passed => Bilingual::new("合格", "passed"),
        TestOutcome::Failed => Bilingual::new("不合格", "failed"),
        TestOutcome::NotJudged => Bilingual::new("未判定", "not judged"),
    }
}
