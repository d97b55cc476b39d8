//! Drives traffic past a checkpoint in real time: cameras see it, the head measures it, the truth is logged apart.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use plumewatch_shared::device_check::CheckMethod;
use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::units::Speed;

use crate::camera::{self, Cameras, Role, Sky};
use crate::instrument::{CheckResult, Head, LineFault, WeatherStation, fair_weather};
use crate::road::{Passing, Traffic, TrafficPlan, Truth, TruthLog};

/// From a vehicle's rear leaving the beam until the head has measured its plume (STANDARDS.md 10.3b).
pub const MEASURING: Duration = Duration::from_millis(500);
/// How long the loop sleeps at most, so that an end is noticed.
const NAP: Duration = Duration::from_millis(50);

/// What goes wrong at the checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// On the head's line, all the time.
    Line(LineFault),
    /// The head's port is unplugged for 5 s of every 20.
    Replug,
    /// A camera sends one picture for ever, from its tenth second on.
    Frozen(Role),
    /// It rains: the cameras see it and the weather station says so.
    Rain,
    /// It is night.
    Night,
    /// A wind too strong for measurements.
    Wind,
    /// The head fails a check at its start, and every measurement names the one before.
    FailedCheck,
}

/// A fault's name is not known.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "fault \"{0}\" is not known; there are noise, split, corrupt, silent, clock-jump, replug, frozen-front, frozen-rear, rain, night, wind, failed-check"
)]
pub struct UnknownFault(String);

impl std::str::FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        Ok(match text {
            "noise" => Self::Line(LineFault::Noise),
            "split" => Self::Line(LineFault::Split),
            "corrupt" => Self::Line(LineFault::Corrupt),
            "silent" => Self::Line(LineFault::Silent),
            "clock-jump" => Self::Line(LineFault::ClockJump),
            "replug" => Self::Replug,
            "frozen-front" => Self::Frozen(Role::Front),
            "frozen-rear" => Self::Frozen(Role::Rear),
            "rain" => Self::Rain,
            "night" => Self::Night,
            "wind" => Self::Wind,
            "failed-check" => Self::FailedCheck,
            other => return Err(UnknownFault(other.to_owned())),
        })
    }
}

/// One drive.
#[derive(Clone, Debug)]
pub struct Drive {
    /// Where ports, camera folders and the truth are.
    pub folder: PathBuf,
    /// Which traffic.
    pub plan: TrafficPlan,
    /// Ends after so many vehicles.
    pub vehicles: Option<u32>,
    /// Renders pictures?
    pub cameras: bool,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

impl Drive {
    /// Drives until the vehicles are through or `stop` says so. `told` hears of each passing as it is measured.
    pub fn run(&self, stop: &AtomicBool, mut told: impl FnMut(&Passing)) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut truths = TruthLog::open(&self.folder.join("truth.jsonl"))?;
        let lane = LaneNo::new(1).expect("1 is a lane");
        let head = Head::start(&self.folder, lane, self.plan.seed)?;
        let _weather = WeatherStation::start(&self.folder, self.weather())?;
        for fault in &self.faults {
            if let Fault::Line(fault) = fault {
                head.set_fault(*fault, true);
            }
        }
        if self.faults.contains(&Fault::FailedCheck) {
            head.check(CheckMethod::Audit, CheckResult::Fails);
        }
        // Cameras need a moment to paint the road, and edge units one to open what is new.
        let start = Instant::now() + Duration::from_secs(1);
        let cameras = match self.cameras {
            true => Some(Cameras::start(&self.folder, self.sky(), self.plan.seed, start)?),
            false => None,
        };
        let mut ahead =
            Traffic::new(self.plan).take(self.vehicles.map_or(usize::MAX, |count| count as usize));
        let mut next = ahead.next();
        let mut under_way: VecDeque<Passing> = VecDeque::new();
        let (mut unplugged, mut frozen) = (false, false);
        while (next.is_some() || !under_way.is_empty()) && !stop.load(Ordering::Relaxed) {
            let elapsed = Instant::now().saturating_duration_since(start);
            while let Some(passing) = next.take_if(|passing| passing.at <= elapsed + camera::LEAD) {
                if let Some(cameras) = &cameras {
                    cameras.watch(&passing);
                }
                under_way.push_back(passing);
                next = ahead.next();
            }
            while under_way.front().is_some_and(|passing| passing.at + MEASURING <= elapsed) {
                let Some(passing) = under_way.pop_front() else { break };
                let left = start + passing.at;
                let age = Instant::now().saturating_duration_since(left);
                let at = Timestamp::now().as_microsecond() - i64::try_from(age.as_micros())?;
                let origin = head.measure(&passing, left);
                truths.write(&Truth::of(&passing, &origin, at))?;
                told(&passing);
            }
            if self.faults.contains(&Fault::Replug) {
                let now = elapsed.as_secs() % 20 >= 15;
                if now != unplugged {
                    head.set_fault(LineFault::Unplugged, now);
                    unplugged = now;
                }
            }
            if !frozen && elapsed >= Duration::from_secs(10) {
                frozen = true;
                for fault in &self.faults {
                    if let (Fault::Frozen(role), Some(cameras)) = (fault, &cameras) {
                        cameras.freeze(*role, true);
                    }
                }
            }
            std::thread::sleep(NAP);
        }
        // What is measured is wanted: stay until the host has it, if there is one.
        if !stop.load(Ordering::Relaxed) {
            head.wait_acknowledged(Duration::from_secs(30));
        }
        Ok(())
    }

    fn sky(&self) -> Sky {
        if self.faults.contains(&Fault::Night) {
            Sky::Night
        } else if self.faults.contains(&Fault::Rain) {
            Sky::Rain
        } else {
            Sky::Day
        }
    }

    fn weather(&self) -> plumewatch_shared::reading::WeatherReading {
        let mut weather = fair_weather();
        if self.faults.contains(&Fault::Rain) {
            weather.precipitation = Some(true);
        }
        if self.faults.contains(&Fault::Wind) {
            weather.wind = Some(Speed { mm_s: 8_200 });
        }
        weather
    }
}
