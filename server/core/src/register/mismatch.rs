//! What was seen at the roadside against what is registered. A plate is never trusted alone: a cloned or misread plate
//! shows itself by a vehicle that is not the registered one. Nothing here decides; a reviewer is told.

use jiff::civil::Date;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::passage::Passage;
use plumewatch_shared::plate::{Plate, PlateColour};

use super::vehicle::Facts;
use super::vin::Vin;
use super::word::{BodyColour, Size, VehicleClass};

/// What was seen of a vehicle; what was not is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The plate's ground colour.
    pub plate_colour: Option<PlateColour>,
    /// Does the plate say that it has no combustion engine?
    pub electric_plate: bool,
    /// The class, where a camera or a person tells it.
    pub class: Option<VehicleClass>,
    /// The make, where a camera or a person tells it.
    pub make: Option<String>,
    /// The body's colour, where a camera or a person tells it.
    pub body_colour: Option<BodyColour>,
    /// The VIN, read off the vehicle in a roadside test.
    pub vin: Option<Vin>,
    /// Was exhaust measured? A vehicle that burns nothing has none.
    pub exhaust: bool,
}

impl Seen {
    /// What a passage knows: cameras read the plate and its colour today, and neither class nor make.
    pub fn in_passage(passage: &Passage) -> Self {
        Self {
            plate_colour: passage.plate_colour(),
            electric_plate: passage.plate().is_some_and(|plate| plate.kind().is_electric()),
            exhaust: passage.reading.is_some(),
            ..Self::default()
        }
    }
}

/// A vehicle that is registered under a plate on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The colour of the registered plate.
    pub plate_colour: PlateColour,
    /// What is known of it.
    pub facts: Facts,
}

/// Something that does not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The plate is registered in another colour only.
    PlateColour {
        /// As seen.
        seen: PlateColour,
        /// As registered.
        registered: PlateColour,
    },
    /// A large vehicle is registered and the plate is a small vehicle's, or the other way round.
    Size {
        /// As seen, by the plate's colour.
        seen: Size,
        /// As registered.
        registered: VehicleClass,
    },
    /// Another class.
    Class {
        /// As seen.
        seen: VehicleClass,
        /// As registered.
        registered: VehicleClass,
    },
    /// Another make.
    Make {
        /// As seen.
        seen: String,
        /// As registered.
        registered: String,
    },
    /// Another colour of the body.
    BodyColour {
        /// As seen.
        seen: BodyColour,
        /// As registered.
        registered: BodyColour,
    },
    /// Another VIN.
    Vin,
    /// Exhaust was measured of a vehicle that is registered to burn something that the diesel limits are not for.
    Fuel {
        /// As registered.
        registered: super::word::Fuel,
    },
}

/// Everything that does not agree; empty where all that is known on both sides does.
pub fn mismatch(seen: &Seen, registered: &Registered) -> Vec<Mismatch> {
    let facts = &registered.facts;
    let mut found = Vec::new();
    if let Some(colour) = seen.plate_colour
        && colour != registered.plate_colour
    {
        found.push(Mismatch::PlateColour { seen: colour, registered: registered.plate_colour });
    }
    match (seen.class, facts.class) {
        (Some(seen), Some(class))
            if seen != class && seen != VehicleClass::Other && class != VehicleClass::Other =>
        {
            found.push(Mismatch::Class { seen, registered: class });
        }
        (None, Some(class)) => {
            if let (Some(size), Some(registered)) = (seen.plate_colour.and_then(size_of), class.size())
                && size != registered
            {
                found.push(Mismatch::Size { seen: size, registered: class });
            }
        }
        (Some(_) | None, _) => {}
    }
    if let (Some(seen), Some(make)) = (&seen.make, &facts.make)
        && !same_make(seen, make)
    {
        found.push(Mismatch::Make { seen: seen.clone(), registered: make.clone() });
    }
    if let (Some(seen), Some(colour)) = (seen.body_colour, facts.body_colour)
        && seen != colour
        && seen != BodyColour::Other
        && colour != BodyColour::Other
    {
        found.push(Mismatch::BodyColour { seen, registered: colour });
    }
    if seen.vin.as_ref().zip(facts.vin.as_ref()).is_some_and(|(seen, registered)| seen != registered) {
        found.push(Mismatch::Vin);
    }
    if let Some(fuel) = facts.fuel
        && seen.exhaust
        && !fuel.may_burn_diesel()
    {
        found.push(Mismatch::Fuel { registered: fuel });
    }
    found
}

/// A make is written with its model by some and without by others: one must hold the other.
fn same_make(one: &str, other: &str) -> bool {
    let (one, other) = (crate::sheet::normal(one), crate::sheet::normal(other));
    one.contains(&other) || other.contains(&one)
}

const fn size_of(colour: PlateColour) -> Option<Size> {
    match colour {
        PlateColour::Yellow | PlateColour::YellowGreen => Some(Size::Large),
        PlateColour::Blue | PlateColour::Green => Some(Size::Small),
        PlateColour::White | PlateColour::Black => None,
    }
}

const fn colour_zh(colour: PlateColour) -> &'static str {
    match colour {
        PlateColour::Blue => "蓝",
        PlateColour::Yellow => "黄",
        PlateColour::Green => "绿",
        PlateColour::YellowGreen => "黄绿",
        PlateColour::White => "白",
        PlateColour::Black => "黑",
    }
}

