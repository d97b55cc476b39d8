//! What officers order, checked; and why an order is refused, in words for them.

use std::sync::Arc;

use plumewatch_shared::{
    exhaust_test::{
        TestRulebook,
        form::{
            ClassWord, EyeReading, Note, OBSERVERS, OFFICERS, PersonName, SAMPLES, SampleTaken, SealNumber,
            Substance, TestedVehicle, VehicleCode,
        },
    },
    ids::PassageId,
    language::Bilingual,
    plate::{Plate, PlateColour, PlateError},
    time::Stamp,
    units::RingelmannLevel,
};
use serde::Deserialize;

/// How a vehicle is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// With the meter.
    FreeAcceleration,
    /// Two officers read the smoke.
    ByEye,
    /// Nothing is measured; samples are taken.
    Samples,
}

/// An order that names the test it is for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The test's number.
    pub test: i64,
}

/// Begin a test.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    /// How.
    pub method: Method,
    /// The passage for which the vehicle was waved out.
    pub passage: Option<String>,
    /// Its plate.
    pub plate: Option<String>,
    /// The plate's colour.
    pub colour: Option<String>,
    /// Its identification number.
    pub code: Option<String>,
    /// Its limit class.
    pub class: String,
    /// Rated power of its engine, watts.
    pub rated_power_w: Option<u32>,
}

/// A begin order that holds.
pub struct Begun {
    pub(super) method: Method,
    pub(super) passage: Option<PassageId>,
    pub(super) vehicle: TestedVehicle,
    pub(super) book: Arc<TestRulebook>,
}

/// One sample as it is ordered to be kept.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenSample {
    /// `urea` or `fuel`.
    pub substance: String,
    /// Number of the seal.
    pub seal: String,
}

/// Sign the test.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The test's number.
    pub test: i64,
    /// Who signs.
    pub officers: Vec<String>,
    /// What each of them saw, in the same order, if smoke was read by eye.
    #[serde(default)]
    pub levels: Vec<u8>,
    /// Samples taken.
    #[serde(default)]
    pub samples: Vec<TakenSample>,
    /// What they add.
    pub note: Option<String>,
}

/// A signature that holds.
pub struct Signature {
    pub(super) officers: Vec<PersonName>,
    pub(super) by_eye: Option<Vec<EyeReading>>,
    pub(super) samples: Vec<SampleTaken>,
    pub(super) note: Option<Note>,
}

/// Why an order is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It cannot be read.
    Unreadable,
    /// It comes from a page that is not this unit's.
    Foreign,
    /// A test is being led already.
    Running,
    /// The test it is for is not the one being led.
    Gone,
    /// That test is signed.
    AlreadySigned,
    /// It is being written right now.
    Signing,
    /// That is not what comes next.
    NotNow,
    /// The accelerations are not finished.
    NotFinished,
    /// No meter is configured.
    NoMeter,
    /// Neither plate nor identification number.
    NoVehicle,
    /// No such passage id.
    Passage,
    /// The plate is none.
    Plate(PlateError),
    /// The vehicle has no combustion engine.
    Electric,
    /// The colour is none.
    Colour,
    /// The identification number is too long or not plain.
    Code,
    /// No such limit class.
    Class,
    /// The limits of this class depend on the rated power.
    Power,
    /// Nobody signs.
    NoOfficer,
    /// More sign than fit.
    ManyOfficers,
    /// A name is empty, too long or not plain.
    Officer,
    /// One name twice.
    SameOfficer,
    /// Smoke by eye needs two observers, each with a level of 0 to 5.
    Observers,
    /// Samples alone are to be kept, and there are none.
    NoSample,
    /// A sample without its seal's number, or more than fit.
    Sample,
    /// The note is too long or not plain.
    Note,
    /// The record could not be written.
    Unwritten,
}

