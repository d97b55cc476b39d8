//! What a person or a script calls: `read-plates` and `measure-smoke`, with the JSON of DESIGN.md.

mod read_plates;

pub use read_plates::read_plates_command;

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
    /// Standard output is gone.
    #[error("cannot write the result")]
    Output(#[from] std::io::Error),
}
