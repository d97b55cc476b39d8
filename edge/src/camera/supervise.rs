//! Watches one worker: starts it, takes what it sees, ends it when it hangs, starts it again.

use std::{
    collections::BTreeMap,
    io::BufReader,
    path::PathBuf,
    process::Child,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use edge_core::matching::{CameraRole, PictureId, VehicleTrack};
use edge_vision::{
    track::TrackEnded,
    worker::{WorkerConfig, WorkerMessage, read_message},
};
use plumewatch_shared::{
    passage::EvidenceKind,
    time::{Moment, Tick},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{pictures::Pictures, worker};
use crate::{
    backoff::Backoff,
    clock::{self, Clock},
    lane::Input,
};

/// A worker tells its health every second; opening a stream may take OpenCV eight. After so long it hangs.
const SILENT_AFTER: Duration = Duration::from_secs(20);

/// A live picture that has not changed for so many reports is started again: what is frozen in the decoder
/// comes back, what is frozen in the camera is shown as such.
const FROZEN_REPORTS: u32 = 60;

/// The waits between two starts.
const RESTART_FIRST: Duration = Duration::from_millis(500);
const RESTART_LONGEST: Duration = Duration::from_secs(30);

/// Messages between the pipe's reader and here: about a second's health and tracks; then the pipe waits.
const MESSAGES: usize = 8;

/// What is known of a camera, for health.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CameraFacts {
    /// Is a worker running?
    pub running: bool,
    /// Has its source ended, as a recording does?
    pub ended: bool,
    /// When the last frame came that differed from the one before.
    pub frame: Option<Tick>,
    /// Frames looked at by all workers so far.
    pub frames: u64,
    /// Frames given up: too late, or damaged.
    pub dropped: u64,
    /// Frames a second, hundredths.
    pub fps_hundredths: u32,
    /// Variance of the Laplacian; a few hundred is sharp.
    pub sharpness: u32,
    /// Does the picture stand still?
    pub frozen: bool,
    /// Did the reference frames give other figures of smoke than they must? It is then kept out of evidence.
    pub smoke_untrusted: bool,
    /// How often a worker was started again.
    pub restarts: u64,
    /// Vehicles that left the picture.
    pub tracks: u64,
}

/// The facts, shared.
#[derive(Debug, Default)]
pub struct CameraState {
    facts: Mutex<CameraFacts>,
}

impl CameraState {
    /// What is known now.
    pub fn facts(&self) -> CameraFacts {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, change: impl FnOnce(&mut CameraFacts)) {
        change(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Everything one camera's task needs.
pub struct Camera {
    /// `camera-front-1`.
    pub part: String,
    /// What it looks at.
    pub role: CameraRole,
    /// The worker's task.
    pub task: WorkerConfig,
    /// Does the source end by itself?
    pub finite: bool,
    /// The program to run as worker.
    pub program: PathBuf,
    /// Where vehicles go. When the lane is behind, the worker waits and drops frames, counted.
    pub inputs: mpsc::Sender<Input>,
    /// Where their pictures wait.
    pub pictures: Arc<Pictures>,
    /// What health is told.
    pub state: Arc<CameraState>,
    /// The clocks.
    pub clock: Clock,
}

/// Why a worker is no longer listened to.
enum Ended {
    /// The unit stops, or the lane is gone.
    Stopped,
    /// The source has no more.
    Source,
    /// It must be started again, for this reason.
    Failed(&'static str),
}

/// A child that does not outlive its handle.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        // Killed already is as good; a killed process is gone in milliseconds, so the wait is short.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Camera {
    /// Keeps a worker running until `stop` says so, or a recording has been played.
    pub async fn run(self, stop: CancellationToken) {
        let mut backoff = Backoff::new(RESTART_FIRST, RESTART_LONGEST);
        loop {
            let before = self.state.facts().frames;
            let ended = match worker::start(&self.program, &self.task) {
                Ok(child) => self.listen(Worker(child), &stop).await,
                Err(error) => {
                    warn!(part = self.part, %error, "camera worker cannot be started");
                    Ended::Failed("it cannot be started")
                }
            };
            self.state.note(|facts| facts.running = false);
            match ended {
                Ended::Stopped => return,
                Ended::Source if self.finite => {
                    info!(part = self.part, "recording played to its end");
                    self.state.note(|facts| facts.ended = true);
                    stop.cancelled().await; // The end of a recording is not the end of the unit.
                    return;
                }
                Ended::Source => warn!(part = self.part, "camera gave no more frames"),
                Ended::Failed(why) => warn!(part = self.part, why, "camera worker ended"),
            }
            self.state.note(|facts| facts.restarts += 1);
            if self.state.facts().frames > before {
                backoff.reset();
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(backoff.wait()) => {}
            }
        }
    }

    /// Listens to one worker to its end.
    async fn listen(&self, mut worker: Worker, stop: &CancellationToken) -> Ended {
        let pipe = worker.0.stdout.take().expect("it was piped");
        let (messages, mut incoming) = mpsc::channel(MESSAGES);
        let clock = self.clock.clone();
        // A thread that only reads the pipe; it ends when the worker does, which `worker`'s drop sees to.
        let reader = tokio::task::spawn_blocking(move || {
            let mut pipe = BufReader::new(pipe);
            while let Ok(message) = read_message(&mut pipe, clock.quality()) {
                if messages.blocking_send(message).is_err() {
                    return;
                }
            }
        });
        let (base, mut frozen, mut source_ended) = (self.state.facts(), 0, false);
        // The clips that this worker owes, by track: it makes at most a few at once.
        let mut owed: BTreeMap<u64, PictureId> = BTreeMap::new();
        self.state.note(|facts| facts.running = true);
        let ended = loop {
            let message = tokio::select! {
                () = stop.cancelled() => break Ended::Stopped,
                message = tokio::time::timeout(SILENT_AFTER, incoming.recv()) => message,
            };
            match message {
                Err(_) => break Ended::Failed("it has been silent"),
                Ok(None) if source_ended => break Ended::Source,
                Ok(None) => break Ended::Failed("its pipe closed"),
                Ok(Some(WorkerMessage::Started)) => info!(part = self.part, "camera open"),
                Ok(Some(WorkerMessage::SourceEnded)) => source_ended = true,
                Ok(Some(WorkerMessage::Fault { text })) => warn!(part = self.part, text, "camera fault"),
                Ok(Some(WorkerMessage::Health(health))) => {
                    frozen = if health.frozen { frozen + 1 } else { 0 };
                    self.state.note(|facts| {
                        if let Some(last) = health.last_frame.filter(|_| !health.frozen) {
                            facts.frame = Some(clock::from_monotonic(last.tick));
                        }
                        facts.frames = base.frames + health.frames;
                        facts.dropped = base.dropped + health.dropped;
                        facts.fps_hundredths = health.fps_hundredths;
                        facts.sharpness = health.sharpness;
                        facts.frozen = health.frozen;
                        facts.smoke_untrusted = health.smoke_untrusted;
                    });
                    if frozen >= FROZEN_REPORTS && !self.finite {
                        break Ended::Failed("its picture stands still");
                    }
                }
                Ok(Some(WorkerMessage::TrackEnded(track))) => {
                    self.state.note(|facts| facts.tracks += 1);
                    let clip = track.clip_follows.then(|| self.pictures.promise(clock::tick()));
                    clip.map(|clip| owed.insert(track.track, clip));
                    let vehicle = self.vehicle(*track, clip);
                    if self.inputs.send(Input::Track(Box::new(vehicle))).await.is_err() {
                        break Ended::Stopped;
                    }
                }
                Ok(Some(WorkerMessage::Clip(made))) => {
                    if let Some(id) = owed.remove(&made.track) {
                        self.pictures.fulfil(id, made.clip);
                        if self.inputs.send(Input::Clip).await.is_err() {
                            break Ended::Stopped;
                        }
                    }
                }
            }
        };
        // What it still owes will not come; who waits goes on when its patience ends, or sooner.
        owed.into_values().for_each(|id| self.pictures.fulfil(id, None));
        drop(incoming);
        drop(worker);
        let _ = reader.await; // It has nothing to say but that it ended.
        ended
    }

    /// The vehicle of a track, its pictures put aside; `clip` names the one that is still to come.
    fn vehicle(&self, track: TrackEnded, clip: Option<PictureId>) -> VehicleTrack {
        let (vehicle, plate) = match self.role {
            CameraRole::Front => (EvidenceKind::VehicleFront, EvidenceKind::PlateFront),
            CameraRole::Rear => (EvidenceKind::VehicleRear, EvidenceKind::PlateRear),
        };
        let now = clock::tick();
        let kinds = [(vehicle, track.vehicle), (plate, track.plate), (EvidenceKind::Plume, track.plume)];
        let pictures =
            kinds.into_iter().filter_map(|(kind, bytes)| Some((kind, self.pictures.put(bytes?, now))));
        let clip = clip.map(|id| (EvidenceKind::PlumeClip, id));
        let moment = |at: Moment| Moment { tick: clock::from_monotonic(at.tick), stamp: at.stamp };
        VehicleTrack {
            camera: self.role,
            first: moment(track.first),
            last: moment(track.last),
            sighting: track.sighting,
            smoke: track.smoke,
            pictures: pictures.chain(clip).collect(),
        }
    }
}
