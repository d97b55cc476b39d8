//! Cheats: each detector finds what it is for, and says what it found.

use jiff::Span as JiffSpan;
use plumewatch_shared::ids::Region;
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed};

use super::curve::equal_curves;
use super::engine::{Impossibility, impossibilities};
use super::fact::{Curve, TestFact};
use super::follow_up::{ClosedRepair, short_lived};
use super::honest::{Chance, Station, facts};
use super::identity::{TwoIdentities, shared_calibrations, two_identities};
use super::pace::{Crowd, crowds, too_short};
use super::rate::{SeenAfter, Tests, apart, passes_then_exceeds};
use super::rules::{DetectorRules, detectors};
use super::*;
use crate::inspection::sample;
use crate::inspection::sample::{code, lug_down, passing};
use crate::inspection::test::{Emission, Inspection, Span};
use crate::order::programme::programme;
use crate::register::Vin;

fn rules() -> &'static DetectorRules {
    &detectors().in_force(Region::COUNTRY, "2026-11-27".parse().unwrap()).rules
}

fn tests(inspections: &[Inspection]) -> Vec<TestFact> {
    inspections.iter().map(TestFact::of).collect()
}

/// The numbers of the equal-curves rule let a replay with small noise through no more than an exact one.
#[test]
fn a_curve_that_was_played_again_is_found_however_it_is_dressed() {
    let rule = &rules().equal_curves;
    let inspections = Station::new(900).tests(60);
    let (_, curves) = facts(&inspections);
    let mut chance = Chance::new(3);
    for (at, original) in curves.iter().enumerate().take(20) {
        let mut replayed = Curve { id: curves[59].id.clone(), ..original.clone() };
        let found = |replayed: &Curve| {
            let found = equal_curves(replayed, &curves[..59], rule);
            found.iter().map(|(curve, _)| curve.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(found(&replayed), [curves[at].id.clone()], "played again as it was");
        replayed.points.iter_mut().for_each(|(k, speed)| {
            k.per_m_hundredths = k.per_m_hundredths.saturating_add(chance.of(0..3) as u16);
            speed.rpm += chance.of(0..10) as u16;
        });
        assert_eq!(found(&replayed), [curves[at].id.clone()], "with noise laid over");
        replayed.points.rotate_left(2);
        replayed.points.truncate(replayed.points.len() - 2);
        assert_eq!(found(&replayed), [curves[at].id.clone()], "and begun later");
    }
}

#[test]
fn curves_that_never_move_say_nothing() {
    let still = |report: &str| {
        let points = vec![(AbsorptionCoefficient { per_m_hundredths: 0 }, EngineSpeed { rpm: 700 }); 180];
        Curve { points, ..Curve::of(&passing(report)).unwrap() }
    };
    assert_eq!(equal_curves(&still("1"), &[still("2")], &rules().equal_curves), []);
}

#[test]
fn what_no_engine_gives_is_named() {
    let rule = &rules().impossible;
    assert_eq!(impossibilities(&passing("1"), rule), []);
    assert_eq!(impossibilities(&lug_down("1"), rule), []);
    let lug = |change: fn(&mut Vec<crate::inspection::test::LugPoint>, &mut u32)| {
        let mut inspection = lug_down("1");
        if let Emission::LugDown { process, wheel_power_w, .. } = &mut inspection.emission {
            change(process, wheel_power_w);
        }
        impossibilities(&inspection, rule)
    };
    let strong = lug(|_, power| *power = 290_000);
    assert_eq!(strong, [Impossibility::MorePowerThanRated { share_per_mille: 1_160 }]);
    let diluted = lug(|process, _| process.iter_mut().for_each(|point| point.co2_hundredths = 90));
    assert_eq!(diluted, [Impossibility::Diluted { co2_hundredths: 90 }]);
    let slipping = lug(|process, _| process[100].speed.rpm = 1_000);
    assert_eq!(slipping, [Impossibility::GearSlips { spread_per_mille: 358 }]);
    assert_eq!(lug(|process, _| process.swap(3, 90))[0], Impossibility::TimeRunsBack);

    let mut alike = passing("1");
    if let Emission::FreeAcceleration { runs, .. } = &mut alike.emission {
        *runs = vec![sample::run(80); 3];
    }
    assert_eq!(impossibilities(&alike, rule), [Impossibility::EqualPeaks { k_hundredths: 80 }]);
    let mut idling = passing("1");
    if let Emission::FreeAcceleration { runs, .. } = &mut idling.emission {
        runs.iter_mut().for_each(|run| run.highest_speed.rpm = 1_000);
    }
    assert_eq!(impossibilities(&idling, rule), [Impossibility::NotAccelerated { rpm: 1_000 }]);
    assert_eq!(strong[0].sentence().zh, "轮边功率达到额定功率的116.0%。");
}

#[test]
fn a_test_is_too_short_below_its_procedures_time() {
    let mut inspection = passing("1");
    let lasting = |inspection: &mut Inspection, seconds: i64| {
        let started = inspection.span.started;
        inspection.span =
            Span { started, ended: started.checked_add(JiffSpan::new().seconds(seconds)).unwrap() };
        too_short(&TestFact::of(inspection), &rules().pace)
    };
    assert_eq!(lasting(&mut inspection, 60), None);
    assert_eq!(lasting(&mut inspection, 59), Some(59));
}

#[test]
fn a_line_that_tests_sixteen_in_an_hour_or_two_at_once_is_found() {
    let line = |apart_s: i64, count: i64| {
        let inspections: Vec<Inspection> = (0..count)
            .map(|number| {
                let mut one = passing(&format!("{number}"));
                let started =
                    one.span.started.checked_add(JiffSpan::new().seconds(number * apart_s)).unwrap();
                one.span =
                    Span { started, ended: started.checked_add(JiffSpan::new().seconds(180)).unwrap() };
                one
            })
            .collect();
        tests(&inspections)
    };
    let found = |facts: &[TestFact]| {
        let all: Vec<&TestFact> = facts.iter().rev().collect();
        let crowds = crowds(&all, &rules().pace);
        crowds
            .iter()
            .map(|crowd| if let Crowd::Hour { tests, .. } = crowd { tests.len() } else { 2 })
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&line(240, 15)), Vec::<usize>::new());
    assert_eq!(found(&line(220, 17)), [17]);
    assert_eq!(found(&line(170, 2)), [2]);
}

#[test]
fn a_vehicle_under_two_identities_is_found() {
    let mut one = passing("1");
    let mut two = passing("2");
    two.vehicle.plate = "晋B54321".parse().unwrap();
    let found = |inspections: &[Inspection]| {
        let facts = tests(inspections);
        let all: Vec<&TestFact> = facts.iter().collect();
        two_identities(&all, &rules().identity)
            .iter()
            .map(|found| match found {
                TwoIdentities::OneVinTwoPlates { .. } => "plates",
                TwoIdentities::OnePlateTwoVins { .. } => "vins",
                TwoIdentities::ObdTellsAnother { .. } => "obd",
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&[one.clone(), two.clone()]), ["plates"]);
    let later = two.span.started.checked_add(JiffSpan::new().hours(24 * 31)).unwrap();
    two.span = Span { started: later, ended: later };
    assert_eq!(found(&[one.clone(), two]), Vec::<&str>::new(), "it may have been sold meanwhile");
    let other = Vin::parse("LSVA10338A7654321").ok();
    let cloned = Inspection { vehicle: VehicleIdentityOf(&one).with(other.clone()), ..passing("3") };
    assert_eq!(found(&[one.clone(), cloned]), ["vins", "obd"]);
    one.obd.as_mut().unwrap().vin = other;
    assert_eq!(found(&[one]), ["obd"]);
}

/// An inspection's vehicle, to be given another number.
struct VehicleIdentityOf<'a>(&'a Inspection);

impl VehicleIdentityOf<'_> {
    fn with(&self, vin: Option<Vin>) -> crate::inspection::VehicleIdentity {
        crate::inspection::VehicleIdentity { vin, ..self.0.vehicle.clone() }
    }
}

