//! Signing in, guessing, forged requests, roles.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::json;
use server_core::access::Role;

use super::world::{PASSWORD, World};

#[tokio::test]
async fn a_person_signs_in_is_known_and_signs_out() {
    let world = World::start().await;
    world.add_account("li.wei", Role::Reviewer, 140_000).await;
    let mut person = world.stranger();
    assert_eq!(person.get("/api/v1/session").await.code(), "signed-out");
    let answer = person.sign_in("li.wei", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
    let expected = json!({"account": {"name": "li.wei", "display_name": "li.wei", "role": "reviewer",
        "region": "140000", "must_change_password": false, "must_set_second_factor": false,
        "organisation": null, "way": "password"}});
    assert_eq!(answer.body, expected);
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert_eq!(person.get("/api/v1/session").await.body, expected);
    assert_eq!(
        person.ask(Method::DELETE, "/api/v1/session", Body::empty()).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(person.get("/api/v1/session").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.audited().await, ["li.wei signed-in", "li.wei signed-out"]);
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let world = World::start().await;
    let person = world.person(Role::Enforcer).await;
    world.pass(Duration::from_secs(3_599));
    assert_eq!(person.get("/api/v1/session").await.status, StatusCode::OK);
    world.pass(Duration::from_secs(2));
    assert_eq!(person.get("/api/v1/session").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn guessing_costs_time_whether_or_not_the_name_exists() {
    let world = World::start().await;
    world.add_account("li.wei", Role::Reviewer, 0).await;
    let mut person = world.stranger();
    for name in ["li.wei", "nobody"] {
        for _ in 0..5 {
            assert_eq!(person.sign_in(name, "a wrong password").await.code(), "wrong-credentials", "{name}");
        }
        let refused = person.sign_in(name, PASSWORD).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::TOO_MANY_REQUESTS, "wait"), "{name}");
        assert_eq!(refused.headers[header::RETRY_AFTER], "5");
    }
    world.pass(Duration::from_secs(5));
    assert_eq!(person.sign_in("li.wei", PASSWORD).await.status, StatusCode::OK);
    assert_eq!(
        person.sign_in("li.wei", "a wrong password").await.code(),
        "wrong-credentials",
        "counted anew"
    );
}

#[tokio::test]
async fn a_request_that_another_site_forges_changes_nothing() {
    let world = World::start().await;
    let mut admin = world.person(Role::Admin).await;
    admin.guarded = false;
    let answer = admin.post("/api/v1/stations", &json!({"id": "A140105001", "name": "x"})).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "guard-missing"));
    assert_eq!(admin.get("/api/v1/stations").await.body["stations"], json!([]));
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let world = World::start().await;
    let mut here = world.person(Role::Reviewer).await;
    let mut there = world.stranger();
    there.sign_in("reviewer", PASSWORD).await;
    let change = json!({"old": PASSWORD, "new": "another long password"});
    let answer = here.post("/api/v1/session/password", &change).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    here.cookie = answer.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().map(str::to_owned);
    assert_eq!(here.get("/api/v1/session").await.status, StatusCode::OK);
    assert_eq!(there.get("/api/v1/session").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(there.sign_in("reviewer", PASSWORD).await.code(), "wrong-credentials");
    assert_eq!(there.sign_in("reviewer", "another long password").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_password_that_somebody_else_set_must_be_changed_first() {
    let world = World::start().await;
    let admin = world.person(Role::Admin).await;
    let new = json!({"name": "wang", "display_name": "王", "role": "enforcer", "region": "140100",
        "password": "given by the admin", "must_change_password": true});
    assert_eq!(admin.post("/api/v1/accounts", &new).await.status, StatusCode::CREATED);
    let mut person = world.stranger();
    let answer = person.sign_in("wang", "given by the admin").await;
    assert_eq!(answer.body["account"]["must_change_password"], true);
    assert_eq!(person.get("/api/v1/stations").await.code(), "change-password");
    let change = json!({"old": "given by the admin", "new": "chosen by myself"});
    person.post("/api/v1/session/password", &change).await;
    person.sign_in("wang", "chosen by myself").await;
    assert_eq!(person.get("/api/v1/stations").await.status, StatusCode::OK);
}

/// The access table over HTTP: what each role is answered.
#[tokio::test]
async fn every_role_reaches_what_it_may_and_nothing_else() {
    let world = World::start().await;
    let everybody = Role::ALL.iter().map(|role| role.word()).collect::<Vec<_>>().join(" ");
    let gets = [
        ("/api/v1/passages", "admin reviewer enforcer authority auditor"),
        ("/api/v1/summary", "admin reviewer enforcer authority auditor"),
        ("/api/v1/stations", "admin reviewer enforcer authority auditor"),
        ("/api/v1/rulebook", everybody.as_str()),
        ("/api/v1/rulebooks", everybody.as_str()),
        ("/api/v1/passages?plate=晋A12345&reason=x", "reviewer enforcer authority"),
        ("/api/v1/review", "reviewer authority auditor"),
        ("/api/v1/cases", "reviewer authority auditor"),
        ("/api/v1/accounts", "admin"),
        ("/api/v1/audit", "admin authority auditor"),
        ("/api/v1/watchlist/wanted", "enforcer authority"),
    ];
    let posts = [
        ("/api/v1/stations", json!({"id": "bad", "name": ""}), "admin"),
        (
            "/api/v1/accounts",
            json!({"name": "", "display_name": "", "role": "", "region": "", "password": ""}),
            "admin",
        ),
        ("/api/v1/watchlist/wanted", json!({"plate": "bad", "reason": "x"}), "authority"),
        ("/api/v1/review/00112233445566778899/decision", json!({"decision": "?", "reason": "x"}), "reviewer"),
        ("/api/v1/cases/C00112233445566778899/events", json!({"event": "?", "reason": "x"}), "authority"),
    ];
    for &role in Role::ALL {
        let person = world.person(role).await;
        for (path, roles) in gets {
            let path = path.replace("晋", "%E6%99%8B");
            let allowed = roles.split(' ').any(|word| word == role.word());
            let expected = if allowed { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(person.get(&path).await.status, expected, "{role:?} {path}");
        }
        for (path, body, roles) in &posts {
            let allowed = roles.split(' ').any(|word| word == role.word());
            let expected = if allowed { StatusCode::BAD_REQUEST } else { StatusCode::FORBIDDEN };
            assert_eq!(person.post(path, body).await.status, expected, "{role:?} {path}");
        }
    }
    for (path, _) in gets {
        let path = path.replace("晋", "%E6%99%8B");
        assert_eq!(world.stranger().get(&path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn an_administrator_keeps_accounts_within_the_own_region_and_never_loses_the_last_one() {
    let world = World::start().await;
    let province = world.person_of("shanxi", Role::Admin, 140_000).await;
    let new = |name: &str, region: &str| {
        json!({"name": name, "display_name": "某人", "role": "reviewer", "region": region,
            "password": "a long enough one"})
    };
    assert_eq!(province.post("/api/v1/accounts", &new("inside", "140105")).await.status, StatusCode::CREATED);
    assert_eq!(province.post("/api/v1/accounts", &new("inside", "140105")).await.code(), "name-taken");
    assert_eq!(province.post("/api/v1/accounts", &new("outside", "110000")).await.code(), "forbidden");
    let disable = Body::from(json!({"disabled": true}).to_string());
    let answer = province.ask(Method::PATCH, "/api/v1/accounts/shanxi", disable).await;
    assert_eq!(answer.code(), "last-admin");
    let disable = Body::from(json!({"disabled": true}).to_string());
    let answer = province.ask(Method::PATCH, "/api/v1/accounts/inside", disable).await;
    assert_eq!((answer.status, &answer.body["disabled"]), (StatusCode::OK, &json!(true)));
    assert_eq!(world.stranger().sign_in("inside", "a long enough one").await.code(), "wrong-credentials");
    let list = province.get("/api/v1/accounts").await;
    assert_eq!(list.body["accounts"].as_array().unwrap().len(), 2);
    assert!(!list.body.to_string().contains("argon2"), "no hash leaves the server");
}
