//! The desk beside the road: the one test that is being led, whoever holds a tablet.
//!
//! It brings together what the meter says ([`serial::opacimeter`](crate::serial::opacimeter)), what officers order
//! ([`orders`]), the procedure (`edge_core::roadside_test`), the law and the scribe. Every tablet sees the same test, and
//! each order names the test it is meant for, so that one that comes late changes nothing. A test that was signed is a
//! record on the disk; one that was cut off by a restart is gone, and the desk says so ([`marker`]).

mod marker;
pub mod orders;
pub mod view;

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use edge_core::{
    reader::opacimeter::MeterProtocol,
    retention::Class,
    roadside_test::{LedTest, MeterCondition, MeterTrouble, Output, Step},
};
use plumewatch_shared::{
    exhaust_test::{
        TestRulebook, TestVerdict,
        form::{ExhaustTest, EyeReading, MeteredAcceleration, TestedVehicle, UsedMeter},
        judge,
    },
    ids::{DeviceId, PassageId},
    language::Bilingual,
    meter::MeterSample,
    protocol::{message::ExhaustTestReport, record::RecordReport, seal::Sealed},
    reading::WeatherReading,
    time::{Moment, Stamp},
};
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    clock::{self, Clock},
    outbox::Outbox,
    record::{Entry, Scribe},
    rulebooks::RulebookShelf,
    serial::opacimeter::{MeterCommand, MeterNews},
};
use marker::Marker;
use orders::{Begin, Refusal, Sign, Signature};

/// Signed tests that the desk shows and prints again: a long shift's.
pub const SIGNED: usize = 20;
/// Samples that a page gets when it opens: thirty seconds.
pub const LIVE: usize = 300;
/// Samples that a slow page may lag behind before it must open anew.
const LIVE_LAG: usize = 64;
/// How often time is looked at while nothing comes.
const LOOK: Duration = Duration::from_millis(500);
/// Records that a start looks through for signed tests, newest first: a start must not read days of backlog.
const LOOKED_THROUGH: usize = 500;

/// The meter by its configuration.
#[derive(Clone, Debug)]
pub struct DeskMeter {
    /// What it speaks.
    pub protocol: MeterProtocol,
    /// Its serial number.
    pub device: DeviceId,
    /// Where it is told something.
    pub commands: mpsc::Sender<MeterCommand>,
}

/// What the desk stands on.
pub struct Parts {
    /// The meter, if there is one.
    pub meter: Option<DeskMeter>,
    /// Metres above the sea.
    pub altitude_m: Option<i32>,
    /// The clocks.
    pub clock: Clock,
    /// The newest weather.
    pub weather: watch::Receiver<Option<WeatherReading>>,
    /// Writes the records.
    pub scribe: Arc<Scribe>,
    /// The rulebooks that hold.
    pub rulebooks: RulebookShelf,
}

/// What a stopped vehicle or machine is tested by.
const STANDARDS: [&str; 2] = ["GB 3847-2018", "GB 36886-2018"];

/// The desk. Clones are the same desk.
#[derive(Clone)]
pub struct Desk {
    shared: Arc<Shared>,
}

struct Shared {
    parts: Parts,
    marker: Marker,
    now: Mutex<Now>,
    changed: watch::Sender<u64>,
    live: broadcast::Sender<Live>,
}

/// What is so now.
struct Now {
    meter: MeterCondition,
    test: Option<Running>,
    /// Is the running test being written?
    signing: bool,
    cut_off: Option<Stamp>,
    signed: VecDeque<Arc<SignedTest>>,
    recent: VecDeque<Live>,
}

/// The test that is being led.
struct Running {
    /// When it began, which is also its name: microseconds since 1970.
    started: Stamp,
    passage: Option<PassageId>,
    vehicle: TestedVehicle,
    /// By which it is led and judged, to its end, whatever is published meanwhile.
    book: Arc<TestRulebook>,
    method: Method,
}

enum Method {
    FreeAcceleration(Box<LedTest>),
    ByEye,
    Samples,
}

impl Running {
    fn number(&self) -> i64 {
        self.started.micros()
    }
}

/// A test that is a record.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SignedTest {
    /// The record.
    pub report: ExhaustTestReport,
    /// Why the verdict is what it is.
    pub reasons: Vec<Bilingual>,
}

