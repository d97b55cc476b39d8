//! Records of repairs in a table: the columns of the template, and a row of it as a draft.

use crate::order::record::PartDraft;
use crate::order::{OrderId, RepairDraft};
use crate::sheet::{Column, Columns, Fields, Row, Told, Wrong};

/// Characters of an odometer's reading at most.
const ODOMETER_MAX: u32 = 9_999_999;

/// The columns of the template. Their words are the fields of a record, so that a broken rule finds its column.
pub const COLUMNS: &[Column] = &[
    column(
        "order",
        "维修单编号",
        "Repair order",
        true,
        "维修通知单上的编号",
        "Number on the repair notice",
        "R000102030405060708ff",
    ),
    column("diagnosis", "故障诊断", "Diagnosis", true, "检查发现的故障", "What was found", "颗粒捕集器堵塞"),
    column(
        "work",
        "维修项目",
        "Work done",
        true,
        "多项用“；”分隔",
        "Several are parted by “;”",
        "更换颗粒捕集器；清洗进气道",
    ),
    column(
        "parts",
        "更换配件",
        "Parts",
        false,
        "类别|厂家|型号|序列号，多件用“；”分隔；没有更换则留空",
        "kind|maker|type|serial number, several parted by “;”; empty if none",
        "DPF|威孚|WF-DPF-11|SN20261101",
    ),
    column("started", "开工时间", "Begun", true, "北京时间", "Beijing time", "2026-11-24 09:30"),
    column("finished", "竣工时间", "Done", true, "北京时间", "Beijing time", "2026-11-25 16:00"),
    column(
        "certificate",
        "合格证编号",
        "Certificate of completion",
        true,
        "竣工出厂合格证编号，一次维修一张",
        "One certificate for one repair",
        "晋A-2026-000123",
    ),
    column(
        "settlement",
        "结算清单编号",
        "Settlement list",
        true,
        "结算清单编号",
        "Number of the settlement list",
        "JS-2026-77",
    ),
    column("technician", "维修人员", "Technician", true, "主修人员姓名", "Who did it", "李师傅"),
    column("odometer_km", "里程表读数", "Odometer", false, "公里，整数", "Whole kilometres", "183400"),
];

const fn column(
    word: &'static str,
    zh: &'static str,
    en: &'static str,
    required: bool,
    about_zh: &'static str,
    about_en: &'static str,
    example: &'static str,
) -> Column {
    Column { word, zh, en, also: &[], required, about_zh, about_en, example }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// Its number as the person sees it.
    pub row: u32,
    /// For which order.
    pub order: OrderId,
    /// What it says.
    pub draft: RepairDraft,
}

/// Reads one row: a draft, or what is wrong with its cells. What the draft breaks as a record is found by its
/// [`check`](RepairDraft::check).
pub fn read(row: &Row, columns: &Columns, today: jiff::civil::Date) -> Result<DraftRow, Told> {
    let mut fields = Fields::of(row, columns, today);
    let order = fields.parsed("order", |text| {
        OrderId::parse(text.trim()).ok_or_else(|| {
            Wrong::new(
                "order.form",
                "维修单编号应为R加20位十六进制数字。",
                "An order's number is R and 20 hex digits.",
                "请按维修通知单原样填写，注意不要漏字。",
                "Write it as on the repair notice, whole.",
            )
        })
    });
    let mut text =
        |word: &str| fields.text(word, crate::order::record::DIAGNOSIS_MAX).given().unwrap_or_default();
    let (diagnosis, work, parts) = (text("diagnosis"), text("work"), text("parts"));
    let (certificate, settlement) = (text("certificate"), text("settlement"));
    let technician = text("technician");
    let (started, finished) = (fields.time("started").given(), fields.time("finished").given());
    let odometer_km = fields.parsed("odometer_km", |text| {
        text.parse().ok().filter(|km| *km <= ODOMETER_MAX).ok_or_else(|| {
            Wrong::new(
                "odometer.form",
                "里程表读数应为0至9999999的整数。",
                "The odometer is a whole number from 0 to 9999999.",
                "请只填数字，不带单位和逗号。",
                "Write digits alone, without unit or comma.",
            )
        })
    });
    let draft = RepairDraft {
        diagnosis,
        work: listed(&work),
        parts: listed(&parts).iter().map(|part| part_of(part)).collect(),
        started,
        finished,
        certificate,
        settlement,
        technician,
        odometer_km: odometer_km.given(),
    };
    let told = fields.finish();
    match order.given() {
        Some(order) if told.refusals.is_empty() => Ok(DraftRow { row: row.number, order, draft }),
        Some(_) | None => Err(told),
    }
}

