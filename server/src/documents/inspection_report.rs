//! Fills the inspection report from what a station uploaded and the server judged.

use jiff::Timestamp;
use plumewatch_shared::language::Bilingual;
use server_core::inspection::Method;
use server_documents::{Head, InspectionReport, Measured, Organisation, Series, Vehicle};

use super::repair_order::measured;
use super::words::clock;
use crate::inspections::judged::Judged;
use crate::inspections::wire::{InspectionUpload, UploadedEmission};
use crate::store::InspectionRow;

/// The report of an inspection.
pub fn inspection_report(
    head: Head,
    row: &InspectionRow,
    upload: &InspectionUpload,
    judged: &Judged,
    vehicle: Vehicle,
    station: Organisation,
) -> InspectionReport {
    let at = |us: i64| Timestamp::from_microsecond(us).map(clock).unwrap_or_default();
    let occasion = match &row.order_id {
        None => Bilingual::new("初检", "first inspection"),
        Some(order) => {
            Bilingual::new(format!("复检，维修告知书 {order}"), format!("retest of order {order}"))
        }
    };
    InspectionReport {
        head,
        station,
        vehicle,
        method: Method::from_word(&row.method)
            .map_or_else(|| Bilingual::new(&*row.method, &*row.method), Method::name),
        occasion,
        began: at(row.started_us),
        ended: at(row.ended_us),
        instruments: vec![format!("{}号检测线 line {}", row.line, row.line)],
        conditions: conditions(upload),
        items: items(row, upload, judged),
        series: series(&upload.emission),
        passed: row.outcome == "passed",
        edition: format!("{} ({})", row.rulebook, row.rulebook_version),
        inspector: Some(upload.inspector.clone()).filter(|name| !name.is_empty()),
        approver: None,
        remarks: judged.reasons.iter().map(|said| Bilingual::new(&*said.zh, &*said.en)).collect(),
    }
}

fn conditions(upload: &InspectionUpload) -> Vec<Bilingual> {
    let air = upload.air;
    let celsius = tenths(i64::from(air.celsius_hundredths) / 10);
    let humidity = tenths(i64::from(air.humidity_hundredths) / 10);
    let pressure = tenths(i64::from(air.pascal) / 100);
    let mut said = vec![
        Bilingual::new(format!("气温 {celsius} ℃"), format!("air {celsius} °C")),
        Bilingual::new(format!("相对湿度 {humidity} %"), format!("humidity {humidity} %")),
        Bilingual::new(format!("气压 {pressure} kPa"), format!("pressure {pressure} kPa")),
    ];
    said.extend(upload.altitude_m.map(|m| Bilingual::new(format!("海拔 {m} m"), format!("altitude {m} m"))));
    said
}

/// A number in tenths as people write it; the sign of what rounds to zero is kept.
fn tenths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}.{}", number.unsigned_abs() / 10, number.unsigned_abs() % 10)
}

/// Every item: the quantities against their limits, then the diagnosis and what was seen.
fn items(row: &InspectionRow, upload: &InspectionUpload, judged: &Judged) -> Vec<Measured> {
    let failed = |word: &str| row.failed.split(',').any(|item| item == word);
    let looked = |zh: &str, en: &str, found: String, word: &str| Measured {
        item: Bilingual::new(zh, en),
        measured: found,
        limit: String::new(),
        passed: !failed(word),
    };
    let mut items: Vec<Measured> = judged.findings.iter().map(measured).collect();
    if let Some(obd) = &upload.obd {
        let codes = match obd.trouble_codes.as_slice() {
            [] => "无故障码 no codes".to_owned(),
            codes => codes.join(" "),
        };
        items.push(looked("车载诊断系统（OBD）检查", "on-board diagnosis (OBD)", codes, "obd"));
    }
    let seen = match upload.appearance_failed.as_slice() {
        [] => "未见异常 nothing amiss".to_owned(),
        seen => seen.join("；"),
    };
    items.push(looked("外观检验", "appearance", seen, "appearance"));
    items
}

/// Raw values that the quantities were made of. Process data stay in the server: a report is read by people.
fn series(emission: &UploadedEmission) -> Vec<Series> {
    let one = |zh: &str, en: &str, values: Vec<String>| Series { name: Bilingual::new(zh, en), values };
    let k = |hundredths: u16| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    match emission {
        UploadedEmission::FreeAcceleration { purges, idle_rpm, runs } => vec![
            one("吹拂次数", "purges", vec![purges.to_string()]),
            one("怠速转速，r/min", "idle, 1/min", vec![idle_rpm.to_string()]),
            one(
                "各次最大光吸收系数，m⁻¹",
                "highest coefficient of each acceleration, 1/m",
                runs.iter().map(|run| k(run.k_per_m_hundredths)).collect(),
            ),
            one(
                "各次最高转速，r/min",
                "highest engine speed of each, 1/min",
                runs.iter().map(|run| run.rpm.to_string()).collect(),
            ),
        ],
        UploadedEmission::LugDown {
            k100_per_m_hundredths,
            k80_per_m_hundredths,
            nox80_ppm,
            wheel_power_w,
            ..
        } => vec![
            one("100 %点光吸收系数，m⁻¹", "k at 100 %, 1/m", vec![k(*k100_per_m_hundredths)]),
            one("80 %点光吸收系数，m⁻¹", "k at 80 %, 1/m", vec![k(*k80_per_m_hundredths)]),
            one("80 %点氮氧化物，10⁻⁶", "NOx at 80 %, 10⁻⁶", vec![nox80_ppm.to_string()]),
            one("最大轮边功率，W", "highest wheel power, W", vec![wheel_power_w.to_string()]),
        ],
        UploadedEmission::Ringelmann { levels } => {
            vec![one(
                "林格曼黑度，每秒",
                "Ringelmann level, each second",
                levels.iter().map(u8::to_string).collect(),
            )]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_written_with_their_sign() {
        assert_eq!([tenths(65), tenths(-5), tenths(-123), tenths(0)], ["6.5", "-0.5", "-12.3", "0.0"]);
    }
}