impl Mismatch {
    /// The word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::PlateColour { .. } => "plate-colour",
            Self::Size { .. } | Self::Class { .. } => "class",
            Self::Make { .. } => "make",
            Self::BodyColour { .. } => "body-colour",
            Self::Vin => "vin",
            Self::Fuel { .. } => "fuel",
        }
    }

    /// What does not agree, for a reviewer.
    pub fn sentence(&self) -> Bilingual {
        match self {
            Self::PlateColour { seen, registered } => Bilingual::new(
                format!("看到的是{}牌，登记的是{}牌。", colour_zh(*seen), colour_zh(*registered)),
                format!("A {} plate was seen; a {} one is registered.", seen.word(), registered.word()),
            ),
            Self::Size { seen: Size::Large, registered } => Bilingual::new(
                format!("看到的是大型车号牌，登记的是{}。", registered.zh()),
                format!("The plate seen is a large vehicle's; a {} is registered.", registered.word()),
            ),
            Self::Size { seen: Size::Small, registered } => Bilingual::new(
                format!("看到的是小型车号牌，登记的是{}。", registered.zh()),
                format!("The plate seen is a small vehicle's; a {} is registered.", registered.word()),
            ),
            Self::Class { seen, registered } => Bilingual::new(
                format!("看到的是{}，登记的是{}。", seen.zh(), registered.zh()),
                format!("A {} was seen; a {} is registered.", seen.word(), registered.word()),
            ),
            Self::Make { seen, registered } => Bilingual::new(
                format!("看到的品牌是{seen}，登记的是{registered}。"),
                format!("The make seen is {seen}; {registered} is registered."),
            ),
            Self::BodyColour { seen, registered } => Bilingual::new(
                format!("看到的车身是{}色，登记的是{}色。", seen.zh(), registered.zh()),
                format!("The body seen is {}; {} is registered.", seen.word(), registered.word()),
            ),
            Self::Vin => Bilingual::new(
                "车上的车辆识别代号与登记的不同。",
                "The VIN read off the vehicle is not the registered one.",
            ),
            Self::Fuel { registered } => Bilingual::new(
                format!("登记的燃料是{}，柴油车的限值不适用。", registered.zh()),
                format!(
                    "It is registered to run on {}: limits for diesel do not apply to it.",
                    registered.word()
                ),
            ),
        }
    }
}

/// What to tell where nobody registered the plate.
pub fn unregistered(plate: &Plate, day: Date) -> Bilingual {
    let electric = plate.kind().is_electric();
    let (zh, en) = if electric {
        ("；号牌是纯电动车的", "; the plate is one of battery vehicles")
    } else {
        ("", "")
    };
    Bilingual::new(
        format!("{day}没有登记此号牌的车辆，无法核对颜色、类型和品牌{zh}。"),
        format!(
            "No vehicle was registered under this plate on {day}: colour, class and make cannot be compared{en}."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::word::Fuel;
    use super::*;
    use proptest::prelude::*;

    fn registered() -> Registered {
        let facts = Facts {
            vin: Some(Vin::parse("1M8GDM9AXKP042788").unwrap()),
            fuel: Some(Fuel::Diesel),
            stage: None,
            class: Some(VehicleClass::Tractor),
            make: Some("解放 J6P".to_owned()),
            body_colour: Some(BodyColour::Red),
            first_registered: None,
            usage: None,
            owner: None,
            region: "140105".parse().unwrap(),
        };
        Registered { plate_colour: PlateColour::Yellow, facts }
    }

    fn words(seen: &Seen, registered: &Registered) -> Vec<&'static str> {
        mismatch(seen, registered).iter().map(Mismatch::word).collect()
    }

    #[test]
    fn what_agrees_and_what_was_not_seen_is_no_mismatch() {
        assert_eq!(words(&Seen::default(), &registered()), Vec::<&str>::new());
        let seen = Seen {
            plate_colour: Some(PlateColour::Yellow),
            class: Some(VehicleClass::Tractor),
            make: Some("解放".to_owned()),
            body_colour: Some(BodyColour::Red),
            vin: registered().facts.vin,
            exhaust: true,
            electric_plate: false,
        };
        assert_eq!(words(&seen, &registered()), Vec::<&str>::new());
    }

    #[test]
    fn each_difference_is_told() {
        let seen = |change: fn(&mut Seen)| {
            let mut seen = Seen::default();
            change(&mut seen);
            words(&seen, &registered())
        };
        assert_eq!(seen(|seen| seen.plate_colour = Some(PlateColour::Blue)), ["plate-colour", "class"]);
        assert_eq!(seen(|seen| seen.class = Some(VehicleClass::LightTruck)), ["class"]);
        assert_eq!(seen(|seen| seen.make = Some("东风".to_owned())), ["make"]);
        assert_eq!(seen(|seen| seen.body_colour = Some(BodyColour::Blue)), ["body-colour"]);
        assert_eq!(seen(|seen| seen.vin = Vin::parse("11111111111111111").ok()), ["vin"]);
        let mut petrol = registered();
        petrol.facts.fuel = Some(Fuel::Petrol);
        assert_eq!(words(&Seen { exhaust: true, ..Seen::default() }, &petrol), ["fuel"]);
        assert_eq!(words(&Seen::default(), &petrol), Vec::<&str>::new(), "nothing was measured");
    }

    proptest! {
        /// Each side may know less: then never more is told to differ.
        #[test]
        fn knowing_less_never_accuses_more(colour in 0usize..7, class in 0usize..14, body in 0usize..13, drop in 0u8..8) {
            let seen = Seen {
                plate_colour: PlateColour::ALL.get(colour).copied(),
                class: VehicleClass::ALL.get(class).copied(),
                body_colour: BodyColour::ALL.get(body).copied(),
                ..Seen::default()
            };
            let all = words(&seen, &registered());
            let mut less = registered();
            if drop & 1 > 0 { less.facts.class = None; }
            if drop & 2 > 0 { less.facts.body_colour = None; }
            if drop & 4 > 0 { less.facts.make = None; }
            prop_assert!(words(&seen, &less).iter().all(|word| all.contains(word)));
        }
    }
}
