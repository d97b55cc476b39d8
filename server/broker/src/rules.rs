//! What the broker asks of the program around it.

use async_trait::async_trait;
use plumewatch_shared::ids::StationId;
use plumewatch_shared::protocol::topic::{Channel, Topic};
use plumewatch_shared::protocol::{PAYLOAD_MAX, RECORD_MAX};

/// Who may come in.
#[async_trait]
pub trait BrokerRules: Send + Sync + 'static {
    /// May `station` connect with the certificate of this serial number (hex, lower case, no leading zeros)?
    /// The certificate itself is already proved to be of our authority. An error in asking is a no.
    async fn may_connect(&self, station: StationId, serial: &str) -> bool;
}

/// Is this what the edge of `station` may publish? Its own channels only, each within its size, and nothing
/// retained but its state: retained topics would otherwise grow with every evidence file.
pub(crate) fn may_publish(station: StationId, topic: &str, bytes: usize, retain: bool) -> bool {
    let Ok(channel) = topic.parse::<Topic>().map(|topic| topic.channel) else { return false };
    let bytes_max = match channel {
        Channel::Record => RECORD_MAX,
        Channel::Evidence(_) | Channel::State | Channel::Health => PAYLOAD_MAX,
        Channel::Receipt | Channel::EvidenceReceipt | Channel::Watchlist | Channel::Rulebooks => {
            return false;
        }
    };
    Topic::edge_may_publish(station, topic) && bytes <= bytes_max && (!retain || channel == Channel::State)
}

/// Is this a last will that the edge of `station` may leave? Wills pass by the library's access check, so they
/// are judged when they are left.
pub(crate) fn may_leave_will(station: StationId, topic: &str, bytes: usize, retain: bool) -> bool {
    let state = Topic { station, channel: Channel::State }.to_string();
    topic == state && may_publish(station, topic, bytes, retain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station() -> StationId {
        "A140105001".parse().unwrap()
    }

    #[test]
    fn a_station_publishes_its_own_channels_within_their_sizes() {
        assert!(may_publish(station(), "pw/1/A140105001/record", RECORD_MAX, false));
        assert!(!may_publish(station(), "pw/1/A140105001/record", RECORD_MAX + 1, false));
        assert!(!may_publish(station(), "pw/1/A140105002/record", 10, false));
        assert!(!may_publish(station(), "pw/1/A140105001/receipt", 10, false));
        assert!(!may_publish(station(), "pw/1/A140105001/rulebooks", 10, true));
        assert!(!may_publish(station(), "pw/1/A140105001/health", PAYLOAD_MAX + 1, false));
        assert!(!may_publish(station(), "anything/else", 10, false));
    }

    #[test]
    fn only_the_state_may_be_retained_or_left_as_a_will() {
        assert!(may_publish(station(), "pw/1/A140105001/state", 10, true));
        assert!(!may_publish(station(), "pw/1/A140105001/record", 10, true));
        assert!(may_leave_will(station(), "pw/1/A140105001/state", 10, true));
        assert!(!may_leave_will(station(), "pw/1/A140105001/record", 10, false));
        assert!(!may_leave_will(station(), "pw/1/A140105002/state", 10, true));
    }
}
