//! Proves the audit rows: each row's own hash, and that rows that follow one another do.

use server_core::audit::{Action, AuditRow, Tip, verify};

use crate::contents::{AuditFile, CaseFile};
use crate::report::{Broken, Held, Proof};

/// Every row is what its hash says, neighbours chain, and the case's opening and confirmation are among them.
pub(crate) fn rows(listed: &[AuditFile], case: &CaseFile) -> Proof {
    let rows: Option<Vec<AuditRow>> = listed.iter().map(AuditFile::row).collect();
    let rows =
        rows.ok_or_else(|| Broken::new("操作日志无法识别", "a row of the audit says what no row can"))?;
    let mut before: Option<&AuditRow> = None;
    for row in &rows {
        let tip = match before {
            // Rows of other cases lie between: what follows another row is proven by its own hash.
            Some(last) if last.number + 1 == row.number => last.tip(),
            Some(last) if last.number >= row.number => return Err(broken(row.number)),
            Some(_) | None => {
                Tip { number: row.number.checked_sub(1).ok_or_else(|| broken(row.number))?, hash: row.prev }
            }
        };
        verify(tip, [row]).map_err(|_| broken(row.number))?;
        before = Some(row);
    }
    let told = |action: Action, subject: &str| {
        rows.iter().any(|row| row.entry.action == action && row.entry.subject == subject)
    };
    if !told(Action::CaseOpened, &case.id) || !told(Action::CandidateConfirmed, &case.candidate) {
        return Err(Broken::new(
            "操作日志缺少复核确认或立案",
            "the audit lacks the confirmation or the opening of the case",
        ));
    }
    let count = rows.len();
    Ok(Held::new(
        format!("{count}条操作日志的哈希均成立。"),
        format!("The hashes of all {count} audit rows hold."),
    ))
}

fn broken(number: u64) -> Broken {
    Broken::new(
        format!("操作日志第{number}条的哈希不成立"),
        format!("the hash of audit row {number} does not hold"),
    )
}
