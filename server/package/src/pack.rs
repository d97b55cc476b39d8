//! Makes a package of everything that a case rests on.

use std::collections::BTreeMap;
use std::fmt::Write;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, PassageId};
use plumewatch_shared::protocol::message::WireVerdict;
use plumewatch_shared::protocol::seal::Sealed;
use plumewatch_shared::rulebook::{CaseworkRules, Rulebook};
use serde::Serialize;
use server_core::audit::AuditRow;

use crate::archive::{self, ArchiveError};
use crate::contents::*;

/// Everything that a case rests on.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The case.
    pub case: CaseFile,
    /// How it stands, and why, sentence by sentence.
    pub explanation: Vec<WordsFile>,
    /// The sealed records: its passages, tests of the stopped vehicle, checks of the instruments.
    pub records: Vec<RecordPart>,
    /// The stations that signed them.
    pub stations: Vec<StationPart>,
    /// The server's judgements of the passages.
    pub judged: Vec<JudgedPart>,
    /// The rules of casework that hold there.
    pub casework: CaseworkRules,
    /// Pictures and clips that are here.
    pub evidence: Vec<EvidencePart>,
    /// Those that never came.
    pub missing: Vec<Missing>,
    /// Audit rows of the candidate and the case, in order.
    pub audit: Vec<AuditRow>,
    /// Who takes it out.
    pub made_by: String,
    /// When.
    pub made: Timestamp,
}

/// A sealed record and its place in the chain.
#[derive(Clone, Debug)]
pub struct RecordPart {
    /// Station and sequence.
    pub id: PassageId,
    /// The envelope, as the station signed it.
    pub sealed: String,
    /// The link of the record before it, if that one is here.
    pub before: Option<FileHash>,
}

/// A station and the keys that it signed with.
#[derive(Clone, Debug)]
pub struct StationPart {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Ed25519, every one it was ever enrolled with.
    pub signing_keys: Vec<[u8; 32]>,
}

/// A passage's judgement with the edition it was made by.
#[derive(Clone, Debug)]
pub struct JudgedPart {
    /// Which passage.
    pub record: PassageId,
    /// The server's verdict.
    pub verdict: WireVerdict,
    /// The edition.
    pub rulebook: Rulebook,
}

/// A picture or a clip.
#[derive(Clone, Debug)]
pub struct EvidencePart {
    /// Its name.
    pub file: FileHash,
    /// It.
    pub bytes: Vec<u8>,
}

/// The package, signed with the server's key.
pub fn pack(dossier: &Dossier, key: &SigningKey) -> Result<Vec<u8>, ArchiveError> {
    let mut files = BTreeMap::new();
    let mut keep = |path: &str, bytes: Vec<u8>| {
        files.insert(path.to_owned(), bytes);
    };
    keep(README, readme(dossier).into_bytes());
    keep(CASE, json(&dossier.case));
    keep(EXPLANATION, explanation(&dossier.explanation).into_bytes());
    keep(CASEWORK, json(&dossier.casework));
    let stations: Vec<StationFile> = dossier
        .stations
        .iter()
        .map(|station| StationFile {
            id: station.id.clone(),
            name: station.name.clone(),
            signing_keys: station.signing_keys.iter().map(hex::encode).collect(),
        })
        .collect();
    keep(STATIONS, json(&stations));
    let mut chain = Vec::new();
    for record in &dossier.records {
        let link = serde_json::from_str::<Sealed>(&record.sealed).map(|sealed| sealed.link().to_string());
        chain.push(ChainFile {
            record: record.id.to_string(),
            before: record.before.map(|before| before.to_string()),
            link: link.unwrap_or_default(),
        });
        keep(&record_path(&record.id.to_string()), record.sealed.clone().into_bytes());
    }
    keep(CHAIN, json(&chain));
    let mut editions: Vec<&Rulebook> = Vec::new();
    let mut verdicts = Vec::new();
    for judged in &dossier.judged {
        let held = editions.iter().position(|known| known.reference() == judged.rulebook.reference());
        let at = held.unwrap_or_else(|| {
            editions.push(&judged.rulebook);
            editions.len() - 1
        });
        let rulebook_file = format!("rulebooks/passages-{}.json", at + 1);
        verdicts.push(VerdictFile {
            record: judged.record.to_string(),
            verdict: judged.verdict.clone(),
            rulebook_file,
        });
    }
    for (at, edition) in editions.iter().enumerate() {
        keep(&format!("rulebooks/passages-{}.json", at + 1), json(edition));
    }
    keep(VERDICTS, json(&verdicts));
    for evidence in &dossier.evidence {
        keep(&evidence_path(evidence), evidence.bytes.clone());
    }
    let audit: Vec<AuditFile> = dossier.audit.iter().map(AuditFile::from).collect();
    keep(AUDIT, json(&audit));
    let listed = |(path, bytes): (&String, &Vec<u8>)| Listed {
        path: path.clone(),
        bytes: bytes.len() as u64,
        sha256: FileHash::of(bytes).to_string(),
    };
    let manifest = Manifest {
        v: VERSION,
        case: dossier.case.id.clone(),
        made_utc_us: dossier.made.as_microsecond(),
        made_by: dossier.made_by.clone(),
        files: files.iter().map(listed).collect(),
        missing: dossier.missing.clone(),
    };
    files.insert(MANIFEST.to_owned(), json(&manifest));
    archive::write(&files, key)
}

