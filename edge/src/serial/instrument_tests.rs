//! Weather, talkers and analysers on real lines: pseudo-terminals and loopback. The Modbus station is a server from a
//! package registry (rmodbus), so that the reader is held against somebody else's reading of the specification.

use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

use edge_core::{
    health::instruments::{AnalyserFacts, NmeaFacts},
    reader::{
        ak::Refusal,
        weather::{Function, Quantity, Register, RegisterMap},
    },
};
use plumewatch_shared::{
    reading::WeatherReading,
    units::{Bearing, Humidity, Pressure, Speed, Temperature},
};
use rmodbus::{
    ModbusProto,
    server::{ModbusFrame, context::ModbusContext, storage::ModbusStorage},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::watch,
};
use tokio_util::sync::CancellationToken;

use super::{
    LineState,
    ak::{Analyser, AnalyserState},
    line::Endpoint,
    nmea::{Nmea, NmeaState},
    tests::{SOON, plug},
    weather::{Weather, WeatherSink},
};
use crate::{clock::Clock, config::ClockConfig};

/// Holds the far end open, so that the near one can be read before the unit comes.
fn far_end(link: &Path) -> File {
    File::options().read(true).write(true).open(link).unwrap()
}

/// Waits until `found` finds something.
async fn until<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let looked = async {
        loop {
            if let Some(found) = found() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, looked).await.unwrap()
}

async fn next_weather(newest: &mut watch::Receiver<Option<WeatherReading>>) -> WeatherReading {
    tokio::time::timeout(SOON, newest.changed()).await.unwrap().unwrap();
    newest.borrow_and_update().unwrap()
}

/// Answers requests on `line` as unit 1 with these registers, until the line is gone.
fn serve_modbus(mut line: File, registers: ModbusStorage<0, 0, 8, 8>) {
    std::thread::spawn(move || {
        let (mut request, mut room) = (Vec::new(), [0; 64]);
        while let Ok(count) = line.read(&mut room) {
            request.extend_from_slice(&room[..count]);
            if request.len() < 8 {
                continue;
            }
            let mut reply = Vec::new();
            let mut frame = ModbusFrame::new(1, &request, ModbusProto::Rtu, &mut reply);
            frame.parse().unwrap();
            if frame.processing_required {
                frame.process_read(&registers).unwrap();
            }
            let answers = frame.response_required;
            if answers {
                frame.finalize_response().unwrap();
                line.write_all(&reply).unwrap();
            }
            request.clear();
        }
    });
}

