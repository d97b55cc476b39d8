//! What a person or a script calls: `read-plates` and `measure-smoke`, with the JSON of DESIGN.md, and
//! `eval-plates` and `eval-smoke`, which hold what was read and measured against the truth.

mod eval_plates;
mod eval_smoke;
mod measure_smoke;
mod read_plates;
mod share;

pub use eval_plates::{EvalPlates, Fold, ManifestError, WeightsUnderTest, eval_plates_command};
pub use eval_smoke::{EvalSmoke, eval_smoke_command};
pub use measure_smoke::measure_smoke_command;
pub use read_plates::{chain, read_plates_command};
pub use share::share;

/// What a command did, for the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was read: exit 0.
    Done,
    /// Some inputs could not be read; each has its own line: exit 1.
    SomeUnread,
}

/// Why a command could not go on.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The reader's network cannot be used.
    #[error("cannot start the plate reader")]
    Reader(#[from] crate::network::NetworkError),
    /// The recording cannot be read.
    #[error("cannot read the recording")]
    Source(#[from] crate::source::SourceError),
    /// There is no picture in it.
    #[error("{} has no frame that can be read", .0.display())]
    NoFrames(std::path::PathBuf),
    /// Its frames cannot be worked on.
    #[error("cannot work on the recording's frames")]
    Frames(#[from] crate::plates::ReadError),
    /// The manifest of an evaluation cannot be used.
    #[error("cannot use the manifest")]
    Manifest(#[from] ManifestError),
    /// A clip of an evaluation cannot be made into pictures.
    #[error("cannot render a clip")]
    Rendered(#[from] crate::picture::PictureError),
    /// Standard output is gone.
    #[error("cannot write the result")]
    Output(#[from] std::io::Error),
}
