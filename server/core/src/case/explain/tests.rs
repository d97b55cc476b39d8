use plumewatch_shared::rulebook::{Item, Rulebook};

use super::super::tests::{OPENED, apply, at, event, opened};
use super::*;
use crate::case::Event;

fn step(kind: Kind, event: &Event, after: &Case, day: &str) -> Step {
    Step {
        at: at(day),
        actor: "wang.zhuguan".to_owned(),
        kind,
        told: Told::of(event, after, "2024-01-01.1"),
        reason: (kind.source() == crate::case::Source::Person).then(|| "依据文书 12 号".to_owned()),
    }
}

/// A life of these events, each on its day, and what is told of it.
fn life(events: &[(Kind, &str)], now: &str) -> Explanation {
    let (mut case, mut steps) = (opened(), Vec::new());
    for (kind, day) in events {
        let said = event(*kind);
        case = apply(case, said.clone(), day).unwrap().0;
        steps.push(step(*kind, &said, &case, day));
    }
    let (book, rules) = (Rulebook::hj845(), CaseworkRules::shipped());
    let exceedances =
        ["2026-10-02", "2026-11-05"].map(|day| Exceedance { passed: at(day), measured: 3_520, limit: 3_000 });
    let confirmations = [("li.fuhe", "2026-11-08"), ("zhang.fuhe", OPENED)].map(|(by, day)| Confirmation {
        by: by.to_owned(),
        at: at(day),
        reason: Some("照片与读数一致".to_owned()),
    });
    let grounds = Grounds {
        exceedances: &exceedances,
        counting: &book.counting,
        rulebook: book.reference(),
        confirmations: &confirmations,
        rules: &rules,
    };
    assert_eq!(case.item, Item::Opacity);
    explain(&case, &grounds, &steps, at(now))
}

#[test]
fn a_listed_vehicle_is_told_everything_that_led_to_it() {
    let told = life(&[(Kind::ServeNotice, OPENED), (Kind::OrderRepair, "2026-11-16")], "2026-11-20");
    assert!(told.listed);
    assert_eq!(told.verdict.en, "The vehicle is listed: its case is open.");
    let en: Vec<&str> = told.facts.iter().map(|fact| fact.en.as_str()).collect();
    assert_eq!(
        en,
        [
            "2 consecutive valid measurements of opacity exceed the limit within 6 calendar months: 2026-10-02 \
             35.20 %, limit 30.00 %; 2026-11-05 35.20 %, limit 30.00 % (HJ 845-2017, 6).",
            "Judged by rulebook HJ 845-2017, version 2017-07-27.1.",
            "On 2026-11-08 li.fuhe confirmed it first, because: 照片与读数一致 (行政处罚法（2021）, 四十一).",
            "On 2026-11-09 zhang.fuhe confirmed it second, because: 照片与读数一致 (行政处罚法（2021）, 四十一).",
            "On 2026-11-09 the case was opened and the vehicle put on the roadside list: every checkpoint points it out.",
            "On 2026-11-09 notice 并环改〔2026〕118号 went by letter, received or published on 2026-11-09, served as of \
             2026-11-09 (行政处罚法, 六十一; 民事诉讼法（2023）, 八十八、九十一), due 2026-11-16 (counted in working days) \
             (entered by wang.zhuguan, because: 依据文书 12 号).",
            "On 2026-11-16 repair was ordered, with a retest to be passed at I-140105-01, due 2026-12-07 (counted in \
             working days) (各地办法，10至30个工作日不等) (entered by wang.zhuguan, because: 依据文书 12 号).",
        ]
    );
    let late = life(&[(Kind::ServeNotice, OPENED)], "2026-11-20");
    assert_eq!(late.verdict.zh, "该车在列：案件未结，已超过期限2026-11-16。");
    let appealed = life(&[(Kind::ServeNotice, OPENED), (Kind::EnterAppeal, OPENED)], "2026-12-20");
    assert_eq!(appealed.verdict.zh, "该车在列：案件未结，申诉待决，期限中止。");
}

#[test]
fn a_cleared_vehicle_is_told_what_cleared_it() {
    let ordered = [(Kind::ServeNotice, OPENED), (Kind::OrderRepair, OPENED)];
    let with = |more: &[(Kind, &'static str)]| life(&[&ordered[..], more].concat(), "2026-12-20");
    let passed =
        with(&[(Kind::Taken, OPENED), (Kind::Repaired, "2026-11-12"), (Kind::RetestPassed, "2026-11-13")]);
    assert!(!passed.listed);
    assert_eq!(passed.verdict.zh, "该车已移出名单：2026-11-13复检合格结案，此前的超标不再与以后的连续计算。");
    let excepted = with(&[(Kind::CloseByException, "2026-11-13")]);
    assert_eq!(
        excepted.verdict.en,
        "The vehicle is cleared without a retest: the vehicle was scrapped (2026-11-13, approved by 王主管)."
    );
    assert!(excepted.facts.last().unwrap().zh.contains("批准人王主管"));
    let won = with(&[(Kind::EnterAppeal, "2026-11-13"), (Kind::UpholdAppeal, "2026-11-14")]);
    assert!(won.verdict.zh.contains("申诉成立") && won.verdict.en.contains("appeal was won"));
    let withdrawn = with(&[(Kind::Withdraw, "2026-11-14")]);
    assert!(withdrawn.verdict.zh.contains("2026-11-14撤销"));
}

/// No step is left out, and each sentence says something in both languages.
#[test]
fn every_kind_of_step_has_its_sentence() {
    for &kind in Kind::ALL {
        let case = apply(opened(), event(Kind::ServeNotice), OPENED).unwrap().0;
        let said = told(&step(kind, &event(kind), &case, OPENED), &CaseworkRules::shipped());
        assert!(said.zh.ends_with('。') && said.en.ends_with('.'), "{said:?}");
        assert!(said.zh.chars().count() > 8 && said.en.len() > 20, "{said:?}");
    }
}