fn station(path: &Path, registers: RegisterMap, readings: WeatherSink, state: Arc<LineState>) -> Weather {
    Weather {
        path: path.to_owned(),
        baud: 9_600,
        address: 1,
        every: Duration::from_millis(50),
        registers,
        readings,
        state,
        clock: Clock::new(ClockConfig::Trusted),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modbus_server_that_is_not_ours_tells_the_weather_by_the_common_map() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("weather");
    let line = plug(&link);
    let _far = far_end(&link);
    let mut registers = ModbusStorage::new();
    // 40.4 %, −5.2 °C, 1.2 m/s from 270°, 92.1 kPa, dry.
    registers.set_holdings_bulk(0, &[404, (-52_i16).cast_unsigned(), 12, 270, 921, 0]).unwrap();
    serve_modbus(line, registers);
    let (readings, mut newest) = watch::channel(None);
    let state = Arc::new(LineState::default());
    let task = station(&link, RegisterMap::common(), WeatherSink::new(readings, None), state.clone());
    let stop = CancellationToken::new();
    let task = tokio::spawn(task.run(stop.clone()));
    let weather = next_weather(&mut newest).await;
    assert_eq!(weather.humidity, Some(Humidity { percent_hundredths: 4_040 }));
    assert_eq!(weather.temperature, Some(Temperature { celsius_hundredths: -520 }));
    assert_eq!(weather.wind, Some(Speed { mm_s: 1_200 }));
    assert_eq!(weather.wind_from, Some(Bearing { degrees: 270 }));
    assert_eq!(weather.pressure, Some(Pressure { pa: 92_100 }));
    assert_eq!(weather.precipitation, Some(false));
    assert_eq!(state.facts().rejected_bytes, 0);
    stop.cancel();
    tokio::time::timeout(SOON, task).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn input_registers_hundredths_and_a_missing_value_are_read_from_it_too() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("weather");
    let line = plug(&link);
    let _far = far_end(&link);
    let mut registers = ModbusStorage::new();
    // Hundredths of m/s, of °C and of %, hPa; the direction's sensor is broken.
    registers.set_inputs_bulk(2, &[123, 3_150, 3_260, 1_013, 0xFFFF]).unwrap();
    serve_modbus(line, registers);
    let register = |at, quantity, numerator, denominator| Register {
        at,
        quantity,
        signed: quantity == Quantity::Temperature,
        numerator,
        denominator,
        missing: Some(0xFFFF),
    };
    let map = RegisterMap::new(
        Function::Input,
        vec![
            register(2, Quantity::Wind, 10, 1),
            register(3, Quantity::Temperature, 1, 1),
            register(4, Quantity::Humidity, 1, 1),
            register(5, Quantity::Pressure, 100, 1),
            register(6, Quantity::WindFrom, 1, 10),
        ],
    );
    let (readings, mut newest) = watch::channel(None);
    let task = station(&link, map.unwrap(), WeatherSink::new(readings, None), Arc::default());
    let stop = CancellationToken::new();
    let task = tokio::spawn(task.run(stop.clone()));
    let weather = next_weather(&mut newest).await;
    assert_eq!(weather.wind, Some(Speed { mm_s: 1_230 }));
    assert_eq!(weather.temperature, Some(Temperature { celsius_hundredths: 3_150 }));
    assert_eq!(weather.humidity, Some(Humidity { percent_hundredths: 3_260 }));
    assert_eq!(weather.pressure, Some(Pressure { pa: 101_300 }));
    assert_eq!(weather.wind_from, None);
    stop.cancel();
    tokio::time::timeout(SOON, task).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_that_it_does_not_have_are_an_exception_and_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("weather");
    let line = plug(&link);
    let _far = far_end(&link);
    serve_modbus(line, ModbusStorage::new());
    let beyond = Register {
        at: 100,
        quantity: Quantity::Wind,
        signed: false,
        numerator: 1,
        denominator: 1,
        missing: None,
    };
    let map = RegisterMap::new(Function::Holding, vec![beyond]).unwrap();
    let (readings, newest) = watch::channel(None);
    let state = Arc::new(LineState::default());
    let task = station(&link, map, WeatherSink::new(readings, None), state.clone());
    let stop = CancellationToken::new();
    let task = tokio::spawn(task.run(stop.clone()));
    until(|| state.facts().fault.then_some(())).await;
    assert_eq!((*newest.borrow(), state.facts().readings), (None, 0));
    stop.cancel();
    tokio::time::timeout(SOON, task).await.unwrap().unwrap();
}

fn sentence(text: &str) -> Vec<u8> {
    let sum = text.bytes().fold(0, |sum, byte| sum ^ byte);
    format!("${text}*{sum:02X}\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talker_tells_place_time_and_weather_and_is_found_again_after_it_was_unplugged() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("nmea");
    let mut line = plug(&link);
    let (readings, mut newest) = watch::channel(None);
    let (line_state, state) = (Arc::new(LineState::default()), Arc::new(NmeaState::default()));
    let task = Nmea {
        endpoint: Endpoint::Serial { path: link.clone(), baud: 4_800 },
        weather: Some(WeatherSink::new(readings, Some(line_state.clone()))),
        state: state.clone(),
        clock: Clock::new(ClockConfig::Trusted),
    };
    let stop = CancellationToken::new();
    let task = tokio::spawn(task.run(stop.clone()));
    line.write_all(b"\xffgarbage$GPGGA,1\r\n").unwrap();
    line.write_all(&sentence("GPGGA,123519,3748.741,N,11230.000,E,1,08,0.9,785.4,M,,M,,")).unwrap();
    line.write_all(&sentence("GPRMC,123519,A,3748.741,N,11230.000,E,0,0,230394,,")).unwrap();
    line.write_all(&sentence("WIMWV,214.8,T,1.5,M,A")).unwrap();
    line.write_all(&sentence("WIXDR,C,6.2,C,0,H,40.4,P,0,P,0.921,B,0,R,0.0,M,0")).unwrap();
    let weather = until(|| {
        let _ = newest.has_changed();
        newest.borrow_and_update().filter(|weather| weather.precipitation.is_some())
    })
    .await;
    assert_eq!((weather.wind, weather.precipitation), (Some(Speed { mm_s: 1_500 }), Some(false)));
    assert_eq!(weather.temperature, Some(Temperature { celsius_hundredths: 620 }));
    let NmeaFacts { open, position, apart, .. } = state.facts();
    assert!(open && line_state.facts().open && line_state.facts().heard.is_some());
    assert_eq!(position.unwrap().1.latitude_microdegrees, 37_812_350);
    assert!(apart.unwrap().1 > Duration::from_secs(20 * 365 * 86_400), "1994 is long ago");

    drop(line); // Unplugged.
    until(|| (!state.facts().open).then_some(())).await;
    let mut line = plug(&link);
    line.write_all(&sentence("WIMWV,10,T,2.5,M,A")).unwrap();
    until(|| (*newest.borrow()).filter(|weather| weather.wind == Some(Speed { mm_s: 2_500 })).map(|_| ()))
        .await;
    stop.cancel();
    tokio::time::timeout(SOON, task).await.unwrap().unwrap();
}

fn analyser(endpoint: Endpoint, state: Arc<AnalyserState>) -> Analyser {
    Analyser {
        part: "analyser-1".to_owned(),
        endpoint,
        channel: 0,
        every: Duration::from_millis(200),
        values: vec!["CO2 %".to_owned(), "NO ppm".to_owned()],
        state,
        clock: Clock::new(ClockConfig::Trusted),
    }
}

/// What an analyser answers to a whole question.
fn reply(question: &[u8], concentrations: &str) -> Vec<u8> {
    let text = match question {
        b"\x02 ASTZ K0\x03" => " ASTZ 0 SREM SMGA".to_owned(),
        b"\x02 AKON K0\x03" => format!(" AKON 0 {concentrations}"),
        other => panic!("{other:02X?}"),
    };
    [b"\x02", text.as_bytes(), b"\x03"].concat()
}

async fn until_said(state: &AnalyserState, wanted: impl Fn(&AnalyserFacts) -> bool) -> AnalyserFacts {
    until(|| Some(state.facts()).filter(&wanted)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analyser_in_the_network_is_read_and_found_again_after_the_connection_broke() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let state = Arc::new(AnalyserState::default());
    let stop = CancellationToken::new();
    let task = tokio::spawn(analyser(Endpoint::Tcp(address), state.clone()).run(stop.clone()));
    for (data, values) in [("12.50 305", "CO2 12.50 %, NO 305 ppm"), ("0.04 1", "CO2 0.04 %, NO 1 ppm")] {
        let (mut stream, _) = tokio::time::timeout(SOON, listener.accept()).await.unwrap().unwrap();
        let served = async {
            let mut question = [0; 10];
            while stream.read_exact(&mut question).await.is_ok() {
                stream.write_all(&reply(&question, data)).await.unwrap();
            }
        };
        tokio::select! {
            () = served => panic!("the unit hung up"),
            facts = until_said(&state, |facts| facts.values == values) => {
                assert_eq!((facts.open, facts.state.as_str(), facts.errors), (true, "SREM SMGA", 0));
            }
        }
    } // Each connection is dropped here.
    stop.cancel();
    tokio::time::timeout(SOON, task).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analyser_on_a_port_that_is_busy_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("analyser");
    let mut line = plug(&link);
    let _far = far_end(&link);
    let state = Arc::new(AnalyserState::default());
    let stop = CancellationToken::new();
    let endpoint = Endpoint::Serial { path: link.clone(), baud: 9_600 };
    let task = tokio::spawn(analyser(endpoint, state.clone()).run(stop.clone()));
    std::thread::spawn(move || {
        let mut question = [0; 10];
        while line.read_exact(&mut question).is_ok() {
            line.write_all(&reply(&question, "BS")).unwrap();
        }
    });
    let facts = until_said(&state, |facts| facts.refusal.is_some()).await;
    assert_eq!((facts.refusal, facts.values.as_str()), (Some(Refusal::Busy), ""));
    stop.cancel();
    tokio::time::timeout(SOON, task).await.unwrap().unwrap();
}
