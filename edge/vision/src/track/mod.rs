//! Vehicles through frames: which is which, the best pictures of each, and its plate by vote.
//!
//! Motion against the background ([`background`]) says where vehicles are; plates are read inside those
//! places only, at most [`READS_PER_FRAME`] places a frame, rather in sharp frames than in blurred ones, and not at
//! all once a vehicle's vote is settled ([`vote`]). When the whole scene changes at once, as when unrelated pictures are replayed, the plates
//! themselves are the vehicles. The tracker keeps no time of its own: every frame brings its moment.

pub mod background;
mod follow;
mod sharpness;
pub mod vote;

use std::collections::VecDeque;
use std::sync::Arc;

use opencv::core::Rect;
use plumewatch_shared::passage::{PlateSighting, SmokeObservation};
use plumewatch_shared::time::Moment;
use serde::{Deserialize, Serialize};

use crate::picture::Picture;
use crate::plates::quad::Quad;
use crate::plates::{PlateReader, ReadError};
use crate::smoke::backdrop::{Backdrop, Sample, Sampler};
use crate::smoke::linear::Still;
use crate::smoke::{SmokeMeter, SmokeSummary};
use crate::source::Frame;
use background::Background;
use follow::{Area, Track};

/// Places searched for a plate in one frame; the first search of a vehicle costs 20 to 30 ms, further ones 12.
pub const READS_PER_FRAME: usize = 1;
/// A frame less sharp than this share of the sharpest one read is passed over …
const BLURRED: f32 = 0.5;
/// … but never more than this many one after another: a vehicle that stays blurred is read as it is.
const PASSED_OVER_MAX: u32 = 3;
/// Vehicles followed at once: more than a lane and its neighbours ever hold.
pub const MAX_TRACKS: usize = 6;
/// A vehicle not seen for this long has left.
const LOST_AFTER_MS: u128 = 650;
/// Frames a mover without a plate must have been seen in to be a vehicle, not a bird.
const LEAST_FRAMES: u32 = 3;
/// Quality of evidence pictures.
const JPEG_QUALITY: i32 = 88;

/// What the camera looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameraRole {
    /// Fronts of vehicles: plates.
    Front,
    /// Rears of vehicles: plates and exhaust.
    Rear,
}

/// A vehicle that has left the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackEnded {
    /// Counts the vehicles of this worker from 1.
    pub track: u64,
    /// Its first frame.
    pub first: Moment,
    /// Its last frame.
    pub last: Moment,
    /// Frames it was seen in.
    pub frames: u32,
    /// Where it was in its best frame: x, y, width, height in pixels.
    pub area: [i32; 4],
    /// What its plate says, or why that is not known.
    pub sighting: PlateSighting,
    /// Its smoke, if at least three frames showed some.
    pub smoke: Option<SmokeObservation>,
    /// Its best picture, JPEG.
    pub vehicle: Option<Vec<u8>>,
    /// Its plate, close, JPEG.
    pub plate: Option<Vec<u8>>,
    /// Its plume, close, JPEG.
    pub plume: Option<Vec<u8>>,
    /// Does a clip of it follow, as a later word of the worker?
    pub clip_follows: bool,
}

/// Follows the vehicles of one camera.
#[derive(Debug)]
pub struct Tracker {
    role: CameraRole,
    reader: PlateReader,
    background: Background,
    sampler: Sampler,
    tracks: Vec<Track>,
    /// Vehicles that have left lately, for telling a veil that lingers from a vehicle.
    gone: VecDeque<Gone>,
    next_track: u64,
}

impl Tracker {
    /// A tracker that has seen nothing.
    pub fn new(role: CameraRole, reader: PlateReader) -> opencv::Result<Self> {
        Ok(Self {
            role,
            reader,
            background: Background::new()?,
            sampler: Sampler::default(),
            tracks: Vec::new(),
            gone: VecDeque::new(),
            next_track: 1,
        })
    }

    /// A tracker for a recording whose backdrop is known: vehicles are seen from its first frame on.
    pub fn knowing(role: CameraRole, reader: PlateReader, backdrop: Backdrop) -> Result<Self, ReadError> {
        let mut tracker = Self::new(role, reader)?;
        let Still { width, height, bgr } = &backdrop.still;
        if let Ok(picture) = Picture::from_bgr(*width as u32, *height as u32, bgr) {
            tracker.background.learn(&picture)?;
        }
        tracker.sampler = Sampler::knowing(backdrop);
        Ok(tracker)
    }

