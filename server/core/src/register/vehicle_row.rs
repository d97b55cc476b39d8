//! One row of a table of vehicles: what it says, and what is wrong with it whatever is registered.

use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::plate::{Plate, PlateColour, PlateError};

use super::code::CarrierCode;
use super::vehicle::{PlateKey, Stage, colour_fits};
use super::vin::{Vin, look_alike};
use super::word::{BodyColour, EmissionStage, Fuel, Size, StageSource, Usage, VehicleClass};
use crate::access::Scope;
use crate::sheet::{Days, Field, Fields, Told, Wrong};

/// Longest texts, characters: a company's registered name has at most 100, a brand with its model 60.
const OWNER_MAX: usize = 100;
const MAKE_MAX: usize = 60;

/// What a row says of a vehicle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleRow {
    /// The plate it answers to.
    pub key: PlateKey,
    /// Since when.
    pub plate_from: Option<Date>,
    /// From which day on no more.
    pub plate_until: Option<Date>,
    /// Vehicle identification number.
    pub vin: Option<Vin>,
    /// What it burns.
    pub fuel: Fuel,
    /// Its stage, with the source.
    pub stage: Field<Stage>,
    /// Its class.
    pub class: Field<VehicleClass>,
    /// Its make.
    pub make: Field<String>,
    /// The colour of its body.
    pub body_colour: Field<BodyColour>,
    /// When it was first registered.
    pub first_registered: Field<Date>,
    /// What it is used for.
    pub usage: Field<Usage>,
    /// Whose it is.
    pub owner: Field<String>,
    /// Whose fleet it is in; cleared: it leaves.
    pub carrier: Field<CarrierCode>,
    /// Since when.
    pub carrier_from: Option<Date>,
    /// Where it is registered.
    pub region: Region,
}

/// A row of vehicles; none if something is wrong with it.
pub fn read(mut fields: Fields<'_>, scope: Scope) -> (Option<VehicleRow>, Told) {
    let plate = fields.parsed("plate", plate).given();
    let colour = fields.parsed("plate_colour", plate_colour).given();
    let plate_from = fields.day("plate_from", Days::UntilToday).given();
    let plate_until = fields.day("plate_until", Days::UntilToday).given();
    let vin = fields.parsed("vin", Vin::parse).given();
    let fuel = fields.parsed("fuel", Fuel::read).given();
    let stage = fields.parsed("stage", EmissionStage::read);
    let source = fields.parsed("stage_source", StageSource::read);
    let class = fields.parsed("class", VehicleClass::read);
    let make = fields.text("make", MAKE_MAX);
    let body_colour = fields.parsed("body_colour", BodyColour::read);
    let first_registered = fields.day("first_registered", Days::UntilToday);
    let usage = fields.parsed("use", Usage::read);
    let owner = fields.text("owner", OWNER_MAX);
    let carrier = fields.parsed("carrier", CarrierCode::parse);
    let carrier_from = fields.day("carrier_from", Days::UntilToday).given();
    let region = region(&mut fields, scope);

    let stage = together(&mut fields, stage, source);
    if let (Some(plate), Some(colour)) = (&plate, colour) {
        check_plate(&mut fields, plate, colour, fuel, class.given());
    }
    order(&mut fields, "plate_until", plate_from, plate_until, false);
    order(&mut fields, "plate_from", first_registered.given(), plate_from, true);
    if carrier_from.is_some() && !carrier.is_said() {
        fields.refuse(
            "carrier_from",
            Wrong::new(
                "carrier-from.alone",
                "有入队日期，没有运输企业代码。",
                "There is a day and no carrier.",
                "请填写运输企业代码；退出车队写“-”。",
                "Give the carrier's code, or \"-\" if the vehicle has left its fleet.",
            ),
        );
    }
    if vin.as_ref().is_some_and(|vin| vin.is_chinese() && !vin.check_digit_holds()) {
        fields.note("vin", Wrong::new(
            "vin.check",
            "车辆识别代号的校验位（第9位）不符。",
            "The check digit of this VIN, its ninth character, does not fit.",
            "可能有一个字符写错，请按行驶证核对；确认无误可照此导入。",
            "A character may be wrong: compare it with the licence. If it is right, it is taken as it stands.",
        ));
    }
    let told = fields.finish();
    if !told.refusals.is_empty() {
        return (None, told);
    }
    let (Some(plate), Some(colour), Some(fuel), Some(region)) = (plate, colour, fuel, region) else {
        unreachable!("what is required and not given was refused");
    };
    let key = PlateKey { plate, colour };
    let row = VehicleRow {
        key,
        plate_from,
        plate_until,
        vin,
        fuel,
        stage,
        class,
        make,
        body_colour,
        first_registered,
        usage,
        owner,
        carrier,
        carrier_from,
        region,
    };
    (Some(row), told)
}

