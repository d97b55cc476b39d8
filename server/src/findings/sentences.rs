//! What each finding says, in both languages, and what it rests on.

use plumewatch_shared::language::Bilingual;
use plumewatch_shared::time::law_place;
use server_core::finding::curve::Likeness;
use server_core::finding::engine::Impossibility;
use server_core::finding::fact::{Curve, TestFact};
use server_core::finding::follow_up::ShortLived;
use server_core::finding::identity::{SharedCalibration, TwoIdentities};
use server_core::finding::pace::Crowd;
use server_core::finding::rate::{Apart, SeenAfter};
use server_core::finding::{Evidence, Figure};
use server_core::inspection::{Inspection, InspectionId, Rejudged};
use server_core::order::Order;

use super::Words;

/// Inspections that one finding names at most.
const NAMED_MAX: usize = 50;

pub(super) fn held(inspection: &Inspection, seen: &Rejudged) -> Words {
    let said: Vec<Bilingual> = seen.differences.iter().map(|difference| difference.sentence()).collect();
    let zh: String = said.iter().map(|words| words.zh.as_str()).collect();
    let en: Vec<&str> = said.iter().map(|words| words.en.as_str()).collect();
    let sentence = Bilingual::new(
        format!("平台按原始数据的判定与报告不一致，报告未签发。{zh}"),
        format!(
            "By the raw data the server finds otherwise than the report, which is held. {}",
            en.join(" ")
        ),
    );
    (sentence, Evidence::of([&inspection.id], Vec::new()))
}

pub(super) fn impossible(id: &InspectionId, found: &[Impossibility]) -> Words {
    let said: Vec<Bilingual> = found.iter().map(|one| one.sentence()).collect();
    let zh: String = said.iter().map(|words| words.zh.as_str()).collect();
    let en: Vec<&str> = said.iter().map(|words| words.en.as_str()).collect();
    (Bilingual::new(zh, en.join(" ")), Evidence::of([id], Vec::new()))
}

pub(super) fn too_short(test: &TestFact, seconds: i64, least: u32) -> Words {
    let name = test.method.name();
    let sentence = Bilingual::new(
        format!("{}仅用时{seconds}秒，程序至少需要{least}秒。", name.zh),
        format!("A {} test took {seconds} s; its procedure takes {least} s at least.", name.en),
    );
    let figures = vec![
        Figure::new("用时", "took", format!("{seconds} s")),
        Figure::new("至少", "at least", format!("{least} s")),
    ];
    (sentence, Evidence::of([&test.id], figures))
}

pub(super) fn equal_curves(id: &InspectionId, other: &Curve, likeness: Likeness) -> Words {
    let share = tenths(likeness.same_per_mille.into());
    let sentence = Bilingual::new(
        format!("两次检验的过程数据有{share}%的点相同。"),
        format!("The process data of two tests are the same at {share} % of their points."),
    );
    let figures = vec![
        Figure::new("相同的点", "points the same", format!("{share} %")),
        Figure::new("错开", "shifted by", likeness.shift),
    ];
    (sentence, Evidence::of([&other.id, id], figures))
}

pub(super) fn crowd(test: &TestFact, crowd: &Crowd<'_>, most: usize) -> (String, Words) {
    let line = test.line;
    match crowd {
        Crowd::Hour { from, tests } => {
            let hour = law_place().to_datetime(*from).strftime("%Y-%m-%d %H:%M").to_string();
            let count = tests.len();
            let sentence = Bilingual::new(
                format!("{line}号线自{hour}起一小时内完成{count}次检验，至多{most}次。"),
                format!("Line {line} did {count} tests in the hour from {hour}; {most} are possible."),
            );
            let named = tests.iter().take(NAMED_MAX).map(|test| &test.id);
            let figures =
                vec![Figure::new("一小时内", "in one hour", count), Figure::new("至多", "at most", most)];
            // One finding a line and clock hour: a test that comes later joins it.
            let key = format!("{line} {}", from.as_second() / 3_600);
            (key, (sentence, Evidence::of(named, figures)))
        }
        Crowd::Overlap { first, second } => {
            let seconds = first.ended.as_second() - second.started.as_second();
            let sentence = Bilingual::new(
                format!("{line}号线有两次检验同时进行，重叠{seconds}秒。"),
                format!("Two tests were under way at once on line {line}, for {seconds} s."),
            );
            let figures = vec![Figure::new("重叠", "overlap", format!("{seconds} s"))];
            let key = format!("{} {}", first.id.as_str(), second.id.as_str());
            (key, (sentence, Evidence::of([&first.id, &second.id], figures)))
        }
    }
}

pub(super) fn two_identities(two: &TwoIdentities<'_>) -> (String, Words) {
    match two {
        TwoIdentities::OneVinTwoPlates { vin, tests } => {
            let sentence = Bilingual::new(
                "同一车辆识别代号在短期内以两副号牌检验。",
                "One identification number was tested under two plates within days.",
            );
            (format!("vin {}", vin.as_str()), (sentence, pair(tests)))
        }
        TwoIdentities::OnePlateTwoVins { plate, tests } => {
            let sentence = Bilingual::new(
                "同一号牌在短期内以两个车辆识别代号检验。",
                "One plate was tested on two identification numbers within days.",
            );
            (format!("plate {plate}"), (sentence, pair(tests)))
        }
        TwoIdentities::ObdTellsAnother { test } => {
            let sentence = Bilingual::new(
                "OBD读出的车辆识别代号与车辆证件不一致。",
                "The engine's computer tells another identification number than the papers.",
            );
            (format!("obd {}", test.id.as_str()), (sentence, Evidence::of([&test.id], Vec::new())))
        }
    }
}

