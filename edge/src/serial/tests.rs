use std::{
    fs::File,
    io::{Read, Write},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use edge_core::reader::remote_sensing::{acknowledgement, encode_measurement};
use plumewatch_shared::{ids::LaneNo, reading::Reading, sample};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{LineState, head::Head};
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
        Input::Track(_) => panic!("a head sees no vehicles"),
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