#[test]
fn one_calibration_in_engines_of_many_models_is_found_and_of_one_model_is_not() {
    let vehicle = |number: usize, model: &str| {
        let mut one = passing(&format!("{number}"));
        one.vehicle.vin = Vin::parse(&format!("LSVA10338A{number:07}")).ok();
        one.engine_model = Some(model.to_owned());
        one
    };
    let found = |models: &[&str]| {
        let inspections: Vec<_> = models.iter().enumerate().map(|(at, model)| vehicle(at, model)).collect();
        let facts = tests(&inspections);
        let all: Vec<&TestFact> = facts.iter().collect();
        let found = shared_calibrations(&all, &rules().identity);
        found.iter().map(|one| (one.tests.len(), one.engine_models.len())).collect::<Vec<_>>()
    };
    assert_eq!(found(&["a", "b", "c", "a", "b"]), [(5, 3)]);
    assert_eq!(found(&["a"; 40]), []);
    assert_eq!(found(&["a", "b", "a", "b", "a", "b"]), []);
    assert_eq!(found(&["a", "b", "c", "d"]), []);
}

#[test]
fn a_station_that_passes_nearly_all_stands_apart_from_its_peers() {
    let rule = &rules().rate;
    let tests = |passed| Tests { tests: 500, passed };
    let peers: Vec<Tests> = [400, 410, 390, 420, 405, 395].map(tests).to_vec();
    assert_eq!(apart(tests(430), &peers, rule), None);
    let found = apart(tests(496), &peers, rule).unwrap();
    assert_eq!((found.own_per_mille, found.peers_per_mille, found.sigmas_tenths), (992, 806, 42));
    assert!(apart(tests(200), &peers, rule).is_some(), "and one that fails nearly all");
    assert_eq!(apart(Tests { tests: 199, passed: 199 }, &peers, rule), None, "too few to tell");
    assert_eq!(apart(tests(496), &peers[..4], rule), None, "too few peers");
}

