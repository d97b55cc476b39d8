//! A sample of each paper, with nobody's data: for a region that tries its templates, and for tests.

use jiff::civil::{Date, date};

use super::closing_letter::ClosingLetter;
use super::inspection_report::{InspectionReport, Series};
use super::listing_decision::{ExceedingVehicle, Kind, ListingDecision, Share, Term};
use super::notice::{Notice, Service};
use super::repair_order::RepairOrder;
use crate::{Bilingual, Day, DocumentError, Head, Measured, Observation, Organisation, Press, Vehicle};

/// Every paper of the samples, by the name of its template.
pub fn pdfs(press: &Press) -> Result<Vec<(&'static str, Vec<u8>)>, DocumentError> {
    Ok(vec![
        ("notice", press.pdf(&notice())?),
        ("repair-order", press.pdf(&repair_order())?),
        ("inspection-report", press.pdf(&inspection_report())?),
        ("listing-decision", press.pdf(&listing_decision())?),
        ("closing-letter", press.pdf(&closing_letter())?),
    ])
}

fn both(zh: &str, en: &str) -> Bilingual {
    Bilingual::new(zh, en)
}

fn head(number: &str, record: &str, day: Date) -> Head {
    Head {
        issuer: both("样例市生态环境局", "Ecology and Environment Bureau of Sample City"),
        address: Some("样例市迎泽大街1号".to_owned()),
        phone: Some("0000-0000000".to_owned()),
        number: number.to_owned(),
        record: record.to_owned(),
        issued: Day(day),
    }
}

fn vehicle() -> Vehicle {
    Vehicle {
        plate: "晋A00000".to_owned(),
        plate_colour: Some(both("黄牌", "yellow")),
        vin: Some("LSAMPLE0000000000".to_owned()),
        class: Some(both("重型货车", "heavy truck")),
        fuel: Some(both("柴油", "diesel")),
        stage: Some(both("国五", "China V")),
        first_registered: Some(Day(date(2019, 5, 20))),
        owner: Some("样例运输有限公司".to_owned()),
        carrier: Some("样例运输有限公司".to_owned()),
    }
}

fn station() -> Organisation {
    Organisation {
        name: "样例机动车检验站".to_owned(),
        code: "I-000000-01".to_owned(),
        address: Some("样例市建设路2号".to_owned()),
        phone: Some("0000-0000002".to_owned()),
    }
}

fn shop() -> Organisation {
    Organisation {
        name: "样例汽车维修厂".to_owned(),
        code: "M-000000-01".to_owned(),
        address: None,
        phone: None,
    }
}

fn basis() -> Vec<Bilingual> {
    vec![both("样例依据，第一条", "Sample rule, clause 1")]
}

/// A notice, served.
pub fn notice() -> Notice {
    let observation = |at: &str, record: &str, measured: &str| Observation {
        at: at.to_owned(),
        place: "样例监测点 1车道".to_owned(),
        item: both("不透光度", "opacity"),
        measured: measured.to_owned(),
        limit: "30.00 %".to_owned(),
        edition: "sample-edition".to_owned(),
        record: record.to_owned(),
    };
    Notice {
        head: head("C00000000000000000000-N", "C00000000000000000000", date(2026, 1, 5)),
        addressee: "样例运输有限公司".to_owned(),
        address: Some("样例市解放路3号".to_owned()),
        vehicle: vehicle(),
        item: both("不透光度", "opacity"),
        observations: vec![
            observation("2025-12-20 10:00:00", "A000000001-0000000001", "43.20 %"),
            observation("2026-01-02 15:30:12", "A000000001-0000000042", "38.05 %"),
        ],
        confirmations: vec!["样例复核人：图像清晰，黑烟可见。".to_owned()],
        basis: basis(),
        answer_within: both("5个工作日", "5 working days"),
        answer_by: Some(Day(date(2026, 1, 13))),
        repair_within: both("15个工作日", "15 working days"),
        service: Some(Service { way: both("邮寄", "by letter"), on: Day(date(2026, 1, 6)) }),
    }
}

