//! Two cameras beside the beam: one looks at what comes, one at what leaves. Their pictures are rendered.
//!
//! What a camera shows of a passing follows from the passing alone: a vehicle's rear leaves the beam at
//! `Passing::at`, its front a length earlier. The plate is painted, the plume takes light away; no file name and
//! no other channel tells a program under test what is in a picture.

mod body_art;
mod folder;
mod frame;
mod hard;
mod light;
mod plate_art;
mod plume;
mod scene;
mod sprite;
mod view;

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use folder::FrameFolder;
pub use hard::{Confuser, HardPicture, HardRoad};
pub use scene::Sky;

use crate::road::Passing;
use body_art::Faces;
use frame::{End, Shot, Studio};
use plume::Exhaust;
use view::View;

/// Frames a second while a vehicle is in view.
const RATE: u32 = 8;
/// How often an empty road is shown.
const IDLE: Duration = Duration::from_millis(500);
/// How often a vehicle is shown whose plate cannot be read: every second tick, less a little for their jitter.
const FAR: Duration = Duration::from_millis(220);
/// How far away a plate is still worth reading, metres.
const PLATE_REACH_M: f64 = 24.0;
/// How far a vehicle is seen, metres.
const REACH_M: f64 = 38.0;
/// Distance of the lane's middle from a camera, metres.
const LANE_M: f64 = 1.9;
/// Distance along the road between cameras and beam, metres.
const BEAM_M: f64 = 3.0;
/// How long before its beam time a passing must be told: the longest vehicle's way through the picture.
pub const LEAD: Duration = Duration::from_secs(9);

/// Which of a lane's cameras.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Looks at what comes.
    Front,
    /// Looks at what leaves.
    Rear,
}

/// What a camera is told while it runs.
enum Order {
    Watch(Box<Passing>),
    Freeze(Role, bool),
    Stop,
}

/// The two cameras of one lane, rendering in a thread of their own.
#[derive(Debug)]
pub struct Cameras {
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
}

impl Cameras {
    /// Starts both, into `front-1` and `rear-1` under `folder`; `start` is the zero of `Passing::at`.
    pub fn start(folder: &Path, sky: Sky, seed: u64, start: Instant) -> anyhow::Result<Self> {
        let folders =
            [FrameFolder::open(&folder.join("front-1"))?, FrameFolder::open(&folder.join("rear-1"))?];
        let (orders, inbox) = channel();
        let thread = std::thread::Builder::new().name("cameras".to_owned()).spawn(move || {
            let rig = Rig::new(folders, sky, seed, start);
            if let Err(error) = rig.run(&inbox) {
                tracing::error!("cameras stopped: {error:#}");
            }
        })?;
        Ok(Self { orders, thread: Some(thread) })
    }

    /// Tells of a vehicle that will come, [`LEAD`] before it does.
    pub fn watch(&self, passing: &Passing) {
        // A thread that ended has said why; frames then simply stay away, as with a broken camera.
        let _ = self.orders.send(Order::Watch(Box::new(passing.clone())));
    }

    /// Freezes a camera: it sends its last picture again and again. Or lets it go on.
    pub fn freeze(&self, role: Role, frozen: bool) {
        let _ = self.orders.send(Order::Freeze(role, frozen));
    }
}

impl Drop for Cameras {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Lens {
    role: Role,
    studio: Studio,
    folder: FrameFolder,
    empty: Vec<Vec<u8>>,
    shown: Option<Instant>,
    last: Vec<u8>,
    frozen: bool,
}

struct Rig {
    lenses: [Lens; 2],
    start: Instant,
    coming: Vec<(Passing, Faces)>,
}

impl Rig {
    fn new([front, rear]: [FrameFolder; 2], sky: Sky, seed: u64, start: Instant) -> Self {
        let lens = |role, folder, view, seed| {
            let mut studio = Studio::new(view, sky, seed);
            let empty: Vec<_> = (0..4).map(|_| studio.frame(&[])).collect();
            let last = empty[0].clone();
            Lens { role, studio, folder, empty, shown: None, last, frozen: false }
        };
        let lenses = [
            lens(Role::Front, front, View::new(LANE_M), seed.wrapping_mul(2)),
            lens(Role::Rear, rear, View::new(-LANE_M), seed.wrapping_mul(2) + 1),
        ];
        Self { lenses, start, coming: Vec::new() }
    }