/// What stands between separators, trimmed; empty ones are none.
fn listed(text: &str) -> Vec<String> {
    text.split([';', '；']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn part_of(text: &str) -> PartDraft {
    let mut parts = text.split(['|', '｜']).map(|part| part.trim().to_owned());
    let mut next = || parts.next().unwrap_or_default();
    PartDraft { kind: next(), maker: next(), model: next(), serial: next() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::Cell;
    use proptest::prelude::*;

    fn header() -> Vec<String> {
        COLUMNS.iter().map(|column| format!("{} {}", column.zh, column.en)).collect()
    }

    fn columns() -> Columns {
        Columns::find(COLUMNS, &header()).unwrap()
    }

    fn today() -> jiff::civil::Date {
        "2026-11-27".parse().unwrap()
    }

    fn row(change: impl FnOnce(&mut Vec<Cell>)) -> Row {
        let mut cells = COLUMNS.iter().map(|column| Cell::of_text(column.example)).collect();
        change(&mut cells);
        Row { number: 7, cells }
    }

    #[test]
    fn the_templates_own_example_is_taken() {
        let read = read(&row(|_| {}), &columns(), today()).unwrap();
        assert_eq!((read.row, read.order.as_str()), (7, "R000102030405060708ff"));
        assert_eq!(read.draft.work, ["更换颗粒捕集器", "清洗进气道"]);
        assert_eq!(
            (read.draft.parts[0].maker.as_str(), read.draft.parts[0].serial.as_str()),
            ("威孚", "SN20261101")
        );
        let now = "2026-11-27T09:00:00".parse().unwrap();
        let rules = &crate::order::programme::programme()
            .in_force(plumewatch_shared::ids::Region::COUNTRY, today())
            .rules;
        assert!(read.draft.check(now, rules).is_ok());
    }

    #[test]
    fn what_is_wrong_with_a_cell_is_told_with_its_column() {
        let wrong = |place: usize, cell: Cell| {
            let told = read(&row(|cells| cells[place] = cell), &columns(), today()).unwrap_err();
            let first = &told.refusals[0];
            (first.row, first.column.clone(), first.rule)
        };
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_eq!(wrong(0, text("R12")), (7, "维修单编号 Repair order".to_owned(), "order.form"));
        assert_eq!(wrong(4, text("昨天")).2, "time.form");
        assert_eq!(wrong(6, Cell::Empty).2, "field.missing");
        assert_eq!(wrong(6, Cell::Formula).2, "cell.formula");
        assert_eq!(wrong(9, text("十八万")).2, "odometer.form");
    }

    #[test]
    fn a_cell_that_is_a_time_is_one_and_no_parts_are_none() {
        let at = "2026-11-24T09:30:00".parse().unwrap();
        let read = read(
            &row(|cells| {
                cells[4] = Cell::Date(at);
                cells[3] = Cell::Empty;
            }),
            &columns(),
            today(),
        );
        let draft = read.unwrap().draft;
        assert_eq!((draft.started, draft.parts), (Some(at), vec![]));
    }

    proptest! {
        #[test]
        fn no_row_makes_the_reader_panic(texts in prop::collection::vec("\\PC{0,30}", 10)) {
            let cells = texts.iter().map(|text| Cell::of_text(text)).collect();
            let _ = read(&Row { number: 2, cells }, &columns(), today());
        }
    }
}
