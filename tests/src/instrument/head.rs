//! A remote-sensing head that speaks PWRS 1: it keeps each measurement and check until the host has acknowledged it.
//!
//! The head has power of its own: what happens to the line or to the host loses none of its measurements, up to
//! [`KEPT_MAX`]. Lines leave at the pace of 115 200 baud, oldest first. It checks itself at its start and every two
//! hours, and can be made to fail a check.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use edge_core::plume::motion::BarrierEvent;
use edge_core::reader::Heartbeat;
use edge_core::reader::remote_sensing::{
    AcknowledgementDecoder, encode_check, encode_heartbeat, encode_measurement, encode_plume,
};
use jiff::Timestamp;
use plumewatch_shared::device_check::{CheckMethod, CheckQuantity, CheckReading, CheckedPoint};
use plumewatch_shared::ids::{DeviceId, LaneNo};
use plumewatch_shared::reading::{Audit, BeamOpacity, Gases, HeadStatus, Reading, ReadingOrigin};
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};
use plumewatch_shared::units::{Acceleration, Slope, Speed};

use super::Terminal;
use super::samples::samples_of;
use crate::dice::Dice;
use crate::road::Passing;

/// Measurements kept at most; more and the oldest is given up, and counted (docs, "The head's memory").
const KEPT_MAX: usize = 1_000;
/// A measurement that was not acknowledged is sent again after so long.
const AGAIN: Duration = Duration::from_secs(2);
/// A check that was not acknowledged within a minute is sent again only once a minute: an old host never answers it.
const CHECK_PATIENCE: Duration = Duration::from_secs(60);
/// The head checks itself so often (HJ 845-2017, Annex D; STANDARDS.md 1.7).
const CHECK_EVERY: Duration = Duration::from_secs(2 * 3_600);
/// Time between heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How far a head's clock jumps.
const CLOCK_JUMP_MS: i64 = -3 * 3_600 * 1_000;
/// How often the head looks at its line.
const TURN: Duration = Duration::from_millis(20);

/// What may befall the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// Random bytes between the lines.
    Noise,
    /// Each line in pieces, with pauses.
    Split,
    /// Now and then a line has a wrong byte.
    Corrupt,
    /// The head says nothing.
    Silent,
    /// The port is gone.
    Unplugged,
    /// The head's own clock has jumped by [`CLOCK_JUMP_MS`].
    ClockJump,
}

/// How a check comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// Every point nearly right.
    Passes,
    /// NO is far off, and the head says so; its last passed audit stays the one before.
    Fails,
    /// NO is far off, and the head takes it for passed: what the host must notice.
    FailsUnnoticed,
}

/// What a head reports of a vehicle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeadSends {
    /// Results, one line each.
    #[default]
    Results,
    /// The samples of its beams; the results are for the host to find.
    Samples,
}

/// What a head's beams and barriers meet behind one vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhaust {
    /// `None` for no exhaust.
    pub gases: Option<Gases>,
    /// The smoke beam.
    pub opacity: Option<BeamOpacity>,
    /// Its speed, if the barriers tell it.
    pub speed: Option<Speed>,
    /// Its acceleration, if the barriers tell it.
    pub acceleration: Option<Acceleration>,
    /// The road's slope.
    pub slope: Option<Slope>,
    /// CO₂ above the background, hundredths of ppm·m.
    pub plume_ppm_m_hundredths: i32,
}

impl From<&Passing> for Exhaust {
    fn from(passing: &Passing) -> Self {
        Self {
            gases: passing.gases,
            opacity: Some(passing.opacity),
            speed: Some(passing.speed),
            acceleration: Some(passing.acceleration),
            slope: Some(Slope { degree_hundredths: 100 }),
            plume_ppm_m_hundredths: passing.plume_ppm_m_hundredths,
        }
    }
}

