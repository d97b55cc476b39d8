//! The second factor: set up, asked for, used once, lost.

use std::time::Duration;

use axum::http::{StatusCode, header};
use serde_json::json;
use server_core::access::Role;

use super::world::{Answer, PASSWORD, Person, World};
use crate::auth::second_factor::code_at;
use crate::config::RoleWord;

const SETUP: &str = "/api/v1/session/second-factor";
const CONFIRM: &str = "/api/v1/session/second-factor/confirm";

/// Somebody's device.
struct Device(Vec<u8>);

impl Device {
    fn code(&self, world: &World) -> String {
        code_at(&self.0, world.now())
    }
}

/// The device that a person sets up, by the secret in its address; and the recovery codes.
async fn set_up(world: &World, person: &Person<'_>, name: &str) -> (Device, Vec<String>) {
    let setup = person.post(SETUP, &json!({"password": PASSWORD})).await;
    assert_eq!(setup.status, StatusCode::OK, "{}", setup.body);
    assert!(setup.body["qr_svg"].as_str().unwrap().contains("<svg"));
    let secret = world.site.store.reading().await.unwrap().second_factor(name).await.unwrap().unwrap().secret;
    let device = Device(secret);
    let confirmed = person.post(CONFIRM, &json!({"code": device.code(world)})).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.body);
    let codes = confirmed.body["recovery_codes"].as_array().unwrap();
    (device, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn sign_in(person: &mut Person<'_>, name: &str, code: &str) -> Answer {
    let answer =
        person.post("/api/v1/session", &json!({"name": name, "password": PASSWORD, "code": code})).await;
    if let Some(cookie) = answer.headers.get(header::SET_COOKIE) {
        person.cookie = cookie.to_str().unwrap().split(';').next().map(str::to_owned);
    }
    answer
}

#[tokio::test]
async fn a_right_password_is_not_enough_once_there_is_a_second_factor() {
    let world = World::start().await;
    let person = world.person(Role::Authority).await;
    let mut before = world.stranger();
    before.sign_in("authority", PASSWORD).await;
    let (device, codes) = set_up(&world, &person, "authority").await;
    assert_eq!(codes.len(), 10);
    assert_eq!(before.get("/api/v1/session").await.code(), "signed-out", "begun without the factor");
    assert_eq!(person.get("/api/v1/session").await.status, StatusCode::OK);

    world.pass(Duration::from_secs(30));
    let mut new = world.stranger();
    assert_eq!(new.sign_in("authority", PASSWORD).await.code(), "second-factor");
    assert_eq!(sign_in(&mut new, "authority", "000000").await.code(), "wrong-code");
    let entered = sign_in(&mut new, "authority", &device.code(&world)).await;
    assert_eq!(entered.body["account"]["way"], "password-and-code", "{}", entered.body);
    let replay = sign_in(&mut world.stranger(), "authority", &device.code(&world)).await;
    assert_eq!(
        (replay.status, replay.code()),
        (StatusCode::UNAUTHORIZED, "wrong-code"),
        "a code is used once"
    );
    assert_eq!(
        sign_in(&mut world.stranger(), "authority", &codes[0].to_uppercase()).await.status,
        StatusCode::OK
    );
    assert_eq!(sign_in(&mut world.stranger(), "authority", &codes[0]).await.code(), "wrong-code");
    assert_eq!(new.get(SETUP).await.body["recovery_codes_left"], 9);
    let wrong = world.stranger().sign_in("authority", "a wrong password").await;
    assert_eq!(wrong.code(), "wrong-credentials", "nobody learns of the factor without the password");
}

#[tokio::test]
async fn guessing_codes_costs_the_same_time_as_guessing_passwords() {
    let world = World::start().await;
    let person = world.person(Role::Authority).await;
    let (device, _) = set_up(&world, &person, "authority").await;
    world.pass(Duration::from_secs(30));
    let mut guesser = world.stranger();
    for n in 0..5 {
        assert_eq!(
            guesser.sign_in("authority", PASSWORD).await.code(),
            "second-factor",
            "asking costs nothing"
        );
        assert_eq!(sign_in(&mut guesser, "authority", &format!("00000{n}")).await.code(), "wrong-code");
    }
    let right = sign_in(&mut guesser, "authority", &device.code(&world)).await;
    assert_eq!((right.status, right.code()), (StatusCode::TOO_MANY_REQUESTS, "wait"));
    world.pass(Duration::from_secs(30));
    assert_eq!(sign_in(&mut guesser, "authority", &device.code(&world)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_factor_counts_once_a_code_was_shown_and_is_set_up_with_the_password() {
    let world = World::start().await;
    let person = world.person(Role::Reviewer).await;
    assert_eq!(
        person.post(SETUP, &json!({"password": "not the password"})).await.code(),
        "wrong-credentials"
    );
    assert_eq!(person.post(CONFIRM, &json!({"code": "000000"})).await.code(), "no-second-factor");
    assert_eq!(person.post(SETUP, &json!({"password": PASSWORD})).await.status, StatusCode::OK);
    assert_eq!(person.post(CONFIRM, &json!({"code": "000000"})).await.code(), "wrong-code");
    assert_eq!(person.get(SETUP).await.body["set"], false);
    assert_eq!(world.stranger().sign_in("reviewer", PASSWORD).await.status, StatusCode::OK);
    let (device, _) = set_up(&world, &person, "reviewer").await;
    assert_eq!(person.post(SETUP, &json!({"password": PASSWORD})).await.code(), "second-factor-set");
    world.pass(Duration::from_secs(30));
    let without = person.delete(SETUP, &json!({"password": PASSWORD, "code": "000000"})).await;
    assert_eq!(without.code(), "wrong-code");
    let removed = person.delete(SETUP, &json!({"password": PASSWORD, "code": device.code(&world)})).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.body);
    assert_eq!(world.stranger().sign_in("reviewer", PASSWORD).await.status, StatusCode::OK);
    let audited = world.audited().await;
    for action in ["reviewer second-factor-set", "reviewer second-factor-removed"] {
        assert!(audited.contains(&action.to_owned()), "{action}");
    }
}

#[tokio::test]
async fn an_administrator_removes_the_factor_of_a_lost_device_with_a_reason() {
    let world = World::start().await;
    let person = world.person_of("li.wei", Role::Reviewer, 140_105).await;
    set_up(&world, &person, "li.wei").await;
    let admin = world.person_of("shanxi", Role::Admin, 140_000).await;
    let elsewhere = world.person_of("beijing", Role::Admin, 110_000).await;
    let path = "/api/v1/accounts/li.wei/second-factor";
    assert_eq!(admin.get("/api/v1/accounts/li.wei").await.body["second_factor"], true);
    assert_eq!(admin.delete(path, &json!({"reason": ""})).await.code(), "reason");
    assert_eq!(elsewhere.delete(path, &json!({"reason": "手机丢失"})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.delete(path, &json!({"reason": "手机丢失"})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(admin.delete(path, &json!({"reason": "手机丢失"})).await.code(), "no-second-factor");
    assert_eq!(person.get("/api/v1/session").await.code(), "signed-out");
    assert_eq!(world.stranger().sign_in("li.wei", PASSWORD).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_role_that_must_have_one_does_nothing_before_and_cannot_remove_it() {
    let required = |http: &mut crate::config::HttpConfig| {
        http.second_factor.required_for = vec![RoleWord(Role::Admin)];
    };
    let world = World::configured(required, None).await;
    let admin = world.person(Role::Admin).await;
    assert_eq!(admin.get("/api/v1/session").await.body["account"]["must_set_second_factor"], true);
    for path in ["/api/v1/accounts", "/api/v1/today", "/api/v1/stations"] {
        assert_eq!(admin.get(path).await.code(), "set-second-factor", "{path}");
    }
    let (device, _) = set_up(&world, &admin, "admin").await;
    assert_eq!(admin.get("/api/v1/accounts").await.status, StatusCode::OK);
    world.pass(Duration::from_secs(30));
    let kept = admin.delete(SETUP, &json!({"password": PASSWORD, "code": device.code(&world)})).await;
    assert_eq!(kept.code(), "second-factor-required");
    let enforcer = world.person(Role::Enforcer).await;
    assert_eq!(enforcer.get("/api/v1/stations").await.status, StatusCode::OK);
}
