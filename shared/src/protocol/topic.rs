//! Topics, both ways in one type: what a program publishes to and what it makes of a topic that arrives.

use std::{fmt, str::FromStr};

use crate::ids::{FileHash, StationId};

/// One channel of one station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    /// Whose.
    pub station: StationId,
    /// Which.
    pub channel: Channel,
}

/// What is said on a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Edge → server: one sealed [`PassageReport`](super::message::PassageReport).
    Record,
    /// Edge → server: one [chunk](super::chunk) of the file named.
    Evidence(FileHash),
    /// Edge → server, retained, and the last will: [`StateReport`](super::message::StateReport).
    State,
    /// Edge → server: [`HealthReport`](super::message::HealthReport).
    Health,
    /// Server → edge: [`Receipt`](super::message::Receipt), after the commit.
    Receipt,
    /// Server → edge: [`EvidenceReceipt`](super::message::EvidenceReceipt).
    EvidenceReceipt,
    /// Server → edge, retained: the sealed [`WatchlistEdition`](super::message::WatchlistEdition).
    Watchlist,
    /// Server → edge, retained: the sealed [`RulebookIssue`](super::message::RulebookIssue) of its region.
    Rulebooks,
}

/// Which side publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The edge publishes.
    ToServer,
    /// The server publishes.
    ToEdge,
}

impl Channel {
    /// Which side publishes here.
    pub const fn direction(self) -> Direction {
        match self {
            Self::Record | Self::Evidence(_) | Self::State | Self::Health => Direction::ToServer,
            Self::Receipt | Self::EvidenceReceipt | Self::Watchlist | Self::Rulebooks => Direction::ToEdge,
        }
    }
}

/// A topic is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a topic of this protocol")]
pub struct UnknownTopic;

const ROOT: &str = "pw/1";

impl Topic {
    /// The filters a server subscribes to; with `share`, several servers divide the messages among them.
    pub fn server_filters(share: Option<&str>) -> Vec<String> {
        let prefix = share.map_or_else(String::new, |group| format!("$share/{group}/"));
        ["record", "evidence/+", "state", "health"]
            .into_iter()
            .map(|channel| format!("{prefix}{ROOT}/+/{channel}"))
            .collect()
    }

    /// The filters an edge subscribes to.
    pub fn edge_filters(station: StationId) -> Vec<String> {
        [Channel::Receipt, Channel::EvidenceReceipt, Channel::Watchlist, Channel::Rulebooks]
            .into_iter()
            .map(|channel| Self { station, channel }.to_string())
            .collect()
    }

    /// May the edge of `station` publish to `topic`?
    pub fn edge_may_publish(station: StationId, topic: &str) -> bool {
        topic
            .parse::<Self>()
            .is_ok_and(|topic| topic.station == station && topic.channel.direction() == Direction::ToServer)
    }

    /// May the edge of `station` subscribe to `filter`? Only to its own channels, each by its full name.
    pub fn edge_may_subscribe(station: StationId, filter: &str) -> bool {
        filter
            .parse::<Self>()
            .is_ok_and(|topic| topic.station == station && topic.channel.direction() == Direction::ToEdge)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ROOT}/{}/", self.station)?;
        match self.channel {
            Channel::Record => f.write_str("record"),
            Channel::Evidence(hash) => write!(f, "evidence/{hash}"),
            Channel::State => f.write_str("state"),
            Channel::Health => f.write_str("health"),
            Channel::Receipt => f.write_str("receipt"),
            Channel::EvidenceReceipt => f.write_str("evidence-receipt"),
            Channel::Watchlist => f.write_str("watchlist"),
            Channel::Rulebooks => f.write_str("rulebooks"),
        }
    }
}

impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(text: &str) -> Result<Self, UnknownTopic> {
        let rest = text.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('/')).ok_or(UnknownTopic)?;
        let (station, channel) = rest.split_once('/').ok_or(UnknownTopic)?;
        let channel = match channel {
            "record" => Channel::Record,
            "state" => Channel::State,
            "health" => Channel::Health,
            "receipt" => Channel::Receipt,
            "evidence-receipt" => Channel::EvidenceReceipt,
            "watchlist" => Channel::Watchlist,
            "rulebooks" => Channel::Rulebooks,
            other => {
                let hash = other.strip_prefix("evidence/").ok_or(UnknownTopic)?;
                Channel::Evidence(hash.parse().map_err(|_| UnknownTopic)?)
            }
        };
        Ok(Self { station: station.parse().map_err(|_| UnknownTopic)?, channel })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn station() -> StationId {
        "A140105001".parse().unwrap()
    }

    #[test]
    fn every_channel_reads_back_from_its_topic() {
        let hash = FileHash::of(b"picture");
        for channel in [
            Channel::Record,
            Channel::Evidence(hash),
            Channel::State,
            Channel::Health,
            Channel::Receipt,
            Channel::EvidenceReceipt,
            Channel::Watchlist,
            Channel::Rulebooks,
        ] {
            let topic = Topic { station: station(), channel };
            assert_eq!(topic.to_string().parse(), Ok(topic));
        }
    }

    #[test]
    fn an_edge_speaks_and_listens_under_its_own_name_only() {
        assert!(Topic::edge_may_publish(station(), "pw/1/A140105001/record"));
        assert!(!Topic::edge_may_publish(station(), "pw/1/A140105002/record"));
        assert!(!Topic::edge_may_publish(station(), "pw/1/A140105001/receipt"));
        assert!(Topic::edge_may_subscribe(station(), "pw/1/A140105001/receipt"));
        assert!(Topic::edge_may_subscribe(station(), "pw/1/A140105001/rulebooks"));
        assert!(!Topic::edge_may_publish(station(), "pw/1/A140105001/rulebooks"));
        assert!(!Topic::edge_may_subscribe(station(), "pw/1/A140105002/rulebooks"));
        for stolen in
            ["pw/1/+/receipt", "pw/1/#", "#", "$share/g/pw/1/A140105001/receipt", "pw/1/A140105001/record"]
        {
            assert!(!Topic::edge_may_subscribe(station(), stolen), "{stolen}");
        }
    }

    proptest! {
        #[test]
        fn no_topic_makes_the_parser_panic(text in "\\PC*", tail in "pw/1/A140105001/\\PC*") {
            let _ = text.parse::<Topic>();
            let _ = tail.parse::<Topic>();
        }
    }
}