/// Where a record lies.
pub(crate) fn record_path(id: &str) -> String {
    format!("{RECORDS}{id}.json")
}

/// Where a picture or clip lies: by its hash, with the ending that its first bytes tell.
fn evidence_path(evidence: &EvidencePart) -> String {
    let bytes = &evidence.bytes;
    let ending = if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        "jpg"
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        "png"
    } else if bytes.get(4..8) == Some(b"ftyp") {
        "mp4"
    } else {
        "bin"
    };
    format!("{EVIDENCE}{}.{ending}", evidence.file)
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("texts, numbers and lists serialise")
}

fn explanation(sentences: &[WordsFile]) -> String {
    let mut text = String::new();
    for sentence in sentences {
        writeln!(text, "{}", sentence.zh).expect("a string takes all");
    }
    text.push('\n');
    for sentence in sentences {
        writeln!(text, "{}", sentence.en).expect("a string takes all");
    }
    text
}

fn readme(dossier: &Dossier) -> String {
    let id = &dossier.case.id;
    format!(
        "路检通证据包 案件 {id}\n\
         本文件为普通zip，末尾的注释是服务器对此前每一个字节的Ed25519签名；任何改动都会被发现。\n\
         核验（不需联网）：plumewatch-server verify 本文件 --key 主管部门公布的公钥\n\
         explanation.txt  车辆为何被列入或移出，逐条说明\n\
         case.json        案件、复核人、办理经过\n\
         records/         点位签名的过车、路检、仪器检查记录\n\
         evidence/        照片与录像，以其SHA-256命名\n\
         rulebooks/       判定与办理所依据的版本\n\
         verdicts.json    服务器的判定；audit.json 操作日志；chain.json 记录链\n\
         \n\
         Plumewatch evidence package, case {id}\n\
         A plain zip; the comment at its end is the server's Ed25519 signature over every byte before it, so that any\n\
         change is noticed.\n\
         To prove it, offline: plumewatch-server verify THIS_FILE --key THE_KEY_THE_AUTHORITY_PUBLISHES\n\
         explanation.txt  why the vehicle is listed or cleared, fact by fact\n\
         case.json        the case, who confirmed, what was done\n\
         records/         passages, roadside tests and instrument checks as their stations signed them\n\
         evidence/        pictures and clips, named by their SHA-256\n\
         rulebooks/       the editions by which it was judged and handled\n\
         verdicts.json    the server's judgements; audit.json the audit; chain.json the chain of records\n"
    )
}