/// A plate as a table has it. Nothing is mended: what a letter I was meant to be, a person must say.
fn plate(text: &str) -> Result<Plate, Wrong> {
    text.parse().map_err(|error| match error {
        PlateError::ForbiddenLetter => {
            let written = plumewatch_shared::plate::normalise(text);
            let meant: String =
                written.chars().enumerate().map(|(at, c)| if at > 1 { look_alike(c) } else { c }).collect();
            let meant = if meant.parse::<Plate>().is_ok() { meant } else { "晋A12345".to_owned() };
            Wrong::new(
                "plate.look-alike",
                "车牌序号不使用字母 I、O。",
                "The letters I and O are never used in a plate's serial.",
                format!("请按行驶证核对是否应为数字 1、0，如 {meant}。"),
                format!("Compare it with the licence: digits 1 and 0 may be meant, as in {meant}."),
            )
        }
        PlateError::Length(count) => Wrong::new(
            "plate.length",
            format!("车牌有{count}个字符，应为7个，新能源为8个。"),
            format!("The plate has {count} characters; it must have 7, or 8 if it is for new energy."),
            "请按行驶证核对，包括省份简称。",
            "Compare it with the licence, the province's character included.",
        ),
        PlateError::Character(at) => Wrong::new(
            "plate.character",
            format!("车牌第{at}个字符不会出现在车牌上。"),
            format!("Character {at} of the plate stands on no plate."),
            "请按行驶证核对。",
            "Compare it with the licence.",
        ),
        PlateError::Order => Wrong::new(
            "plate.form",
            "字符的排列不符合 GA 36 的车牌格式。",
            "The characters do not stand as GA 36 orders them.",
            "请按行驶证核对；车牌以省份简称开头，如晋A12345。",
            "Compare it with the licence; a plate begins with the province's character, as 晋A12345.",
        ),
    })
}

fn plate_colour(text: &str) -> Result<PlateColour, Wrong> {
    let plain = text.trim().trim_end_matches('牌').trim_end_matches('色');
    let known = match plain {
        "蓝" => Some(PlateColour::Blue),
        "黄" => Some(PlateColour::Yellow),
        "绿" | "渐变绿" => Some(PlateColour::Green),
        "黄绿" | "黄绿双" | "黄绿双拼" => Some(PlateColour::YellowGreen),
        "白" => Some(PlateColour::White),
        "黑" => Some(PlateColour::Black),
        word => PlateColour::from_word(&word.to_lowercase()),
    };
    known.ok_or_else(|| {
        Wrong::new(
            "plate-colour.unknown",
            format!("“{}”不是车牌颜色。", text.chars().take(20).collect::<String>()),
            format!("\"{}\" is no colour of a plate.", text.chars().take(20).collect::<String>()),
            "请填写：蓝、黄、绿、黄绿、白、黑；各系统的数字代码含义不同，不能使用。",
            "Write blue, yellow, green, yellow-green, white or black; digits mean other colours in other systems and are not read.",
        )
    })
}

/// A stage and its source stand or fall together.
fn together(
    fields: &mut Fields<'_>,
    stage: Field<EmissionStage>,
    source: Field<StageSource>,
) -> Field<Stage> {
    match (stage, source) {
        (Field::Given(stage), Field::Given(source)) => Field::Given(Stage { stage, source }),
        (Field::Given(_), Field::Absent | Field::Cleared) => {
            fields.refuse(
                "stage_source",
                Wrong::new(
                    "stage.no-source",
                    "填写了排放阶段，没有填写来源。",
                    "There is a stage and no source.",
                    "请填写来源，如随车清单、登记证书。",
                    "Say where it is known from, such as vehicle-list or certificate.",
                ),
            );
            Field::Absent
        }
        (Field::Absent | Field::Cleared, Field::Given(_)) => {
            fields.refuse(
                "stage",
                Wrong::new(
                    "stage.missing",
                    "填写了来源，没有填写排放阶段。",
                    "There is a source and no stage.",
                    "请填写排放阶段，或清空来源。",
                    "Give the stage, or clear the source.",
                ),
            );
            Field::Absent
        }
        (Field::Cleared, Field::Absent | Field::Cleared) => Field::Cleared,
        (Field::Absent, Field::Absent | Field::Cleared) => Field::Absent,
    }
}

