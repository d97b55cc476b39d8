use super::programme::{ProgrammeRules, programme};
use super::record::*;
use crate::access::OrganisationCode;
use jiff::civil::DateTime;
use plumewatch_shared::ids::Region;

fn now() -> DateTime {
    "2026-11-27T12:00:00".parse().unwrap()
}

fn rules() -> &'static ProgrammeRules {
    &programme().in_force(Region::COUNTRY, now().date()).rules
}

fn draft() -> RepairDraft {
    RepairDraft {
        diagnosis: "颗粒捕集器堵塞".to_owned(),
        work: vec!["更换颗粒捕集器".to_owned()],
        parts: vec![PartDraft {
            kind: "dpf".to_owned(),
            maker: "威孚".to_owned(),
            model: "WF-DPF-11".to_owned(),
            serial: "SN20261101".to_owned(),
        }],
        started: Some("2026-11-24T09:30:00".parse().unwrap()),
        finished: Some("2026-11-25T16:00:00".parse().unwrap()),
        certificate: "晋A-2026-000123".to_owned(),
        settlement: "JS-2026-77".to_owned(),
        technician: "李师傅".to_owned(),
        odometer_km: Some(183_400),
    }
}

fn broken(change: impl FnOnce(&mut RepairDraft)) -> Vec<(&'static str, &'static str)> {
    let mut draft = draft();
    change(&mut draft);
    let broken = draft.check(now(), rules()).unwrap_err();
    broken.into_iter().map(|rule| (rule.field.unwrap(), rule.code)).collect()
}

fn one(field: &'static str, code: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![(field, code)]
}

#[test]
fn a_whole_record_is_taken_as_it_is_and_is_the_same_when_sent_again() {
    let shop = OrganisationCode::parse("M-1").unwrap();
    let record = draft().check(now(), rules()).unwrap();
    assert_eq!(record.parts[0].kind, PartKind::Dpf);
    assert_eq!(record.digest(&shop), draft().check(now(), rules()).unwrap().digest(&shop));
    let mut other = record.clone();
    other.technician = "张师傅".to_owned();
    assert_ne!(other.digest(&shop), record.digest(&shop));
    let elsewhere = OrganisationCode::parse("M-2").unwrap();
    assert_ne!(record.digest(&elsewhere), record.digest(&shop));
}

#[test]
fn each_rule_names_its_field() {
    assert_eq!(broken(|draft| draft.diagnosis = "  ".to_owned()), one("diagnosis", "missing"));
    assert_eq!(broken(|draft| draft.technician = "长".repeat(101)), one("technician", "text"));
    assert_eq!(broken(|draft| draft.certificate = "a\u{7}b".to_owned()), one("certificate", "text"));
    assert_eq!(broken(|draft| draft.work.clear()), one("work", "work-missing"));
    assert_eq!(broken(|draft| draft.started = None), one("started", "time-missing"));
    let tomorrow = "2026-11-28T09:00:00".parse().ok();
    assert_eq!(broken(|draft| draft.finished = tomorrow), one("finished", "time-in-future"));
    let backwards = broken(|draft| std::mem::swap(&mut draft.started, &mut draft.finished));
    assert_eq!(backwards, one("finished", "ends-before-start"));
    assert_eq!(
        broken(|draft| draft.parts[0].kind = "catalyst".to_owned()),
        one("parts", "part-kind-unknown")
    );
    assert_eq!(broken(|draft| draft.parts[0].serial.clear()), one("parts", "serial-missing"));
}

#[test]
fn a_filter_needs_no_serial_number() {
    let mut filter = draft();
    filter.parts[0].kind = "滤清器".to_owned();
    filter.parts[0].serial.clear();
    assert_eq!(filter.check(now(), rules()).unwrap().parts[0].serial, None);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let wrong = broken(|draft| *draft = RepairDraft::default());
    let fields: Vec<&str> = wrong.iter().map(|(field, _)| *field).collect();
    assert_eq!(
        fields,
        ["diagnosis", "certificate", "settlement", "technician", "work", "started", "finished"]
    );
}

#[test]
fn a_kind_of_part_is_known_by_word_and_by_its_chinese_name() {
    for kind in PartKind::ALL {
        assert_eq!(PartKind::from_text(kind.word()), Some(*kind));
        assert_eq!(PartKind::from_text(&kind.name().zh), Some(*kind));
    }
    assert_eq!(PartKind::from_text(" DPF "), Some(PartKind::Dpf));
    assert_eq!(PartKind::from_text("喷油器"), Some(PartKind::Injector));
    assert_eq!(PartKind::from_text("喷油泵"), Some(PartKind::Injector));
    assert_eq!(PartKind::from_text(""), None);
}
