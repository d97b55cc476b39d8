//! A weather station as a Modbus-RTU slave on a line of its own.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use edge_core::reader::weather::{RegisterMap, slave};
use jiff::Timestamp;
use plumewatch_shared::reading::WeatherReading;
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};
use plumewatch_shared::units::{Bearing, Humidity, Pressure, Speed, Temperature};

use super::Terminal;

/// The station's address on its line.
const ADDRESS: u8 = 1;
/// A request of functions 03 and 04: address, function, first, count, checksum.
const REQUEST_BYTES: usize = 8;
/// Silence after which a broken request is forgotten.
const SILENCE: Duration = Duration::from_millis(50);

/// Weather in which every measurement may count (HJ 845-2017, Annex A), as on a dry day in Taiyuan.
pub fn fair_weather() -> WeatherReading {
    WeatherReading {
        measured: Moment {
            tick: Tick { micros: 0 },
            stamp: Stamp { utc: Timestamp::now(), quality: ClockQuality::Synchronised },
        },
        wind: Some(Speed { mm_s: 1_800 }),
        wind_from: Some(Bearing { degrees: 315 }),
        temperature: Some(Temperature { celsius_hundredths: 640 }),
        humidity: Some(Humidity { percent_hundredths: 4_200 }),
        pressure: Some(Pressure { pa: 92_300 }),
        precipitation: Some(false),
    }
}

struct State {
    weather: WeatherReading,
    stop: bool,
}

/// A weather station, with the registers that `RegisterMap::common` names, at address 1.
pub struct WeatherStation {
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

impl WeatherStation {
    /// Switches it on, on the line `folder/weather`.
    pub fn start(folder: &Path, weather: WeatherReading) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let terminal = Terminal::open(&folder.join("weather"))?;
        let state = Arc::new(Mutex::new(State { weather, stop: false }));
        let shared = Arc::clone(&state);
        let thread =
            std::thread::Builder::new().name("weather".to_owned()).spawn(move || run(&terminal, &shared))?;
        Ok(Self { state, thread: Some(thread) })
    }

    /// Changes the weather.
    pub fn set(&self, weather: WeatherReading) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).weather = weather;
    }
}

impl Drop for WeatherStation {
    fn drop(&mut self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stop = true;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(terminal: &Terminal, state: &Mutex<State>) {
    let map = RegisterMap::common();
    let (mut request, mut room) = (Vec::with_capacity(REQUEST_BYTES), [0; 256]);
    loop {
        let weather = {
            let state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.stop {
                return;
            }
            state.weather
        };
        match terminal.read(&mut room, SILENCE) {
            Ok(0) => request.clear(),
            Ok(count) => request.extend_from_slice(&room[..count]),
            Err(error) => {
                tracing::warn!("weather station's line: {error}");
                std::thread::sleep(SILENCE);
            }
        }
        while request.len() >= REQUEST_BYTES {
            let rest = request.split_off(REQUEST_BYTES);
            if let Some(reply) = slave::respond(ADDRESS, &map, &weather, &request) {
                let _ = terminal.write(&reply);
            }
            request = rest;
        }
    }
}
