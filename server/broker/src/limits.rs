//! Every limit of the broker, each with its reason.

use std::num::NonZeroU16;
use std::time::Duration;

use plumewatch_shared::protocol;

/// The largest packet either way, bytes: the retained watchlist with its topic and head. What an edge may
/// send is bounded per channel in the access rules, far below this.
pub const PACKET_MAX: u32 = (protocol::WATCHLIST_BYTES_MAX + 64 * 1024) as u32;

/// Messages from edges that are published and not yet acknowledged by the ingest. Beyond it publishers wait.
/// At the largest payload (68 KiB) these are 68 MiB, at a usual record (4 KiB) 4 MiB.
pub const HELD_MAX: u32 = 1_000;

/// How long a publisher waits for its turn before it is cut off, to come again and send anew: below the
/// usual keep-alive of 30 s, so that the edge learns it from us and not from a silence.
pub const HOLD_WAIT: Duration = Duration::from_secs(15);

/// Messages in flight to the ingest: two of its largest batches.
pub const INGEST_IN_FLIGHT: NonZeroU16 = NonZeroU16::new(1_000).expect("not zero");

/// Messages queued for the ingest. More than [`HELD_MAX`] with room for states and wills, which are not held
/// back.
pub const INGEST_QUEUE: usize = 8_000;

/// Messages in flight to an edge: receipts and chunk receipts.
pub const EDGE_IN_FLIGHT: NonZeroU16 = NonZeroU16::new(64).expect("not zero");

/// Receipts kept for an edge that is away. One that is lost costs the edge a repeat, nothing else.
pub const EDGE_QUEUE: usize = 256;

/// Subscriptions of an edge: it has three channels to listen to.
pub const EDGE_SUBSCRIPTIONS: usize = 8;

/// Sessions on one broker, edges here or away: every station of a large province several times over.
pub const SESSIONS_MAX: isize = 20_000;

/// Longest client id, bytes: a station id has 10, the server's own at most this.
pub const CLIENT_ID_MAX: usize = 64;

/// Levels of a topic: ours have at most five, a shared filter two more.
pub const TOPIC_LEVELS_MAX: usize = 8;

/// How long the session of a client that is away is kept.
pub const SESSION_EXPIRY: Duration = Duration::from_secs(2 * 60 * 60);

/// From connecting to the end of the handshake.
pub const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);

/// When an unacknowledged message is sent again on a live connection. TCP does not lose it, and the ingest may
/// hold its acknowledgement for as long as the database is away: practically never.
pub const RETRY: Duration = Duration::from_secs(24 * 60 * 60);