fn pair(tests: &[&TestFact; 2]) -> Evidence {
    let days = (tests[1].started.as_second() - tests[0].started.as_second()) / 86_400;
    Evidence::of([&tests[0].id, &tests[1].id], vec![Figure::new("相隔", "apart", format!("{days} d"))])
}

pub(super) fn shared_calibration(shared: &SharedCalibration<'_>) -> (String, Words) {
    let (vehicles, models) = (shared.tests.len(), shared.engine_models.len());
    let (calibration, sum) = shared.calibration;
    let sentence = Bilingual::new(
        format!("{vehicles}辆车、{models}种发动机型号读出同一标定信息（CALID {calibration}，CVN {sum}）。"),
        format!(
            "One calibration (CALID {calibration}, CVN {sum}) was read from {vehicles} vehicles of {models} engine models."
        ),
    );
    let named = shared.tests.iter().take(NAMED_MAX).map(|test| &test.id);
    let figures =
        vec![Figure::new("车辆", "vehicles", vehicles), Figure::new("发动机型号", "engine models", models)];
    (format!("{calibration} {sum}"), (sentence, Evidence::of(named, figures)))
}

pub(super) fn pass_rate(apart: Apart, tests: u64, days: u16) -> Words {
    let (own, peers) = (tenths(apart.own_per_mille), tenths(apart.peers_per_mille));
    let sigmas = tenths(apart.sigmas_tenths);
    let sentence = Bilingual::new(
        format!("近{days}日首检合格率{own}%，同行为{peers}%，相差{sigmas}个标准差。"),
        format!(
            "In {days} days {own} % of its first tests pass; its peers' {peers} %: {sigmas} deviations apart."
        ),
    );
    let figures = vec![
        Figure::new("首检", "first tests", tests),
        Figure::new("合格率", "pass rate", format!("{own} %")),
        Figure::new("同行合格率", "peers' pass rate", format!("{peers} %")),
        Figure::new("相差（标准差）", "deviations apart", sigmas),
    ];
    (sentence, Evidence { figures, ..Evidence::default() })
}

pub(super) fn passes_then_exceeds(
    after: SeenAfter,
    share: u64,
    within: u16,
    found: Vec<(String, String)>,
) -> Words {
    let SeenAfter { seen, exceeded } = after;
    let share = tenths(share);
    let sentence = Bilingual::new(
        format!("检验合格后{within}日内在路上测到的{seen}辆次中，{exceeded}辆次超标（{share}%）。"),
        format!(
            "Of {seen} passed and measured beside the road within {within} days, {exceeded} exceed ({share} %)."
        ),
    );
    let figures = vec![
        Figure::new("路上测到", "measured beside the road", seen),
        Figure::new("超标", "exceeding", exceeded),
        Figure::new("占比", "share", format!("{share} %")),
    ];
    let (inspections, passages) = found.into_iter().unzip();
    (sentence, Evidence { inspections, passages, figures, ..Evidence::default() })
}

pub(super) fn overdue(order: &Order) -> Words {
    let sentence = Bilingual::new(
        format!("维修单已于{}到期，车辆尚未复检合格。", order.due),
        format!("The order's last day was {}; the vehicle has not passed its retest.", order.due),
    );
    (sentence, Evidence::of_orders([&order.id], vec![Figure::new("到期日", "last day", order.due)]))
}

pub(super) fn fails_repeatedly(order: &Order) -> Words {
    let times = order.failures;
    let sentence = Bilingual::new(
        format!("该车已{times}次检验不合格。"),
        format!("The vehicle has failed {times} tests."),
    );
    (sentence, Evidence::of_orders([&order.id], vec![Figure::new("不合格次数", "failed tests", times)]))
}

pub(super) fn repairs_do_not_last(short: &ShortLived<'_>, days: u16) -> Words {
    let (failed, share) = (short.failed.len(), tenths(short.share_per_mille));
    let repairs = short.repairs;
    let sentence = Bilingual::new(
        format!("{repairs}次维修中有{failed}次在复检合格后{days}日内再次不合格或超标（{share}%）。"),
        format!("Of {repairs} repairs {failed} did not last {days} days from the passed retest ({share} %)."),
    );
    let named = short.failed.iter().take(NAMED_MAX).map(|repair| &repair.order);
    let figures = vec![
        Figure::new("维修", "repairs", repairs),
        Figure::new("不持久", "not lasting", failed),
        Figure::new("占比", "share", format!("{share} %")),
    ];
    (sentence, Evidence::of_orders(named, figures))
}

/// Tenths with one decimal: 995 is "99.5".
fn tenths(value: u64) -> String {
    format!("{}.{}", value / 10, value % 10)
}
