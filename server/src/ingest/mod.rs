//! Takes what edges send, stores it once, and says so.
//!
//! The way of a message: [`link`] receives it and never waits; [`work`] gathers up to [`BATCH_MAX`] of them;
//! [`record`] decides on each one alone (who sealed it, what it says, the verdict judged again; a passage, a test of
//! a stopped vehicle or a check of an instrument); [`batch`] stores
//! them in one transaction, counting included; after the commit the receipts go out and the broker is
//! acknowledged. Evidence chunks go to [`crate::evidence`].
//!
//! What must hold: a receipt for a record is sent only after its commit, and again for every repeat. What
//! cannot be taken is quarantined and receipted as refused; no station's rubbish stops another's records.

mod batch;
mod figures;
pub mod link;
mod record;
mod work;

pub use figures::IngestFigures;
pub use link::MqttEndpoint;
pub use record::{RecordRefusal, examine};
pub use work::Ingest;

/// Messages in one transaction: at 200 the commit's cost is spread thin (MEASURED.md), and the batch still
/// ends within what an edge waits for a receipt.
pub const BATCH_MAX: usize = 200;

/// The topic that a station's records come on.
fn record_topic(station: plumewatch_shared::ids::StationId) -> String {
    use plumewatch_shared::protocol::topic::{Channel, Topic};
    Topic { station, channel: Channel::Record }.to_string()
}