/// One sample as pages draw it.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Live {
    /// The unit's monotonic time, milliseconds.
    pub ms: u64,
    /// Coefficient, hundredths of 1/m.
    pub k: u16,
    /// Opacity, hundredths of a percent.
    pub n: u16,
    /// Engine speed; 0 without a pick-up.
    pub rpm: u16,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// Opens the desk of `data_dir`: finds what was signed and waits for the server, and what a restart cut off.
    pub fn open(data_dir: &Path, parts: Parts) -> Self {
        let marker = Marker::at(data_dir);
        let signed = signed_before(parts.scribe.outbox.as_ref());
        let cut_off = marker.cut_off(&signed);
        if cut_off.is_some() {
            warn!("a roadside test was cut off by the restart; nothing of it is kept");
        }
        let now = Now {
            meter: MeterCondition::Trouble(MeterTrouble::Unplugged),
            test: None,
            signing: false,
            cut_off,
            signed,
            recent: VecDeque::with_capacity(LIVE),
        };
        let shared = Shared {
            parts,
            marker,
            now: Mutex::new(now),
            changed: watch::Sender::new(0),
            live: broadcast::Sender::new(LIVE_LAG),
        };
        Self { shared: Arc::new(shared) }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.shared.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the meter's news until `stop` says so, and looks at the time.
    pub async fn run(self, mut news: mpsc::Receiver<MeterNews>, stop: CancellationToken) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut open = true;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                heard = news.recv(), if open => match heard {
                    Some(heard) => self.hear(heard),
                    None => open = false, // No meter is configured: time alone goes on.
                },
                _ = look.tick() => self.look(),
            }
        }
    }

    fn look(&self) {
        self.change(|now| {
            if let Some(Running { method: Method::FreeAcceleration(led), .. }) = &mut now.test {
                led.on_time(clock::tick());
            }
        });
    }

    fn hear(&self, news: MeterNews) {
        self.change(|now| match news {
            MeterNews::Condition(condition) => {
                now.meter = condition;
                now.led(|led| led.on_meter(condition));
            }
            MeterNews::ZeroRefused => now.led(LedTest::on_zero_refused),
            MeterNews::Sample(sample, at) => {
                self.show(now, &sample, at);
                now.led(|led| led.on_sample(&sample, at));
            }
        });
    }

    fn show(&self, now: &mut Now, sample: &MeterSample, at: Moment) {
        let live = Live {
            ms: at.tick.micros / 1_000,
            k: sample.coefficient.per_m_hundredths,
            n: sample.opacity.0.hundredths(),
            rpm: sample.engine_speed.map_or(0, |speed| speed.rpm),
        };
        if now.recent.len() == LIVE {
            now.recent.pop_front();
        }
        now.recent.push_back(live);
        let _ = self.shared.live.send(live); // No follower is no error.
    }

    /// Changes what is so, and tells pages if that shows.
    fn change<T>(&self, act: impl FnOnce(&mut Now) -> T) -> T {
        let mut now = self.now();
        let before = now.stand();
        let given = act(&mut now);
        if now.stand() != before {
            self.shared.changed.send_modify(|version| *version += 1);
        }
        given
    }

    /// The rulebooks that hold today: for vehicles and for machinery.
    fn books(&self) -> Vec<Arc<TestRulebook>> {
        let today = self.shared.parts.clock.now().stamp.legal_day();
        STANDARDS.iter().filter_map(|id| self.shared.parts.rulebooks.tests_of(id, today)).collect()
    }

    /// Begins a test.
    pub fn begin(&self, order: Begin) -> Result<(), Refusal> {
        let started = self.shared.parts.clock.now().stamp;
        let order = order.check(&self.books(), self.shared.parts.meter.is_some())?;
        self.change(|now| {
            if now.test.is_some() {
                return Err(Refusal::Running);
            }
            let method = match order.method {
                orders::Method::FreeAcceleration => {
                    let rule = order.book.free_acceleration.clone();
                    Method::FreeAcceleration(Box::new(LedTest::new(rule, now.meter)))
                }
                orders::Method::ByEye => Method::ByEye,
                orders::Method::Samples => Method::Samples,
            };
            let mut vehicle = order.vehicle;
            vehicle.altitude_m = self.shared.parts.altitude_m;
            let running = Running { started, passage: order.passage, vehicle, book: order.book, method };
            self.shared.marker.running(running.started);
            (now.test, now.cut_off) = (Some(running), None);
            info!("roadside test begun");
            Ok(())
        })
    }

    /// The officers hold the probe into clean air: the zero may be set.
    pub fn zero(&self, test: i64) -> Result<(), Refusal> {
        self.led(test, |led| {
            let wanted = led.on_zero_wanted(clock::tick());
            if let (Some(Output::SetZero), Some(meter)) = (led.next_output(), &self.shared.parts.meter)
                && meter.commands.try_send(MeterCommand::SetZero).is_err()
            {
                led.on_zero_refused();
            }
            wanted
        })
    }

    /// The probe is in the pipe.
    pub fn probe(&self, test: i64) -> Result<(), Refusal> {
        self.led(test, LedTest::on_probe_in)
    }

    /// The pedal goes down now, by a person's word.
    pub fn pedal(&self, test: i64) -> Result<(), Refusal> {
        self.led(test, |led| led.on_pedal(clock::tick()))
    }

    /// The accelerations begin anew, with a new zero.
    pub fn again(&self, test: i64) -> Result<(), Refusal> {
        let meter = self.now().meter;
        self.change(|now| {
            let running = now.named(test)?;
            let fresh = LedTest::new(running.book.free_acceleration.clone(), meter);
            match &mut running.method {
                Method::FreeAcceleration(led) => **led = fresh,
                Method::ByEye | Method::Samples => return Err(Refusal::NotNow),
            }
            Ok(())
        })
    }

    /// The test is given up; nothing of it is kept.
    pub fn abandon(&self, test: i64) -> Result<(), Refusal> {
        self.change(|now| {
            now.named(test)?;
            now.test = None;
            self.shared.marker.clear();
            info!("roadside test abandoned");
            Ok(())
        })
    }

    /// Somebody has read that a restart cut a test off.
    pub fn seen(&self) {
        self.change(|now| {
            if now.cut_off.take().is_some() && now.test.is_none() {
                self.shared.marker.clear();
            }
        });
    }

    fn led(&self, test: i64, act: impl FnOnce(&mut LedTest) -> bool) -> Result<(), Refusal> {
        self.change(|now| {
            let done = match &mut now.named(test)?.method {
                Method::FreeAcceleration(led) => act(led),
                Method::ByEye | Method::Samples => false,
            };
            if done { Ok(()) } else { Err(Refusal::NotNow) }
        })
    }

    /// Signs the test: judged, sealed and on the disk when this returns. Blocks.
    pub fn sign(&self, order: Sign) -> Result<Arc<SignedTest>, Refusal> {
        let test = order.test;
        let ended = self.shared.parts.clock.now().stamp;
        let signature = order.check(ended)?;
        let entry = self.change(|now| {
            let entry = self.filled(now.named(test)?, signature, ended)?;
            now.signing = true;
            Ok(entry)
        });
        let mut entry = match entry {
            Ok(entry) => entry,
            // Whoever signs what another tablet has signed already is told so.
            Err(Refusal::Gone) if self.was_signed(test) => return Err(Refusal::AlreadySigned),
            Err(refusal) => return Err(refusal),
        };
        let written = self.shared.parts.scribe.write(&mut entry);
        self.change(|now| {
            now.signing = false;
            let report = match written {
                Ok(RecordReport::ExhaustTest(report)) => *report,
                Ok(RecordReport::Passage(_) | RecordReport::DeviceCheck(_)) | Err(_) => {
                    return Err(Refusal::Unwritten);
                }
            };
            info!(test.id = report.id, "roadside test signed and stored");
            let reasons = entry.verdict.as_ref().map(TestVerdict::reasons).unwrap_or_default();
            let signed = Arc::new(SignedTest { report, reasons });
            now.signed.truncate(SIGNED - 1);
            now.signed.push_front(signed.clone());
            now.test = None;
            self.shared.marker.clear();
            Ok(signed)
        })
    }

    fn was_signed(&self, test: i64) -> bool {
        self.now().signed.iter().any(|signed| signed.report.started.utc_us == test)
    }

    /// The form of the running test, judged; or what is still missing.
    fn filled(&self, running: &Running, signature: Signature, ended: Stamp) -> Result<TestEntry, Refusal> {
        let free_acceleration = match &running.method {
            Method::FreeAcceleration(led) => Some(self.metered(led)?),
            Method::ByEye | Method::Samples => None,
        };
        let by_eye: Vec<EyeReading> = match (&running.method, signature.by_eye) {
            (Method::ByEye, None) => return Err(Refusal::Observers),
            (_, read) => read.unwrap_or_default(),
        };
        if matches!(running.method, Method::Samples) && signature.samples.is_empty() {
            return Err(Refusal::NoSample);
        }
        let measured = free_acceleration.is_some() || !by_eye.is_empty();
        let test = ExhaustTest {
            // The sequence is minted with the record.
            id: PassageId { station: self.shared.parts.scribe.station, sequence: 0 },
            started: running.started,
            ended,
            passage: running.passage,
            vehicle: running.vehicle.clone(),
            free_acceleration,
            by_eye,
            samples: signature.samples,
            officers: signature.officers,
            weather: *self.shared.parts.weather.borrow(),
            note: signature.note,
            evidence: Vec::new(),
        };
        let verdict = measured.then(|| judge(&test.values(), &test.vehicle.subject(), &running.book));
        Ok(TestEntry { test, verdict })
    }

    fn metered(&self, led: &LedTest) -> Result<MeteredAcceleration, Refusal> {
        let mean = match led.step() {
            Step::Done { mean } => Some(mean),
            Step::Unsteady => None,
            Step::Meter(_)
            | Step::SetZero
            | Step::Zeroing
            | Step::InsertProbe
            | Step::Purge { .. }
            | Step::Accelerate { .. } => return Err(Refusal::NotFinished),
        };
        let meter = self.shared.parts.meter.as_ref().ok_or(Refusal::NoMeter)?;
        Ok(MeteredAcceleration {
            meter: UsedMeter {
                driver: meter.protocol.word().to_owned(),
                device: meter.device.clone(),
                calibrated: led.calibrated(),
            },
            purges: led.purges(),
            runs: led.runs().to_vec(),
            mean,
        })
    }

    /// A signed test by its id.
    pub fn signed(&self, id: &str) -> Option<Arc<SignedTest>> {
        self.now().signed.iter().find(|signed| signed.report.id == id).cloned()
    }

    /// How it stands now, the last samples, and everything that comes after them.
    pub fn follow(&self) -> (watch::Receiver<u64>, Vec<Live>, broadcast::Receiver<Live>) {
        let now = self.now();
        // Subscribed under the lock, so that each sample is seen once.
        let live = self.shared.live.subscribe();
        (self.shared.changed.subscribe(), now.recent.iter().copied().collect(), live)
    }
}