impl Refusal {
    /// Its word, for programs and for the page.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Foreign => "foreign",
            Self::Running => "running",
            Self::Gone => "gone",
            Self::AlreadySigned => "already-signed",
            Self::Signing => "signing",
            Self::NotNow => "not-now",
            Self::NotFinished => "not-finished",
            Self::NoMeter => "no-meter",
            Self::NoVehicle => "no-vehicle",
            Self::Passage => "passage",
            Self::Plate(_) => "plate",
            Self::Electric => "electric",
            Self::Colour => "colour",
            Self::Code => "code",
            Self::Class => "class",
            Self::Power => "power",
            Self::NoOfficer => "no-officer",
            Self::ManyOfficers => "many-officers",
            Self::Officer => "officer",
            Self::SameOfficer => "same-officer",
            Self::Observers => "observers",
            Self::NoSample => "no-sample",
            Self::Sample => "sample",
            Self::Note => "note",
            Self::Unwritten => "unwritten",
        }
    }

    /// What is wrong and what to do.
    pub fn text(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Unreadable => ("请求无法读取，请刷新页面。", "The order cannot be read; reload the page."),
            Self::Foreign => (
                "请求不是来自本机页面，已拒绝。请用本机地址打开页面。",
                "The order does not come from this unit's own page. Open the page by the unit's address.",
            ),
            Self::Running => (
                "已有一项检测正在进行，请先签字或放弃。",
                "A test is being led already; sign it or abandon it first.",
            ),
            Self::Gone => (
                "这项检测已不在进行，请看当前状态。",
                "That test is no longer being led; look at what is shown now.",
            ),
            Self::AlreadySigned => ("这项检测已经签字保存。", "This test is signed and stored already."),
            Self::Signing => ("正在保存，请稍候。", "It is being stored; wait a moment."),
            Self::NotNow => ("现在还不到这一步。", "That is not the next step."),
            Self::NotFinished => {
                ("检测尚未完成，不能签字。", "The test is not finished; it cannot be signed yet.")
            }
            Self::NoMeter => (
                "没有配置烟度计，请改用目测或只采样。",
                "No opacimeter is configured; read by eye or take samples.",
            ),
            Self::NoVehicle => {
                ("请填写号牌或车辆识别代号。", "Enter the plate or the identification number.")
            }
            Self::Passage => ("过车编号不对。", "The passage's id is malformed."),
            Self::Plate(PlateError::Length(_)) => {
                ("号牌应为7或8个字符，请核对。", "A plate has 7 or 8 characters; check it.")
            }
            Self::Plate(PlateError::ForbiddenLetter) => {
                ("号牌序号中没有字母I和O，请核对。", "A plate never has the letters I and O; check it.")
            }
            Self::Plate(PlateError::Character(_)) => (
                "号牌中有不会出现的字符，请核对。",
                "A character of this plate stands on no plate; check it.",
            ),
            Self::Plate(PlateError::Order) => (
                "号牌字符顺序不符合GA 36，请核对。",
                "The characters do not stand as GA 36 orders them; check the plate.",
            ),
            Self::Electric => {
                ("纯电动车没有排气，不做此检测。", "An electric vehicle has no exhaust to test.")
            }
            Self::Colour => ("请选择号牌颜色。", "Choose the plate's colour."),
            Self::Code => {
                ("车辆识别代号最多30个字符。", "The identification number has at most 30 characters.")
            }
            Self::Class => ("请选择限值类别。", "Choose the limit class."),
            Self::Power => (
                "这一类别的限值取决于额定功率，请填写。",
                "The limits of this class depend on the rated power; enter it.",
            ),
            Self::NoOfficer => ("请填写执法人员姓名。", "Enter the officers' names."),
            Self::ManyOfficers => ("最多四名人员签字。", "Four officers sign at most."),
            Self::Officer => ("姓名为1到30个字符。", "A name has 1 to 30 characters."),
            Self::SameOfficer => {
                ("两名人员的姓名相同，请核对。", "Two officers have the same name; check them.")
            }
            Self::Observers => (
                "目测须两名人员分别读数（0至5级）。",
                "Reading by eye needs two officers, each with a level from 0 to 5.",
            ),
            Self::NoSample => ("只采样时请至少登记一份样品。", "Samples alone: enter one at least."),
            Self::Sample => (
                "每份样品须有封签号（1到30个字符），最多六份。",
                "Each sample needs the number of its seal (1 to 30 characters); six at most.",
            ),
            Self::Note => ("备注最多200个字符。", "A note has at most 200 characters."),
            Self::Unwritten => (
                "未能保存：磁盘有问题。请不要关闭页面，排除后再签字。",
                "Not stored: the disk is in trouble. Keep the page open, mend it, and sign again.",
            ),
        };
        Bilingual::new(zh, en)
    }
}

