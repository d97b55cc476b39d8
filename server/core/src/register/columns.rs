//! What each table may hold: the kinds, their columns, and what the templates say of them.

use crate::sheet::Column;

/// A kind of table that is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Vehicles with their plates, facts and carriers.
    Vehicles,
    /// Carriers.
    Carriers,
    /// Inspection stations (I).
    InspectionStations,
    /// Repair shops (M).
    RepairShops,
    /// Certificates of repair shops.
    Qualifications,
}

impl Kind {
    /// Every kind, in the order in which a register is begun: what others name comes first.
    pub const ALL: [Self; 5] =
        [Self::Carriers, Self::InspectionStations, Self::RepairShops, Self::Qualifications, Self::Vehicles];

    /// The word used in tables, addresses and names of files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Vehicles => "vehicles",
            Self::Carriers => "carriers",
            Self::InspectionStations => "inspection-stations",
            Self::RepairShops => "repair-shops",
            Self::Qualifications => "qualifications",
        }
    }

    /// The kind of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Its name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Vehicles => "车辆",
            Self::Carriers => "运输企业",
            Self::InspectionStations => "检验机构",
            Self::RepairShops => "维修单位",
            Self::Qualifications => "维修资质",
        }
    }

    /// Its columns, in the template's order.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Vehicles => VEHICLES,
            Self::Carriers => CARRIERS,
            Self::InspectionStations => STATIONS,
            Self::RepairShops => SHOPS,
            Self::Qualifications => QUALIFICATIONS,
        }
    }
}

/// A column in the order: word, Chinese, English, other names, required, what to write in both languages, example.
macro_rules! column {
    ($word:literal, $zh:literal, $en:literal, [$($also:literal),*], $required:literal, $about_zh:literal, $about_en:literal, $example:literal) => {
        Column {
            word: $word, zh: $zh, en: $en, also: &[$($also),*], required: $required,
            about_zh: $about_zh, about_en: $about_en, example: $example,
        }
    };
}

const REGION: Column = column!(
    "region",
    "辖区",
    "Region",
    ["行政区划代码", "区划代码", "行政区划"],
    true,
    "六位行政区划代码（GB/T 2260），须在您的辖区内。",
    "Six digits (GB/T 2260), within your own region.",
    "140105"
);

const VEHICLES: &[Column] = &[
    column!(
        "plate",
        "车牌号",
        "Plate",
        ["号牌号码", "车牌", "车牌号码"],
        true,
        "不含间隔点；字母 I、O 不会出现。",
        "Without the dot; I and O are never used.",
        "晋A12345"
    ),
    column!(
        "plate_colour",
        "车牌颜色",
        "Plate colour",
        ["号牌颜色"],
        true,
        "蓝、黄、绿、黄绿、白、黑。",
        "blue, yellow, green, yellow-green, white or black.",
        "黄"
    ),
    column!(
        "plate_from",
        "号牌启用日期",
        "Plate since",
        ["启用日期", "领牌日期"],
        false,
        "该车从哪天起使用此号牌。换牌、过户时必填；不填按初次登记日期。",
        "Since when the vehicle has this plate. Needed when a plate changes hands; else the day of first registration.",
        "2021-06-01"
    ),
    column!(
        "plate_until",
        "号牌停用日期",
        "Plate until",
        ["停用日期", "注销日期"],
        false,
        "从哪天起不再使用此号牌（注销、报废）。",
        "From which day on the plate is not its own any more.",
        ""
    ),
    column!(
        "vin",
        "车辆识别代号",
        "VIN",
        ["车架号", "识别代号"],
        false,
        "17位；不使用字母 I、O、Q。能唯一认定车辆，请尽量填写。",
        "17 characters without I, O, Q. It alone tells one vehicle from another: give it wherever you can.",
        "LFWSRXRJ8L1E00001"
    ),
    column!(
        "fuel",
        "燃料种类",
        "Fuel",
        ["燃料", "燃油种类"],
        true,
        "柴油、汽油、天然气、电、混合动力等。",
        "diesel, petrol, natural-gas, electric, hybrid …",
        "柴油"
    ),
    column!(
        "stage",
        "排放阶段",
        "Emission stage",
        ["排放标准"],
        false,
        "国零至国六b；须同时填写来源。",
        "0 to 6b; its source must be given with it.",
        "国五"
    ),
    column!(
        "stage_source",
        "排放阶段来源",
        "Stage source",
        ["阶段来源"],
        false,
        "随车清单、登记证书、检验核实、车主申报、按登记日期推定。",
        "vehicle-list, certificate, inspection, declared or first-registration.",
        "随车清单"
    ),
    column!(
        "class",
        "车辆类型",
        "Class",
        ["车型"],
        false,
        "重型货车、中型货车、轻型货车、半挂牵引车、大型客车等，或公安代码。",
        "heavy-truck, medium-truck, light-truck, tractor, large-bus …, or the code of GA 24.4.",
        "半挂牵引车"
    ),
    column!(
        "make",
        "品牌",
        "Make",
        ["车辆品牌", "品牌型号"],
        false,
        "车辆品牌，可带型号。",
        "The brand, with its model if you like.",
        "解放"
    ),
    column!(
        "body_colour",
        "车身颜色",
        "Body colour",
        ["颜色"],
        false,
        "白、灰、黄、粉、红、紫、绿、蓝、棕、黑。",
        "white, grey, yellow, pink, red, purple, green, blue, brown or black.",
        "红"
    ),
    column!(
        "first_registered",
        "初次登记日期",
        "First registered",
        ["注册登记日期", "登记日期"],
        false,
        "行驶证上的注册日期。",
        "As the licence has it.",
        "2020-03-18"
    ),
    column!(
        "use",
        "使用性质",
        "Use",
        ["用途"],
        false,
        "货运、危险品运输、非营运、环卫等。",
        "freight, dangerous-goods, non-commercial, municipal …",
        "货运"
    ),
    column!(
        "owner",
        "所有人",
        "Owner",
        ["车主", "机动车所有人"],
        false,
        "单位或个人姓名。",
        "A company's or a person's name.",
        "山西某某物流有限公司"
    ),
    column!(
        "carrier",
        "运输企业代码",
        "Carrier code",
        ["运输企业", "企业代码", "统一社会信用代码", "承运单位代码"],
        false,
        "车辆所属企业的代码，须已登记；写“-”表示退出车队。",
        "Code of a registered carrier whose fleet it is in; \"-\" says that it has left.",
        "WL-0001"
    ),
    column!(
        "carrier_from",
        "入队日期",
        "In fleet since",
        ["入队时间", "加入日期"],
        false,
        "从哪天起属于（或退出）该企业；不填按导入当天。",
        "Since when it is in, or out of, that fleet; else the day of the import.",
        "2021-06-01"
    ),
    REGION,
];

