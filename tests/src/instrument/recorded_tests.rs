//! Real passages (../shared/data/emissions) through a simulated head, a serial line and the unit's own reader, both ways a
//! head may report: as results, and as samples of its beams.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use edge_core::plume::motion::MotionCriteria;
use edge_core::reader::HeadProtocol;
use plumewatch_edge::clock::Clock;
use plumewatch_edge::config::ClockConfig;
use plumewatch_edge::lane::Input;
use plumewatch_edge::serial::{LineState, head::Head as HeadReader};
use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::plume::PlumeRatios;
use plumewatch_shared::reading::{Condition, Reading, ReadingOrigin, Validity, WeatherReading};
use plumewatch_shared::rulebook::{AuditStanding, Circumstances, Rulebook};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Exhaust, Head, HeadSends, fair_weather};
use crate::road::{Recorded, recorded};

/// Passages replayed each way, evenly from the whole record.
const REPLAYED: usize = 200;
/// Longer than the line needs on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

fn exhaust(one: &Recorded) -> Exhaust {
    Exhaust {
        gases: Some(one.plume().gases()),
        opacity: None,
        speed: one.speed,
        acceleration: one.acceleration,
        slope: one.slope,
        plume_ppm_m_hundredths: 60_000,
    }
}

/// What the unit's reader makes of these passages, in their order.
async fn replayed(sends: HeadSends, passages: &[Recorded]) -> Vec<Reading> {
    let folder = tempfile::tempdir().unwrap();
    let lane = LaneNo::new(1).unwrap();
    let head = Head::start_sending(sends, folder.path(), lane, 1).unwrap();
    let made: Vec<ReadingOrigin> =
        passages.iter().map(|one| head.measure_exhaust(&exhaust(one), Instant::now())).collect();
    let (inputs_tx, mut inputs) = mpsc::channel(16);
    let (origins, acknowledge) = mpsc::channel(16);
    let reader = HeadReader {
        part: "head-1".to_owned(),
        path: folder.path().join("head-1"),
        baud: 115_200,
        driver: HeadProtocol::Pwrs1.driver(lane),
        inputs: inputs_tx,
        acknowledge,
        state: Arc::new(LineState::default()),
        clock: Clock::new(ClockConfig::Trusted),
    };
    let stop = CancellationToken::new();
    let task = tokio::spawn(reader.run(stop.clone()));
    let mut found: Vec<Option<Reading>> = vec![None; passages.len()];
    while found.iter().any(Option::is_none) {
        let input = tokio::time::timeout(PATIENCE, inputs.recv()).await.unwrap().unwrap();
        match input {
            Input::Reading(reading) => {
                origins.send(reading.origin.clone()).await.unwrap();
                let at = made.iter().position(|origin| *origin == reading.origin).unwrap();
                found[at] = Some(*reading);
            }
            // A head is checked when it is switched on.
            Input::Check(check) => origins.send(check.origin.clone()).await.unwrap(),
            Input::Track(_) | Input::Clip => panic!("a head sees no vehicles"),
        }
    }
    stop.cancel();
    task.await.unwrap();
    found.into_iter().flatten().collect()
}

/// The conditions that keep it from counting.
fn barred(reading: &Reading) -> Vec<Condition> {
    let weather = WeatherReading { measured: reading.measured, ..fair_weather() };
    let audit = AuditStanding::Unseen;
    let around = Circumstances { reading, weather: Some(&weather), headway: None, audit };
    match Rulebook::hj845().validity(around) {
        Validity::Valid => Vec::new(),
        Validity::Invalid(reasons) => reasons.into_iter().map(|reason| reason.condition).collect(),
    }
}

/// May the barriers of a head that sends samples be believed for this passage?
fn moves(one: &Recorded) -> bool {
    one.speed.zip(one.acceleration).is_some_and(|(speed, a)| MotionCriteria::denver().hold(speed, a))
}

#[tokio::test(flavor = "multi_thread")]
async fn real_passages_come_through_the_line_as_results_and_as_samples() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/emissions/conox.csv.gz");
    if !path.is_file() {
        println!("SKIPPED: real passages: {} is not here", path.display());
        return;
    }
    let all = recorded(&path).unwrap();
    let passages: Vec<Recorded> = all.iter().step_by(all.len() / REPLAYED).take(REPLAYED).copied().collect();
    let results = replayed(HeadSends::Results, &passages).await;
    let samples = replayed(HeadSends::Samples, &passages).await;
    let (mut valid, mut near) = (0, 0);
    for ((one, result), sample) in passages.iter().zip(&results).zip(&samples) {
        let wanted = one.plume();
        assert_eq!(result.gases, Some(wanted.gases()), "results come unchanged");
        let gases = sample.gases.expect("the plume is strong");
        let found = PlumeRatios::of(&gases);
        // Samples are whole hundredths of ppm·m; thirty of them tell a ratio to a few millionths.
        let pairs = [(found.co, wanted.co), (found.hc, wanted.hc), (found.no, wanted.no)];
        near += usize::from(pairs.iter().all(|(a, b)| (a.millionths - b.millionths).abs() <= 10));
        assert_eq!(gases, found.gases(), "ppm follow from the ratios");
        if moves(one) {
            assert_eq!(barred(sample), barred(result), "one gate for both");
        } else {
            assert!(barred(sample).contains(&Condition::Speed), "{one:?}");
        }
        valid += usize::from(barred(result).is_empty());
    }
    println!("{} real passages each way: {near} ratios within 10 millionths, {valid} valid", passages.len());
    assert!(near * 100 >= passages.len() * 98, "{near}");
    assert!(valid > 0 && valid < passages.len());
}