    /// Takes a frame; gives the vehicles that have left.
    pub fn on_frame(&mut self, frame: &Frame) -> Result<Vec<TrackEnded>, ReadError> {
        // Who left in a gap between frames is gone before this frame's movers are given to anyone.
        let mut ended = self.finish_lost(frame.at)?;
        let seen = self.background.on_frame(&frame.picture)?;
        if seen.changed {
            ended.extend(self.finish_all()?);
            self.by_plates(frame)?;
            return Ok(ended);
        }
        let areas: Vec<Area> = seen.movers.iter().map(|mover| Area::of(*mover, seen.scale)).collect();
        self.assign(&areas, frame);
        self.read_some(frame)?;
        if self.role == CameraRole::Rear {
            self.film(frame, &areas, seen.young)?;
        }
        Ok(ended)
    }

    /// Keeps what smoke is measured from: the vehicles' frames, and samples of the backdrop.
    fn film(&mut self, frame: &Frame, movers: &[Area], young: bool) -> opencv::Result<()> {
        let sample = !young && self.sampler.wants(movers.is_empty(), frame.at);
        if !sample && !self.tracks.iter().any(|t| t.last.tick == frame.at.tick) {
            return Ok(());
        }
        let still = Arc::new(Still::of(&frame.picture)?);
        let scale = still.width as f32 / frame.picture.width().max(1) as f32;
        let reduced = |area: &Area| area.pixels().map(|v| v as f32 * scale);
        if sample {
            let movers = movers.iter().map(reduced).collect();
            self.sampler.take(Sample { still: still.clone(), movers }, frame.at);
        }
        for track in self.tracks.iter_mut().filter(|t| t.last.tick == frame.at.tick) {
            let area = reduced(&track.area);
            track.smoke.on_frame(&still, area, frame.at);
        }
        Ok(())
    }

    /// Ends the tracks not seen for [`LOST_AFTER_MS`].
    fn finish_lost(&mut self, now: Moment) -> Result<Vec<TrackEnded>, ReadError> {
        let gone = |track: &Track| now.tick.since(track.last.tick).as_millis() > LOST_AFTER_MS;
        let (lost, kept) = std::mem::take(&mut self.tracks).into_iter().partition(gone);
        self.tracks = kept;
        self.all_ended(lost)
    }

    /// Ends every track, as when the source has ended.
    pub fn finish_all(&mut self) -> Result<Vec<TrackEnded>, ReadError> {
        let tracks = std::mem::take(&mut self.tracks);
        self.all_ended(tracks)
    }

    fn all_ended(&mut self, tracks: Vec<Track>) -> Result<Vec<TrackEnded>, ReadError> {
        if tracks.is_empty() {
            return Ok(Vec::new());
        }
        let backdrop = if self.role == CameraRole::Rear { self.sampler.backdrop() } else { None };
        let mut judged = Vec::new();
        for track in tracks {
            let smoke = track.smoke.summary(backdrop.as_deref())?;
            judged.push((track, smoke));
        }
        for (track, smoke) in &judged {
            if !smoke.is_veil_alone() {
                if self.gone.len() >= MAX_TRACKS {
                    self.gone.pop_front();
                }
                self.gone.push_back(Gone::of(track));
            }
        }
        let mut all = Vec::new();
        for (track, smoke) in judged {
            let other = |gone: &Gone| gone.number != track.number && gone.is_near(&track);
            let veil = track.vote.is_empty()
                && smoke.is_veil_alone()
                && (self.gone.iter().any(other) || self.tracks.iter().map(Gone::of).any(|gone| other(&gone)));
            if !veil {
                all.extend(ended(track, smoke)?);
            }
        }
        Ok(all)
    }

    /// A new scene: each plate in it is a vehicle.
    fn by_plates(&mut self, frame: &Frame) -> Result<(), ReadError> {
        for read in self.reader.read(&frame.picture)?.into_iter().take(MAX_TRACKS) {
            let mut track = self.born(Area::around_plate(&read.corners), frame);
            track.keep_picture(frame, read.corners.width() * 10.0);
            track.keep_plate(frame, &read.corners)?;
            track.vote.add(read);
            self.tracks.push(track);
        }
        Ok(())
    }

    fn born(&mut self, area: Area, frame: &Frame) -> Track {
        let number = self.next_track;
        self.next_track += 1;
        Track::new(number, area, frame.at, SmokeMeter::new())
    }

