use super::*;
use crate::sample;
use proptest::prelude::*;

fn word(beam: u16, camera: u16) -> &'static str {
    let passage = sample::passage(1).with_opacity(beam).with_smoke(camera).passage();
    corroborate(&passage, &Rulebook::hj845()).word()
}

/// Limit 30 %, margin 5 points; level 1 ends at camera opacity 30 %, and the sample's 2 σ are 6 points.
#[test]
fn each_instrument_is_held_against_its_own_limit() {
    for (beam, camera, expected) in [
        (3_001, 3_000, "both-exceed"),
        (6_000, 8_000, "both-exceed"),
        (2_499, 2_399, "both-below"),
        (2_500, 2_399, "not-comparable"),
        (2_499, 2_400, "not-comparable"),
        (3_501, 2_399, "disagrees"),
        (3_500, 2_399, "not-comparable"),
        (3_501, 2_400, "not-comparable"),
        (2_499, 3_601, "disagrees"),
        (2_499, 3_600, "not-comparable"),
        (3_000, 8_000, "not-comparable"),
    ] {
        assert_eq!(word(beam, camera), expected, "beam {beam}, camera {camera}");
    }
}

#[test]
fn what_is_missing_or_in_doubt_is_not_compared_and_says_why() {
    let book = Rulebook::hj845();
    let why = |passage: &Passage| match corroborate(passage, &book) {
        Corroboration::NotComparable(obstacle) => obstacle,
        other => panic!("{other:?}"),
    };
    let both = || sample::passage(1).with_opacity(6_000).with_smoke(8_000).passage();
    assert_eq!(why(&sample::passage(1).with_opacity(6_000).passage()), Obstacle::NoSmoke);
    assert_eq!(why(&Passage { reading: None, validity: None, ..both() }), Obstacle::NoBeam);
    assert_eq!(why(&sample::passage(1).with_smoke(8_000).in_strong_wind().passage()), Obstacle::InvalidBeam);
    assert_eq!(why(&Passage { doubts: vec![Doubt::SeveralVehicles], ..both() }), Obstacle::Doubtful);
    let mut dark = both();
    dark.smoke.as_mut().unwrap().outcome = SmokeOutcome::Unmeasurable(UnmeasurableReason::Night);
    assert_eq!(why(&dark), Obstacle::Unmeasurable(UnmeasurableReason::Night));
    let silent = Rulebook { corroboration: None, ..Rulebook::hj845() };
    assert_eq!(corroborate(&both(), &silent), Corroboration::NotComparable(Obstacle::NoRule));
}

#[test]
fn the_sentence_names_values_limits_and_edition_in_both_languages() {
    let passage = sample::passage(1).with_opacity(6_000).with_smoke(1_000).passage();
    let book = Rulebook::hj845();
    let said = corroborate(&passage, &book).sentence(&book.reference());
    for part in ["60.00 %", "30.00 %", "10.00 %", "HJ 845-2017 (2017-07-27.1)"] {
        assert!(said.zh.contains(part) && said.en.contains(part), "{part}: {said:?}");
    }
    assert!(said.zh.contains("相互矛盾") && said.en.contains("contradict"), "{said:?}");
}

proptest! {
    /// Wider margins never turn silence into a claim.
    #[test]
    fn wider_margins_only_make_it_more_careful(beam in 0u16..=10_000, camera in 0u16..=10_000, more in 0i64..5_000) {
        let passage = sample::passage(1).with_opacity(beam).with_smoke(camera).passage();
        let narrow = Rulebook::hj845();
        let mut wide = narrow.clone();
        let rule = wide.corroboration.as_mut().unwrap();
        (rule.beam_margin, rule.camera_margin) = (rule.beam_margin + more, rule.camera_margin + more);
        let (narrow, wide) = (corroborate(&passage, &narrow), corroborate(&passage, &wide));
        prop_assert!(narrow == wide || wide.word() == "not-comparable");
        let exceed = beam > 3_000 && RingelmannLevel::nearest(crate::units::Opacity::from_hundredths(camera).unwrap()).level() > 1;
        prop_assert_eq!(narrow.word() == "both-exceed", exceed);
    }
}
