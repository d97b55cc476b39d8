//! Where the library asks us: who comes in, who publishes and listens where, and what has been delivered.
//!
//! The internal client is let in as superuser, which the library does not ask about again; so every question
//! that arrives here is about an edge, whose client id was proved equal to its certificate's name at the door.

use std::sync::Arc;

use async_trait::async_trait;
use plumewatch_shared::ids::StationId;
use plumewatch_shared::protocol::topic::Topic;
use rmqtt::codec::v5::SubscribeAckReason;
use rmqtt::context::ServerContext;
use rmqtt::hook::{Handler, HookResult, Parameter, ReturnType, Type};
use rmqtt::session::Session;
use rmqtt::types::{
    AuthResult, ConnectInfo, From, FromType, LastWill, Publish, PublishAclResult, QoS, Subscribe,
    SubscribeAclResult,
};
use tokio::runtime::Handle;

use crate::hold_back::HoldBack;
use crate::limits::HOLD_WAIT;
use crate::{BrokerRules, INTERNAL_USER, rules};

/// Asks the rules on the runtime they belong to: a database connection must not be woken on ours.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) home: Handle,
    pub(crate) rules: Arc<dyn BrokerRules>,
}

impl Asker {
    async fn may_connect(&self, station: StationId, serial: String) -> bool {
        let rules = Arc::clone(&self.rules);
        self.home.spawn(async move { rules.may_connect(station, &serial).await }).await.unwrap_or(false)
    }
}

#[derive(Clone)]
struct Hooks {
    asker: Asker,
    internal_password: Arc<str>,
    hold_back: Arc<HoldBack>,
}

const HOOKED: [Type; 7] = [
    Type::ClientAuthenticate,
    Type::ClientConnected,
    Type::ClientSubscribeCheckAcl,
    Type::MessagePublishCheckAcl,
    Type::MessageAcked,
    Type::MessageDropped,
    Type::MessageNonsubscribed,
];

pub(crate) async fn install(context: &ServerContext, asker: Asker, internal_password: String) {
    let hooks =
        Hooks { asker, internal_password: internal_password.into(), hold_back: Arc::new(HoldBack::new()) };
    let register = context.extends.hook_mgr().register();
    for hooked in HOOKED {
        register.add(hooked, Box::new(hooks.clone())).await;
    }
    register.start().await;
}

#[async_trait]
impl Handler for Hooks {
    async fn hook(&self, asked: &Parameter, before: Option<HookResult>) -> ReturnType {
        let answer = match asked {
            Parameter::ClientAuthenticate(connect) => {
                Some(HookResult::AuthResult(self.authenticate(connect).await))
            }
            Parameter::ClientConnected(session) => {
                if is_internal(session) {
                    self.hold_back.begin_anew();
                }
                before
            }
            Parameter::ClientSubscribeCheckAcl(session, subscribe) => {
                Some(HookResult::SubscribeAclResult(may_subscribe(session, subscribe)))
            }
            Parameter::MessagePublishCheckAcl(session, publish) => {
                Some(HookResult::PublishAclResult(self.may_publish(session, publish).await))
            }
            Parameter::MessageAcked(_, from, publish) => {
                self.done(from, Some(publish));
                before
            }
            // Without a receiver it was refused before it took a permit.
            Parameter::MessageDropped(Some(_), from, publish, _) => {
                self.done(from, Some(publish));
                before
            }
            Parameter::MessageNonsubscribed(from) => {
                self.done(from, None);
                before
            }
            _ => before, // The library's enum; only the seven of HOOKED arrive.
        };
        (true, answer)
    }
}

fn is_internal(session: &Session) -> bool {
    session.id.username_ref() == INTERNAL_USER && station_of(session).is_none()
}

/// The station of an edge's session. The door has proved that the client id is the certificate's name.
fn station_of(session: &Session) -> Option<StationId> {
    session.id.client_id.parse().ok()
}

impl Hooks {
    async fn authenticate(&self, connect: &ConnectInfo) -> AuthResult {
        match connect.cert() {
            Some(certificate) => {
                let name = certificate.common_name.as_deref().unwrap_or_default();
                let (Ok(station), Some(serial)) = (name.parse::<StationId>(), &certificate.serial) else {
                    return AuthResult::NotAuthorized;
                };
                let will_fits = connect.last_will().is_none_or(|will| {
                    let (topic, bytes, retain) = parts(&will);
                    rules::may_leave_will(station, topic, bytes, retain)
                });
                let named_so = &**connect.client_id() == station.as_str();
                if named_so && will_fits && self.asker.may_connect(station, serial.clone()).await {
                    AuthResult::Allow(false, None)
                } else {
                    tracing::info!(station.id = %station, named_so, will_fits, "an edge was refused");
                    AuthResult::NotAuthorized
                }
            }
            None => {
                let named_so = connect.username().is_some_and(|name| &**name == INTERNAL_USER);
                let knows = connect
                    .password()
                    .is_some_and(|password| same(password.as_ref(), self.internal_password.as_bytes()));
                // A station's name is an edge's alone, whatever the password.
                let is_edge = connect.client_id().parse::<StationId>().is_ok();
                if named_so && knows && !is_edge {
                    AuthResult::Allow(true, None)
                } else {
                    AuthResult::BadUsernameOrPassword
                }
            }
        }
    }

    async fn may_publish(&self, session: &Session, publish: &Publish) -> PublishAclResult {
        let allowed = station_of(session).is_some_and(|station| {
            rules::may_publish(station, &publish.topic, publish.payload.len(), publish.retain)
        });
        if !allowed {
            return PublishAclResult::rejected(true, Some("not yours to publish".into()));
        }
        // What is sent without asking for an acknowledgement is never acknowledged, so it holds no permit.
        if publish.qos != QoS::AtMostOnce && !self.hold_back.take(HOLD_WAIT).await {
            return PublishAclResult::rejected(true, Some("the server is behind; come again".into()));
        }
        PublishAclResult::allow()
    }

    /// A message has been delivered or is gone. Only what an edge published itself, and not a retained copy,
    /// had a permit.
    fn done(&self, from: &From, publish: Option<&Publish>) {
        let by_an_edge =
            matches!(from.typ(), FromType::Custom) && from.id.client_id.parse::<StationId>().is_ok();
        let counted = publish.is_none_or(|publish| !publish.retain && publish.qos != QoS::AtMostOnce);
        if by_an_edge && counted {
            self.hold_back.give_back();
        }
    }
}

fn may_subscribe(session: &Session, subscribe: &Subscribe) -> SubscribeAclResult {
    let allowed = station_of(session)
        .is_some_and(|station| Topic::edge_may_subscribe(station, &subscribe.topic_filter))
        // The library has already cut `$share/group/` off the filter.
        && subscribe.opts.shared_group().is_none();
    if allowed {
        SubscribeAclResult::new_success(subscribe.opts.qos(), None)
    } else {
        SubscribeAclResult::new_failure(SubscribeAckReason::NotAuthorized)
    }
}

fn parts<'a>(will: &'a LastWill<'_>) -> (&'a str, usize, bool) {
    match will {
        LastWill::V3(will) => (&will.topic, will.message.len(), will.retain),
        LastWill::V5(will) => (&will.topic, will.message.len(), will.retain),
    }
}

/// Equal, in a time that does not tell where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}