fn check_plate(
    fields: &mut Fields<'_>,
    plate: &Plate,
    colour: PlateColour,
    fuel: Option<Fuel>,
    class: Option<VehicleClass>,
) {
    if !colour_fits(plate.kind(), colour) {
        fields.refuse("plate_colour", Wrong::new(
            "plate-colour.kind",
            "这种车牌没有这种颜色。",
            "Plates of this kind do not have this colour.",
            "小型新能源为绿，大型新能源为黄绿，挂车、教练车为黄，警车为白，使领馆、港澳为黑；请核对车牌号和颜色。",
            "Small new energy is green, large yellow-green, trailers and learners yellow, police white, embassies and Hong Kong or Macau black; check both.",
        ));
    }
    if plate.kind().is_electric() && fuel.is_some_and(|fuel| !matches!(fuel, Fuel::Electric | Fuel::Hydrogen))
    {
        fields.refuse(
            "fuel",
            Wrong::new(
                "fuel.plate",
                "车牌是纯电动号牌，燃料却不是电。",
                "The plate is one of battery vehicles and the fuel is not electric.",
                "请核对车牌号第三位（或末位）字母和燃料种类。",
                "Check the letter of the plate's serial and the fuel.",
            ),
        );
    }
    let size = match colour {
        PlateColour::Yellow | PlateColour::YellowGreen => Some(Size::Large),
        PlateColour::Blue | PlateColour::Green => Some(Size::Small),
        PlateColour::White | PlateColour::Black => None,
    };
    let registered = class.and_then(VehicleClass::size);
    if size.is_some() && registered.is_some() && size != registered {
        fields.note("class", Wrong::new(
            "class.colour",
            "车辆类型与车牌颜色不相称：黄牌、黄绿牌用于中型以上车辆，蓝牌、绿牌用于小型车辆。",
            "Class and plate colour do not go together: yellow and yellow-green are for medium and larger vehicles, blue and green for small ones.",
            "请核对；确认无误可照此导入。",
            "Check both. If they are right, they are taken as they stand.",
        ));
    }
}

/// The second day must lie after the first, or on it where `same` says so.
fn order(fields: &mut Fields<'_>, word: &str, first: Option<Date>, second: Option<Date>, same: bool) {
    let (Some(first), Some(second)) = (first, second) else { return };
    if second > first || (same && second == first) {
        return;
    }
    fields.refuse(
        word,
        Wrong::new(
            "date.order",
            format!("{second}应在{first}之后。"),
            format!("{second} must lie after {first}."),
            "请核对这一行的日期。",
            "Check the days of this row.",
        ),
    );
}

/// The region of a row, within what the account keeps.
pub(super) fn region(fields: &mut Fields<'_>, scope: Scope) -> Option<Region> {
    fields
        .parsed("region", |text| {
            let region: Region = text.parse().map_err(|_| {
                Wrong::new(
                    "region.form",
                    "辖区应为六位数字的行政区划代码。",
                    "A region has six digits (GB/T 2260).",
                    "请填写六位代码，如 140105；单元格格式设为“文本”可保留开头的 0。",
                    "Write six digits, such as 140105.",
                )
            })?;
            if !scope.0.contains(region) || region == Region::COUNTRY {
                return Err(Wrong::new(
                    "region.outside",
                    format!("{region}不在您的辖区（{}）内。", scope.0),
                    format!("{region} does not lie in your region ({}).", scope.0),
                    "请填写您辖区内的代码；其他地区由当地主管部门导入。",
                    "Write a code within your region; others are imported by their own authorities.",
                ));
            }
            Ok(region)
        })
        .given()
}
