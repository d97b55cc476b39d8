#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::protocol::message::{
    DeviceCheckReport, PassageReport, WireCheckPoint, WireEvidence, WireStamp, WireVerdict,
};
use plumewatch_shared::protocol::record::{DEVICE_CHECK, RecordReport};
use plumewatch_shared::protocol::seal::{CHAIN_START, Purpose, Sealed};
use plumewatch_shared::rulebook::{CaseworkRules, Rulebook};
use plumewatch_shared::sample;
use plumewatch_shared::verdict::judge;
use proptest::prelude::*;
use server_core::audit::{Action, AuditRow, Entry, Tip};

use super::*;
use crate::contents::{AUDIT, CASE, CHAIN, MANIFEST, Manifest, RECORDS, STATIONS, VERDICTS};

fn edge_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn server_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn key_hex() -> String {
    hex::encode(server_key().verifying_key().to_bytes())
}

const CASE_ID: &str = "C00112233445566778899";
const PICTURE: &[u8] = &[0xff, 0xd8, 0xff, 1, 2, 3];

/// A check, then two exceedances of one vehicle, one of them with a picture; confirmed and opened.
fn dossier() -> Dossier {
    dossier_with(true)
}

fn dossier_with(check_passed: bool) -> Dossier {
    let book = Rulebook::hj845();
    let mut prev = CHAIN_START;
    let mut records = Vec::new();
    let mut seal = |sequence: u64, report: &RecordReport, before| {
        let sealed = Sealed::new(Purpose::Record, prev, report.body(), &edge_key());
        prev = sealed.link();
        let id = format!("A140105001-{sequence:010}").parse().unwrap();
        records.push(RecordPart { id, sealed: String::from_utf8(sealed.encode()).unwrap(), before });
    };
    let mut judged = Vec::new();
    let mut passages = Vec::new();
    for (sequence, day) in [(2, "2026-10-10"), (3, "2026-11-10")] {
        let passage = sample::passage(sequence).at(&format!("{day}T02:00:00Z")).with_opacity(3_500).passage();
        let verdict = judge(&passage, &book);
        let mut report = PassageReport::new(&passage, &verdict);
        report.evidence = vec![WireEvidence {
            kind: "vehicle-front".to_owned(),
            sha256: FileHash::of(PICTURE).to_string(),
            bytes: PICTURE.len() as u32,
        }];
        if sequence == 2 {
            let reading = report.reading.as_ref().unwrap();
            let check = DeviceCheckReport {
                v: 1,
                kind: DEVICE_CHECK.to_owned(),
                id: "A140105001-0000000001".to_owned(),
                device: reading.device.clone(),
                lane: 1,
                check: reading.audit.clone().unwrap(),
                method: "span".to_owned(),
                performed: WireStamp {
                    utc_us: reading.measured.utc_us - 3_600_000_000,
                    clock: "synchronised".to_owned(),
                },
                speed_mm_s: None,
                by: None,
                points: vec![WireCheckPoint {
                    quantity: "opacity".to_owned(),
                    standard: 3_000,
                    measured: 3_010,
                    tolerance: 200,
                }],
                passed: check_passed,
                faults: vec![],
                rulebook: String::new(),
                rulebook_version: String::new(),
            };
            seal(1, &RecordReport::DeviceCheck(Box::new(check)), None);
        }
        // The judgement is of what was sealed, pictures and all.
        let (sealed_passage, _) = report.passage().unwrap();
        let verdict = WireVerdict::from(&judge(&sealed_passage, &book));
        seal(sequence, &RecordReport::Passage(Box::new(report)), None);
        judged.push(JudgedPart { record: passage.id, verdict, rulebook: book.clone() });
        passages.push(passage.id.to_string());
    }
    let at = Timestamp::from_second(1_795_000_000).unwrap();
    let mut tip = Tip { number: 41, hash: FileHash::of(b"what was done before") };
    let mut audited = |action, subject: &str| {
        let entry = Entry {
            at,
            actor: "li.fuhe".to_owned(),
            action,
            subject: subject.to_owned(),
            reason: Some("照片与读数一致".to_owned()),
            detail: String::new(),
        };
        let row = AuditRow::after(tip, entry);
        tip = row.tip();
        row
    };
    let audit = [
        audited(Action::CandidateConfirmed, &CASE_ID[1..]),
        audited(Action::CaseOpened, CASE_ID),
        audited(Action::PassageViewed, "somebody else's"),
        audited(Action::NoticeServed, CASE_ID),
    ];
    let audit = [&audit[..2], &audit[3..]].concat();
    Dossier {
        case: CaseFile {
            v: 1,
            id: CASE_ID.to_owned(),
            candidate: CASE_ID[1..].to_owned(),
            plate: "晋A12345".to_owned(),
            plate_colour: Some("yellow".to_owned()),
            item: "opacity".to_owned(),
            state: "noticed".to_owned(),
            opened_utc_us: at.as_microsecond(),
            due_day: Some("2026-11-30".to_owned()),
            passages,
            rulebook: book.id.clone(),
            rulebook_version: book.version.clone(),
            clause: book.counting.clause.clone(),
            confirmations: vec![ConfirmationFile {
                by: "li.fuhe".to_owned(),
                at_utc_us: at.as_microsecond(),
                reason: Some("照片与读数一致".to_owned()),
            }],
            steps: vec![],
        },
        explanation: vec![WordsFile {
            zh: "该车在列。".to_owned(), en: "The vehicle is listed.".to_owned()
        }],
        records,
        stations: vec![StationPart {
            id: "A140105001".to_owned(),
            name: "小店东环检查站".to_owned(),
            signing_keys: vec![edge_key().verifying_key().to_bytes()],
        }],
        judged,
        casework: CaseworkRules::shipped(),
        evidence: vec![EvidencePart { file: FileHash::of(PICTURE), bytes: PICTURE.to_vec() }],
        missing: vec![],
        audit,
        made_by: "wang.zhuguan".to_owned(),
        made: at,
    }
}

