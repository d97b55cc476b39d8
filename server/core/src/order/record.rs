//! The record of a repair: what the shop found, did and put in (STANDARDS.md 6.1).
//!
//! A form, a row of a spreadsheet and the API all make a [`RepairDraft`] of texts; [`RepairDraft::check`] makes a
//! [`RepairRecord`] of it, or says everything that is wrong at once. What a record must be to its order is the order's
//! word ([`Order::apply`](super::Order::apply)).

use jiff::civil::DateTime;
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::language::Bilingual;
use serde::{Deserialize, Serialize};

use super::programme::ProgrammeRules;
use crate::access::OrganisationCode;
use crate::broken_rule::BrokenRule;

/// Lines of work in one record at most: a whole after-treatment has a dozen.
pub const WORK_MAX: usize = 40;
/// Parts in one record at most.
pub const PARTS_MAX: usize = 40;
/// Characters of a diagnosis at most.
pub const DIAGNOSIS_MAX: usize = 1_000;
/// Characters of any other text at most.
pub const TEXT_MAX: usize = 100;

macro_rules! part_kinds {
    ($($(#[$meta:meta])* $name:ident = $word:literal, $zh:literal, $en:literal;)*) => {
        /// What a part is, as far as the programme asks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum PartKind { $($(#[$meta])* $name,)* }

        impl PartKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word used in tables and on wires.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// Its name for people.
            pub fn name(self) -> Bilingual {
                match self { $(Self::$name => Bilingual::new($zh, $en)),* }
            }
        }
    };
}

part_kinds! {
    /// Oxidation catalyst.
    Doc = "doc", "氧化催化器（DOC）", "oxidation catalyst (DOC)";
    /// Particle filter.
    Dpf = "dpf", "颗粒捕集器（DPF）", "particle filter (DPF)";
    /// Catalyst that reduces nitrogen oxides with urea.
    Scr = "scr", "选择性催化还原器（SCR）", "catalytic reduction (SCR)";
    /// What doses the urea.
    UreaDoser = "urea-doser", "尿素喷射系统", "urea doser";
    /// Valve or cooler of exhaust gas recirculation.
    Egr = "egr", "废气再循环（EGR）", "exhaust gas recirculation (EGR)";
    /// Injector or injection pump.
    Injector = "injector", "喷油器、喷油泵", "injector, injection pump";
    /// Turbocharger.
    Turbocharger = "turbocharger", "增压器", "turbocharger";
    /// Sensor of nitrogen oxides, temperature or pressure.
    Sensor = "sensor", "传感器", "sensor";
    /// Filters of air, fuel, oil.
    Filter = "filter", "滤清器", "filter";
    /// Anything else.
    Other = "other", "其他", "other";
}

impl PartKind {
    /// The kind of a [`word`](Self::word), or of its Chinese name as people write it.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        let named = |kind: &Self| {
            let zh = kind.name().zh;
            kind.word() == lower || zh == text || zh.split(['（', '、']).any(|part| part == text)
        };
        Self::ALL.iter().copied().find(|kind| named(kind))
    }
}

/// A part that was put in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Who made it.
    pub maker: String,
    /// The maker's type.
    pub model: String,
    /// Its serial number; needed for the kinds that the programme names.
    #[serde(default)]
    pub serial: Option<String>,
}

/// What came in, text by text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairDraft {
    /// What was found.
    pub diagnosis: String,
    /// What was done, line by line.
    pub work: Vec<String>,
    /// What was put in.
    pub parts: Vec<PartDraft>,
    /// When the work began, at the law's place; `None` if it could not be read.
    pub started: Option<DateTime>,
    /// When it was done.
    pub finished: Option<DateTime>,
    /// Number of the certificate of completion (机动车维修竣工出厂合格证).
    pub certificate: String,
    /// Number of the settlement list (结算清单).
    pub settlement: String,
    /// Who did it.
    pub technician: String,
    /// What the odometer showed, kilometres.
    pub odometer_km: Option<u32>,
}

