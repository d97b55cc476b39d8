//! The words of the register: fuel, stage, class, colour, use. Each has a word for tables and wires, a Chinese name,
//! the letter or number of the public security's code where it has one (GA 24), and other ways people write it.

use crate::sheet::Wrong;

macro_rules! words {
    ($(#[$about:meta])* $name:ident, $what_zh:literal, $what_en:literal {
        $($(#[$meta:meta])* $variant:ident = $word:literal, $zh:literal $(, $also:literal)*;)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$meta])* $variant,)* }

        impl $name {
            /// Every one of them, in the order in which people list them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word used in tables and on wires.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Its name in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh),* }
            }

            const fn also(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($also),*]),* }
            }

            /// The one of a [`word`](Self::word).
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }

            /// The one that a person wrote: its word, its name, or another way that is known.
            pub fn read(text: &str) -> Result<Self, Wrong> {
                let plain = crate::sheet::normal(text);
                let names = |one: &Self| {
                    let also = one.also().iter().copied();
                    [one.word(), one.zh()].into_iter().chain(also).any(|name| crate::sheet::normal(name) == plain)
                };
                Self::ALL.iter().copied().find(names).ok_or_else(|| {
                    let zh: Vec<&str> = Self::ALL.iter().map(|one| one.zh()).collect();
                    let en: Vec<&str> = Self::ALL.iter().map(|one| one.word()).collect();
                    Wrong::new(
                        "word.unknown",
                        format!(concat!("“{}”不是可用的", $what_zh, "。"), text.chars().take(20).collect::<String>()),
                        format!(concat!("\"{}\" is no ", $what_en, " that is known."), text.chars().take(20).collect::<String>()),
                        format!("请填写其中之一：{}。", zh.join("、")),
                        format!("Write one of: {}.", en.join(", ")),
                    )
                })
            }
        }
    };
}

words! {
    /// What a vehicle burns (GA 24.9).
    Fuel, "燃料种类", "fuel" {
        /// Diesel: the limits of HJ 845 and GB 3847 are for it.
        Diesel = "diesel", "柴油", "B";
        /// Petrol.
        Petrol = "petrol", "汽油", "A", "gasoline";
        /// Natural gas, compressed or liquid.
        NaturalGas = "natural-gas", "天然气", "E", "CNG", "LNG";
        /// Liquefied petroleum gas.
        Lpg = "lpg", "液化石油气", "F", "LPG";
        /// Electricity alone.
        Electric = "electric", "电", "C", "纯电动", "电动";
        /// A combustion engine and electricity.
        Hybrid = "hybrid", "混合动力", "O", "油电混合", "插电混动";
        /// Methanol.
        Methanol = "methanol", "甲醇", "L";
        /// Hydrogen.
        Hydrogen = "hydrogen", "氢", "P", "氢燃料";
        /// None: a trailer.
        None = "none", "无燃料", "Y";
        /// Another, or several.
        Other = "other", "其他", "Z", "D", "其它";
    }
}

impl Fuel {
    /// Could diesel limits be held against it? Other and hybrid may burn diesel; who judges must look.
    pub const fn may_burn_diesel(self) -> bool {
        matches!(self, Self::Diesel | Self::Hybrid | Self::Other)
    }
}

words! {
    /// The emission stage that a vehicle was approved to.
    EmissionStage, "排放阶段", "emission stage" {
        /// Before the first.
        BeforeFirst = "0", "国零", "国0", "国Ⅰ前";
        /// China I.
        First = "1", "国一", "国1", "国I", "国Ⅰ", "国Ⅰ阶段", "china1";
        /// China II.
        Second = "2", "国二", "国2", "国II", "国Ⅱ", "china2";
        /// China III.
        Third = "3", "国三", "国3", "国III", "国Ⅲ", "china3";
        /// China IV.
        Fourth = "4", "国四", "国4", "国IV", "国Ⅳ", "china4";
        /// China V.
        Fifth = "5", "国五", "国5", "国V", "国Ⅴ", "china5";
        /// China VI, a or b is not known.
        Sixth = "6", "国六", "国6", "国VI", "国Ⅵ", "china6";
        /// China VI-a.
        SixthA = "6a", "国六a", "国6a", "国VIa", "国Ⅵa", "china6a";
        /// China VI-b.
        SixthB = "6b", "国六b", "国6b", "国VIb", "国Ⅵb", "china6b";
    }
}