fn package() -> Vec<u8> {
    pack(&dossier(), &server_key()).unwrap()
}

#[test]
fn a_whole_package_holds_and_says_so_in_both_languages() {
    let report = verify(&package(), Some(&key_hex()));
    assert!(report.holds(), "{report}");
    assert_eq!(report.lines.len(), 8, "{report}");
    let text = report.to_string();
    for part in ["3条记录的点位签名均成立", "come out the same", "其中2次的签名记录在包内", "证据包完整有效"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(
        pack(&dossier(), &server_key()).unwrap(),
        package(),
        "the same dossier makes the same package"
    );
}

#[test]
fn the_key_is_compared_with_the_one_that_is_given() {
    let report = verify(&package(), Some(&"ab".repeat(32)));
    assert!(!report.holds());
    assert!(report.to_string().contains("not the one that was given"), "{report}");
    let report = verify(&package(), None);
    assert!(report.holds() && report.to_string().contains("--key"), "{report}");
}

/// The whole, flipped bit by bit: every byte, one bit each, and all eight bits of the first and last thousand.
#[test]
fn a_flipped_bit_anywhere_is_noticed() {
    let whole = package();
    let mut flipped = whole.clone();
    for at in 0..whole.len() {
        let edge = at < 1_000 || at + 1_000 > whole.len();
        let bits = if edge { 0..8 } else { at % 8..at % 8 + 1 };
        for bit in bits {
            flipped[at] ^= 1 << bit;
            assert!(archive::signature(&flipped).map_or(true, |signed| !signed.holds), "byte {at} bit {bit}");
            flipped[at] = whole[at];
        }
    }
}

#[test]
fn a_cut_or_grown_package_is_noticed() {
    let whole = package();
    for length in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        assert!(!verify(&whole[..length], None).holds(), "{length}");
    }
    let grown = [whole.as_slice(), b"x"].concat();
    assert!(!verify(&grown, None).holds());
}

#[test]
fn a_changed_file_is_named() {
    let mut package = package();
    let at = package.windows(PICTURE.len()).position(|part| part == PICTURE).unwrap();
    package[at + 4] ^= 1;
    let report = verify(&package, None).to_string();
    let picture = format!("evidence/{}.jpg", FileHash::of(PICTURE));
    assert!(report.contains("was changed") && report.contains(&format!("{picture} is damaged")), "{report}");
}

/// A forger with a key of his own can sign anything. What the stations and the audit signed, he cannot.
fn forged(path: &str, change: impl Fn(String) -> String) -> Report {
    let mut files = archive::read(&package()).unwrap();
    let text = String::from_utf8(files[path].clone()).unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text, "{path} must change");
    files.insert(path.to_owned(), changed.into_bytes());
    signed_anew(files)
}

/// Lists the files anew and signs them with the server's own key: only what lies inside can give the change away.
fn signed_anew(mut files: BTreeMap<String, Vec<u8>>) -> Report {
    let mut manifest: Manifest = serde_json::from_slice(&files[MANIFEST]).unwrap();
    manifest.files.retain(|file| files.contains_key(&file.path));
    for file in &mut manifest.files {
        let bytes = &files[&file.path];
        (file.bytes, file.sha256) = (bytes.len() as u64, FileHash::of(bytes).to_string());
    }
    files.insert(MANIFEST.to_owned(), serde_json::to_vec(&manifest).unwrap());
    verify(&archive::write(&files, &server_key()).unwrap(), None)
}