/// A repair order after one failed retest, taken by a shop.
pub fn repair_order() -> RepairOrder {
    RepairOrder {
        head: head("R00000000000000000000", "R00000000000000000000", date(2026, 1, 6)),
        vehicle: vehicle(),
        origin: both("案件 C00000000000000000000", "case C00000000000000000000"),
        method: both("自由加速法", "free acceleration"),
        failed: vec![Measured {
            item: both("光吸收系数", "absorption coefficient"),
            measured: "1.58 m⁻¹".to_owned(),
            limit: "1.20 m⁻¹".to_owned(),
            passed: false,
        }],
        station: station(),
        due: Day(date(2026, 1, 20)),
        failures: 1,
        shop: Some(shop()),
        certificate: Some("样例证第0001号".to_owned()),
        basis: basis(),
    }
}

/// A report of a retest that was passed.
pub fn inspection_report() -> InspectionReport {
    let value = |name: &str, en: &str, measured: &str, limit: &str| Measured {
        item: both(name, en),
        measured: measured.to_owned(),
        limit: limit.to_owned(),
        passed: true,
    };
    InspectionReport {
        head: head("000000202601150001", "N00000000000000000000", date(2026, 1, 15)),
        station: station(),
        vehicle: vehicle(),
        method: both("自由加速法", "free acceleration"),
        occasion: both("复检，维修告知书 R00000000000000000000", "retest of order R00000000000000000000"),
        began: "2026-01-15 09:00:00".to_owned(),
        ended: "2026-01-15 09:06:40".to_owned(),
        instruments: vec!["不透光烟度计 SAMPLE-1 opacimeter".to_owned()],
        conditions: vec![both("气温 3.0 ℃", "air 3.0 °C"), both("气压 92.0 kPa", "pressure 92.0 kPa")],
        items: vec![
            value("光吸收系数", "absorption coefficient", "0.62 m⁻¹", "1.20 m⁻¹"),
            value("外观检验", "look at the outside", "合格 pass", ""),
        ],
        series: vec![Series {
            name: both("三次最大光吸收系数，m⁻¹", "maxima of three accelerations, 1/m"),
            values: ["0.61", "0.63", "0.62"].map(str::to_owned).to_vec(),
        }],
        passed: true,
        edition: "sample-edition".to_owned(),
        inspector: Some("样例检验员".to_owned()),
        approver: None,
        remarks: vec![both("本车凭维修记录复检。", "Retested with the repair's record.")],
    }
}

/// A decision to list a carrier.
pub fn listing_decision() -> ListingDecision {
    let exceeding = |number: u32| ExceedingVehicle {
        plate: format!("晋A0000{number}"),
        plate_colour: Some(both("黄牌", "yellow")),
        days: vec![Day(date(2025, 12, 20)), Day(date(2026, 1, 2))],
        cases: vec![format!("C0000000000000000000{number}")],
    };
    ListingDecision {
        head: head("L00000000000000000000", "L00000000000000000000", date(2026, 2, 2)),
        kind: Kind::Listed,
        carrier: "样例运输有限公司".to_owned(),
        code: "SAMPLE-CARRIER".to_owned(),
        share: Share {
            exceeding: 2,
            fleet: 20,
            percent: "10.0 %".to_owned(),
            limit: "10 %".to_owned(),
            from: Day(date(2025, 2, 3)),
            until: Day(date(2026, 2, 2)),
            fleet_on: Day(date(2026, 2, 2)),
            edition: "sample-edition".to_owned(),
        },
        vehicles: vec![exceeding(1), exceeding(2)],
        reason: "两辆车经确认超标，占比达到列入标准；企业未提出异议。".to_owned(),
        term: Some(Term { from: Day(date(2026, 2, 2)), until: Day(date(2027, 2, 1)) }),
        answer: Some("我单位接受处理，已安排维修。".to_owned()),
        basis: basis(),
        decided_by: "样例负责人".to_owned(),
    }
}

/// A letter that a case was closed by a passed retest.
pub fn closing_letter() -> ClosingLetter {
    ClosingLetter {
        head: head("C00000000000000000000-E", "C00000000000000000000", date(2026, 1, 15)),
        addressee: "样例运输有限公司".to_owned(),
        vehicle: vehicle(),
        opened: Day(date(2026, 1, 5)),
        ended: Day(date(2026, 1, 15)),
        outcome: both("复检合格", "the retest was passed"),
        exceedances_stand: true,
        shop: Some(shop()),
        certificate: Some("样例合格证0001".to_owned()),
        station: Some(station()),
        report: Some("000000202601150001".to_owned()),
        course: vec![
            both("2026年1月6日送达通知书。", "The notice was served on 6 January 2026."),
            both("2026年1月12日维修竣工。", "The repair was finished on 12 January 2026."),
        ],
        reason: String::new(),
        basis: basis(),
    }
}
