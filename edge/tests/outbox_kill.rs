//! A process that appends is killed at random moments: nothing that it had announced is missing.

#![allow(clippy::unwrap_used, reason = "a test; the lint spares only unit tests")]

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use ed25519_dalek::SigningKey;
use plumewatch_edge::outbox::{NewRecord, Outbox, rebuild};
use plumewatch_shared::{
    protocol::{
        message::PassageReport,
        seal::{Purpose, Sealed},
    },
    rulebook::Rulebook,
    sample,
    verdict::judge,
};

/// Tells the child where to append; without it the child's test is empty.
const FOLDER: &str = "PLUMEWATCH_TEST_OUTBOX";

fn append_one(opened: &mut rebuild::Opened) -> u64 {
    let head = opened.outbox.head();
    let passage = sample::passage(head.sequence + 1).passage();
    let report = PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()));
    let body = serde_json::to_string(&report).unwrap();
    let sealed = Sealed::new(Purpose::Record, head.link, body, &SigningKey::from_bytes(&[7; 32]));
    let record = NewRecord {
        sequence: head.sequence + 1,
        payload: sealed.encode(),
        link: sealed.link(),
        origin: passage.reading.map(|reading| reading.origin),
        files: passage.evidence,
        class: edge_core::retention::Class::Remarkable,
    };
    opened.mark.cover(record.sequence).unwrap();
    opened.sidecars.write(&record).unwrap();
    opened.outbox.append(&record).unwrap();
    record.sequence
}

/// Run by the test below in a process of its own: appends and announces until it is killed.
#[test]
fn child_that_appends() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let mut opened = rebuild::open(&folder).unwrap();
    let mut out = std::io::stdout().lock();
    loop {
        writeln!(out, "announced {}", append_one(&mut opened)).unwrap();
        out.flush().unwrap();
    }
}

/// The last sequence that a child announced; it is killed after so many.
fn run_and_kill(folder: &Path, after: usize) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_appends", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The test harness writes its own words before the child's on the same line.
    let announced =
        |line: String| line.split_once("announced ").and_then(|(_, number)| number.parse::<u64>().ok());
    let mut last = 0;
    let mut seen = 0;
    for sequence in lines.map_while(Result::ok).filter_map(announced) {
        (last, seen) = (sequence, seen + 1);
        if seen == after {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    last
}

#[test]
fn nothing_announced_is_missing_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    for after in [1, 7, 40, 3] {
        let announced = run_and_kill(folder.path(), after);
        let opened = rebuild::open(folder.path()).unwrap();
        assert!(opened.moved_aside.is_none());
        let sequences = opened.outbox.sequences().unwrap();
        let wanted: Vec<u64> = (1..=opened.outbox.head().sequence).collect();
        assert_eq!(sequences, wanted, "no gap and none twice");
        assert!(opened.outbox.head().sequence >= announced, "{announced} was announced");
    }
}