#[test]
fn what_is_changed_inside_is_told_even_when_the_package_is_signed_anew() {
    let record = |sequence: u8| format!("{RECORDS}A140105001-{sequence:010}.json");
    let swap = |from: &'static str, to: &'static str| move |text: String| text.replacen(from, to, 1);
    for (path, change, said) in [
        (record(2), swap("3500", "9500"), "station's seal does not hold"),
        (record(3), swap("\\\"v\\\":1", "\\\"v\\\":2"), "station's seal does not hold"),
        (STATIONS.to_owned(), swap("A140105001", "A140105002"), "station's key is missing"),
        (AUDIT.to_owned(), swap("li.fuhe", "nobody"), "audit row 42 does not hold"),
        (AUDIT.to_owned(), swap("\"number\": 43", "\"number\": 44"), "does not hold"),
        (AUDIT.to_owned(), swap("case-opened", "case-viewed"), "does not hold"),
        (VERDICTS.to_owned(), swap("\"limit\": 3000", "\"limit\": 2000"), "comes out differently"),
        (
            "rulebooks/passages-1.json".to_owned(),
            swap("\"at_most\": 3000", "\"at_most\": 4000"),
            "comes out differently",
        ),
        (CASE.to_owned(), swap("\"opacity\"", "\"no\""), "does not exceed"),
        (
            CASE.to_owned(),
            swap("A140105001-0000000003", "A140105001-0000000001"),
            "no passage of this package",
        ),
        (CASE.to_owned(), swap("C00112233445566778899", "C00112233445566778898"), "manifest and case differ"),
        (CASE.to_owned(), swap("{", "["), "cannot be read"),
    ] {
        let report = forged(&path, change);
        assert!(!report.holds(), "{path}");
        assert!(report.to_string().contains(said), "{path}: wanted {said}\n{report}");
    }
}

#[test]
fn a_record_out_of_its_chain_is_told() {
    let mut broken = dossier();
    // The third names the second as its predecessor; another stands there now.
    let other = Sealed::new(Purpose::Record, FileHash::of(b"elsewhere"), "{}".to_owned(), &edge_key());
    broken.records[2].before = Some(other.link());
    broken.records.remove(1);
    broken.case.passages.remove(0);
    let report = verify(&pack(&broken, &server_key()).unwrap(), None);
    assert!(report.to_string().contains("does not follow"), "{report}");
    let mut listed = dossier();
    listed.records.swap(0, 2);
    assert!(
        verify(&pack(&listed, &server_key()).unwrap(), None).holds(),
        "the order of listing decides nothing"
    );
    let report = forged(CHAIN, |text| text.replacen("\"link\": \"", "\"link\": \"0", 1));
    assert!(report.to_string().contains("not the one listed"), "{report}");
}

#[test]
fn a_picture_that_is_gone_changed_or_slipped_in_is_told() {
    let path = format!("evidence/{}.jpg", FileHash::of(PICTURE));
    type Files = BTreeMap<String, Vec<u8>>;
    fn with(change: impl Fn(&mut Files)) -> String {
        let mut files = archive::read(&package()).unwrap();
        change(&mut files);
        signed_anew(files).to_string()
    }
    let gone = with(|files| drop(files.remove(&path)));
    assert!(gone.contains("is missing or of another size"), "{gone}");
    let changed = with(|files| files.get_mut(&path).unwrap()[4] ^= 1);
    assert!(changed.contains("is not what its name"), "{changed}");
    let slipped = with(|files| drop(files.insert("evidence/more.jpg".to_owned(), vec![1])));
    assert!(slipped.contains("not in the manifest"), "{slipped}");
    let said = dossier();
    let mut missing = said.clone();
    missing.evidence.clear();
    let gone = |record: &RecordPart| Missing {
        record: record.id.to_string(),
        kind: "vehicle-front".to_owned(),
        sha256: FileHash::of(PICTURE).to_string(),
    };
    missing.missing = said.records[1..].iter().map(gone).collect();
    let report = verify(&pack(&missing, &server_key()).unwrap(), None);
    assert!(report.holds() && report.to_string().contains("never reached the server"), "{report}");
}

#[test]
fn a_check_that_was_not_passed_carries_no_reading() {
    let report = verify(&pack(&dossier_with(false), &server_key()).unwrap(), None);
    assert!(report.to_string().contains("was not passed, or came after it"), "{report}");
}

/// A station that was enrolled anew signs with another key; what it signed before stays proven by the old one.
#[test]
fn any_key_that_the_station_ever_had_proves_its_records() {
    let mut enrolled_again = dossier();
    let newer = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
    enrolled_again.stations[0].signing_keys.insert(0, newer);
    assert!(verify(&pack(&enrolled_again, &server_key()).unwrap(), None).holds());
    enrolled_again.stations[0].signing_keys.remove(1);
    let report = verify(&pack(&enrolled_again, &server_key()).unwrap(), None);
    assert!(report.to_string().contains("station's seal does not hold"), "{report}");
}

#[test]
fn an_envelope_with_another_record_is_told() {
    let mut swapped = dossier();
    swapped.records[1].sealed = swapped.records[2].sealed.clone();
    let report = verify(&pack(&swapped, &server_key()).unwrap(), None);
    assert!(report.to_string().contains("it holds another record"), "{report}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Nothing that is no package makes the proof panic, and nothing of it holds.
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(!verify(&bytes, None).holds());
    }

    /// A package with anything done to it anywhere is refused, without a panic.
    #[test]
    fn a_tampered_package_is_refused(at in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 1..40), cut in 0usize..40) {
        let whole = package();
        let at = at.index(whole.len());
        let end = (at + cut).min(whole.len());
        let changed = [&whole[..at], &with, &whole[end..]].concat();
        prop_assume!(changed != whole);
        prop_assert!(!verify(&changed, None).holds());
    }
}
