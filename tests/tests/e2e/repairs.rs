//! Fifty failed vehicles and the clerk's workbook of their repairs.

use jiff::{Timestamp, ToSpan};
use plumewatch_shared::time::law_place;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

/// The workbook's first row below its header, as the program shows it.
pub(crate) const FIRST_ROW: usize = 2;

/// Which records are wrong, and how.
pub(crate) const THREE_WRONG: [(usize, Wrong); 3] =
    [(6, Wrong::NoCertificate), (23, Wrong::EndsBeforeItBegins), (41, Wrong::NoSuchOrder)];

/// How a record is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The certificate's number is missing.
    NoCertificate,
    /// The work ends before it begins.
    EndsBeforeItBegins,
    /// The order's number lacks its last digits.
    NoSuchOrder,
}

/// A vehicle that fails a free acceleration, as its station's program tells it; each number another vehicle.
pub(crate) fn failed_inspection(number: usize) -> Value {
    let ended = Timestamp::now() - 5.minutes();
    let started = ended - 4.minutes();
    let peak = 150 + (number % 40) as u32;
    let runs: Vec<Value> =
        [peak - 1, peak, peak + 1].iter().zip(0u32..).map(|(peak, at)| run(number, at, *peak)).collect();
    json!({
        "report_number": format!("JC{number:04}"), "line": 1 + number % 4,
        "vehicle": {"plate": format!("晋A7{number:04}"), "plate_colour": "yellow", "vin": format!("LZZ5ELND0C{number:07}"),
            "engine_model": "WP10.340E32", "rated_power_w": 250_000},
        "started_utc_us": started.as_microsecond(), "ended_utc_us": ended.as_microsecond(),
        "air": {"celsius_hundredths": 650, "humidity_hundredths": 4_040, "pascal": 92_100},
        "emission": {"method": "free-acceleration", "purges": 3, "idle_rpm": 700, "runs": runs},
        "inspector": "赵检", "outcome": "failed", "values": [{"item": "free_acceleration_k", "value": peak}],
        "failed": ["free_acceleration_k"],
    })
}

/// An acceleration: up in three seconds and down again, the smoke highest in the middle.
fn run(vehicle: usize, at: u32, peak: u32) -> Value {
    let curve: Vec<Value> = (0..40u32)
        .map(|point| {
            let k = if point == 20 { peak } else { peak * (20 - point.abs_diff(20).min(20)) / 25 };
            let rpm = 700 + point.min(40 - point) * 90 + (point * 37 + vehicle as u32 * 11 + at * 5) % 29;
            json!({"ms": at * 20_000 + point * 150, "k_per_m_hundredths": k, "rpm": rpm})
        })
        .collect();
    let highest = curve.iter().filter_map(|point| point["rpm"].as_u64()).max();
    json!({"k_per_m_hundredths": peak, "rpm": highest, "curve": curve})
}

/// The clerk's workbook: a record for each order, some of them wrong.
pub(crate) fn workbook(orders: &[String], wrong: &[(usize, Wrong)]) -> Vec<u8> {
    const HEADER: [&str; 10] = [
        "维修单编号",
        "故障诊断",
        "维修项目",
        "更换配件",
        "开工时间",
        "竣工时间",
        "合格证编号",
        "结算清单编号",
        "维修人员",
        "里程表读数",
    ];
    let clock = |at: Timestamp| law_place().to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let now = Timestamp::now();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0u16..).zip(HEADER) {
        sheet.write_string(0, column, name).expect("a name fits a cell");
    }
    for (at, order) in orders.iter().enumerate() {
        let how = wrong.iter().find(|(wrong, _)| *wrong == at).map(|(_, how)| *how);
        let order = if how == Some(Wrong::NoSuchOrder) { &order[..order.len() - 3] } else { order };
        let finished = if how == Some(Wrong::EndsBeforeItBegins) { now - 2.hours() } else { now };
        let certificate =
            if how == Some(Wrong::NoCertificate) { String::new() } else { format!("晋A-2026-{at:06}") };
        let cells = [
            order.to_owned(),
            "喷油器雾化不良".to_owned(),
            "更换喷油器；清洗进气道".to_owned(),
            format!("喷油器|博世|0445120|SN{at:05}"),
            clock(now),
            clock(finished),
            certificate,
            format!("JS-2026-{at:04}"),
            "李师傅".to_owned(),
            "183400".to_owned(),
        ];
        for (column, text) in (0u16..).zip(cells) {
            sheet.write_string(at as u32 + 1, column, text).expect("a text fits a cell");
        }
    }
    workbook.save_to_buffer().expect("texts make a workbook")
}
