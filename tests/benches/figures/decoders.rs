//! Every decoder of a line on clean input, against a bare pass that adds the same bytes up.

use std::hint::black_box;
use std::time::{Duration, Instant};

use edge_core::plume::motion::BarrierEvent;
use edge_core::reader::opacimeter::{MeterProtocol, MeterRequest, meter_side};
use edge_core::reader::remote_sensing::{self, BeamSample, encode_measurement, encode_plume};
use edge_core::reader::weather::{self, RegisterMap, slave};
use edge_core::reader::{HeadEvent, ak, nmea};
use plumewatch_shared::meter::{MeterSample, MeterState};
use plumewatch_shared::sample;
use plumewatch_shared::time::{Moment, Tick};
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed, MeterOpacity, Opacity, Temperature};

/// Bytes of each recording.
const BYTES: usize = 8 << 20;
/// What a port gives at once (edge/src/serial/port.rs); opacimeters answer ten bytes to a question.
const READ: usize = 2_048;
/// So that no answer waits for more than the driver keeps.
const METER_READ: usize = 512;
/// The best of so many passes counts: the others met something else on the machine.
const PASSES: usize = 5;
/// The bar, MB/s.
const BAR: f64 = 200.0;

pub(crate) fn measure() {
    println!("{:<24}{:>10}{:>12}{:>12}   bar {BAR} MB/s", "decoder", "MB/s", "of a sum", "readings");
    let reading = sample::passage(1).passage().reading.unwrap();
    let at = Moment { tick: Tick { micros: 60_000_000 }, stamp: sample::noon() };
    heads("remote-sensing", &encode_measurement(&reading, 640), at);
    let plume = e2e::instrument::samples_of(&reading);
    heads("remote-sensing samples", &lines(&reading, &plume), at);
    let map = RegisterMap::common();
    let reply =
        slave::respond(1, &map, &e2e::instrument::fair_weather(), &weather::request(1, &map)).unwrap();
    report("weather (Modbus)", &reply, READ, |bytes| {
        let mut decoder = weather::Decoder::new(1, map.clone());
        let mut readings = 0;
        for block in bytes.chunks(READ / 4) {
            decoder.push(block, at);
            readings += std::iter::from_fn(|| decoder.next_event()).count();
        }
        (readings, decoder.rejected_bytes())
    });
    for protocol in MeterProtocol::ALL {
        let seen = MeterSample {
            opacity: MeterOpacity(Opacity::from_hundredths(4_030).unwrap()),
            coefficient: AbsorptionCoefficient { per_m_hundredths: 120 },
            engine_speed: Some(EngineSpeed { rpm: 2_850 }),
            oil: Some(Temperature { celsius_hundredths: 8_500 }),
        };
        let answer = meter_side::answer(protocol, MeterRequest::Sample, MeterState::Measuring, &seen);
        report(protocol.word(), &answer, METER_READ, |bytes| {
            let mut driver = protocol.driver();
            driver.ask(MeterRequest::Sample);
            let mut readings = 0;
            for block in bytes.chunks(METER_READ) {
                driver.push(block);
                readings += std::iter::from_fn(|| driver.next_event()).count();
            }
            (readings, driver.rejected_bytes())
        });
    }
    report("ak", b"\x02 AKON 0 12.50 0.310 62.0 305.0\x03", READ, |bytes| {
        let mut decoder = ak::Decoder::default();
        let mut readings = 0;
        for block in bytes.chunks(READ) {
            decoder.push(block);
            readings += std::iter::from_fn(|| decoder.next_answer()).count();
        }
        (readings, decoder.rejected_bytes())
    });
    let sentences = "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n\
                     $GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n\
                     $WIMWV,214.8,R,0.1,K,A*28\r\n";
    report("nmea", sentences.as_bytes(), READ, |bytes| {
        let mut decoder = nmea::Decoder::default();
        let mut readings = 0;
        for block in bytes.chunks(READ) {
            decoder.push(block);
            readings += std::iter::from_fn(|| decoder.next_word()).count();
        }
        (readings, decoder.rejected_bytes())
    });
}

fn lines(reading: &plumewatch_shared::reading::Reading, samples: &[BeamSample]) -> Vec<u8> {
    use BarrierEvent::{Blocked, Freed};
    encode_plume(reading, samples, &[Blocked, Blocked, Freed, Freed], 640).concat()
}

fn heads(name: &str, measurement: &[u8], at: Moment) {
    report(name, measurement, READ, |bytes| {
        let mut decoder = remote_sensing::Decoder::of_any_lane();
        let mut readings = 0;
        for block in bytes.chunks(READ) {
            decoder.push(block, at);
            while let Some(event) = decoder.next_event() {
                readings += usize::from(matches!(event, HeadEvent::Measured(_)));
            }
        }
        (readings, decoder.rejected_bytes())
    });
}

/// Decodes a recording of one frame again and again; the whole must be taken.
fn report(name: &str, frame: &[u8], block: usize, decode: impl Fn(&[u8]) -> (usize, u64)) {
    let bytes = frame.repeat(BYTES / frame.len());
    let sum = best(|| {
        for block in bytes.chunks(block) {
            black_box(block.iter().fold(0_u64, |sum, byte| sum + u64::from(*byte)));
        }
    });
    let mut seen = (0, 0);
    let ours = best(|| seen = black_box(decode(&bytes)));
    assert_eq!(seen.1, 0, "{name}: every byte belongs to a frame");
    let rate = bytes.len() as f64 / 1e6 / ours.as_secs_f64();
    let share = sum.as_secs_f64() / ours.as_secs_f64();
    let missed = if rate < BAR { "   below the bar" } else { "" };
    println!("{name:<24}{rate:>10.0}{:>11.2}%{:>12}{missed}", 100.0 * share, seen.0);
}

fn best(mut pass: impl FnMut()) -> Duration {
    let timed = (0..PASSES).map(|_| {
        let begun = Instant::now();
        pass();
        begun.elapsed()
    });
    timed.min().unwrap_or_default()
}
