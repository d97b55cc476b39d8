//! From the last byte of a reading on the serial line to the word of it on the roadside page.

use std::io::{BufRead, BufReader};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use e2e::instrument::Terminal;
use e2e::world::World;
use edge_core::reader::remote_sensing::encode_measurement;
use plumewatch_shared::sample;

use crate::times::{Times, ms};

const READINGS: u32 = 60;
/// Between two readings.
const PAUSE: Duration = Duration::from_millis(250);
/// What a head's line carries, bytes a second: 115 200 baud, ten bits a byte.
const LINE: f64 = 11_520.0;

pub(crate) fn measure() {
    let mut world = World::new(1).with_station("A140105001").without_instruments().start();
    let line = Terminal::open(&world.station().folder().join("road/head-1")).unwrap();
    let page = world.station().page().unwrap();
    let (heard_tx, heard) = channel();
    std::thread::spawn(move || {
        let answer = ureq::get(format!("{page}/events")).call().unwrap();
        let lines = BufReader::new(answer.into_body().into_reader()).lines();
        for line in lines.map_while(Result::ok) {
            // The data line of an early word; nothing else has both.
            let Some(data) = line.strip_prefix("data:") else { continue };
            let Ok(told) = serde_json::from_str::<serde_json::Value>(data) else { continue };
            if let Some(sequence) = told["report"]["reading"]["sequence"].as_u64() {
                let _ = heard_tx.send((sequence, Instant::now()));
            }
        }
    });
    std::thread::sleep(Duration::from_secs(2)); // The port is opened by its path within a second.
    let (mut times, mut bytes, mut room) = (Times::default(), 0, [0; 4_096]);
    for number in 1..=READINGS {
        let reading = sample::passage(number.into()).passage().reading.unwrap();
        let text = encode_measurement(&reading, 0);
        bytes += text.len();
        line.write(&text).unwrap();
        let sent = Instant::now();
        let first = std::iter::from_fn(|| heard.recv_timeout(Duration::from_secs(5)).ok())
            .find(|(sequence, _)| *sequence == u64::from(number));
        times.add(first.expect("the page hears of every reading").1.duration_since(sent));
        line.read(&mut room, PAUSE).unwrap();
        std::thread::sleep(PAUSE);
    }
    let on_line = Duration::from_secs_f64(bytes as f64 / f64::from(READINGS) / LINE);
    println!("reading complete → word on the page: {times}");
    println!("the reading's own time on the line (115 200 baud): {:.1} ms", ms(on_line));
    println!("ratio: {:.2}", ms(times.percentile(50)) / ms(on_line));
}
