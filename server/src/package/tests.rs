use plumewatch_shared::protocol::chunk::Chunk;
use plumewatch_shared::protocol::message::{PassageReport, WireEvidence};
use plumewatch_shared::protocol::record::RecordReport;
use plumewatch_shared::protocol::seal::CHAIN_START;
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::verdict::judge;
use server_core::review::{Decision, Reason, Review};

use super::*;
use crate::casework::{decide, happen};
use crate::counting::count;
use crate::evidence::Intake;
use crate::store::NewRecord;
use crate::store::fixture::*;

const PICTURE: &[u8] = &[0xff, 0xd8, 0xff, 4, 5, 6];
const CLIP: &[u8] = b"0000ftypisom and a clip that never came";

/// A check, two exceedances with a picture that is here and a clip that is not, a confirmed case with a notice.
async fn case_of_two_exceedances(store: &Store, evidence: &EvidenceStore) -> CaseId {
    enrol(store, STATION).await;
    let file = |kind: &str, bytes: &[u8]| WireEvidence {
        kind: kind.to_owned(),
        sha256: FileHash::of(bytes).to_string(),
        bytes: bytes.len() as u32,
    };
    let mut prev = CHAIN_START;
    let mut stored = Vec::new();
    for (sequence, day) in [(2, "2026-10-10"), (3, "2026-11-10")] {
        let passage = shot(sequence, day, 3_500).passage();
        let mut report = PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()));
        report.evidence = vec![file("vehicle-front", PICTURE), file("plume-clip", CLIP)];
        if sequence == 2 {
            let reading = report.reading.clone().unwrap();
            let mut check = check_report(1, 0);
            (check.device, check.check) = (reading.device, reading.audit.unwrap());
            check.performed.utc_us = reading.measured.utc_us - 60_000_000;
            let record = new_record(prev, RecordReport::DeviceCheck(Box::new(check)));
            prev = record.link();
            stored.push(record);
        }
        let record = new_record(prev, RecordReport::Passage(Box::new(report)));
        prev = record.link();
        stored.push(record);
    }
    insert_records(store, &stored).await;
    let passages: Vec<_> = stored.iter().filter_map(NewRecord::passage).collect();
    let mut writing = store.writing().await.unwrap();
    writing.insert_countings(&passages).await.unwrap();
    let plates = passages.iter().filter_map(|new| new.passage.plate()).cloned().collect();
    count(&mut writing, &plates, &Books::shipped(), now()).await.unwrap();
    writing.commit().await.unwrap();
    let chunk = Chunk { total: PICTURE.len() as u32, offset: 0, bytes: PICTURE }.encode();
    let mut intake = Intake::new(evidence.clone());
    intake.take(store, station(STATION), FileHash::of(PICTURE), &chunk, now()).await.unwrap();
    let candidate = store.reading().await.unwrap().waiting_candidates(china()).await.unwrap().remove(0).id;
    let reason = Reason::new("照片与读数一致").unwrap();
    let review = Review {
        candidate,
        decision: Decision::Confirm,
        by: "li".to_owned(),
        at: now(),
        reason: reason.clone(),
    };
    let books = Books::shipped();
    let case = decide(store, &books, china(), &review).await.unwrap().case.unwrap();
    happen(store, &books, china(), &case, notice(), "wang", &reason, now()).await.unwrap();
    case
}

async fn packed(store: &Store, evidence: &EvidenceStore, id: &CaseId) -> Vec<u8> {
    let (row, candidate, steps) = case_parts(&mut store.reading().await.unwrap(), id, china()).await.unwrap();
    let explanation = Explanation {
        listed: true,
        verdict: plumewatch_shared::language::Bilingual::new("在列。", "Listed."),
        facts: vec![],
    };
    let sources =
        Sources { store, evidence, books: &Books::shipped(), key: &SigningKey::from_bytes(&[9; 32]) };
    let facts = CaseFacts {
        row: &row,
        candidate: &candidate,
        steps: &steps,
        confirmations: &[],
        explanation: &explanation,
    };
    package(&sources, &facts, "wang", now()).await.unwrap()
}

/// From records as stations sealed them to a package that proves itself.
#[tokio::test]
async fn a_case_of_the_store_makes_a_package_that_holds() {
    let (store, folder) = sqlite().await;
    let evidence = EvidenceStore::open(&folder.path().join("evidence")).unwrap();
    let id = case_of_two_exceedances(&store, &evidence).await;
    let package = packed(&store, &evidence, &id).await;
    let key = hex::encode(SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes());
    let report = server_package::verify(&package, Some(&key));
    assert!(report.holds(), "{report}");
    let text = report.to_string();
    for part in ["all 3 records hold", "2 more never reached the server", "2 of these are in the package"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let elsewhere: Region = "150000".parse().unwrap();
    let unknown = case_parts(&mut store.reading().await.unwrap(), &id, elsewhere).await;
    assert!(matches!(unknown, Err(PackageError::Unknown)));
}

/// What somebody changes in the database shows in the package: the seal is the station's, not the server's.
#[tokio::test]
async fn a_record_that_was_changed_in_the_database_does_not_hold() {
    let (store, folder) = sqlite().await;
    let evidence = EvidenceStore::open(&folder.path().join("evidence")).unwrap();
    let id = case_of_two_exceedances(&store, &evidence).await;
    tamper(&store, "update passages set sealed = replace(sealed, '3500', '9500') where sequence = 2").await;
    let report = server_package::verify(&packed(&store, &evidence, &id).await, None);
    assert!(
        report.to_string().contains("A140105001-0000000002: its station's seal does not hold"),
        "{report}"
    );
}

/// The command a court's expert runs: it succeeds on the package and fails on one with a flipped bit or another key.
#[tokio::test]
async fn the_command_proves_a_package_and_fails_on_any_other() {
    use clap::Parser;
    let (store, folder) = sqlite().await;
    let evidence = EvidenceStore::open(&folder.path().join("evidence")).unwrap();
    let id = case_of_two_exceedances(&store, &evidence).await;
    let mut bytes = packed(&store, &evidence, &id).await;
    let path = folder.path().join("case.zip").to_string_lossy().into_owned();
    std::fs::write(&path, &bytes).unwrap();
    let key = hex::encode(SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes());
    let run = async |arguments: &[&str]| {
        let line = ["plumewatch-server", "verify"].iter().chain(arguments);
        crate::cli::run(crate::cli::Cli::try_parse_from(line).unwrap()).await
    };
    run(&[&path, "--key", &key]).await.unwrap();
    run(&[&path]).await.unwrap();
    assert!(run(&[&path, "--key", &"ab".repeat(32)]).await.is_err());
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    assert!(run(&[&path, "--key", &key]).await.unwrap_err().to_string().contains("does not hold"));
    assert!(run(&["/nowhere.zip"]).await.unwrap_err().to_string().contains("cannot read /nowhere.zip"));
}