impl Now {
    fn led(&mut self, act: impl FnOnce(&mut LedTest)) {
        if let Some(Running { method: Method::FreeAcceleration(led), .. }) = &mut self.test {
            act(led);
        }
    }

    /// The running test, if that is the one meant and it is not being written.
    fn named(&mut self, test: i64) -> Result<&mut Running, Refusal> {
        if self.signing {
            return Err(Refusal::Signing);
        }
        self.test.as_mut().filter(|running| running.number() == test).ok_or(Refusal::Gone)
    }
}

/// A test as the scribe writes it.
struct TestEntry {
    test: ExhaustTest,
    verdict: Option<TestVerdict>,
}

impl Entry for TestEntry {
    fn report(&mut self, id: PassageId) -> RecordReport {
        self.test.id = id;
        RecordReport::ExhaustTest(Box::new(ExhaustTestReport::new(&self.test, self.verdict.as_ref())))
    }

    fn class(&self) -> Class {
        Class::Incriminating
    }

    /// The curves are the largest part; the values they gave stay.
    fn shrink(&mut self) -> bool {
        let mut shrunk = false;
        for run in self.test.free_acceleration.iter_mut().flat_map(|done| &mut done.runs) {
            shrunk |= !run.curve.is_empty();
            run.curve.clear();
        }
        shrunk
    }
}

/// Signed tests among the records that wait, newest first.
fn signed_before(outbox: &dyn Outbox) -> VecDeque<Arc<SignedTest>> {
    let mut found = VecDeque::new();
    let sequences = outbox.sequences().unwrap_or_default();
    for sequence in sequences.into_iter().rev().take(LOOKED_THROUGH) {
        if found.len() == SIGNED {
            break;
        }
        let Ok(Some(payload)) = outbox.record(sequence) else { continue };
        let Ok(sealed) = serde_json::from_slice::<Sealed>(&payload) else { continue };
        let Ok(RecordReport::ExhaustTest(report)) = RecordReport::read(&sealed.body) else { continue };
        let Ok((_, verdict)) = report.test() else { continue };
        let reasons = verdict.as_ref().map(TestVerdict::reasons).unwrap_or_default();
        found.push_back(Arc::new(SignedTest { report: *report, reasons }));
    }
    found
}

#[cfg(test)]
mod tests;
