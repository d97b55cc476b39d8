//! The published frames of STANDARDS.md 11.6, and what must hold for every stream of bytes.

use plumewatch_shared::sample;
use plumewatch_shared::time::Moment;
use plumewatch_shared::units::{Humidity, Temperature};
use proptest::prelude::*;

use super::*;
use crate::clock::FIRST_TICK;
use crate::reader::weather::{Function, Quantity, Register, request, slave};

fn moment() -> Moment {
    Moment { tick: FIRST_TICK, stamp: sample::noon() }
}

fn register(at: u16, quantity: Quantity, numerator: i32, signed: bool) -> Register {
    Register { at, quantity, signed, numerator, denominator: 1, missing: None }
}

/// The two-register sensor of the published reply.
fn sensor() -> RegisterMap {
    let registers =
        vec![register(0, Quantity::Humidity, 10, false), register(1, Quantity::Temperature, 10, true)];
    RegisterMap::new(Function::Holding, registers).unwrap()
}

const REPLY: [u8; 9] = [0x01, 0x03, 0x04, 0x01, 0x46, 0x01, 0x3B, 0x5A, 0x59];

fn events(decoder: &mut Decoder) -> Vec<WeatherEvent> {
    std::iter::from_fn(|| decoder.next_event()).collect()
}

fn weather() -> WeatherReading {
    WeatherReading { measured: moment(), ..sample::passage(1).passage().weather.unwrap() }
}

#[test]
fn the_published_reply_is_the_published_weather() {
    let mut decoder = Decoder::new(1, sensor());
    decoder.push(&REPLY, moment());
    let Some(WeatherEvent::Read(read)) = decoder.next_event() else { panic!("the reply is whole") };
    assert_eq!(read.humidity, Some(Humidity { percent_hundredths: 3_260 }));
    assert_eq!(read.temperature, Some(Temperature { celsius_hundredths: 3_150 }));
    assert_eq!((read.wind, read.precipitation), (None, None));
    assert_eq!(request(1, &sensor()), [0x01, 0x03, 0, 0, 0, 2, 0xC4, 0x0B]);
}

#[test]
fn a_negative_raw_value_is_negative() {
    let map = RegisterMap::new(Function::Input, vec![register(0, Quantity::Temperature, 10, true)]).unwrap();
    let mut decoder = Decoder::new(1, map);
    decoder.push(&[0x01, 0x04, 0x02, 0xFF, 0xFF, 0xB8, 0x80], moment());
    let Some(WeatherEvent::Read(read)) = decoder.next_event() else { panic!("the reply is whole") };
    assert_eq!(read.temperature, Some(Temperature { celsius_hundredths: -10 }));
}

#[test]
fn every_split_of_a_reply_gives_the_same_weather() {
    for at in 0..=REPLY.len() {
        let mut decoder = Decoder::new(1, sensor());
        decoder.push(&REPLY[..at], moment());
        decoder.push(&REPLY[at..], moment());
        assert_eq!(events(&mut decoder).len(), 1, "split at byte {at}");
        assert_eq!(decoder.rejected_bytes(), 0, "split at byte {at}");
    }
}

#[test]
fn what_is_whole_but_not_the_weather_says_what_it_is() {
    let refusal = |bytes: &[u8]| {
        let mut decoder = Decoder::new(1, sensor());
        decoder.push(&rtu::sealed(bytes.to_vec()), moment());
        decoder.next_event()
    };
    let refused = |error| Some(WeatherEvent::Refused(error));
    assert_eq!(refusal(&[0x01, 0x83, 0x02]), refused(ReplyError::Exception(2)));
    assert_eq!(refusal(&[0x02, 0x03, 4, 0, 1, 0, 2]), refused(ReplyError::WrongAddress(2)));
    assert_eq!(refusal(&[0x01, 0x03, 2, 0, 1]), refused(ReplyError::WrongCount { wanted: 2, found: 1 }));
}

