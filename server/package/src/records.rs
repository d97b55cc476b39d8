//! Proves the edges' records: their seals, their places in their stations' chains, and that their files are here.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;
use plumewatch_shared::ids::{FileHash, PassageId};
use plumewatch_shared::protocol::record::RecordReport;
use plumewatch_shared::protocol::seal::{CHAIN_START, Purpose, Sealed};

use crate::contents::{ChainFile, EVIDENCE, Missing, StationFile};
use crate::pack::record_path;
use crate::report::{Broken, Held, Proof};

/// A record whose seal holds.
pub(crate) struct Proven {
    pub(crate) id: PassageId,
    pub(crate) sealed: Sealed,
    pub(crate) report: RecordReport,
}

/// Opens every record of the chain's list with its station's key.
pub(crate) fn seals(
    files: &BTreeMap<String, Vec<u8>>,
    stations: &[StationFile],
    chain: &[ChainFile],
) -> Result<(Vec<Proven>, Held), Broken> {
    let mut proven = Vec::new();
    for place in chain {
        let broken = |zh: &str, en: &str| {
            Broken::new(format!("记录{}：{zh}", place.record), format!("record {}: {en}", place.record))
        };
        let id: PassageId = place.record.parse().map_err(|_| broken("编号无效", "its number is none"))?;
        let payload = files
            .get(&record_path(&place.record))
            .ok_or_else(|| broken("缺失", "it is not in the package"))?;
        let station = id.station.to_string();
        let keys = stations.iter().find(|known| known.id == station).map(verifying_keys).unwrap_or_default();
        if keys.is_empty() {
            return Err(broken("没有该点位的公钥", "its station's key is missing"));
        }
        let sealed = keys.iter().find_map(|key| Sealed::open(Purpose::Record, payload, key).ok());
        let sealed = sealed.ok_or_else(|| broken("点位的签名不成立", "its station's seal does not hold"))?;
        let report =
            RecordReport::read(&sealed.body).map_err(|error| broken("内容不是记录", &error.to_string()))?;
        if report.id() != place.record {
            return Err(broken("内容是另一条记录", "it holds another record"));
        }
        proven.push(Proven { id, sealed, report });
    }
    let count = proven.len();
    let held = Held::new(
        format!("{count}条记录的点位签名均成立。"),
        format!("The stations' seals of all {count} records hold."),
    );
    Ok((proven, held))
}

fn verifying_keys(station: &StationFile) -> Vec<VerifyingKey> {
    let read = |text: &String| {
        let mut key = [0; 32];
        hex::decode_to_slice(text, &mut key).ok()?;
        VerifyingKey::from_bytes(&key).ok()
    };
    station.signing_keys.iter().filter_map(read).collect()
}

/// Each record follows the one that the server keeps before it, and where two neighbours are here, the very one.
pub(crate) fn chains(proven: &[Proven], chain: &[ChainFile]) -> Proof {
    let mut unknown = 0;
    for (record, place) in proven.iter().zip(chain) {
        let broken = |zh: &str, en: &str| {
            Err(Broken::new(format!("记录{}：{zh}", place.record), format!("record {}: {en}", place.record)))
        };
        if place.link != record.sealed.link().to_string() {
            return broken("链值不符", "its link is not the one listed");
        }
        let neighbour = proven.iter().find(|other| {
            other.id.station == record.id.station && other.id.sequence + 1 == record.id.sequence
        });
        let before = match (neighbour, &place.before) {
            (Some(neighbour), _) => Some(neighbour.sealed.link().to_string()),
            (None, _) if record.id.sequence == 1 => Some(CHAIN_START.to_string()),
            (None, before) => before.clone(),
        };
        match before {
            Some(before) if before == record.sealed.prev => {}
            Some(_) => return broken("与前一条记录不衔接", "it does not follow the record before it"),
            None => unknown += 1,
        }
    }
    let (zh, en) = if unknown == 0 {
        (String::new(), String::new())
    } else {
        (
            format!("（其中{unknown}条的前一条记录未到服务器，无从比对）"),
            format!(
                " ({unknown} of them follow a record that never reached the server and cannot be compared)"
            ),
        )
    };
    Ok(Held::new(format!("记录链衔接{zh}。"), format!("The records stand in their stations' chains{en}.")))
}

/// Every file that a record announced is here under its hash, or said to be missing.
pub(crate) fn evidence(files: &BTreeMap<String, Vec<u8>>, proven: &[Proven], missing: &[Missing]) -> Proof {
    let mut by_hash = BTreeMap::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with(EVIDENCE)) {
        let hash = FileHash::of(bytes).to_string();
        let name = path[EVIDENCE.len()..].split('.').next().unwrap_or_default();
        if name != hash {
            return Err(Broken::new(
                format!("{path}的内容与其名称（SHA-256）不符"),
                format!("{path} is not what its name, its SHA-256, says"),
            ));
        }
        by_hash.insert(hash, bytes.len() as u64);
    }
    let mut here = 0;
    for record in proven {
        for file in record.report.evidence() {
            let said_missing = missing.iter().any(|gone| gone.sha256 == file.sha256);
            match by_hash.get(&file.sha256) {
                Some(bytes) if *bytes == u64::from(file.bytes) => here += 1,
                None if said_missing => {}
                Some(_) | None => {
                    return Err(Broken::new(
                        format!("记录{}所列文件{}缺失或大小不符", record.id, file.sha256),
                        format!("{} of record {} is missing or of another size", file.sha256, record.id),
                    ));
                }
            }
        }
    }
    let (zh, en) = if missing.is_empty() {
        (String::new(), String::new())
    } else {
        let count = missing.len();
        (format!("；另有{count}个文件从未传到服务器"), format!("; {count} more never reached the server"))
    };
    Ok(Held::new(
        format!("记录所列的{here}个照片、录像文件与其SHA-256一致{zh}。"),
        format!("The {here} pictures and clips that the records name are as their SHA-256 says{en}."),
    ))
}