words! {
    /// Where an emission stage is known from, the surest first.
    StageSource, "排放阶段来源", "source of an emission stage" {
        /// The maker's list that goes with the vehicle, or the ministry's look-up of it by VIN.
        VehicleList = "vehicle-list", "随车清单", "环保信息公开", "vecc", "环保网";
        /// The vehicle's registration certificate or licence.
        Certificate = "certificate", "登记证书", "行驶证", "机动车登记证书";
        /// What an inspection station found on the vehicle.
        Inspection = "inspection", "检验核实", "检验", "检测站核实";
        /// What the owner says.
        Declared = "declared", "车主申报", "申报";
        /// Inferred from the day of first registration; a fallback that others override.
        FirstRegistration = "first-registration", "按登记日期推定", "推定", "登记日期";
    }
}

words! {
    /// The class of a vehicle, after its type (GA 24.4).
    VehicleClass, "车辆类型", "class of vehicle" {
        /// Heavy goods vehicle.
        HeavyTruck = "heavy-truck", "重型货车", "H11", "H12", "H13", "H14", "H15", "H16", "H17", "H18", "H19", "重型普通货车", "重型厢式货车", "重型自卸货车", "重型仓栅式货车", "重型罐式货车";
        /// Medium goods vehicle.
        MediumTruck = "medium-truck", "中型货车", "H21", "H22", "H23", "H24", "H25", "H26", "H27", "中型普通货车", "中型厢式货车", "中型自卸货车";
        /// Light goods vehicle.
        LightTruck = "light-truck", "轻型货车", "H31", "H32", "H33", "H34", "H35", "H37", "H38", "轻型普通货车", "轻型厢式货车", "轻型自卸货车", "轻型栏板货车";
        /// Mini goods vehicle.
        MiniTruck = "mini-truck", "微型货车", "H41", "H42", "H43", "H44", "H45", "H46", "微型普通货车";
        /// Tractor of a semi-trailer.
        Tractor = "tractor", "半挂牵引车", "牵引车", "Q11", "Q12", "Q21", "Q22", "Q31", "Q32", "重型半挂牵引车", "重型全挂牵引车", "中型半挂牵引车", "轻型半挂牵引车";
        /// Large passenger vehicle.
        LargeBus = "large-bus", "大型客车", "大型普通客车", "大型卧铺客车", "K11", "K12", "K13", "K14", "K15", "K16", "K17", "K18";
        /// Medium passenger vehicle.
        MediumBus = "medium-bus", "中型客车", "中型普通客车", "K21", "K22", "K23", "K24", "K25", "K26", "K27", "K28";
        /// Small passenger vehicle.
        SmallBus = "small-bus", "小型客车", "小型普通客车", "小型轿车", "轿车", "K31", "K32", "K33", "K34", "K38", "K39", "微型客车", "K41", "K42", "K43", "K49";
        /// Special work vehicle.
        Special = "special", "专项作业车", "专用作业车", "重型专项作业车", "中型专项作业车", "轻型专项作业车", "Z11", "Z12", "Z21", "Z22", "Z31", "Z32", "Z51", "Z71";
        /// Trailer.
        Trailer = "trailer", "挂车", "半挂车", "全挂车", "重型半挂车", "重型普通半挂车", "B11", "G11";
        /// Low-speed goods vehicle.
        LowSpeed = "low-speed", "低速货车", "三轮汽车", "N11", "N21", "H51", "H52", "H53", "H54", "H55";
        /// Another.
        Other = "other", "其他", "X99", "其它";
    }
}

