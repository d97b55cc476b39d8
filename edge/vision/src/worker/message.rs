//! What a camera worker says to its parent, and how it stands on the pipe.
//!
//! One message: the length of the header (four bytes, big endian, at most [`MAX_HEADER`]), the header as JSON,
//! then the pictures whose lengths the header's `blobs` lists. Both ends are this crate, but the reader
//! trusts nothing: a worker's C++ may have written into the pipe before it died.

use std::io::{self, Read, Write};

use plumewatch_shared::time::{ClockQuality, Moment};
use serde::{Deserialize, Serialize};

use super::wire::{WireMoment, WireTrack};
use crate::clip::Made;
use crate::track::TrackEnded;

/// Longest header, bytes: a track's header is about 2 KiB.
pub const MAX_HEADER: usize = 64 << 10;
/// Longest picture, bytes: 1280 x 1280 at quality 88 is below 1 MiB.
pub const MAX_BLOB: usize = 4 << 20;
/// Most pictures of one message: vehicle, plate, plume.
pub const MAX_BLOBS: usize = 3;

/// How the camera is.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Frames looked at since the start.
    pub frames: u64,
    /// Frames given up since the start: too late, or damaged.
    pub dropped: u64,
    /// Frames looked at a second, hundredths, over the last report's time.
    pub fps_hundredths: u32,
    /// Variance of the Laplacian; a few hundred is sharp.
    pub sharpness: u32,
    /// The picture has not changed at all for seconds.
    pub frozen: bool,
    /// The reference frames did not give their figures: this camera's smoke is kept out of evidence.
    pub smoke_untrusted: bool,
    /// When the last frame had arrived.
    pub last_frame: Option<Moment>,
    /// The latest frame, small, JPEG.
    pub preview: Option<Vec<u8>>,
}

/// A message of a worker.
#[derive(Clone, Debug, PartialEq)]
pub enum WorkerMessage {
    /// The source is open.
    Started,
    /// A vehicle has left the picture.
    TrackEnded(Box<TrackEnded>),
    /// The clip that a track's word announced, or that there is none.
    Clip(Made),
    /// Comes about every second, with or without frames.
    Health(Health),
    /// The source has no more frames; the worker ends.
    SourceEnded,
    /// The worker cannot go on and ends, or a part of a frame could not be worked on.
    Fault {
        /// In words, without secrets and plates.
        text: String,
    },
}

