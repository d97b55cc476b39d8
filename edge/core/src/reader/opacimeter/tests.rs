use proptest::prelude::*;

use super::*;

fn sample(hundredths: u16, k: u16, rpm: u16, celsius: i32) -> MeterEvent {
    MeterEvent::Sample(MeterSample {
        opacity: MeterOpacity(Opacity::from_hundredths(hundredths).unwrap()),
        coefficient: AbsorptionCoefficient { per_m_hundredths: k },
        engine_speed: Some(EngineSpeed { rpm }),
        oil: Some(Temperature { celsius_hundredths: celsius * 100 }),
    })
}

fn events(driver: &mut dyn OpacimeterDriver, bytes: &[u8]) -> Vec<MeterEvent> {
    driver.push(bytes);
    std::iter::from_fn(|| driver.next_event()).collect()
}

/// STANDARDS.md 11.2: the two answers built from the documented scaling.
#[test]
fn an_nht_1l_shows_opacity_coefficient_speed_and_oil() {
    let mut driver = MeterProtocol::Nht1l.driver();
    driver.ask(MeterRequest::Sample);
    let hot = [0xA5, 0x01, 0x93, 0x00, 0x78, 0x0B, 0x22, 0x01, 0x66, 0xBB];
    assert_eq!(events(&mut *driver, &hot), [sample(4_030, 120, 2_850, 85)]);
    let idle = [0xA5, 0x01, 0x04, 0x00, 0x46, 0x02, 0xEE, 0x01, 0x4D, 0xD2];
    assert_eq!(events(&mut *driver, &idle), [sample(2_600, 70, 750, 60)]);
    assert_eq!(driver.rejected_bytes(), 0);
}

#[test]
fn an_fty_100_shows_opacity_and_the_coefficient_is_ours() {
    let mut driver = MeterProtocol::Fty100.driver();
    driver.ask(MeterRequest::Sample);
    // 40.3 %, 358 K, 2850 rpm.
    let answer = byte_sum::sealed([NAME, &[0x01, 0x93, 0x01, 0x66, 0x0B, 0x22]].concat());
    assert_eq!(events(&mut *driver, &answer), [sample(4_030, 120, 2_850, 85)]);
    driver.ask(MeterRequest::State);
    let state = byte_sum::sealed([NAME, &[0b0100, 0, 0]].concat());
    assert_eq!(events(&mut *driver, &state), [MeterEvent::State(MeterState::Measuring)]);
}

const NAME: &[u8] = b"fty";

/// STANDARDS.md 11.3: the same byte is "calibrate" to one meter and unknown to the other.
#[test]
fn the_same_bytes_mean_different_things_to_different_meters() {
    let (mut nanhua, mut mingquan) = (MeterProtocol::Nht1l.driver(), MeterProtocol::Mqy200.driver());
    let calibrated = [0xA2, 0x5E];
    assert_eq!(events(&mut *mingquan, &calibrated), [MeterEvent::Accepted]);
    assert_eq!(events(&mut *nanhua, &calibrated), []);
    assert_eq!(events(&mut *mingquan, &[0x15, 0xEB]), [MeterEvent::Refused(None)]);
}

#[test]
fn a_refusal_has_a_number_with_or_without_a_checksum() {
    let mut driver = MeterProtocol::Nht1l.driver();
    driver.ask(MeterRequest::Zero);
    assert_eq!(events(&mut *driver, &byte_sum::sealed(vec![0x15, 0x03])), [MeterEvent::Refused(Some(3))]);
    assert_eq!(events(&mut *driver, &[0x15, 0x07]), []);
    driver.on_silence();
    assert_eq!(driver.next_event(), Some(MeterEvent::Refused(Some(7))));
    assert_eq!(driver.rejected_bytes(), 0);
}