    /// Gives each mover to the vehicle it continues, or to a new one.
    fn assign(&mut self, areas: &[Area], frame: &Frame) {
        for area in areas {
            let likely = self
                .tracks
                .iter_mut()
                .filter(|track| track.last.tick != frame.at.tick)
                .map(|track| (track.likeness(area, frame.at), track))
                .filter(|(likeness, _)| *likeness > 0.0)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, track)) = likely {
                track.move_to(*area, frame.at);
                track.keep_picture(frame, area.size());
            } else if self.tracks.len() < MAX_TRACKS {
                let mut track = self.born(*area, frame);
                track.keep_picture(frame, area.size());
                self.tracks.push(track);
            }
        }
    }

    /// Reads the plate of the vehicles that need it most.
    fn read_some(&mut self, frame: &Frame) -> Result<(), ReadError> {
        let mut wanting: Vec<&mut Track> = self
            .tracks
            .iter_mut()
            .filter(|track| track.last.tick == frame.at.tick && !track.vote.is_settled())
            .collect();
        wanting.sort_by_key(|track| track.tries);
        let mut reads_left = READS_PER_FRAME;
        for track in wanting {
            if reads_left == 0 {
                break;
            }
            let expected = track.expected_plate();
            if let Some(expected) = &expected
                && !track.is_worth_reading(plate_sharpness(&frame.picture, expected)?)
            {
                continue;
            }
            reads_left -= 1;
            track.tries += 1;
            // Near where it was, which is cheap; else anywhere on the vehicle.
            let mut reads = match expected {
                Some(expected) => self.reader.read_near(&frame.picture, &expected)?,
                None => Vec::new(),
            };
            if reads.is_empty() {
                let area = track.area.grown(0.08).rect();
                let Some(part) = frame.picture.part(area)? else { continue };
                let offset = [area.x.max(0) as f32, area.y.max(0) as f32];
                reads = self.reader.read(&part)?;
                for read in &mut reads {
                    read.corners = read.corners.moved(offset);
                }
            }
            // One vehicle, one plate: the surest.
            let first = reads.into_iter().next();
            track.plate_seen(first.as_ref().map(|read| read.corners));
            if let Some(read) = first {
                track.keep_plate(frame, &read.corners)?;
                track.vote.add(read);
            }
        }
        Ok(())
    }
}

/// When and where a vehicle was.
#[derive(Clone, Copy, Debug)]
struct Gone {
    number: u64,
    first: Moment,
    last: Moment,
    area: Area,
}

impl Gone {
    fn of(track: &Track) -> Self {
        Self { number: track.number, first: track.first, last: track.last, area: track.best_area }
    }

    /// Whether it was there when and about where the other was.
    fn is_near(&self, track: &Track) -> bool {
        let late = track.first.tick.since(self.last.tick).as_millis() > LOST_AFTER_MS * 3;
        let early = self.first.tick.since(track.last.tick).as_millis() > 0;
        !late && !early && self.area.grown(1.0).overlap(&track.best_area) > 0.0
    }
}

/// How sharp the place is where a plate is expected.
fn plate_sharpness(picture: &Picture, expected: &Quad) -> opencv::Result<f32> {
    let [x, y, w, h] = expected.bounds();
    let part = picture.part(Rect::new(x as i32, y as i32, w as i32, h as i32))?;
    part.map_or(Ok(0.0), |part| sharpness::of(&part))
}

/// The record of a track that is over; `None` for what was no vehicle.
fn ended(track: Track, smoke: SmokeSummary) -> Result<Option<TrackEnded>, ReadError> {
    if track.vote.is_empty() && track.frames < LEAST_FRAMES {
        return Ok(None);
    }
    let SmokeSummary { observation, picture: plume, .. } = smoke;
    let encoded = |picture: Option<Picture>| picture.map(|p| p.jpeg(JPEG_QUALITY)).transpose();
    Ok(Some(TrackEnded {
        track: track.number,
        first: track.first,
        last: track.last,
        frames: track.frames,
        area: track.best_area.pixels(),
        sighting: track.vote.sighting(track.first.stamp, track.last.stamp),
        smoke: observation,
        vehicle: encoded(track.best_picture)?,
        plate: encoded(track.plate_picture)?,
        plume: encoded(plume)?,
        clip_follows: false, // The worker knows.
    }))
}