/// Why no message could be read.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// The pipe is closed between two messages.
    #[error("the worker has closed its pipe")]
    Closed,
    /// The pipe failed, or closed within a message.
    #[error("the worker's pipe broke")]
    Pipe(#[source] io::Error),
    /// A length beyond its limit.
    #[error("the worker announced {0} bytes")]
    TooLong(u64),
    /// The header is no message.
    #[error("the worker's header is no message")]
    Header(#[source] serde_json::Error),
    /// The header's values are out of their ranges.
    #[error("the worker's header has a value out of range: {0}")]
    Range(&'static str),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    body: Body,
    blobs: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
enum Body {
    Started,
    Track(Box<WireTrack>),
    Clip {
        track: u64,
        made: bool,
    },
    Health {
        frames: u64,
        dropped: u64,
        fps_hundredths: u32,
        sharpness: u32,
        frozen: bool,
        smoke_untrusted: bool,
        last_frame: Option<WireMoment>,
        preview: bool,
    },
    SourceEnded,
    Fault {
        text: String,
    },
}

/// Writes one message and flushes it.
pub fn write_message(out: &mut impl Write, message: &WorkerMessage) -> io::Result<()> {
    let mut blobs: Vec<&[u8]> = Vec::new();
    let body = match message {
        WorkerMessage::Started => Body::Started,
        WorkerMessage::SourceEnded => Body::SourceEnded,
        WorkerMessage::Fault { text } => Body::Fault { text: text.chars().take(500).collect() },
        WorkerMessage::Health(health) => {
            blobs.extend(fitting(&health.preview));
            Body::Health {
                frames: health.frames,
                dropped: health.dropped,
                fps_hundredths: health.fps_hundredths,
                sharpness: health.sharpness,
                frozen: health.frozen,
                smoke_untrusted: health.smoke_untrusted,
                last_frame: health.last_frame.map(WireMoment::from),
                preview: !blobs.is_empty(),
            }
        }
        WorkerMessage::Clip(made) => {
            blobs.extend(fitting(&made.clip));
            Body::Clip { track: made.track, made: !blobs.is_empty() }
        }
        WorkerMessage::TrackEnded(track) => {
            let pictures = [&track.vehicle, &track.plate, &track.plume].map(fitting);
            let has = pictures.map(|p| p.is_some());
            blobs.extend(pictures.into_iter().flatten());
            Body::Track(Box::new(WireTrack::of(track, has)))
        }
    };
    let lengths = blobs.iter().map(|blob| blob.len() as u32).collect();
    let header = serde_json::to_vec(&Header { body, blobs: lengths })?;
    if header.len() > MAX_HEADER {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message's header is too long"));
    }
    out.write_all(&(header.len() as u32).to_be_bytes())?;
    out.write_all(&header)?;
    for blob in blobs {
        out.write_all(blob)?;
    }
    out.flush()
}

/// A picture short enough to be sent.
fn fitting(picture: &Option<Vec<u8>>) -> Option<&[u8]> {
    picture.as_deref().filter(|bytes| bytes.len() <= MAX_BLOB)
}

/// Reads one message; stamps get `quality`, since the parent knows its clock better than the worker.
pub fn read_message(input: &mut impl Read, quality: ClockQuality) -> Result<WorkerMessage, MessageError> {
    let mut length = [0; 4];
    match input.read(&mut length[..1]) {
        Ok(0) => return Err(MessageError::Closed),
        Ok(_) => {}
        Err(error) => return Err(MessageError::Pipe(error)),
    }
    input.read_exact(&mut length[1..]).map_err(MessageError::Pipe)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_HEADER {
        return Err(MessageError::TooLong(length as u64));
    }
    let mut header = vec![0; length];
    input.read_exact(&mut header).map_err(MessageError::Pipe)?;
    let Header { body, blobs: lengths } = serde_json::from_slice(&header).map_err(MessageError::Header)?;
    if lengths.len() > MAX_BLOBS {
        return Err(MessageError::Range("blobs"));
    }
    let mut blobs = Vec::new();
    for length in lengths {
        if length as usize > MAX_BLOB {
            return Err(MessageError::TooLong(length.into()));
        }
        let mut blob = vec![0; length as usize];
        input.read_exact(&mut blob).map_err(MessageError::Pipe)?;
        blobs.push(blob);
    }
    let mut blobs = blobs.into_iter();
    Ok(match body {
        Body::Started => WorkerMessage::Started,
        Body::SourceEnded => WorkerMessage::SourceEnded,
        Body::Fault { text } => WorkerMessage::Fault { text },
        Body::Health {
            frames,
            dropped,
            fps_hundredths,
            sharpness,
            frozen,
            smoke_untrusted,
            last_frame,
            preview,
        } => WorkerMessage::Health(Health {
            frames,
            dropped,
            fps_hundredths,
            sharpness,
            frozen,
            smoke_untrusted,
            last_frame: last_frame.map(|at| at.moment(quality)).transpose()?,
            preview: if preview { blobs.next() } else { None },
        }),
        Body::Clip { track, made } => {
            let clip = if made { Some(blobs.next().ok_or(MessageError::Range("clip"))?) } else { None };
            WorkerMessage::Clip(Made { track, clip })
        }
        Body::Track(track) => WorkerMessage::TrackEnded(Box::new(track.track(&mut blobs, quality)?)),
    })
}