/// A part as it came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartDraft {
    /// Its kind, by word or name.
    pub kind: String,
    /// Who made it.
    pub maker: String,
    /// The maker's type.
    pub model: String,
    /// Its serial number; empty if none was told.
    pub serial: String,
}

/// A repair's record that keeps every rule of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairRecord {
    /// What was found.
    pub diagnosis: String,
    /// What was done, line by line; at least one.
    pub work: Vec<String>,
    /// What was put in; may be none.
    pub parts: Vec<Part>,
    /// When the work began, at the law's place.
    pub started: DateTime,
    /// When it was done.
    pub finished: DateTime,
    /// Number of the certificate of completion.
    pub certificate: String,
    /// Number of the settlement list.
    pub settlement: String,
    /// Who did it.
    pub technician: String,
    /// What the odometer showed, kilometres.
    pub odometer_km: Option<u32>,
}

/// Names a record by its shop and all that it says: sent again, it is the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordDigest(pub String);

impl RepairRecord {
    /// The record's name, as this shop's.
    pub fn digest(&self, shop: &OrganisationCode) -> RecordDigest {
        let record = serde_json::to_string(self).expect("texts and times serialise");
        let text = format!("record 1\n{}\n{record}", shop.as_str());
        RecordDigest(FileHash::of(text.as_bytes()).to_string())
    }
}

impl RepairDraft {
    /// The record, or every rule that the draft breaks, in the order of its fields.
    pub fn check(&self, now: DateTime, rules: &ProgrammeRules) -> Result<RepairRecord, Vec<BrokenRule>> {
        let mut broken = Vec::new();
        let mut text = |field: &'static str, text: &str, most: usize| text_of(field, text, most, &mut broken);
        let diagnosis = text("diagnosis", &self.diagnosis, DIAGNOSIS_MAX);
        let work: Vec<String> = self.work.iter().map(|line| text("work", line, TEXT_MAX)).collect();
        let certificate = text("certificate", &self.certificate, TEXT_MAX);
        let settlement = text("settlement", &self.settlement, TEXT_MAX);
        let technician = text("technician", &self.technician, TEXT_MAX);
        if work.is_empty() || work.len() > WORK_MAX {
            broken.push(too_many_or_none("work", WORK_MAX));
        }
        if self.parts.len() > PARTS_MAX {
            broken.push(too_many("parts", PARTS_MAX));
        }
        let parts: Vec<Part> =
            self.parts.iter().take(PARTS_MAX).filter_map(|part| part.check(rules, &mut broken)).collect();
        let times = self.times(now, &mut broken);
        match (times, broken.is_empty()) {
            (Some((started, finished)), true) => Ok(RepairRecord {
                diagnosis,
                work,
                parts,
                started,
                finished,
                certificate,
                settlement,
                technician,
                odometer_km: self.odometer_km,
            }),
            (Some(_) | None, _) => Err(broken),
        }
    }

    fn times(&self, now: DateTime, broken: &mut Vec<BrokenRule>) -> Option<(DateTime, DateTime)> {
        let mut time = |field: &'static str, time: Option<DateTime>| {
            let wrong = match time {
                None => BrokenRule::new(
                    "time-missing",
                    Bilingual::new("没有时间，或无法识别。", "There is no time, or it cannot be read."),
                    Bilingual::new(
                        "请按2026-11-27 09:30的格式填写。",
                        "Write it like 2026-11-27 09:30, Beijing time.",
                    ),
                ),
                Some(time) if time > now => BrokenRule::new(
                    "time-in-future",
                    Bilingual::new(
                        format!("时间{}尚未到来。", shown(time)),
                        format!("{} is still to come.", shown(time)),
                    ),
                    Bilingual::new(
                        "请填写实际时间，完工后再上传。",
                        "Write when it was, and upload after the work is done.",
                    ),
                ),
                Some(time) => return Some(time),
            };
            broken.push(wrong.of(field));
            None
        };
        let (started, finished) = (time("started", self.started), time("finished", self.finished));
        let (started, finished) = started.zip(finished)?;
        if finished < started {
            let wrong = Bilingual::new(
                format!("竣工时间{}早于开工时间{}。", shown(finished), shown(started)),
                format!("The work ends ({}) before it begins ({}).", shown(finished), shown(started)),
            );
            let remedy = Bilingual::new("请核对开工和竣工时间。", "Check both times.");
            broken.push(BrokenRule::new("ends-before-start", wrong, remedy).of("finished"));
            return None;
        }
        Some((started, finished))
    }
}

