use super::*;
use plumewatch_shared::time::Moment;
use proptest::prelude::*;

fn heard(pieces: &[&[u8]]) -> (Vec<NmeaWord>, u64) {
    let mut decoder = Decoder::default();
    for piece in pieces {
        decoder.push(piece);
    }
    decoder.on_silence();
    (std::iter::from_fn(|| decoder.next_word()).collect(), decoder.rejected_bytes())
}

fn words(sentence: &str) -> Vec<NmeaWord> {
    let (words, rejected) = heard(&[sentence.as_bytes(), b"\r\n"]);
    assert_eq!(rejected, 0, "{sentence}");
    words
}

fn time(text: &str) -> NmeaWord {
    NmeaWord::Time(text.parse().unwrap())
}

fn sealed(text: &str) -> String {
    format!("${text}*{:02X}", checksum(text.as_bytes()))
}

#[test]
fn a_weather_stations_composite_is_read() {
    let text = "WIMDA,29.7544,I,1.0076,B,35.5,C,,,42.1,,20.6,C,116.4,T,107.7,M,1.2,N,0.6,M";
    let air = NmeaWord::Air {
        temperature: Some(Temperature { celsius_hundredths: 3_550 }),
        humidity: Some(Humidity { percent_hundredths: 4_210 }),
        pressure: Some(Pressure { pa: 100_760 }),
        precipitation: None,
    };
    let wind = NmeaWord::Wind { speed: Speed { mm_s: 600 }, from: Some(Bearing { degrees: 116 }) };
    assert_eq!(words(&sealed(text)), [wind, air]);
}

fn air(celsius: Option<i32>, humidity: Option<u16>, pa: Option<u32>, falls: Option<bool>) -> NmeaWord {
    NmeaWord::Air {
        temperature: celsius.map(|celsius_hundredths| Temperature { celsius_hundredths }),
        humidity: humidity.map(|percent_hundredths| Humidity { percent_hundredths }),
        pressure: pa.map(|pa| Pressure { pa }),
        precipitation: falls,
    }
}

#[test]
fn transducers_tell_temperature_humidity_pressure_and_rain() {
    let told = words(&sealed("WIXDR,C,-5.25,C,TAIR,H,40.4,P,RHUM,P,0.97123,B,BARO"));
    assert_eq!(told, [air(Some(-525), Some(4_040), Some(97_123), None)]);
    assert_eq!(
        words(&sealed("WIXDR,P,92300,P,0,C,6.2,C,1,C,30.0,C,2")),
        [air(Some(620), None, Some(92_300), None)]
    );
    let rain = |text| words(&sealed(text));
    assert_eq!(rain("WIXDR,V,0.02,M,0,Z,30,s,0,R,0.0,M,0,R,0.0,M,1"), [air(None, None, None, Some(false))]);
    assert_eq!(rain("WIXDR,R,0.0,M,0,R,1.2,M,1"), [air(None, None, None, Some(true))]);
    // What no air has, an unknown unit, half a quad.
    assert_eq!(rain("WIXDR,C,95.0,C,0,H,101,P,0,P,5.0,B,0,C,20.0,F,0,C,20.0,C"), []);
}

/// Each sentence tells a part; the whole is as old as its oldest part, and a part that is not said again is dropped.
#[test]
fn the_weather_is_gathered_and_is_as_old_as_its_oldest_part() {
    let at = |ms: u64| Moment {
        tick: crate::clock::FIRST_TICK.after(std::time::Duration::from_millis(ms)),
        stamp: plumewatch_shared::sample::noon(),
    };
    let wind = NmeaWord::Wind { speed: Speed { mm_s: 1_200 }, from: None };
    let mut weather = WordWeather::default();
    assert_eq!(weather.on_word(&NmeaWord::Time("2026-11-24T00:00:00Z".parse().unwrap()), at(0)), None);
    let first = weather.on_word(&wind, at(0)).unwrap();
    assert_eq!((first.wind, first.temperature), (Some(Speed { mm_s: 1_200 }), None));
    let both = weather.on_word(&air(Some(620), None, None, Some(false)), at(4_000)).unwrap();
    assert_eq!((both.measured, both.wind.is_some()), (at(0), true));
    assert_eq!((both.temperature.unwrap().celsius_hundredths, both.precipitation), (620, Some(false)));
    let fresh_ms = u64::try_from(WORDS_FRESH.as_millis()).unwrap();
    let edge = weather.on_word(&air(Some(630), None, None, None), at(fresh_ms)).unwrap();
    assert!(edge.wind.is_some());
    let later = weather.on_word(&air(Some(630), None, None, None), at(fresh_ms + 1)).unwrap();
    assert_eq!((later.wind, later.measured, later.precipitation), (None, at(4_000), Some(false)));
}

#[test]
fn what_the_receiver_does_not_vouch_for_is_not_told() {
    assert_eq!(words(&sealed("GPGGA,123519,4807.038,N,01131.000,E,0,00,,,M,,M,,")), []);
    assert_eq!(words(&sealed("GPRMC,123519,V,4807.038,N,01131.000,E,,,230394,,")), []);
    assert_eq!(words(&sealed("WIMWV,214.8,R,0.1,K,V")), []);
    assert_eq!(words(&sealed("GPGSV,1,1,00")), []);
    assert_eq!(words(&sealed("GPGGA,123519,9907.038,N,01131.000,E,1,08,0.9,1,M,,M,,")), []);
    assert_eq!(words(&sealed("GPZDA,250000,31,02,2026,00,00")), []);
    assert_eq!(words(&sealed("GPZDA,201530.50,24,11,2026,08,00")), [time("2026-11-24T20:15:30.5Z")]);
}

#[test]
fn a_wrong_or_missing_checksum_is_refused() {
    let (told, rejected) = heard(&[b"$WIMWV,214.8,R,0.1,K,A*29\r\n$WIMWV,214.8,R,0.1,K,A\r\n"]);
    assert_eq!(told, []);
    assert_eq!(rejected, 25 + 22);
}

proptest! {
    #[test]
    fn every_split_of_the_stream_gives_the_same_words(
        parts in prop::collection::vec(
            prop_oneof![
                "GP(GGA|RMC|ZDA)(,[0-9.NSEWAM-]{0,12}){0,14}".prop_map(|text| sealed(&text) + "\r\n"),
                "WI(MWV|MDA|XDR)(,[0-9.RTKMNSACBIHPV-]{0,9}){0,20}".prop_map(|text| sealed(&text) + "\r\n"),
                "[ -~\r\n]{0,20}",
            ],
            0..8,
        ),
    ) {
        let text = parts.concat();
        let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        prop_assert_eq!(heard(&single), heard(&[text.as_bytes()]));
    }
}
