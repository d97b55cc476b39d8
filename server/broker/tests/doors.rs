//! The broker as an edge, the server and a stranger meet it, on loopback.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by its line")]

mod world;

use std::io::Write;
use std::net::TcpStream;

use world::{Edge, STATION, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_is_heard_under_its_own_topic() {
    let world = World::start().await;
    let mut server = world.server().await;
    let mut edge = world.edge(STATION).await;
    edge.publish("pw/1/A140105001/record", "a passage").await;
    assert_eq!(server.next_message().await, ("pw/1/A140105001/record".into(), "a passage".into()));
    world.broker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_that_publishes_under_another_station_is_cut_off_and_not_heard() {
    let world = World::start().await;
    let mut server = world.server().await;
    let mut edge = world.edge(STATION).await;
    assert!(edge.is_cut_off_for("pw/1/A140105002/record", "a lie").await);
    let mut other = world.edge("A140105003").await;
    other.publish("pw/1/A140105003/record", "the truth").await;
    assert_eq!(server.next_message().await.1, "the truth");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_may_not_listen_to_another_station_nor_share_a_subscription() {
    let world = World::start().await;
    let mut edge = world.edge(STATION).await;
    assert!(edge.subscribe("pw/1/A140105001/receipt").await);
    assert!(edge.subscribe("pw/1/A140105001/rulebooks").await);
    for stolen in [
        "pw/1/A140105002/receipt",
        "pw/1/A140105002/rulebooks",
        "pw/1/+/receipt",
        "#",
        "$share/g/pw/1/A140105001/receipt",
    ] {
        assert!(!edge.subscribe(stolen).await, "{stolen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_the_rules_do_not_know_is_refused() {
    let world = World::start().await;
    assert!(world.try_edge("A140105666").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_that_is_not_the_certificates_name_is_refused() {
    let world = World::start().await;
    let options = world.edge_options("A140105002", STATION);
    assert!(Edge::connect(options).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_will_for_another_station_is_refused() {
    let world = World::start().await;
    let mut options = world.edge_options(STATION, STATION);
    options.set_last_will(world::will("pw/1/A140105002/state"));
    assert!(Edge::connect(options).await.is_none());
    let mut options = world.edge_options(STATION, STATION);
    options.set_last_will(world::will("pw/1/A140105001/state"));
    assert!(Edge::connect(options).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_will_of_an_edge_that_vanishes_reaches_the_server() {
    let world = World::start().await;
    let mut server = world.server().await;
    let mut options = world.edge_options(STATION, STATION);
    options.set_last_will(world::will("pw/1/A140105001/state"));
    let edge = Edge::connect(options).await.expect("it is let in");
    drop(edge); // The connection ends without a DISCONNECT.
    assert_eq!(server.next_message().await.0, "pw/1/A140105001/state");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_harm_nobody() {
    let world = World::start().await;
    let address = ("127.0.0.1", world.broker.tls_port());
    let silent = TcpStream::connect(address).unwrap();
    for seed in 0..50_u8 {
        let mut garbage = TcpStream::connect(address).unwrap();
        let bytes: Vec<u8> =
            (0..200_u8).map(|n| n.wrapping_mul(31).wrapping_add(seed.wrapping_mul(97))).collect();
        let _ = garbage.write_all(&bytes);
    }
    let without_certificate = world.options_without_certificate();
    assert!(Edge::connect(without_certificate).await.is_none());
    let mut server = world.server().await;
    let mut edge = world.edge(STATION).await;
    edge.publish("pw/1/A140105001/health", "well").await;
    assert_eq!(server.next_message().await.1, "well");
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_inside_tls_and_at_the_internal_door_harms_nobody() {
    let world = World::start().await;
    for seed in 0..50_u8 {
        let mut garbage = TcpStream::connect(("127.0.0.1", world.broker.internal_port())).unwrap();
        let _ = garbage.write_all(&[0x10, seed, 0, 4, b'M', b'Q', b'T', b'T', 5, seed, 0, seed]);
        world.garbage_in_tls(STATION, &[0x10, seed, 0, 4, b'M', b'Q', b'T', b'T', 5, seed]).await;
    }
    let mut server = world.server().await;
    let mut edge = world.edge(STATION).await;
    edge.publish("pw/1/A140105001/health", "well").await;
    assert_eq!(server.next_message().await.1, "well");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_uses_the_internal_door_without_its_password() {
    let world = World::start().await;
    assert!(Edge::connect(world.internal_options("wrong")).await.is_none());
    assert!(Edge::connect(world.anonymous_internal_options()).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_retained_watchlist_reaches_an_edge_that_subscribes_later() {
    let world = World::start().await;
    let mut server = world.server().await;
    let list = "x".repeat(1_900_000);
    server.publish_retained("pw/1/A140105001/watchlist", &list).await;
    let mut edge = world.edge(STATION).await;
    assert!(edge.subscribe("pw/1/A140105001/watchlist").await);
    let (topic, payload) = edge.next_message().await;
    assert_eq!((topic.as_str(), payload.len()), ("pw/1/A140105001/watchlist", list.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_beyond_its_channels_limit_cuts_the_edge_off() {
    let world = World::start().await;
    let mut edge = world.edge(STATION).await;
    assert!(edge.is_cut_off_for("pw/1/A140105001/record", &"x".repeat(17 * 1024)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_published_while_the_ingest_is_slow_arrives_once_it_acknowledges() {
    const MESSAGES: usize = 3_000; // Three times what the broker holds.
    let world = World::start().await;
    let mut server = world.server().await;
    let mut edge = world.edge(STATION).await;
    let publisher = tokio::spawn(async move {
        for n in 0..MESSAGES {
            edge.publish_without_waiting("pw/1/A140105001/record", &n.to_string()).await;
        }
        edge.until_disconnected().await;
    });
    let mut seen = Vec::with_capacity(MESSAGES);
    while seen.len() < MESSAGES {
        seen.push(server.next_message().await.1.parse::<usize>().unwrap());
    }
    assert_eq!(seen, (0..MESSAGES).collect::<Vec<_>>());
    publisher.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_share_the_messages_and_none_is_lost() {
    let world = World::start().await;
    let mut first = world.sharing_server("server-1").await;
    let mut second = world.sharing_server("server-2").await;
    let mut edge = world.edge(STATION).await;
    for n in 0..10 {
        edge.publish("pw/1/A140105001/record", &n.to_string()).await;
    }
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(first.next_message().await.1);
        seen.push(second.next_message().await.1);
    }
    seen.sort();
    assert_eq!(seen, (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_broker_lets_go_of_its_port_and_another_takes_it() {
    let world = World::start().await;
    let mut edge = world.edge(STATION).await;
    let port = world.broker.tls_port();
    let world = world.restart_on(port).await;
    edge.until_disconnected().await;
    assert_eq!(world.broker.tls_port(), port);
    let mut server = world.server().await;
    let mut edge = world.edge(STATION).await;
    edge.publish("pw/1/A140105001/record", "again").await;
    assert_eq!(server.next_message().await.1, "again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_an_error_not_an_exit() {
    let world = World::start().await;
    let error = world.start_second_on(world.broker.tls_port()).await.unwrap_err();
    assert!(error.to_string().contains("cannot listen"), "{error}");
}