impl PartDraft {
    fn check(&self, rules: &ProgrammeRules, broken: &mut Vec<BrokenRule>) -> Option<Part> {
        let before = broken.len();
        let kind = PartKind::from_text(&self.kind);
        if kind.is_none() {
            let known = || PartKind::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
            let wrong = Bilingual::new("未知的配件类别。", "There is no such kind of part.");
            let remedy =
                Bilingual::new(format!("请使用：{}。", known()), format!("Write one of {}.", known()));
            broken.push(BrokenRule::new("part-kind-unknown", wrong, remedy).of("parts"));
        }
        let maker = text_of("parts", &self.maker, TEXT_MAX, broken);
        let model = text_of("parts", &self.model, TEXT_MAX, broken);
        let serial =
            (!self.serial.trim().is_empty()).then(|| text_of("parts", &self.serial, TEXT_MAX, broken));
        if let Some(kind) = kind
            && serial.is_none()
            && rules.serial_numbers_for.value.contains(&kind)
        {
            let name = kind.name();
            let wrong = Bilingual::new(
                format!("{}须填写序列号（{}）。", name.zh, rules.serial_numbers_for.clause),
                format!(
                    "The serial number of the {} is missing ({}).",
                    name.en, rules.serial_numbers_for.clause
                ),
            );
            let remedy =
                Bilingual::new("请填写配件铭牌上的序列号。", "Write the serial number on the part's plate.");
            broken.push(BrokenRule::new("serial-missing", wrong, remedy).of("parts"));
        }
        let kind = kind.filter(|_| broken.len() == before)?;
        Some(Part { kind, maker, model, serial })
    }
}

/// The trimmed text, or a rule that it breaks and nothing.
fn text_of(field: &'static str, text: &str, most: usize, broken: &mut Vec<BrokenRule>) -> String {
    let text = text.trim();
    if text.is_empty() {
        let wrong = Bilingual::new("没有填写。", "It is empty.");
        let remedy = Bilingual::new("请填写。", "Write it.");
        broken.push(BrokenRule::new("missing", wrong, remedy).of(field));
    } else if text.chars().count() > most || text.chars().any(|c| c.is_control() && c != '\n') {
        let wrong =
            Bilingual::new("文字过长，或含有控制字符。", "It is too long, or has control characters.");
        let remedy = Bilingual::new(
            format!("请缩短至{most}个字符以内。"),
            format!("Write at most {most} characters without control characters."),
        );
        broken.push(BrokenRule::new("text", wrong, remedy).of(field));
    }
    text.to_owned()
}

fn too_many(field: &'static str, most: usize) -> BrokenRule {
    let wrong = Bilingual::new("项数过多。", "There are too many.");
    let remedy = Bilingual::new(format!("最多{most}项。"), format!("Write at most {most}."));
    BrokenRule::new("too-many", wrong, remedy).of(field)
}

fn too_many_or_none(field: &'static str, most: usize) -> BrokenRule {
    let wrong = Bilingual::new("没有维修项目，或项数过多。", "There is no line of work, or too many.");
    let remedy = Bilingual::new(format!("请填写1至{most}项。"), format!("Write 1 to {most}."));
    BrokenRule::new("work-missing", wrong, remedy).of(field)
}

/// A time as people read it, to the minute.
pub fn shown(time: DateTime) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}