    fn run(mut self, inbox: &Receiver<Order>) -> anyhow::Result<()> {
        let tick = Duration::from_secs(1) / RATE;
        let mut due = Instant::now();
        loop {
            match inbox.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(Order::Watch(passing)) => {
                    let faces = body_art::faces(&passing.vehicle);
                    self.coming.push((*passing, faces));
                }
                Ok(Order::Freeze(role, frozen)) => {
                    self.lenses
                        .iter_mut()
                        .filter(|lens| lens.role == role)
                        .for_each(|lens| lens.frozen = frozen);
                }
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    let now = Instant::now();
                    self.expose(now)?;
                    // A machine that is too slow drops frames, as a camera does; it never falls behind.
                    due = (due + tick).max(now);
                }
            }
        }
    }

    fn expose(&mut self, now: Instant) -> anyhow::Result<()> {
        let elapsed = now.saturating_duration_since(self.start).as_secs_f64();
        self.coming.retain(|(passing, _)| {
            let gone = passing.at.as_secs_f64() + (REACH_M + 4.0) / speed(passing);
            elapsed < gone
        });
        for lens in &mut self.lenses {
            lens.expose(&self.coming, elapsed, now)?;
        }
        Ok(())
    }
}

fn speed(passing: &Passing) -> f64 {
    f64::from(passing.speed.mm_s) / 1_000.0
}

impl Lens {
    fn expose(&mut self, coming: &[(Passing, Faces)], elapsed: f64, now: Instant) -> anyhow::Result<()> {
        let mut shots: Vec<Shot<'_>> =
            coming.iter().filter_map(|(passing, faces)| self.shot(passing, faces, elapsed)).collect();
        shots.sort_by(|a, b| b.near_z.total_cmp(&a.near_z));
        let shown_for = self.shown.map_or(Duration::MAX, |shown| now.saturating_duration_since(shown));
        let idle_over = shown_for >= IDLE;
        // Where no plate can be read, far away or past its end, half as many frames do.
        let near = shots.iter().any(|shot| (0.8..PLATE_REACH_M).contains(&shot.near_z));
        if !shots.is_empty() && !near && shown_for < FAR {
            return Ok(());
        }
        if !shots.is_empty() && !self.frozen {
            self.last = self.studio.frame(&shots);
        } else if !idle_over {
            return Ok(());
        } else if !self.frozen {
            self.empty.rotate_left(1);
            self.last.clone_from(&self.empty[0]);
        }
        self.shown = Some(now);
        self.folder.add(&self.last)
    }

    /// The vehicle as this lens sees it now; `None` while it is too far or wholly past.
    fn shot<'a>(&self, passing: &Passing, faces: &'a Faces, elapsed: f64) -> Option<Shot<'a>> {
        let since = elapsed - passing.at.as_secs_f64();
        let shot = shot(self.role, self.studio.view().lane_x, passing, faces, since);
        let in_reach = shot.near_z <= REACH_M && shot.near_z + passing.vehicle.body.length_m() >= 1.0;
        in_reach.then_some(shot)
    }
}

/// A vehicle before a lens, `since` seconds after its rear left the beam.
fn shot<'a>(role: Role, lane_x: f64, passing: &Passing, faces: &'a Faces, since: f64) -> Shot<'a> {
    let speed = speed(passing);
    let x = lane_x + f64::from(passing.aside_cm) / 100.0;
    let (end, near_z) = match role {
        Role::Front => (End::Front, BEAM_M - passing.vehicle.body.length_m() - speed * since),
        Role::Rear => (End::Rear, BEAM_M + speed * since),
    };
    let smokes = role == Role::Rear && passing.plume.hundredths() > 0 && near_z > 0.0;
    let exhaust = smokes.then_some(Exhaust {
        opacity: passing.plume,
        x: x - 0.75, // The pipe is on the left, as on most Chinese lorries.
        rear_z: near_z,
        speed,
        phase: since + f64::from(passing.number),
    });
    Shot { faces, end, near_z, x, exhaust }
}

/// Single frames of one passing, each so many seconds after its rear left the beam; for looking at.
pub fn film(passing: &Passing, sky: Sky, seed: u64, role: Role, seconds: &[f64]) -> Vec<Vec<u8>> {
    let faces = body_art::faces(&passing.vehicle);
    let lane_x = if role == Role::Front { LANE_M } else { -LANE_M };
    let mut studio = Studio::new(View::new(lane_x), sky, seed);
    let mut frame = |since: f64| {
        let shot = shot(role, lane_x, passing, &faces, since);
        let gone = shot.near_z > REACH_M || shot.near_z + passing.vehicle.body.length_m() < 1.0;
        if gone { studio.frame(&[]) } else { studio.frame(&[shot]) }
    };
    seconds.iter().map(|since| frame(*since)).collect()
}