#[test]
fn the_echo_of_our_own_request_is_passed_over() {
    let mut decoder = Decoder::new(1, sensor());
    decoder.push(&request(1, &sensor()), moment());
    decoder.push(&REPLY, moment());
    assert_eq!(events(&mut decoder).len(), 1);
    assert_eq!(decoder.rejected_bytes(), 8);
}

#[test]
fn a_reply_behind_a_false_beginning_is_found_when_the_line_falls_silent() {
    // 01 03 F0 promises 240 bytes that never come.
    let mut decoder = Decoder::new(1, sensor());
    decoder.push(&[0x01, 0x03, 0xF0], moment());
    decoder.push(&REPLY, moment());
    assert_eq!(decoder.next_event(), None);
    decoder.on_silence();
    assert_eq!(events(&mut decoder).len(), 1);
    assert_eq!(decoder.rejected_bytes(), 3);
}

#[test]
fn a_value_that_its_quantity_cannot_have_was_not_measured() {
    let map = RegisterMap::common();
    let read = map.reading(0, &[1_001, 0xFFFF, 0, 361, 5_000, 1], moment());
    assert_eq!(read.humidity, None, "100.1 %");
    assert_eq!(read.temperature, Some(Temperature { celsius_hundredths: -10 }));
    assert_eq!(read.wind_from, None);
    assert_eq!(read.pressure, None, "500 kPa");
    assert_eq!(read.precipitation, Some(true));
}

#[test]
fn the_simulated_station_answers_with_the_weather_it_was_given() {
    let map = RegisterMap::common();
    let reply = slave::respond(7, &map, &weather(), &request(7, &map)).unwrap();
    let mut decoder = Decoder::new(7, map.clone());
    decoder.push(&reply, moment());
    assert_eq!(decoder.next_event(), Some(WeatherEvent::Read(weather())));
    assert_eq!(slave::respond(8, &map, &weather(), &request(7, &map)), None, "for another");
    let mut broken = request(7, &map);
    broken[7] ^= 1;
    assert_eq!(slave::respond(7, &map, &weather(), &broken), None);
    let beyond = rtu::request(7, 3, 4, 9);
    let refusal = slave::respond(7, &map, &weather(), &beyond).unwrap();
    decoder.push(&refusal, moment());
    assert_eq!(decoder.next_event(), Some(WeatherEvent::Refused(ReplyError::Exception(2))));
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic_or_lose_count(
        bytes in prop::collection::vec(prop::sample::select(vec![0_u8, 1, 2, 3, 4, 5, 0x83, 0xF0, 0xFF]), 0..2_000),
    ) {
        let mut decoder = Decoder::new(1, sensor());
        decoder.push(&bytes, moment());
        prop_assert!(decoder.frames.held().len() <= FRAME_MAX);
        decoder.on_silence();
        prop_assert!(decoder.frames.held().is_empty());
        prop_assert!(decoder.rejected_bytes() <= bytes.len() as u64);
    }

    #[test]
    fn after_any_garbage_and_a_silence_the_reply_is_read(garbage in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut decoder = Decoder::new(1, sensor());
        decoder.push(&garbage, moment());
        decoder.on_silence();
        events(&mut decoder);
        decoder.push(&REPLY, moment());
        prop_assert_eq!(events(&mut decoder).len(), 1);
    }

    #[test]
    fn no_request_makes_the_simulated_station_panic(
        mut frame in prop::collection::vec(any::<u8>(), 6..=6),
        first in 0_u8..10, count in 0_u8..10,
    ) {
        (frame[0], frame[2], frame[3], frame[4], frame[5]) = (1, 0, first, 0, count);
        let reply = slave::respond(1, &RegisterMap::common(), &weather(), &rtu::sealed(frame));
        prop_assert!(reply.is_some_and(|reply| rtu::holds(&reply)));
    }
}