#[test]
fn vehicles_that_pass_and_exceed_within_days_are_found_by_number_and_share() {
    let rule = &rules().passes_then_exceeds;
    let share = |seen, exceeded| passes_then_exceeds(SeenAfter { seen, exceeded }, rule);
    assert_eq!(share(10, 2), None);
    assert_eq!(share(10, 3), Some(300));
    assert_eq!(share(16, 3), None);
    assert_eq!(share(0, 0), None);
}

#[test]
fn a_shop_whose_repairs_do_not_last_is_found() {
    let today = "2026-11-27".parse().unwrap();
    let rules = &programme().in_force(Region::COUNTRY, today).rules;
    let repair = |number: u8, dirty: Option<&str>| ClosedRepair {
        order: OrderId::from_random([number; 10]),
        shop: code("M-1"),
        passed: "2026-06-01".parse().unwrap(),
        dirty: dirty.map(|day| day.parse().unwrap()),
    };
    let repairs = |bad: u8, late: u8| {
        let day = |number| {
            if number < bad {
                Some("2026-08-30")
            } else if number < bad + late {
                Some("2026-08-31")
            } else {
                None
            }
        };
        (0..10).map(|number| repair(number, day(number))).collect::<Vec<_>>()
    };
    let share = |repairs: &[ClosedRepair]| {
        short_lived(repairs, today, rules).first().map(|found| found.share_per_mille)
    };
    assert_eq!(share(&repairs(3, 0)), Some(300));
    assert_eq!(share(&repairs(2, 5)), None, "90 days are over on 30 August");
    assert_eq!(share(&repairs(3, 0)[..9]), None, "nine repairs are too few");
}

#[test]
fn a_finding_found_again_is_the_same_one_and_is_decided_once() {
    let book = || detectors().reference(detectors().in_force(Region::COUNTRY, "2026-11-27".parse().unwrap()));
    let finding = |kind, station: &str, key: &str| {
        let words = (Bilingual::new("中", "en"), Evidence::default());
        Finding::new(kind, About::Station(code(station)), key, "2026-11-27".parse().unwrap(), words, book())
            .id
    };
    let one = finding(FindingKind::EqualCurves, "I-1", "a b");
    assert_eq!(one, finding(FindingKind::EqualCurves, "I-1", "a b"));
    assert_ne!(one, finding(FindingKind::EqualCurves, "I-2", "a b"));
    assert_ne!(one, finding(FindingKind::PassRate, "I-1", "a b"));
    assert_eq!(FindingId::parse(one.as_str()), Some(one));
    assert_eq!(decide(FindingState::Open, true), Ok(FindingState::Confirmed));
    assert_eq!(decide(FindingState::Dismissed, true), Err(Decided));
    for kind in FindingKind::ALL {
        assert_eq!(FindingKind::from_word(kind.word()), Some(*kind));
    }
    for state in FindingState::ALL {
        assert_eq!(FindingState::from_word(state.word()), Some(state));
    }
}
