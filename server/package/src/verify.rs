//! Proves a package, step by step, and stops at the first thing that does not hold.

use std::collections::{BTreeMap, BTreeSet};

use plumewatch_shared::ids::FileHash;
use serde::de::DeserializeOwned;

use crate::archive::ArchiveError;
use crate::contents::*;
use crate::report::{Broken, Held, Line, Proof, Report};
use crate::{archive, audit, judgement, records};

/// Proves a package offline. `expected` is the server's key as the authority publishes it, hex; without it the package's
/// own word on the key is all there is, and the report says so.
pub fn verify(package: &[u8], expected: Option<&str>) -> Report {
    let mut report = Report { lines: Vec::new() };
    if let Err(broken) = prove(package, expected, &mut report) {
        report.lines.push(Line { holds: false, zh: broken.zh, en: broken.en });
    }
    report
}

fn prove(package: &[u8], expected: Option<&str>, report: &mut Report) -> Result<(), Broken> {
    let mut holds = |proof: Proof| -> Result<(), Broken> {
        let held = proof?;
        report.lines.push(Line { holds: true, zh: held.zh, en: held.en });
        Ok(())
    };
    let signed = archive::signature(package)
        .map_err(|error| Broken::new("这不是完整的证据包", format!("this is no whole package: {error}")))?;
    if !signed.holds {
        return Err(changed(package));
    }
    holds(signer(&signed.key, expected))?;
    let files = archive::read(package)
        .map_err(|error| Broken::new("证据包无法打开", format!("the package cannot be opened: {error}")))?;
    let manifest: Manifest = read(&files, MANIFEST)?;
    holds(hashes(&files, &manifest))?;
    let case: CaseFile = read(&files, CASE)?;
    if case.id != manifest.case || case.v != VERSION || manifest.v != VERSION {
        return Err(Broken::new(
            "目录与案件不符，或版本未知",
            "manifest and case differ, or their version is unknown",
        ));
    }
    let stations: Vec<StationFile> = read(&files, STATIONS)?;
    let chain: Vec<ChainFile> = read(&files, CHAIN)?;
    let (proven, sealed) = records::seals(&files, &stations, &chain)?;
    holds(Ok(sealed))?;
    holds(records::chains(&proven, &chain))?;
    holds(records::evidence(&files, &proven, &manifest.missing))?;
    let verdicts: Vec<VerdictFile> = read(&files, VERDICTS)?;
    holds(judgement::judgements(&files, &case, &verdicts, &proven))?;
    holds(judgement::calibration(&case, &proven))?;
    let rows: Vec<AuditFile> = read(&files, AUDIT)?;
    holds(audit::rows(&rows, &case))
}

/// What to say of a package whose signature does not hold: which file is another, if it can be told.
fn changed(package: &[u8]) -> Broken {
    let told = || {
        let files = match archive::read(package) {
            Ok(files) => files,
            Err(ArchiveError::File { name, .. }) => {
                return Some(Broken::new(format!("{name}已损坏"), format!("{name} is damaged")));
            }
            Err(_) => return None,
        };
        let manifest: Manifest = read(&files, MANIFEST).ok()?;
        hashes(&files, &manifest).err()
    };
    let (zh, en) = told()
        .map_or_else(Default::default, |broken| (format!("：{}", broken.zh), format!(": {}", broken.en)));
    Broken::new(
        format!("服务器的签名不成立，证据包被改动过{zh}"),
        format!("the server's signature does not hold, the package was changed{en}"),
    )
}

fn signer(key: &str, expected: Option<&str>) -> Proof {
    match expected {
        Some(expected) if expected.trim().eq_ignore_ascii_case(key) => Ok(Held::new(
            format!("服务器的签名成立，公钥与所给的一致：{key}。"),
            format!("The server's signature holds, by the key that was given: {key}."),
        )),
        Some(_) => Err(Broken::new(
            format!("签名所用的公钥是{key}，不是所给的那一个"),
            format!("it is signed by the key {key}, which is not the one that was given"),
        )),
        None => Ok(Held::new(
            format!("签名成立，公钥{key}（请与主管部门公布的公钥核对，或用 --key 给出）。"),
            format!(
                "The signature holds, by the key {key} (compare it with the one the authority publishes, or give --key)."
            ),
        )),
    }
}

/// Exactly the files of the manifest are here, each as its hash says.
fn hashes(files: &BTreeMap<String, Vec<u8>>, manifest: &Manifest) -> Proof {
    let listed: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
    let stray = files.keys().find(|path| *path != MANIFEST && !listed.contains(path.as_str()));
    if let Some(stray) = stray {
        return Err(Broken::new(format!("{stray}不在目录中"), format!("{stray} is not in the manifest")));
    }
    for file in &manifest.files {
        let path = &file.path;
        let bytes = files
            .get(path)
            .ok_or_else(|| Broken::new(format!("缺少{path}"), format!("{path} is missing")))?;
        if FileHash::of(bytes).to_string() != file.sha256 || bytes.len() as u64 != file.bytes {
            return Err(Broken::new(
                format!("{path}与目录中的SHA-256不符"),
                format!("{path} is not what its SHA-256 in the manifest says"),
            ));
        }
    }
    let count = manifest.files.len();
    Ok(Held::new(
        format!("案件{}：{count}个文件齐全，与目录中的SHA-256一致。", manifest.case),
        format!("Case {}: all {count} files are here, as their SHA-256 in the manifest says.", manifest.case),
    ))
}

fn read<T: DeserializeOwned>(files: &BTreeMap<String, Vec<u8>>, path: &str) -> Result<T, Broken> {
    let bytes =
        files.get(path).ok_or_else(|| Broken::new(format!("缺少{path}"), format!("{path} is missing")))?;
    serde_json::from_slice(bytes).map_err(|error| {
        // The place alone: the library's words quote what is personal data.
        let (line, column) = (error.line(), error.column());
        Broken::new(
            format!("{path}无法识别（第{line}行第{column}列）"),
            format!("{path} cannot be read (line {line}, column {column})"),
        )
    })
}
