//! Judges every passage of the case anew, by the edition in the package, and compares with what the server judged.

use std::collections::BTreeMap;

use plumewatch_shared::protocol::message::WireVerdict;
use plumewatch_shared::protocol::record::RecordReport;
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::verdict::judge;

use crate::contents::{CaseFile, VerdictFile};
use crate::records::Proven;
use crate::report::{Broken, Held, Proof};

/// The case's passages are here, each judged as the server judged it, each exceeding in the case's item.
pub(crate) fn judgements(
    files: &BTreeMap<String, Vec<u8>>,
    case: &CaseFile,
    verdicts: &[VerdictFile],
    proven: &[Proven],
) -> Proof {
    if case.passages.is_empty() {
        return Err(Broken::new("案件没有任何过车记录", "the case rests on no passage"));
    }
    for id in &case.passages {
        let broken =
            |zh: &str, en: &str| Broken::new(format!("记录{id}：{zh}"), format!("record {id}: {en}"));
        let record = proven.iter().find(|record| record.id.to_string() == *id);
        let Some(RecordReport::Passage(report)) = record.map(|record| &record.report) else {
            return Err(broken("不是本包中的过车记录", "it is no passage of this package"));
        };
        let listed = verdicts.iter().find(|verdict| verdict.record == *id);
        let listed = listed.ok_or_else(|| broken("没有服务器的判定", "the server's judgement is missing"))?;
        let body = files.get(&listed.rulebook_file).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let book = body.and_then(|body| Rulebook::parse(body).ok());
        let book =
            book.ok_or_else(|| broken("缺判定所依据的版本", "the edition it was judged by is missing"))?;
        let (passage, _) = report.passage().map_err(|error| broken("内容无法识别", &error.to_string()))?;
        let anew = WireVerdict::from(&judge(&passage, &book));
        if anew != listed.verdict {
            return Err(broken(
                "按所附版本重新判定，结果与服务器的判定不同",
                "judged anew by the edition in the package it comes out differently",
            ));
        }
        if !anew.findings.iter().any(|finding| finding.item == case.item && finding.exceeds) {
            return Err(broken("该项目并未超标", "it does not exceed in the case's item"));
        }
    }
    let count = case.passages.len();
    Ok(Held::new(
        format!("{count}次超标按所附版本（{} {}）重新判定，结果相同。", case.rulebook, case.rulebook_version),
        format!(
            "All {count} exceedances, judged anew by the edition in the package ({} {}), come out the same.",
            case.rulebook, case.rulebook_version
        ),
    ))
}

/// The checks of the instruments that the readings name: which of them are here, and were passed before.
pub(crate) fn calibration(case: &CaseFile, proven: &[Proven]) -> Proof {
    let (mut named, mut here) = (0, 0);
    for id in &case.passages {
        let record = proven.iter().find(|record| record.id.to_string() == *id);
        let Some(RecordReport::Passage(report)) = record.map(|record| &record.report) else { continue };
        let Some(reading) = &report.reading else { continue };
        let Some(audit) = &reading.audit else { continue };
        named += 1;
        let check = proven.iter().find_map(|record| match &record.report {
            RecordReport::DeviceCheck(check) if check.check == *audit && check.device == reading.device => {
                Some(check)
            }
            RecordReport::DeviceCheck(_) | RecordReport::Passage(_) | RecordReport::ExhaustTest(_) => None,
        });
        let Some(check) = check else { continue };
        if !check.passed || check.performed.utc_us > reading.measured.utc_us {
            return Err(Broken::new(
                format!("记录{id}所依据的仪器检查{audit}未通过或晚于测量"),
                format!("record {id}: the instrument check {audit} was not passed, or came after it"),
            ));
        }
        here += 1;
    }
    Ok(Held::new(
        format!("{named}次读数写明所依据的仪器检查，其中{here}次的签名记录在包内，均在测量之前通过。"),
        format!(
            "{named} readings name their instrument's check; {here} of these are in the package as signed records, \
             passed before the measurement."
        ),
    ))
}
