//! A spreadsheet of repair records: all of it is taken, or nothing, and every row that is wrong is told.

use jiff::Timestamp;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::time::law_place;
use server_core::access::OrganisationCode;
use server_core::broken_rule::BrokenRule;
use server_core::order::table::{COLUMNS, DraftRow, read};

use super::{LoopError, RefusedRow, commit, record_within};
use crate::rulebooks::Books;
use crate::sheets::{Columns, RowRefusal, Sheet};
use crate::store::Store;

/// Records in one spreadsheet: a large shop's month. They are one transaction, which others must not wait for long.
pub const RECORDS_MAX: usize = 500;

/// What came of a spreadsheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Records taken in.
    pub records: usize,
    /// Of these, how many were here already.
    pub repeated: usize,
    /// May the watchlist have changed?
    pub watchlist: bool,
}

/// Takes every record of a spreadsheet in one transaction, or refuses them all with what is wrong, row by row.
pub async fn records(
    store: &Store,
    books: &Books,
    shop: &OrganisationCode,
    sheet: &Sheet,
    by: &str,
    now: Timestamp,
) -> Result<Applied, LoopError> {
    let header_row = sheet.rows.first().map_or(1, |row| row.number.saturating_sub(1));
    let columns = Columns::find(COLUMNS, &sheet.header).map_err(|refusal| {
        let words = refusal.sentence();
        let remedy =
            Bilingual::new("请下载模板，按其表头填写。", "Download the template and use its header.");
        let rule = BrokenRule::new(refusal.rule(), words, remedy);
        LoopError::Refused(vec![RefusedRow::new(Some(header_row), "", &rule)])
    })?;
    if sheet.rows.is_empty() || sheet.rows.len() > RECORDS_MAX {
        return Err(LoopError::Refused(vec![RefusedRow::new(None, "", &wrong_size())]));
    }
    let today = law_place().to_datetime(now).date();
    let mut refused: Vec<RefusedRow> = Vec::new();
    let mut drafts: Vec<DraftRow> = Vec::new();
    for row in &sheet.rows {
        match read(row, &columns, today) {
            Ok(draft) => drafts.push(draft),
            Err(told) => refused.extend(told.refusals.into_iter().map(RefusedRow::from)),
        }
    }
    let (mut writing, mut told) = (store.writing().await?, Vec::new());
    let mut applied = Applied { records: 0, repeated: 0, watchlist: false };
    for DraftRow { row, order, draft } in &drafts {
        // A record that a rule refuses has written nothing: the next row is looked at in the same transaction.
        match record_within(&mut writing, books, shop, order, None, draft, by, now, &mut told).await {
            Ok(followed) => {
                applied.records += 1;
                applied.repeated += usize::from(followed.repeated);
                applied.watchlist |= followed.watchlist;
            }
            Err(LoopError::Forbidden(rule)) => {
                refused.push(RefusedRow::new(
                    Some(*row),
                    column(&columns, rule.field.unwrap_or("order")),
                    &rule,
                ));
            }
            Err(LoopError::Refused(rows)) => refused.extend(rows.into_iter().map(|wrong| RefusedRow {
                row: Some(*row),
                column: column(&columns, &wrong.column),
                ..wrong
            })),
            Err(other @ (LoopError::Unknown | LoopError::Store(_))) => return Err(other),
        }
    }
    if refused.is_empty() {
        commit(writing, told).await?;
        return Ok(applied);
    }
    refused.sort_by_key(|wrong| wrong.row);
    Err(LoopError::Refused(refused))
}

/// How the table writes the column of a field.
fn column(columns: &Columns, field: &str) -> String {
    let known = COLUMNS.iter().any(|column| column.word == field);
    if known { columns.written(field) } else { field.to_owned() }
}

fn wrong_size() -> BrokenRule {
    let wrong =
        Bilingual::new("表中没有维修记录，或超过500条。", "The table has no record, or more than 500.");
    let remedy = Bilingual::new("请填写1至500条后上传。", "Upload 1 to 500 records at a time.");
    BrokenRule::new("sheet-size", wrong, remedy)
}

impl From<RowRefusal> for RefusedRow {
    fn from(refusal: RowRefusal) -> Self {
        Self {
            row: Some(refusal.row),
            column: refusal.column,
            rule: refusal.rule.to_owned(),
            zh: refusal.zh,
            en: refusal.en,
            remedy_zh: refusal.remedy_zh,
            remedy_en: refusal.remedy_en,
        }
    }
}