/// What a head has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadTally {
    /// Every measurement it made, in order.
    pub made: Vec<ReadingOrigin>,
    /// The numbers of its checks, in order.
    pub checks: Vec<DeviceId>,
    /// Measurements and checks that are not acknowledged yet.
    pub waiting: usize,
    /// Measurements and checks given up because the memory was full.
    pub lost: u32,
    /// Lines sent again.
    pub repeated: u64,
}

enum Word {
    Measured(Box<Reading>),
    Checked(Box<CheckReading>),
}

struct Kept {
    word: Word,
    made: Instant,
    first_sent: Option<Instant>,
    sent: Option<Instant>,
}

impl Kept {
    fn origin(&self) -> &ReadingOrigin {
        match &self.word {
            Word::Measured(reading) => &reading.origin,
            Word::Checked(check) => &check.origin,
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        let since = |sent: Option<Instant>| sent.map(|sent| now.duration_since(sent));
        let Some(quiet) = since(self.sent) else { return true };
        match &self.word {
            Word::Measured(_) => quiet >= AGAIN,
            Word::Checked(_) if since(self.first_sent) >= Some(CHECK_PATIENCE) => quiet >= CHECK_PATIENCE,
            Word::Checked(_) => quiet >= AGAIN,
        }
    }
}

#[derive(Default)]
struct State {
    kept: VecDeque<Kept>,
    made: Vec<ReadingOrigin>,
    checks: Vec<DeviceId>,
    /// The last check that the head takes for passed.
    audit: Option<Audit>,
    checked: Option<Instant>,
    /// Measurements and checks so far.
    sequence: u32,
    lost: u32,
    repeated: u64,
    faults: Vec<LineFault>,
    stop: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl State {
    fn keep(&mut self, word: Word, made: Instant) {
        self.kept.push_back(Kept { word, made, first_sent: None, sent: None });
        if self.kept.len() > KEPT_MAX {
            self.kept.pop_front();
            self.lost += 1;
        }
    }

    /// The name of the next thing the head says.
    fn next_origin(&mut self, device: &DeviceId, boot: u32) -> ReadingOrigin {
        self.sequence += 1;
        ReadingOrigin { device: device.clone(), boot, sequence: self.sequence }
    }

    /// Makes a check, at `now`.
    fn check(&mut self, who: &Identity, method: CheckMethod, result: CheckResult, now: Instant) {
        let origin = self.next_origin(&who.device, who.boot);
        let number: DeviceId = format!("AUD-{}-{}", who.boot, self.checks.len() + 1)
            .parse()
            .expect("letters, hyphens and digits");
        let off = if result == CheckResult::Passes { 0 } else { 45_000 }; // 450 ppm, twice what it may be off.
        let point = |(quantity, standard, measured)| CheckedPoint { quantity, standard, measured };
        let gases = [
            (CheckQuantity::Co2, 15_000_000, 15_040_000),
            (CheckQuantity::Co, 3_000_000, 2_985_000),
            (CheckQuantity::Hc, 100_000, 100_900),
            (CheckQuantity::Butadiene, 100_000, 99_100),
            (CheckQuantity::No, 150_000, 150_700 + off),
        ];
        let filters =
            [1_000, 2_500, 5_000, 7_500, 9_000].map(|dark| (CheckQuantity::Opacity, dark, dark + 30));
        let utc = Timestamp::now();
        self.keep(
            Word::Checked(Box::new(CheckReading {
                origin,
                performed: Moment { tick: Tick { micros: 0 }, stamp: stamp(utc) },
                lane: who.lane,
                number: number.clone(),
                method,
                by: None,
                points: gases.into_iter().chain(filters).map(point).collect(),
                head_passed: result != CheckResult::Fails,
            })),
            now,
        );
        if result != CheckResult::Fails {
            self.audit = Some(Audit { id: number.clone(), passed: utc });
        }
        self.checks.push(number);
        self.checked = Some(now);
    }
}

/// Which head it is.
#[derive(Clone)]
struct Identity {
    device: DeviceId,
    boot: u32,
    lane: LaneNo,
}

fn stamp(utc: Timestamp) -> Stamp {
    Stamp { utc, quality: ClockQuality::Synchronised }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change under the lock is whole; a thread that panicked has said so itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A head on a line of its own.
pub struct Head {
    shared: Arc<Shared>,
    who: Identity,
    thread: Option<JoinHandle<()>>,
}

impl Head {
    /// Switches a head on, on the line `folder/head-LANE`. It counts its starts in a file beside it.
    pub fn start(folder: &Path, lane: LaneNo, seed: u64) -> io::Result<Self> {
        Self::start_sending(HeadSends::Results, folder, lane, seed)
    }

    /// Switches a head on that reports in this way.
    pub fn start_sending(sends: HeadSends, folder: &Path, lane: LaneNo, seed: u64) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let link = folder.join(format!("head-{}", lane.number()));
        let starts = folder.join(format!("head-{}.starts", lane.number()));
        let boot =
            std::fs::read_to_string(&starts).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0) + 1;
        std::fs::write(&starts, format!("{boot}\n"))?;
        let device: DeviceId = format!("SIM-RS-{:03}", lane.number()).parse().map_err(io::Error::other)?;
        let who = Identity { device, boot, lane };
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new() });
        // Before anything is measured.
        shared.state().check(&who, CheckMethod::Audit, CheckResult::Passes, Instant::now());
        let line = Line {
            shared: Arc::clone(&shared),
            terminal: Some(Terminal::open(&link)?),
            link,
            sends,
            who: who.clone(),
            dice: Dice::new(seed).apart(5),
            acknowledgements: AcknowledgementDecoder::default(),
        };
        let thread = std::thread::Builder::new().name("head".to_owned()).spawn(move || line.run())?;
        Ok(Self { shared, who, thread: Some(thread) })
    }

    /// Measures a passing whose rear left the beam at `left`.
    pub fn measure(&self, passing: &Passing, left: Instant) -> ReadingOrigin {
        self.measure_exhaust(&passing.into(), left)
    }

    /// Measures the exhaust of a vehicle whose rear left the beam at `left`.
    pub fn measure_exhaust(&self, exhaust: &Exhaust, left: Instant) -> ReadingOrigin {
        let mut state = self.shared.state();
        let origin = state.next_origin(&self.who.device, self.who.boot);
        let reading = reading(exhaust, origin.clone(), self.who.lane, state.audit.clone());
        state.made.push(origin.clone());
        state.keep(Word::Measured(Box::new(reading)), left);
        origin
    }

    /// Has the head checked now, with this result; the next check of its own is two hours later.
    pub fn check(&self, method: CheckMethod, result: CheckResult) {
        self.shared.state().check(&self.who, method, result, Instant::now());
    }

    /// Lets a fault befall the line, or ends it.
    pub fn set_fault(&self, fault: LineFault, on: bool) {
        let mut state = self.shared.state();
        state.faults.retain(|other| *other != fault);
        if on {
            state.faults.push(fault);
        }
    }

    /// What it has done so far.
    pub fn tally(&self) -> HeadTally {
        let state = self.shared.state();
        HeadTally {
            made: state.made.clone(),
            checks: state.checks.clone(),
            waiting: state.kept.len(),
            lost: state.lost,
            repeated: state.repeated,
        }
    }

    /// Waits until every measurement and check is acknowledged; `false` if some still are not after `limit`.
    pub fn wait_acknowledged(&self, limit: Duration) -> bool {
        let state = self.shared.state();
        let waiting = |state: &mut State| !state.kept.is_empty();
        let waited = self.shared.changed.wait_timeout_while(state, limit, waiting);
        waited.is_ok_and(|(_, timeout)| !timeout.timed_out())
    }
}

