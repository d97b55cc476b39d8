//! Why something cannot happen to an order: which rule, and what to do next.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use plumewatch_shared::language::Bilingual;

use super::record::shown;
use crate::broken_rule::BrokenRule;
use crate::inspection::{InspectedItem, Method, item};

/// A rule of repair and retest that forbids it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The shop holds no certificate on the day.
    NotQualified {
        /// The day.
        day: Date,
    },
    /// An authority named another shop.
    ReservedForOther,
    /// Another shop has it.
    TakenByOther,
    /// A record comes before the shop took the order.
    TakeFirst,
    /// There is a record for this repair.
    RecordExists,
    /// The work began before the vehicle was ordered to repair.
    BeganBeforeOrder {
        /// When it was ordered.
        opened: DateTime,
    },
    /// The work was done before the shop took the order.
    EndedBeforeTaking {
        /// When the shop took it.
        day: Date,
    },
    /// The retest was done at another station.
    OtherStation,
    /// The retest was of another vehicle.
    OtherVehicle,
    /// There is no record of a repair.
    RepairFirst,
    /// The retest began before the repair was done.
    RetestBeforeRepairEnd {
        /// When it was done.
        finished: DateTime,
    },
    /// The retest was done by another method.
    OtherMethod {
        /// The one that is wanted.
        wanted: Method,
    },
    /// The retest left out what failed.
    ItemsMissing {
        /// What.
        missing: BTreeSet<InspectedItem>,
    },
    /// The named station is not open.
    StationClosed,
    /// The named shop holds no certificate.
    ShopNotQualifiedToday,
    /// It is for a later round than the order has come to.
    NotYet,
    /// The order has ended.
    Ended,
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotQualified { .. } => "shop-not-qualified",
            Self::ReservedForOther => "reserved-for-other-shop",
            Self::TakenByOther => "taken-by-other-shop",
            Self::TakeFirst => "take-first",
            Self::RecordExists => "record-exists",
            Self::BeganBeforeOrder { .. } => "repair-before-order",
            Self::EndedBeforeTaking { .. } => "repair-before-taking",
            Self::OtherStation => "other-station",
            Self::OtherVehicle => "other-vehicle",
            Self::RepairFirst => "repair-first",
            Self::RetestBeforeRepairEnd { .. } => "retest-before-repair-end",
            Self::OtherMethod { .. } => "other-method",
            Self::ItemsMissing { .. } => "items-missing",
            Self::StationClosed => "station-closed",
            Self::ShopNotQualifiedToday => "named-shop-not-qualified",
            Self::NotYet => "not-yet",
            Self::Ended => "order-ended",
        }
    }

    /// The field of an upload that it is about.
    const fn field(&self) -> Option<&'static str> {
        match self {
            Self::BeganBeforeOrder { .. } | Self::RetestBeforeRepairEnd { .. } => Some("started"),
            Self::EndedBeforeTaking { .. } => Some("finished"),
            Self::OtherMethod { .. } => Some("method"),
            Self::OtherVehicle => Some("vehicle"),
            Self::StationClosed => Some("station"),
            Self::ShopNotQualifiedToday => Some("shop"),
            Self::NotQualified { .. }
            | Self::ReservedForOther
            | Self::TakenByOther
            | Self::TakeFirst
            | Self::RecordExists
            | Self::OtherStation
            | Self::RepairFirst
            | Self::ItemsMissing { .. }
            | Self::NotYet
            | Self::Ended => None,
        }
    }

    /// The rule in words, with what to do next.
    pub fn rule(&self) -> BrokenRule {
        let (wrong, remedy) = self.words();
        let rule = BrokenRule::new(self.code(), wrong, remedy);
        match self.field() {
            Some(field) => rule.of(field),
            None => rule,
        }
    }

    fn words(&self) -> (Bilingual, Bilingual) {
        let (zh, en, do_zh, do_en) = match self {
            Self::NotQualified { day } => (
                format!("本单位在{day}没有有效的维修资质，不能承接该维修单。"),
                format!("Your shop holds no certificate of qualification on {day} and cannot take this order."),
                "请车主前往具备资质的维修单位；资质如已延续，请主管部门先更新登记。".to_owned(),
                "Send the vehicle to a qualified shop; if your certificate was renewed, have the authority enter it first."
                    .to_owned(),
            ),
            Self::ReservedForOther => (
                "主管部门已将该维修单指定给另一家维修单位。".to_owned(),
                "The authority has given this order to another shop.".to_owned(),
                "请勿维修；如有异议，请联系主管部门改派。".to_owned(),
                "Do not repair; ask the authority if it should be given to you.".to_owned(),
            ),
            Self::TakenByOther => (
                "该维修单已由另一家维修单位承接。".to_owned(),
                "Another shop has taken this order.".to_owned(),
                "如车辆已转到本单位，请主管部门改派后再承接。".to_owned(),
                "If the vehicle has come to you, have the authority reassign the order, then take it.".to_owned(),
            ),
            Self::TakeFirst => (
                "该维修单尚未承接，不能上传维修记录。".to_owned(),
                "The order has not been taken; a record cannot be uploaded yet.".to_owned(),
                "请先用维修单编号承接，再上传维修记录。".to_owned(),
                "Take the order by its number first, then upload the record.".to_owned(),
            ),
            Self::RecordExists => (
                "本次维修的记录已经上传。".to_owned(),
                "The record of this repair is here already.".to_owned(),
                "无需再次上传；请车辆到原检验机构复检。记录有误的，请联系主管部门。".to_owned(),
                "Send the vehicle to its station for the retest; if the record is wrong, tell the authority.".to_owned(),
            ),
            Self::BeganBeforeOrder { opened } => (
                format!("开工时间早于维修单开具时间{}。", shown(*opened)),
                format!("The work began before the order was issued ({}).", shown(*opened)),
                "只认可检验不合格之后的维修；请核对开工时间和维修单编号。".to_owned(),
                "Only a repair after the failed test counts; check the time and the order's number.".to_owned(),
            ),
            Self::EndedBeforeTaking { day } => (
                format!("竣工时间早于承接日{day}。"),
                format!("The work was done before the shop took the order ({day})."),
                "请先承接后维修；请核对竣工时间和维修单编号。".to_owned(),
                "Take an order before repairing; check the time and the order's number.".to_owned(),
            ),
            Self::OtherStation => (
                "复检须在原检验机构进行，本机构不是该维修单的检验机构。".to_owned(),
                "The retest is done at the station where the vehicle failed; yours is not the order's station.".to_owned(),
                "请车主回原检验机构复检；原机构已停业的，请主管部门改派检验机构。".to_owned(),
                "Send the vehicle to the order's station; if that has closed, the authority can name another.".to_owned(),
            ),
            Self::OtherVehicle => (
                "受检车辆与维修单的车辆不一致。".to_owned(),
                "The tested vehicle is not the order's.".to_owned(),
                "请核对车牌、颜色和车辆识别代号，以及维修单编号。".to_owned(),
                "Check plate, colour, identification number, and the order's number.".to_owned(),
            ),
            Self::RepairFirst => (
                "没有维修记录，不能复检。".to_owned(),
                "There is no record of a repair; the retest cannot be accepted.".to_owned(),
                "请车主先到具备资质的维修单位维修，由其上传维修记录后再复检。".to_owned(),
                "The vehicle goes to a qualified shop first; retest it after the shop has uploaded its record.".to_owned(),
            ),
            Self::RetestBeforeRepairEnd { finished } => (
                format!("复检开始时间早于维修竣工时间{}。", shown(*finished)),
                format!("The retest began before the repair was done ({}).", shown(*finished)),
                "请在维修竣工后重新检验。".to_owned(),
                "Test the vehicle again, after the repair.".to_owned(),
            ),
            Self::OtherMethod { wanted } => (
                format!("复检方法与初检不同，应采用{}。", wanted.name().zh),
                format!("The retest used another method; {} is wanted.", wanted.name().en),
                "请采用原方法重新检验；车辆确不适用原方法的，请联系主管部门。".to_owned(),
                "Test again by that method; if the vehicle cannot be tested so, ask the authority.".to_owned(),
            ),
            Self::ItemsMissing { missing } => (
                format!("复检缺少不合格项目：{}。", item::names(missing).zh),
                format!("The retest leaves out what failed: {}.", item::names(missing).en),
                "请对全部不合格项目重新检验后一并上传。".to_owned(),
                "Test everything that failed and upload it together.".to_owned(),
            ),
            Self::StationClosed => (
                "指定的检验机构未登记或已停业。".to_owned(),
                "The named station is not in the register, or has closed.".to_owned(),
                "请指定一家营业中的检验机构。".to_owned(),
                "Name a station that is open.".to_owned(),
            ),
            Self::ShopNotQualifiedToday => (
                "指定的维修单位未登记或没有有效资质。".to_owned(),
                "The named shop is not in the register, or holds no certificate today.".to_owned(),
                "请指定具备有效资质的维修单位，或留空由任一具备资质的单位承接。".to_owned(),
                "Name a qualified shop, or none, so that any qualified shop can take it.".to_owned(),
            ),
            Self::NotYet => (
                "该维修单尚未进行到这一轮维修和复检。".to_owned(),
                "The order has not come to this round of repair and retest.".to_owned(),
                "请先完成上一轮维修和复检，或稍后重新提交。".to_owned(),
                "Finish the round before, or send it again later.".to_owned(),
            ),
            Self::Ended => (
                "该维修单已结束。".to_owned(),
                "The order has ended.".to_owned(),
                "无需操作；请核对维修单编号。".to_owned(),
                "Nothing is left to do; check the order's number.".to_owned(),
            ),
        };
        (Bilingual::new(zh, en), Bilingual::new(do_zh, do_en))
    }
}