/// A text that may be left out; blank is left out.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl Begin {
    /// Checks everything that can be checked before the test begins.
    pub(super) fn check(self, books: &[Arc<TestRulebook>], metered: bool) -> Result<Begun, Refusal> {
        if self.method == Method::FreeAcceleration && !metered {
            return Err(Refusal::NoMeter);
        }
        let plate =
            given(self.plate).map(|text| text.parse::<Plate>().map_err(Refusal::Plate)).transpose()?;
        if plate.as_ref().is_some_and(|plate| plate.kind().is_electric()) {
            return Err(Refusal::Electric);
        }
        let colour = given(self.colour).map(|word| PlateColour::from_word(&word).ok_or(Refusal::Colour));
        let code = given(self.code).map(|text| text.parse::<VehicleCode>().map_err(|_| Refusal::Code));
        let code = code.transpose()?;
        if plate.is_none() && code.is_none() {
            return Err(Refusal::NoVehicle);
        }
        let passage = given(self.passage).map(|id| id.parse::<PassageId>().map_err(|_| Refusal::Passage));
        let has = |book: &&Arc<TestRulebook>| book.classes.iter().any(|class| class.word == self.class);
        let book = books.iter().find(has).ok_or(Refusal::Class)?;
        let class: ClassWord = self.class.parse().map_err(|_| Refusal::Class)?;
        let by_power = |limit: &plumewatch_shared::exhaust_test::TestLimit| {
            limit.class == self.class && (limit.rated_w_from.is_some() || limit.rated_w_below.is_some())
        };
        if self.rated_power_w.is_none() && book.limits.iter().any(by_power) {
            return Err(Refusal::Power);
        }
        Ok(Begun {
            method: self.method,
            passage: passage.transpose()?,
            vehicle: TestedVehicle {
                plate,
                colour: colour.transpose()?,
                code,
                class,
                rated_power_w: self.rated_power_w,
                altitude_m: None,
            },
            book: book.clone(),
        })
    }
}

impl Sign {
    /// Checks names, levels and samples; samples are stamped with `now`.
    pub(super) fn check(self, now: Stamp) -> Result<Signature, Refusal> {
        let names: Vec<&String> = self.officers.iter().filter(|name| !name.trim().is_empty()).collect();
        if names.len() > OFFICERS {
            return Err(Refusal::ManyOfficers);
        }
        let officers: Vec<PersonName> = names
            .iter()
            .map(|name| name.parse::<PersonName>())
            .collect::<Result<_, _>>()
            .map_err(|_| Refusal::Officer)?;
        if officers.is_empty() {
            return Err(Refusal::NoOfficer);
        }
        if officers.iter().enumerate().any(|(at, name)| officers[..at].contains(name)) {
            return Err(Refusal::SameOfficer);
        }
        let by_eye = if self.levels.is_empty() { None } else { Some(observers(&officers, &self.levels)?) };
        if self.samples.len() > SAMPLES {
            return Err(Refusal::Sample);
        }
        let sample = |taken: &TakenSample| {
            Some(SampleTaken {
                substance: Substance::from_wire_word(&taken.substance)?,
                seal: taken.seal.parse::<SealNumber>().ok()?,
                taken: now,
            })
        };
        let samples = self.samples.iter().map(sample).collect::<Option<Vec<_>>>().ok_or(Refusal::Sample)?;
        let note =
            given(self.note).map(|note| note.parse::<Note>().map_err(|_| Refusal::Note)).transpose()?;
        Ok(Signature { officers, by_eye, samples, note })
    }
}

fn observers(officers: &[PersonName], levels: &[u8]) -> Result<Vec<EyeReading>, Refusal> {
    if officers.len() < OBSERVERS || levels.len() != officers.len() {
        return Err(Refusal::Observers);
    }
    let reading = |(observer, level): (&PersonName, &u8)| {
        Some(EyeReading { observer: observer.clone(), level: RingelmannLevel::new(*level)? })
    };
    officers.iter().zip(levels).map(reading).collect::<Option<_>>().ok_or(Refusal::Observers)
}
