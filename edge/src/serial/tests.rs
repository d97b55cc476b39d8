use std::{
    fs::File,
    io::{Read, Write},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use edge_core::{
    reader::{
        opacimeter::{MeterProtocol, meter_side},
        remote_sensing::{acknowledgement, encode_measurement},
    },
    roadside_test::{MeterCondition, MeterTrouble},
};
use plumewatch_shared::{
    ids::LaneNo,
    meter::{MeterSample, MeterState},
    reading::Reading,
    sample,
    units::{AbsorptionCoefficient, EngineSpeed, MeterOpacity},
};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    LineState,
    head::Head,
    opacimeter::{MeterCommand, MeterNews, Opacimeter},
};
use crate::{clock::Clock, config::ClockConfig, lane::Input};

/// Longer than anything here takes, shorter than anyone waits.
pub(super) const SOON: Duration = Duration::from_secs(20);

/// A pseudo-terminal: our end, and its path for the unit, put under `link`.
pub(super) fn plug(link: &Path) -> File {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let path = PathBuf::from(ptsname(&ours, Vec::new()).unwrap().into_string().unwrap());
    // Raw, as a serial line is: nothing echoed, nothing changed.
    let theirs = File::options().read(true).write(true).open(&path).unwrap();
    let mut settings = rustix::termios::tcgetattr(&theirs).unwrap();
    settings.make_raw();
    rustix::termios::tcsetattr(&theirs, rustix::termios::OptionalActions::Now, &settings).unwrap();
    let _ = std::fs::remove_file(link);
    symlink(&path, link).unwrap();
    File::from(ours)
}

fn reading(number: u64) -> Reading {
    sample::passage(number).passage().reading.unwrap()
}

async fn measured(inputs: &mut mpsc::Receiver<Input>) -> u32 {
    match tokio::time::timeout(SOON, inputs.recv()).await.unwrap().unwrap() {
        Input::Reading(reading) => reading.origin.sequence,
        Input::Track(_) | Input::Clip => panic!("a head sees no vehicles"),
        Input::Check(_) => panic!("this head was not checked"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_is_read_acknowledged_and_found_again_after_it_was_unplugged() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("head-1");
    let mut line = plug(&link);
    // Sent before the unit opens the port: nothing is flushed away.
    line.write_all(b"garbage\r\n").unwrap();
    line.write_all(&encode_measurement(&reading(1), 20)).unwrap();
    let (inputs_tx, mut inputs) = mpsc::channel(8);
    let (origins, acknowledge) = mpsc::channel(8);
    let state = std::sync::Arc::new(LineState::default());
    let head = Head {
        part: "head-1".to_owned(),
        path: link.clone(),
        baud: 115_200,
        driver: edge_core::reader::HeadProtocol::Pwrs1.driver(LaneNo::new(1).unwrap()),
        inputs: inputs_tx,
        acknowledge,
        state: state.clone(),
        clock: Clock::new(ClockConfig::Trusted),
    };
    let stop = CancellationToken::new();
    let task = tokio::spawn(head.run(stop.clone()));
    assert_eq!(measured(&mut inputs).await, 1);

    origins.send(reading(1).origin).await.unwrap();
    let wanted = acknowledgement(&reading(1).origin);
    let length = wanted.len();
    let answer = tokio::task::spawn_blocking(move || {
        let mut answer = vec![0; length];
        line.read_exact(&mut answer).unwrap();
        drop(line); // Unplugged.
        answer
    });
    assert_eq!(tokio::time::timeout(SOON, answer).await.unwrap().unwrap(), wanted);

    let mut line = plug(&link);
    line.write_all(&encode_measurement(&reading(2), 20)).unwrap();
    assert_eq!(measured(&mut inputs).await, 2);
    let facts = state.facts();
    assert!(facts.open && facts.lost >= 1 && facts.rejected_bytes >= 9, "{facts:?}");
    stop.cancel();
    tokio::time::timeout(SOON, task).await.unwrap().unwrap();
}

/// A meter at our end of the line: answers as NHT-1L does until the line is gone or `silent` says so.
fn meter(link: &Path, state: MeterState, silent: Arc<AtomicBool>) -> std::thread::JoinHandle<File> {
    let mut line = plug(link);
    // Held open, or our end could not be read before the unit has come.
    let theirs = File::options().read(true).write(true).open(link).unwrap();
    let coefficient = AbsorptionCoefficient { per_m_hundredths: 120 };
    let sample = MeterSample {
        opacity: MeterOpacity::of(coefficient),
        coefficient,
        engine_speed: Some(EngineSpeed { rpm: 2_850 }),
        oil: None,
    };
    std::thread::spawn(move || {
        let (mut held, mut room) = (Vec::new(), [0; 64]);
        while !silent.load(Ordering::Relaxed) {
            let Ok(count) = line.read(&mut room) else { break };
            held.extend_from_slice(&room[..count]);
            while let Some((request, length)) = meter_side::question(MeterProtocol::Nht1l, &held) {
                held.drain(..length);
                let answer = meter_side::answer(MeterProtocol::Nht1l, request, state, &sample);
                line.write_all(&answer).unwrap();
            }
        }
        drop(theirs);
        line
    })
}

async fn news_until(news: &mut mpsc::Receiver<MeterNews>, wanted: impl Fn(&MeterNews) -> bool) {
    let found = async { while !wanted(&news.recv().await.unwrap()) {} };
    tokio::time::timeout(SOON, found).await.unwrap();
}

fn is(trouble: MeterTrouble) -> impl Fn(&MeterNews) -> bool {
    move |news| *news == MeterNews::Condition(MeterCondition::Trouble(trouble))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opacimeter_is_asked_told_and_found_silent_unplugged_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("opacimeter");
    let silent = Arc::new(AtomicBool::new(false));
    let at_work = meter(&link, MeterState::Measuring, silent.clone());
    let (told, commands) = mpsc::channel(4);
    let (news_tx, mut news) = mpsc::channel(64);
    let state = Arc::new(LineState::default());
    let task = Opacimeter {
        path: link.clone(),
        baud: 9_600,
        protocol: MeterProtocol::Nht1l,
        commands,
        news: news_tx,
        state: state.clone(),
        clock: Clock::new(ClockConfig::Trusted),
    };
    let stop = CancellationToken::new();
    let task = tokio::spawn(task.run(stop.clone()));
    let measuring = |news: &MeterNews| *news == MeterNews::Condition(MeterCondition::Measuring);
    news_until(&mut news, measuring).await;
    let seen =
        |news: &MeterNews| matches!(news, MeterNews::Sample(s, _) if s.coefficient.per_m_hundredths == 120);
    news_until(&mut news, seen).await;
    silent.store(true, Ordering::Relaxed);
    news_until(&mut news, is(MeterTrouble::Silent)).await;
    drop(at_work.join().unwrap()); // Unplugged.
    news_until(&mut news, is(MeterTrouble::Unplugged)).await;

    let warming = meter(&link, MeterState::WarmingUp, Arc::default());
    news_until(&mut news, is(MeterTrouble::WarmingUp)).await;
    told.send(MeterCommand::SetZero).await.unwrap();
    news_until(&mut news, |news| *news == MeterNews::ZeroRefused).await;
    let facts = state.facts();
    assert!(facts.open && facts.warming && facts.lost >= 1, "{facts:?}");
    stop.cancel();
    tokio::time::timeout(SOON, task).await.unwrap().unwrap();
    drop(warming); // Its thread ends when the line does.
}