/// How large a vehicle is, as its plate tells: yellow or yellow-green plates are for the large ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Size {
    /// Medium and heavy goods vehicles, tractors, medium and large buses.
    Large,
    /// Light and mini goods vehicles, small buses.
    Small,
}

impl VehicleClass {
    /// The size, where the class tells it.
    pub const fn size(self) -> Option<Size> {
        match self {
            Self::HeavyTruck | Self::MediumTruck | Self::Tractor | Self::LargeBus | Self::MediumBus => {
                Some(Size::Large)
            }
            Self::LightTruck | Self::MiniTruck | Self::SmallBus => Some(Size::Small),
            Self::Special | Self::Trailer | Self::LowSpeed | Self::Other => None,
        }
    }
}

words! {
    /// The main colour of a vehicle's body (GA 24.8).
    BodyColour, "车身颜色", "colour of a body" {
        /// White.
        White = "white", "白", "A", "白色";
        /// Grey and silver.
        Grey = "grey", "灰", "B", "灰色", "银", "银色", "银灰", "gray", "silver";
        /// Yellow.
        Yellow = "yellow", "黄", "C", "黄色";
        /// Pink.
        Pink = "pink", "粉", "D", "粉色";
        /// Red.
        Red = "red", "红", "E", "红色";
        /// Purple.
        Purple = "purple", "紫", "F", "紫色";
        /// Green.
        Green = "green", "绿", "G", "绿色";
        /// Blue.
        Blue = "blue", "蓝", "H", "蓝色";
        /// Brown.
        Brown = "brown", "棕", "I", "棕色", "褐", "咖啡";
        /// Black.
        Black = "black", "黑", "J", "黑色";
        /// Another, or several.
        Other = "other", "其他", "Z", "其它", "多色";
    }
}

words! {
    /// What a vehicle is used for (GA 24.3).
    Usage, "使用性质", "use of a vehicle" {
        /// Not for hire.
        NonCommercial = "non-commercial", "非营运", "A";
        /// Goods for hire.
        Freight = "freight", "货运", "F", "营运货车";
        /// Dangerous goods.
        DangerousGoods = "dangerous-goods", "危险品运输", "R", "危化品运输", "危货";
        /// Passengers for hire, long distance or tourism.
        Passenger = "passenger", "客运", "B", "E", "公路客运", "旅游客运";
        /// Town buses and taxis.
        PublicTransport = "public-transport", "公交客运", "C", "D", "公交", "出租客运", "出租";
        /// Hired out without a driver.
        Rental = "rental", "租赁", "G";
        /// Police, fire, rescue, engineering rescue.
        Emergency = "emergency", "特种", "H", "I", "J", "K", "警用", "消防", "救护", "工程救险";
        /// Sanitation and other town services.
        Municipal = "municipal", "环卫", "市政", "城市服务";
        /// School buses.
        School = "school", "校车", "O", "P", "S", "幼儿校车", "小学生校车";
        /// Teaching to drive.
        Training = "training", "教练", "N", "教练车";
        /// Another.
        Other = "other", "其他", "Z", "其它", "营转非", "L";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! every_name_reads_back {
        ($($name:ident),*) => {$(
            for &one in $name::ALL {
                assert_eq!($name::from_word(one.word()), Some(one));
                for name in [one.word(), one.zh()].iter().chain(one.also()) {
                    assert_eq!($name::read(name), Ok(one), "{name}");
                    assert_eq!($name::read(&format!(" {} ", name.to_lowercase())), Ok(one), "{name}");
                }
            }
        )*};
    }

    /// No name means two things, and each reads back.
    #[test]
    fn every_name_means_one_thing() {
        every_name_reads_back!(Fuel, EmissionStage, StageSource, VehicleClass, BodyColour, Usage);
    }

    #[test]
    fn an_unknown_word_is_answered_with_those_that_are_known() {
        let wrong = Fuel::read("煤").unwrap_err();
        assert_eq!(wrong.rule, "word.unknown");
        assert!(
            wrong.zh.contains("煤") && wrong.remedy_zh.contains("柴油") && wrong.remedy_en.contains("diesel")
        );
    }
}
