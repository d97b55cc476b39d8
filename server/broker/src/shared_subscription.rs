//! Divides the messages of a shared subscription among its members, one after the other.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use rmqtt::context::ServerContext;
use rmqtt::subscribe::SharedSubscription;
use rmqtt::types::{
    ClientId, Id, IsOnline, NodeId, SharedGroup, SubscriptionIdentifier, SubscriptionOptions, TopicName,
};

/// Members take turns; one that is away is passed over unless all are.
#[derive(Default)]
pub(crate) struct RoundRobin {
    turn: AtomicUsize,
}

/// Where the turn is, the first member from there on that is here; all away: whose turn it is.
fn next_member(turn: usize, here: &[bool]) -> Option<usize> {
    let members = here.len();
    let first = turn.checked_rem(members)?;
    let order = (first..members).chain(0..first);
    Some(order.clone().find(|&member| here[member]).unwrap_or(first))
}

#[async_trait]
impl SharedSubscription for RoundRobin {
    fn is_supported(&self) -> bool {
        true
    }

    async fn choice(
        &self,
        context: &ServerContext,
        _group: &SharedGroup,
        _publisher: &Id,
        _topic: &TopicName,
        members: &[(
            NodeId,
            ClientId,
            SubscriptionOptions,
            Option<Vec<SubscriptionIdentifier>>,
            Option<IsOnline>,
        )],
    ) -> Option<(usize, IsOnline)> {
        let mut here = Vec::with_capacity(members.len());
        for (node, client, _, _, online) in members {
            here.push(match online {
                Some(online) => *online,
                None => context.extends.router().await.is_online(*node, client).await,
            });
        }
        let member = next_member(self.turn.fetch_add(1, Ordering::Relaxed), &here)?;
        Some((member, here[member]))
    }
}

#[cfg(test)]
mod tests {
    use super::next_member;

    #[test]
    fn members_take_turns_and_the_absent_are_passed_over() {
        assert_eq!(next_member(4, &[true, true, true]), Some(1));
        assert_eq!(next_member(1, &[true, false, true]), Some(2));
        assert_eq!(next_member(2, &[true, false, false]), Some(0));
        assert_eq!(next_member(1, &[false, false]), Some(1));
        assert_eq!(next_member(7, &[]), None);
    }
}
