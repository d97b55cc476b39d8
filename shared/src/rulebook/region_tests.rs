use super::*;
use crate::exhaust_test::TestRulebook;
use crate::ids::Region;
use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::json;

fn region(code: &str) -> Region {
    code.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// An override of HJ 845-2017 with these fields more.
fn change(region: &str, version: &str, fields: serde_json::Value) -> (String, Source) {
    of("HJ 845-2017", region, version, fields)
}

fn of(id: &str, region: &str, version: &str, fields: serde_json::Value) -> (String, Source) {
    let mut file = json!({
        "overrides": id, "region": region, "version": version, "in_force_from": &version[..10],
        "title": { "zh": "示例", "en": "a sample" },
    });
    file.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let name = format!("{region}-{version}.json");
    (name.clone(), Source::parse(&name, &file.to_string()).unwrap())
}

fn no(role: &str) -> serde_json::Value {
    json!({ "limits": [{ "item": "no", "role": role, "clause": "晋环发", "confidence": "low" }] })
}

fn opacity(at_most: i64) -> serde_json::Value {
    json!({ "limits": [{ "item": "opacity", "at_most": at_most, "clause": "并环发", "confidence": "low" }] })
}

fn limit(book: &Rulebook, item: Item) -> (i64, Role) {
    book.limits.iter().find(|limit| limit.item == item).map(|limit| (limit.at_most, limit.role)).unwrap()
}

#[test]
fn the_most_specific_wins_field_by_field_from_its_day_until_its_end() {
    let ends = json!({ "in_force_until": "2027-01-01" });
    let mut city = opacity(2_500);
    city.as_object_mut().unwrap().extend(ends.as_object().unwrap().clone());
    let library = Library::new(vec![
        change("140105", "2026-10-01.1", opacity(2_000)),
        change("140100", "2026-09-01.1", city),
        change("140000", "2026-07-01.1", no("enforcement")),
        change("140000", "2026-07-01.2", no("enforcement")),
    ])
    .unwrap();
    let at = |code: &str, on: &str| library.passages(region(code), day(on));
    let enforced = (150_000, Role::Enforcement);
    assert_eq!(at("140105", "2026-06-30"), Rulebook::hj845());
    assert_eq!(at("140105", "2026-07-01").version, "2017-07-27.1+140000:2026-07-01.2");
    let city = at("140107", "2026-12-31");
    assert_eq!((limit(&city, Item::Opacity), limit(&city, Item::No)), ((2_500, Role::Enforcement), enforced));
    assert_eq!(city.version, "2017-07-27.1+140000:2026-07-01.2+140100:2026-09-01.1");
    assert_eq!(city.in_force_from, day("2026-09-01"));
    assert_eq!(limit(&at("140107", "2027-01-01"), Item::Opacity).0, 3_000, "the city's has ended");
    assert_eq!(limit(&at("140105", "2027-01-01"), Item::Opacity).0, 2_000, "the county's has not");
    assert_eq!(at("110105", "2027-01-01"), Rulebook::hj845(), "another province");
    let clause = &city.limits.iter().find(|limit| limit.item == Item::No).unwrap().clause;
    assert_eq!(clause, "HJ 845-2017, 5, 表1; 晋环发");
}

#[test]
fn a_schedule_has_every_edition_from_its_day() {
    let library = Library::new(vec![change("140100", "2026-09-01.1", opacity(2_500))]).unwrap();
    let issue = library.issue(7, Timestamp::UNIX_EPOCH, region("140105")).unwrap();
    let days: Vec<_> = issue.passages.entries().iter().map(|(from, _)| from.to_string()).collect();
    assert_eq!(days, ["2017-07-27", "2026-09-01"]);
    assert_eq!(**issue.passages.on(day("2026-08-31")), Rulebook::hj845());
    assert_eq!(limit(issue.passages.on(day("2026-09-01")), Item::Opacity).0, 2_500);
    assert_eq!(**issue.passages.on(day("1970-01-01")), Rulebook::hj845(), "a clock that is wrong");
    assert_eq!(issue.tests_of("GB 3847-2018", day("2026-01-01")).unwrap().id, "GB 3847-2018");
    assert_eq!(issue.tests_of("GB 1", day("2026-01-01")), None);
}

#[test]
fn a_province_may_adopt_limit_b() {
    let class = json!({ "class_in_force": { "word": "b", "clause": "省政府公告", "confidence": "low" } });
    let library = Library::new(vec![of("GB 3847-2018", "140000", "2026-07-01.1", class)]).unwrap();
    let class = |code: &str, on: &str| {
        let issue = library.issue(1, Timestamp::UNIX_EPOCH, region(code)).unwrap();
        issue.tests_of("GB 3847-2018", day(on)).unwrap().class_in_force.as_ref().unwrap().word.clone()
    };
    assert_eq!(class("140105", "2026-07-01"), "b");
    assert_eq!([class("140105", "2026-06-30"), class("110105", "2026-07-01")], ["a", "a"]);
}

#[test]
fn a_corrected_national_edition_of_the_same_day_takes_the_place_of_the_first() {
    let mut book = Rulebook::hj845();
    book.version = "2017-07-27.2".to_owned();
    let json = serde_json::to_string(&book).unwrap();
    let library = Library::new(vec![("new.json".into(), Source::parse("new.json", &json).unwrap())]).unwrap();
    assert_eq!(library.passages(region("140105"), day("2026-01-01")).version, "2017-07-27.2");
}

/// What a file says wrong, with its name, the item and what to do.
fn refusal(files: Vec<(String, Source)>) -> String {
    let error = Library::new(files).unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    format!("{error}: {source}")
}

#[test]
fn contradictions_name_file_item_and_remedy() {
    let laxer = refusal(vec![change("140100", "2026-09-01.1", opacity(3_001))]);
    assert!(laxer.contains("140100-2026-09-01.1.json") && laxer.contains("opacity"), "{laxer}");
    assert!(laxer.contains("only make a limit stricter"), "{laxer}");
    let twice = change("140000", "2026-07-01.1", opacity(2_500));
    assert!(refusal(vec![twice.clone(), twice]).contains("raise the number after the dot"));
    let weaker =
        json!({ "limits": [{ "item": "opacity", "role": "screening", "clause": "x", "confidence": "low" }] });
    assert!(
        refusal(vec![change("140000", "2026-07-01.1", weaker)])
            .contains("cannot take an enforced limit back")
    );
    let none = json!({ "class_in_force": { "word": "c", "clause": "x", "confidence": "low" } });
    let unknown = refusal(vec![of("GB 3847-2018", "140000", "2026-07-01.1", none)]);
    assert!(unknown.contains("name one of them"), "{unknown}");
    assert!(refusal(vec![of("GB 1", "140000", "2026-07-01.1", opacity(1))]).contains("no such standard"));
    let wrong_kind = refusal(vec![of("GB 3847-2018", "140000", "2026-07-01.1", opacity(1))]);
    assert!(wrong_kind.contains("standard of tests"), "{wrong_kind}");
    let many = (1..=17).map(|n| change("140000", &format!("20{n:02}-07-01.1"), opacity(3_000 - n)));
    assert!(refusal(many.collect()).contains("remove overrides that ended"));
    let national = serde_json::to_string(&Rulebook::hj845()).unwrap();
    let same = vec![("a.json".into(), Source::parse("a.json", &national).unwrap())];
    assert!(refusal(same).contains("this edition is here already"));
}

#[test]
fn an_override_that_could_not_be_meant_is_refused() {
    let parse = |region: &str, version: &str, from: &str, fields: serde_json::Value| {
        let mut file = json!({ "overrides": "HJ 845-2017", "region": region, "version": version,
            "in_force_from": from, "title": { "zh": "示例", "en": "a sample" } });
        file.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let error = Source::parse("x.json", &file.to_string()).unwrap_err();
        std::error::Error::source(&error).map_or(String::new(), ToString::to_string)
    };
    let (version, from) = ("2026-07-01.1", "2026-07-01");
    assert!(parse("000000", version, from, opacity(1)).contains("national edition"));
    assert!(parse("140000", "2026-07-02.1", from, opacity(1)).contains("in_force_from"));
    assert!(parse("140000", version, from, json!({})).contains("changes nothing"));
    let never = json!({ "in_force_until": from, "counting": { "instruments": 2, "clause": "x", "confidence": "low" } });
    assert!(parse("140000", version, from, never).contains("never holds"));
    let empty = json!({ "limits": [{ "item": "no", "clause": "x", "confidence": "low" }] });
    assert!(parse("140000", version, from, empty).contains("at_most, role, or both"));
    let both = json!({ "counting": { "instruments": 2, "clause": "x", "confidence": "low" },
        "class_in_force": { "word": "b", "clause": "x", "confidence": "low" } });
    assert!(parse("140000", version, from, both).contains("a file for each"));
}

#[test]
fn a_rulebook_that_contradicts_itself_names_the_item() {
    let shipped = include_str!("../../rulebooks/hj845-2017.json");
    let refused = |from: &str, to: &str| {
        assert!(shipped.contains(from), "{from}");
        match Rulebook::parse(&shipped.replacen(from, to, 1)).unwrap_err() {
            RulebookError::Contradiction(found) => found.item,
            RulebookError::Malformed(error) => panic!("{error}"),
        }
    };
    assert_eq!(refused("\"item\": \"ringelmann\"", "\"item\": \"opacity\""), "opacity");
    assert_eq!(refused("\"at_most\": 3000", "\"at_most\": -1"), "opacity");
    assert_eq!(refused("\"below\": -3000", "\"below\": 4501"), "temperature");
    assert_eq!(refused("\"condition\": \"head\"", "\"condition\": \"wind\""), "wind");
    assert_eq!(refused("\"exceedances\": 2", "\"exceedances\": 0"), "counting.exceedances");
    assert_eq!(refused("\"within_months\": 6", "\"within_months\": 0"), "counting.within_months");
    assert_eq!(
        refused("\"exceedances\": 2", "\"exceedances\": 2, \"instruments\": 3"),
        "counting.instruments"
    );
    assert_eq!(refused("\"beam_margin\": 500", "\"beam_margin\": -1"), "corroboration");
    assert_eq!(refused("2017-07-27.1", "2017-07-28.1"), "version");
}

/// Overrides of one province, two cities and two counties, some valid, some ended.
fn some_change() -> impl Strategy<Value = (String, Source)> {
    let code = prop::sample::select(vec!["140000", "140100", "140200", "140105", "140107"]);
    let fields = prop_oneof![
        (0i64..3_000).prop_map(opacity),
        Just(no("enforcement")),
        (1u32..5)
            .prop_map(|n| json!({ "counting": { "exceedances": n, "clause": "x", "confidence": "low" } })),
        Just(json!({ "counting": { "instruments": 2, "clause": "x", "confidence": "low" } })),
    ];
    (code, 2018i16..2022, 1u32..3, fields)
        .prop_map(|(code, year, number, fields)| change(code, &format!("{year}-07-01.{number}"), fields))
}

/// The files whose names differ: one region has one edition of one name.
fn files() -> impl Strategy<Value = Vec<(String, Source)>> {
    prop::collection::vec(some_change(), 0..8).prop_map(|mut files| {
        files.sort_by(|a, b| a.0.cmp(&b.0));
        files.dedup_by(|a, b| a.0 == b.0);
        files
    })
}

proptest! {
    #[test]
    fn the_order_of_the_files_decides_nothing(files in files(), seed in any::<u64>(), year in 2017i16..2024) {
        let mut shuffled = files.clone();
        // Any order: sorted by a hash of the name and the seed.
        shuffled.sort_by_key(|(name, _)| crate::ids::FileHash::of(format!("{seed}{name}").as_bytes()));
        // A county that would be laxer than its city is refused, in whichever order.
        let (one, other) = (Library::new(files), Library::new(shuffled));
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Ok(one), Ok(other)) = (one, other) {
            prop_assert_eq!(&one, &other);
            let at = |library: &Library| library.passages(region("140105"), Date::constant(year, 8, 1));
            prop_assert_eq!(at(&one), at(&other));
        }
    }

    #[test]
    fn what_is_resolved_is_a_rulebook_with_limits_and_reads_back(files in files(), year in 2010i16..2024) {
        let Ok(library) = Library::new(files) else { return Ok(()) };
        for code in ["140105", "140200", "110000"] {
            let book = library.passages(region(code), Date::constant(year, 8, 1));
            prop_assert!(book.limits.len() >= Rulebook::hj845().limits.len());
            let again = Rulebook::parse(&serde_json::to_string(&book).unwrap()).unwrap();
            prop_assert_eq!(&again, &book);
            prop_assert_eq!(&library.passages(region(code), Date::constant(year, 8, 1)), &book);
            // The schedule says the same as the question does.
            let issue = library.issue(1, Timestamp::UNIX_EPOCH, region(code)).unwrap();
            prop_assert_eq!(&**issue.passages.on(Date::constant(year, 8, 1)), &book);
        }
    }

    #[test]
    fn one_name_is_one_content(files in files()) {
        let Ok(library) = Library::new(files) else { return Ok(()) };
        let mut seen: std::collections::BTreeMap<String, std::sync::Arc<Rulebook>> = Default::default();
        for code in ["140105", "140107", "140100", "140200", "140000", "110000"] {
            let issue = library.issue(1, Timestamp::UNIX_EPOCH, region(code)).unwrap();
            for (_, book) in issue.passages.entries() {
                let before = seen.entry(book.version.clone()).or_insert_with(|| book.clone());
                prop_assert_eq!(&**before, &**book);
            }
        }
    }

    #[test]
    fn no_file_makes_the_reader_panic(text in "\\PC*", at in 0usize..2_000, with in "[0-9a-z\"{},:-]{0,6}") {
        let _ = Source::parse("noise", &text);
        let mut file = include_str!("../../rulebooks/hj845-2017.json").to_owned();
        let at = (0..=at % file.len()).rev().find(|&at| file.is_char_boundary(at)).unwrap();
        file.insert_str(at, &with);
        let _ = Source::parse("noise", &file);
    }
}

#[test]
fn the_shipped_rulebooks_are_editions_that_a_verdict_can_name() {
    let library = Library::shipped();
    let issue = library.issue(1, Timestamp::UNIX_EPOCH, region("140105")).unwrap();
    assert_eq!(issue.passages.entries().len(), 1);
    assert_eq!(issue.tests.len(), 2);
    for book in [TestRulebook::gb3847(), TestRulebook::gb36886()] {
        assert!(book.version.parse::<edition::Edition>().is_ok());
    }
}
