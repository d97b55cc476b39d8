//! What is inspected, and by which method (GB 3847-2018, clauses 4 to 8).

use plumewatch_shared::exhaust_test::TestItem;
use plumewatch_shared::language::Bilingual;

/// How a station tests the emission of a diesel vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// 自由加速法, Annex A.
    FreeAcceleration,
    /// 加载减速法, Annex B.
    LugDown,
    /// 林格曼黑度法, Annex D.
    Ringelmann,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 3] = [Self::FreeAcceleration, Self::LugDown, Self::Ringelmann];

    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FreeAcceleration => "free-acceleration",
            Self::LugDown => "lug-down",
            Self::Ringelmann => "ringelmann",
        }
    }

    /// The method of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }

    /// Its name for people.
    pub fn name(self) -> Bilingual {
        match self {
            Self::FreeAcceleration => Bilingual::new("自由加速法", "free acceleration"),
            Self::LugDown => Bilingual::new("加载减速法", "lug-down"),
            Self::Ringelmann => Bilingual::new("林格曼黑度法", "Ringelmann"),
        }
    }

    /// The quantities that it gives.
    pub const fn items(self) -> &'static [TestItem] {
        match self {
            Self::FreeAcceleration => &[TestItem::FreeAccelerationK],
            Self::LugDown => &[
                TestItem::LugDownK100,
                TestItem::LugDownK80,
                TestItem::LugDownNox80,
                TestItem::WheelPowerShare,
            ],
            Self::Ringelmann => &[TestItem::Ringelmann],
        }
    }
}

/// One thing that an inspection passes or fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InspectedItem {
    /// A quantity of the emission test (clause 8).
    Emission(TestItem),
    /// The on-board diagnosis (clause 7).
    Obd,
    /// What is seen of engine, exhaust and after-treatment (clause 6).
    Appearance,
}

impl InspectedItem {
    /// Every item.
    pub fn all() -> impl Iterator<Item = Self> {
        TestItem::ALL.into_iter().map(Self::Emission).chain([Self::Obd, Self::Appearance])
    }

    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Emission(item) => item.word(),
            Self::Obd => "obd",
            Self::Appearance => "appearance",
        }
    }

    /// The item of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().find(|item| item.word() == word)
    }

    /// Its name for people.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Emission(item) => item.name(),
            Self::Obd => Bilingual::new("车载诊断系统（OBD）检查", "on-board diagnosis (OBD)"),
            Self::Appearance => Bilingual::new("外观检验", "appearance"),
        }
    }
}

/// The names of items, one after another.
pub fn names<'a>(items: impl IntoIterator<Item = &'a InspectedItem>) -> Bilingual {
    let names: Vec<Bilingual> = items.into_iter().map(|item| item.name()).collect();
    let join =
        |pick: fn(&Bilingual) -> &str, with: &str| names.iter().map(pick).collect::<Vec<_>>().join(with);
    Bilingual::new(join(|name| &name.zh, "、"), join(|name| &name.en, "; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_no_two_are_alike() {
        let words: std::collections::BTreeSet<_> = InspectedItem::all().map(InspectedItem::word).collect();
        assert_eq!(words.len(), InspectedItem::all().count());
        for item in InspectedItem::all() {
            assert_eq!(InspectedItem::from_word(item.word()), Some(item));
        }
        for method in Method::ALL {
            assert_eq!(Method::from_word(method.word()), Some(method));
        }
    }

    /// A quantity belongs to one method alone, so that "all items by the same method" says something.
    #[test]
    fn every_quantity_belongs_to_one_method() {
        for item in TestItem::ALL {
            let methods = Method::ALL.into_iter().filter(|method| method.items().contains(&item));
            assert_eq!(methods.count(), 1, "{item:?}");
        }
    }
}