#[test]
fn only_what_was_asked_is_listened_for() {
    let mut driver = MeterProtocol::Nht1l.driver();
    driver.ask(MeterRequest::State);
    let late = [0xA5, 0x01, 0x93, 0x00, 0x78, 0x0B, 0x22, 0x01, 0x66, 0xBB];
    assert_eq!(events(&mut *driver, &late), []);
    assert_eq!(events(&mut *driver, &[0xAD, 0x00, 0x53]), [MeterEvent::State(MeterState::WarmingUp)]);
    assert_eq!(driver.rejected_bytes(), 10);
}

#[test]
fn what_no_meter_shows_is_no_answer() {
    let mut driver = MeterProtocol::Nht1l.driver();
    let beyond = byte_sum::sealed(vec![0xA5, 0x03, 0xE9, 0, 0, 0, 0, 0, 0]); // 100.1 %
    assert_eq!(events(&mut *driver, &beyond), []);
    driver.on_silence();
    assert_eq!(driver.rejected_bytes(), 10);
}

/// An answer to each question that the protocol has, and garbage.
fn stream(protocol: MeterProtocol) -> impl Strategy<Value = Vec<u8>> {
    let values = (0..=1_000_u16, 0..2_000_u16, 0..6_000_u16, 250..420_u16);
    let answer = values.prop_map(move |(tenths, k, rpm, kelvins)| {
        let MeterEvent::Sample(sample) = sample(tenths * 10, k, rpm, i32::from(kelvins) - 273) else {
            unreachable!()
        };
        meter_side::answer(protocol, MeterRequest::Sample, MeterState::Measuring, &sample)
    });
    let garbage = prop::collection::vec(any::<u8>(), 0..12);
    prop::collection::vec(prop_oneof![3 => answer, 1 => garbage], 0..12).prop_map(|parts| parts.concat())
}

fn told(protocol: MeterProtocol, asked: bool, pieces: &[&[u8]]) -> (Vec<MeterEvent>, u64) {
    let mut driver = protocol.driver();
    if asked {
        driver.ask(MeterRequest::Sample);
    }
    let mut all = Vec::new();
    for piece in pieces {
        all.extend(events(&mut *driver, piece));
    }
    driver.on_silence();
    all.extend(std::iter::from_fn(|| driver.next_event()));
    (all, driver.rejected_bytes())
}

/// Driver and meter speak the same bytes, whatever the meter does.
#[test]
fn a_driver_understands_its_own_makers_meter() {
    let MeterEvent::Sample(seen) = sample(4_030, 120, 2_850, 85) else { unreachable!() };
    for protocol in MeterProtocol::ALL {
        for state in [MeterState::WarmingUp, MeterState::Measuring] {
            for request in [MeterRequest::State, MeterRequest::Sample, MeterRequest::Zero] {
                let mut driver = protocol.driver();
                let asked = driver.ask(request);
                assert_eq!(meter_side::question(protocol, &asked), Some((request, asked.len())));
                let told = events(&mut *driver, &meter_side::answer(protocol, request, state, &seen));
                let warm = state == MeterState::Measuring;
                let wanted = match (request, protocol) {
                    (MeterRequest::State, _) => MeterEvent::State(state),
                    (MeterRequest::Sample, _) => MeterEvent::Sample(seen),
                    (MeterRequest::Zero, MeterProtocol::Fty100) => MeterEvent::State(state),
                    (MeterRequest::Zero, _) if !warm => MeterEvent::Refused(None),
                    (MeterRequest::Zero, _) => MeterEvent::Accepted,
                };
                assert_eq!(told, [wanted], "{protocol:?} {request:?} {state:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn every_split_of_the_stream_gives_the_same_answers(
        (protocol, bytes) in prop::sample::select(MeterProtocol::ALL.to_vec())
            .prop_flat_map(|protocol| stream(protocol).prop_map(move |bytes| (protocol, bytes))),
        asked: bool,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let whole = told(protocol, asked, &[&bytes]);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&told(protocol, asked, &single), &whole);
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let pieces: Vec<&[u8]> = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(&told(protocol, asked, &pieces), &whole);
    }
}
