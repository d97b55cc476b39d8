//! How an edge unit and the server speak: the only thing the two programs share at run time.
//!
//! [`topic`] names the channels both ways, [`message`] holds the wire types (which are not the domain's), [`record`]
//! says which of them a sealed record may tell, [`convert`] goes between the two, [`seal`] signs and chains, [`chunk`]
//! carries files. Every size has a limit.

pub mod chunk;
pub mod convert;
pub mod message;
pub mod record;
pub mod seal;
pub mod topic;

/// Version of the wire: the second level of every topic and the `v` of every message.
pub const VERSION: u8 = 1;

/// The largest payload either side accepts, bytes. An evidence chunk of 64 KiB and its head fit; so does the
/// largest record by a factor of four.
pub const PAYLOAD_MAX: usize = 68 * 1024;

/// The largest sealed record, bytes: what sled keeps well (MEASURED.md: small records only) with headroom for
/// two sightings with all their alternatives.
pub const RECORD_MAX: usize = 16 * 1024;

/// The largest watchlist, entries. At about 60 bytes each it fits [`WATCHLIST_BYTES_MAX`].
pub const WATCHLIST_ENTRIES_MAX: usize = 20_000;

/// The largest sealed watchlist, bytes. It is the one message larger than [`PAYLOAD_MAX`].
pub const WATCHLIST_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The largest sealed issue of rulebooks, bytes: every standard with [`EDITIONS_MAX`](crate::rulebook::library::EDITIONS_MAX)
/// editions, escapes of the envelope included.
pub const RULEBOOKS_BYTES_MAX: usize = 1024 * 1024;

/// Standards of tests in one issue: two are in force, and each may have a successor.
pub const TEST_STANDARDS_MAX: usize = 8;

/// The largest file that may be sent as evidence, bytes: a 4K picture at quality 90 has about 4 MB.
pub const EVIDENCE_MAX: u32 = 16 * 1024 * 1024;
