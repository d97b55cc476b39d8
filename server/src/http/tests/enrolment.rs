//! Enrolling an edge unit.

use std::time::Duration;

use axum::http::StatusCode;
use ed25519_dalek::SigningKey;
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use server_core::access::Role;

use super::world::World;

fn shown(token: &str) -> Value {
    let request = CertificateParams::default().serialize_request(&KeyPair::generate().unwrap()).unwrap();
    let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
    json!({"token": token, "csr_pem": request.pem().unwrap(), "signing_key": hex::encode(key.to_bytes())})
}

async fn token(world: &World, station: &str) -> String {
    let admin = world.person_of("admin-for-tokens", Role::Admin, 0).await;
    let new = json!({"id": station, "name": "武宿"});
    assert_eq!(admin.post("/api/v1/stations", &new).await.status, StatusCode::CREATED);
    assert_eq!(admin.post("/api/v1/stations", &new).await.code(), "station-exists");
    let answer = admin.post(&format!("/api/v1/stations/{station}/token"), &json!({})).await;
    answer.body["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_token_enrols_once_and_its_certificate_alone_connects() {
    let world = World::start().await;
    let token = token(&world, "A140105001").await;
    let mut edge = world.stranger();
    edge.guarded = false; // An edge is no browser.
    let answer = edge.post("/api/v1/enrol", &shown(&token)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!((&answer.body["station"], &answer.body["mqtt_port"]), (&json!("A140105001"), &json!(8883)));
    assert!(answer.body["certificate_pem"].as_str().unwrap().contains("BEGIN CERTIFICATE"));
    assert_eq!(answer.body["ca_pem"], world.site.authority.pem());
    assert!(token.ends_with(&world.site.authority.fingerprint().to_string()));
    let again = edge.post("/api/v1/enrol", &shown(&token)).await;
    assert_eq!((again.status, again.code()), (StatusCode::FORBIDDEN, "token"));
    let key =
        world.site.store.reading().await.unwrap().signing_key("A140105001".parse().unwrap()).await.unwrap();
    assert_eq!(key, Some(SigningKey::from_bytes(&[7; 32]).verifying_key()));
    let mut reading = world.site.store.reading().await.unwrap();
    assert!(!reading.station_may_connect("A140105001".parse().unwrap(), "10aa").await.unwrap());
    let audited = world.audited().await;
    assert_eq!(audited.last().unwrap(), "A140105001 station-enrolled");
}

#[tokio::test]
async fn a_token_is_good_for_a_day() {
    let world = World::start().await;
    let token = token(&world, "A140105001").await;
    world.pass(Duration::from_secs(24 * 60 * 60 + 1));
    assert_eq!(world.stranger().post("/api/v1/enrol", &shown(&token)).await.code(), "token");
}

#[tokio::test]
async fn a_token_survives_a_request_that_cannot_be_certified() {
    let world = World::start().await;
    let token = token(&world, "A140105001").await;
    let mut broken = shown(&token);
    broken["csr_pem"] =
        json!("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n");
    assert_eq!(world.stranger().post("/api/v1/enrol", &broken).await.code(), "invalid");
    let mut weak = shown(&token);
    weak["signing_key"] = json!("00".repeat(32));
    assert_eq!(world.stranger().post("/api/v1/enrol", &weak).await.code(), "invalid");
    assert_eq!(world.stranger().post("/api/v1/enrol", &shown(&token)).await.status, StatusCode::OK);
}