impl Drop for Head {
    fn drop(&mut self) {
        self.shared.state().stop = true;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn reading(exhaust: &Exhaust, origin: ReadingOrigin, lane: LaneNo, audit: Option<Audit>) -> Reading {
    let stamp = stamp(Timestamp::now());
    Reading {
        origin,
        measured: Moment { tick: Tick { micros: 0 }, stamp },
        lane,
        gases: exhaust.gases,
        opacity: exhaust.opacity,
        speed: exhaust.speed,
        acceleration: exhaust.acceleration,
        slope: exhaust.slope,
        plume_ppm_m_hundredths: exhaust.plume_ppm_m_hundredths,
        audit,
        head_status: if exhaust.gases.is_some() { HeadStatus::Good } else { HeadStatus::WeakPlume },
    }
}

/// A measurement as samples; the two barriers saw the vehicle through if they told its speed.
fn samples(reading: &Reading, age_ms: u32) -> Vec<Vec<u8>> {
    use BarrierEvent::{Blocked, Freed};
    // A head that sends samples says nothing of the plume.
    let head_status = match reading.head_status {
        HeadStatus::WeakPlume | HeadStatus::Scattered | HeadStatus::Implausible => HeadStatus::Good,
        status @ (HeadStatus::Good | HeadStatus::Reblocked | HeadStatus::Fault) => status,
    };
    let barriers: &[BarrierEvent] = match reading.speed {
        Some(_) => &[Blocked, Blocked, Freed, Freed],
        None => &[Blocked, Freed],
    };
    encode_plume(&Reading { head_status, ..reading.clone() }, &samples_of(reading), barriers, age_ms)
}

/// The thread's side: the line and what leaves by it.
struct Line {
    shared: Arc<Shared>,
    terminal: Option<Terminal>,
    link: PathBuf,
    sends: HeadSends,
    who: Identity,
    dice: Dice,
    acknowledgements: AcknowledgementDecoder,
}

impl Line {
    fn run(mut self) {
        let mut heartbeat = Instant::now();
        loop {
            let (faults, stop) = {
                let mut state = self.shared.state();
                let now = Instant::now();
                if state.checked.is_none_or(|checked| now.duration_since(checked) >= CHECK_EVERY) {
                    state.check(&self.who, CheckMethod::Audit, CheckResult::Passes, now);
                }
                (state.faults.clone(), state.stop)
            };
            if stop {
                return;
            }
            if let Err(error) = self.turn(&faults, &mut heartbeat) {
                tracing::warn!("head's line: {error}");
                self.terminal = None; // Opened anew in the next turn.
            }
        }
    }

    /// Listens for [`TURN`], then sends one line: about 9 kB/s, what 115 200 baud carries.
    fn turn(&mut self, faults: &[LineFault], heartbeat: &mut Instant) -> io::Result<()> {
        if faults.contains(&LineFault::Unplugged) {
            self.terminal = None;
        } else if self.terminal.is_none() {
            self.terminal = Some(Terminal::open(&self.link)?);
        }
        self.listen()?;
        if faults.contains(&LineFault::Silent) {
            return Ok(());
        }
        let now = Instant::now();
        if now >= *heartbeat {
            *heartbeat = now + HEARTBEAT;
            let line = self.heartbeat(faults.contains(&LineFault::ClockJump));
            return self.send(line, faults);
        }
        let lines = self.next_word(now);
        lines.into_iter().try_for_each(|line| self.send(line, faults))
    }

    fn listen(&mut self) -> io::Result<()> {
        let mut room = [0; 4_096];
        match &self.terminal {
            Some(terminal) => {
                let count = terminal.read(&mut room, TURN)?;
                self.acknowledgements.push(&room[..count]);
            }
            None => std::thread::sleep(TURN),
        }
        while let Some(known) = self.acknowledgements.next_acknowledgement() {
            let mut state = self.shared.state();
            state
                .kept
                .retain(|kept| kept.origin().boot != known.boot || kept.origin().sequence != known.sequence);
            self.shared.changed.notify_all();
        }
        Ok(())
    }

    fn heartbeat(&self, jumped: bool) -> Vec<u8> {
        let clock = Timestamp::now().as_millisecond() + if jumped { CLOCK_JUMP_MS } else { 0 };
        let state = self.shared.state();
        encode_heartbeat(&Heartbeat {
            device: self.who.device.clone(),
            boot: self.who.boot,
            clock_utc_ms: Some(clock),
            status: HeadStatus::Good,
            waiting: u32::try_from(state.kept.len()).expect("at most KEPT_MAX"),
            lost: state.lost,
        })
    }

    /// The oldest measurement or check that is due, as lines with its true age; none if none is.
    fn next_word(&self, now: Instant) -> Vec<Vec<u8>> {
        let mut state = self.shared.state();
        let Some(kept) = state.kept.iter_mut().find(|kept| kept.is_due(now)) else { return Vec::new() };
        let again = kept.sent.replace(now).is_some();
        kept.first_sent.get_or_insert(now);
        let age = u32::try_from(now.saturating_duration_since(kept.made).as_millis()).unwrap_or(u32::MAX);
        let lines = match (&kept.word, self.sends) {
            (Word::Checked(check), _) => vec![encode_check(check, age)],
            (Word::Measured(reading), HeadSends::Results) => vec![encode_measurement(reading, age)],
            (Word::Measured(reading), HeadSends::Samples) => samples(reading, age),
        };
        state.repeated += u64::from(again);
        lines
    }

    fn send(&mut self, mut line: Vec<u8>, faults: &[LineFault]) -> io::Result<()> {
        if faults.contains(&LineFault::Corrupt) && self.dice.percent(30) {
            let at = self.dice.between(0, line.len() as i64 - 1) as usize;
            line[at] ^= self.dice.between(1, 255) as u8;
        }
        if faults.contains(&LineFault::Noise) {
            let count = self.dice.between(0, 40);
            let mut noise: Vec<u8> = (0..count).map(|_| self.dice.between(0, 255) as u8).collect();
            noise.append(&mut line);
            line = noise;
        }
        let Some(terminal) = &self.terminal else { return Ok(()) };
        if !faults.contains(&LineFault::Split) {
            return terminal.write(&line);
        }
        for piece in line.chunks(self.dice.between(1, 90) as usize) {
            terminal.write(piece)?;
            std::thread::sleep(Duration::from_millis(4));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::road::{Traffic, TrafficPlan};
    use edge_core::reader::HeadEvent;
    use edge_core::reader::remote_sensing::{Decoder, acknowledgement};
    use std::io::{Read, Write};

    /// A host on the other end: acknowledges every check, and of the measurements what `takes` says; gives every
    /// measurement's origin that came.
    fn host(
        folder: &Path,
        mut takes: impl FnMut(usize) -> bool,
        enough: impl Fn(usize) -> bool,
    ) -> Vec<ReadingOrigin> {
        let mut port = std::fs::File::options().read(true).write(true).open(folder.join("head-1")).unwrap();
        let mut decoder = Decoder::new(LaneNo::new(1).unwrap());
        let stamp = Stamp { utc: Timestamp::now(), quality: ClockQuality::Synchronised };
        let (mut came, mut bytes) = (Vec::new(), [0; 512]);
        // A heartbeat a second wakes the loop.
        while !enough(came.len()) {
            let count = port.read(&mut bytes).unwrap();
            decoder.push(&bytes[..count], Moment { tick: Tick { micros: 60_000_000 }, stamp });
            while let Some(event) = decoder.next_event() {
                match event {
                    HeadEvent::Measured(reading) => {
                        if takes(came.len()) {
                            port.write_all(&acknowledgement(&reading.origin)).unwrap();
                        }
                        came.push(reading.origin);
                    }
                    HeadEvent::Checked(check) => {
                        port.write_all(&acknowledgement(&check.origin)).unwrap();
                    }
                    HeadEvent::Heartbeat(_) => {}
                }
            }
        }
        came
    }

    fn head(folder: &Path, measurements: usize) -> Head {
        let head = Head::start(folder, LaneNo::new(1).unwrap(), 1).unwrap();
        for passing in Traffic::new(TrafficPlan::new(1, Duration::from_secs(8))).take(measurements) {
            head.measure(&passing, Instant::now());
        }
        head
    }

    #[test]
    fn what_was_acknowledged_does_not_come_again_and_the_rest_does() {
        let folder = tempfile::tempdir().unwrap();
        let head = head(folder.path(), 4);
        // The second of the first four is not acknowledged; it alone comes as the fifth.
        let came = host(folder.path(), |index| index != 1, |came| came >= 5);
        let sequences: Vec<_> = came.iter().map(|origin| origin.sequence).collect();
        assert_eq!(sequences, [2, 3, 4, 5, 3], "the check at the start was the first");
        assert!(head.wait_acknowledged(Duration::from_secs(5)));
        assert_eq!(head.tally().repeated, 1);
    }

    #[test]
    fn noise_splits_and_wrong_bytes_delay_measurements_and_lose_none() {
        let folder = tempfile::tempdir().unwrap();
        let head = head(folder.path(), 12);
        for fault in [LineFault::Noise, LineFault::Split, LineFault::Corrupt] {
            head.set_fault(fault, true);
        }
        let came = host(folder.path(), |_| true, |_| head.tally().waiting == 0);
        let seen: std::collections::BTreeSet<_> = came.iter().map(|origin| origin.sequence).collect();
        assert_eq!(seen.len(), 12);
        assert!(head.wait_acknowledged(Duration::from_secs(5)));
    }

    #[test]
    fn a_head_checks_itself_at_its_start_and_names_the_last_check_it_takes_for_passed() {
        let folder = tempfile::tempdir().unwrap();
        let head = head(folder.path(), 1);
        let passing = Traffic::new(TrafficPlan::new(1, Duration::from_secs(8))).next().unwrap();
        for result in [CheckResult::Fails, CheckResult::FailsUnnoticed] {
            head.check(CheckMethod::Audit, result);
            head.measure(&passing, Instant::now());
        }
        let numbers: Vec<_> = head.tally().checks.iter().map(ToString::to_string).collect();
        assert_eq!(numbers, ["AUD-1-1", "AUD-1-2", "AUD-1-3"]);
        let state = head.shared.state();
        let named = state.kept.iter().filter_map(|kept| match &kept.word {
            Word::Measured(reading) => Some(reading.audit.as_ref().unwrap().id.as_str().to_owned()),
            Word::Checked(_) => None,
        });
        assert_eq!(named.collect::<Vec<_>>(), ["AUD-1-1", "AUD-1-1", "AUD-1-3"]);
    }

    #[test]
    fn a_check_that_nobody_answers_is_repeated_ever_more_rarely() {
        let kept = |first: u64, last: u64| Kept {
            word: Word::Checked(Box::new(plumewatch_shared::sample::check(1))),
            made: Instant::now(),
            first_sent: Instant::now().checked_sub(Duration::from_secs(first)),
            sent: Instant::now().checked_sub(Duration::from_secs(last)),
        };
        let now = Instant::now();
        assert!(kept(10, 3).is_due(now) && !kept(10, 1).is_due(now));
        assert!(!kept(90, 3).is_due(now) && kept(120, 61).is_due(now));
    }

    #[test]
    fn a_head_that_is_switched_on_again_counts_its_start() {
        let folder = tempfile::tempdir().unwrap();
        let boots: Vec<_> = (0..2)
            .map(|_| {
                let head = head(folder.path(), 1);
                head.tally().made[0].boot
            })
            .collect();
        assert_eq!(boots, [1, 2]);
    }
}
