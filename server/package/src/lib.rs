//! A case's evidence package: everything the case rests on in one signed file, and the proof offline that nothing in it
//! was changed.
//!
//! The file is a plain zip that any system opens; its files are stored, not squeezed. The archive's comment, its very
//! last bytes, holds the server's Ed25519 signature over every byte before it ([`archive`]), so that a change anywhere is
//! noticed. `manifest.json` names each file's SHA-256, so that it can be said which one was changed. Inside lie the
//! edges' sealed records as their stations signed them, pictures and clips by their hash, the checks of the
//! instruments, the rulebook editions, the case's steps and its audit rows ([`contents`]).
//!
//! [`pack`] makes one of a [`Dossier`]; [`verify`] proves one: signature, hashes, seals and chain of the records, every
//! judgement made anew by its edition, the audit rows' hashes. This crate names zip; nothing else does. It reads and
//! writes bytes in memory and touches nothing else.

mod archive;
mod audit;
mod contents;
mod judgement;
mod pack;
mod records;
mod report;
mod verify;

pub use archive::{ArchiveError, PACKAGE_BYTES_MAX};
pub use contents::{AuditFile, CaseFile, ConfirmationFile, Missing, StepFile, WordsFile};
pub use pack::{Dossier, EvidencePart, JudgedPart, RecordPart, StationPart, pack};
pub use report::{Line, Report};
pub use verify::verify;

#[cfg(test)]
mod tests;