const NAME: Column = column!(
    "name",
    "名称",
    "Name",
    ["单位名称", "企业名称", "机构名称"],
    true,
    "营业执照上的全称。",
    "As the business licence has it.",
    "山西某某物流有限公司"
);
const ADDRESS: Column = column!(
    "address",
    "地址",
    "Address",
    ["住所"],
    false,
    "经营地址。",
    "Where it is.",
    "太原市小店区某路1号"
);
const PHONE: Column =
    column!("phone", "电话", "Phone", ["联系电话"], false, "联系电话。", "How to reach it.", "0351-1234567");
const CLOSED: Column = column!(
    "closed_on",
    "停业日期",
    "Closed on",
    ["注销日期", "关闭日期"],
    false,
    "从哪天起不再经营。",
    "From which day on it is closed.",
    ""
);

const CARRIERS: &[Column] = &[
    column!(
        "code",
        "企业代码",
        "Code",
        ["统一社会信用代码", "代码", "运输企业代码"],
        true,
        "统一社会信用代码（校验码须正确），或本地代码。",
        "Unified social credit code (its check character must fit), or a local code.",
        "WL-0001"
    ),
    NAME,
    REGION,
    ADDRESS,
    PHONE,
    CLOSED,
];

const STATIONS: &[Column] = &[
    column!(
        "code",
        "机构代码",
        "Code",
        ["代码", "检验机构代码"],
        true,
        "1至32个字母、数字、连字符；检验机构账号使用同一代码。",
        "1 to 32 letters, digits, hyphens; accounts of the station use the same.",
        "I-140105-01"
    ),
    NAME,
    REGION,
    ADDRESS,
    PHONE,
    column!(
        "opened_on",
        "开业日期",
        "Opened on",
        ["启用日期"],
        true,
        "从哪天起开展检验。",
        "From which day on it inspects.",
        "2019-05-01"
    ),
    CLOSED,
];

const SHOPS: &[Column] = &[
    column!(
        "code",
        "单位代码",
        "Code",
        ["代码", "维修单位代码"],
        true,
        "1至32个字母、数字、连字符；维修单位账号使用同一代码。",
        "1 to 32 letters, digits, hyphens; accounts of the shop use the same.",
        "M-140105-01"
    ),
    NAME,
    REGION,
    ADDRESS,
    PHONE,
    CLOSED,
];

const QUALIFICATIONS: &[Column] = &[
    column!(
        "shop",
        "维修单位代码",
        "Shop code",
        ["单位代码", "代码"],
        true,
        "须已登记。",
        "It must be registered.",
        "M-140105-01"
    ),
    column!(
        "certificate",
        "资质证书编号",
        "Certificate",
        ["证书编号", "资质编号"],
        true,
        "证书上的编号。",
        "As the certificate has it.",
        "晋M站2026-001"
    ),
    column!(
        "from_day",
        "有效期起",
        "Valid from",
        ["起始日期", "发证日期"],
        true,
        "从哪天起有效。",
        "From which day on it holds.",
        "2026-01-01"
    ),
    column!(
        "until_day",
        "有效期止",
        "Valid through",
        ["截止日期", "到期日期", "有效期至"],
        false,
        "最后一天有效的日期；不填表示尚未规定。",
        "The last day on which it holds; empty while no end is set.",
        "2028-12-31"
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Columns, normal};

    #[test]
    fn every_template_is_read_by_its_own_rules() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(kind));
            let titles: Vec<String> = kind.columns().iter().map(Column::title).collect();
            assert_eq!(Columns::find(kind.columns(), &titles).unwrap().not_read().count(), 0);
        }
    }

    /// No name of one column is a name of another of the same table.
    #[test]
    fn no_name_means_two_columns() {
        for kind in Kind::ALL {
            for (at, one) in kind.columns().iter().enumerate() {
                for other in &kind.columns()[at + 1..] {
                    let names = |column: &Column| -> Vec<String> {
                        [column.word, column.zh, column.en]
                            .iter()
                            .chain(column.also)
                            .map(|name| normal(name))
                            .collect()
                    };
                    let shared: Vec<String> =
                        names(one).into_iter().filter(|name| names(other).contains(name)).collect();
                    assert_eq!(shared, Vec::<String>::new(), "{kind:?}: {} and {}", one.word, other.word);
                }
            }
        }
    }
}
