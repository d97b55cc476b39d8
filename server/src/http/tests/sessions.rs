//! Who is signed in where; accounts of organisations; the audit as it is searched and taken out; the first page.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use server_core::access::Role;

use super::world::{PASSWORD, World};
use crate::audit_file;

#[tokio::test]
async fn a_person_sees_the_own_sessions_and_ends_one_or_all_others() {
    let world = World::start().await;
    let here = world.person(Role::Reviewer).await;
    let mut phone = world.stranger();
    phone.headers = vec![("user-agent", "Phone/1".to_owned())];
    phone.sign_in("reviewer", PASSWORD).await;
    let other = world.person(Role::Enforcer).await;
    let listed = here.get("/api/v1/sessions").await.body;
    let rows = listed["sessions"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    let of_phone = rows.iter().find(|row| row["program"] == "Phone/1").unwrap();
    assert_eq!((&of_phone["this"], &of_phone["way"]), (&json!(false), &json!("password")));
    let path = format!("/api/v1/sessions/{}", of_phone["id"].as_str().unwrap());
    assert_eq!(other.delete(&path, &Value::Null).await.status, StatusCode::NOT_FOUND, "somebody else's");
    assert_eq!(here.delete(&path, &Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(phone.get("/api/v1/session").await.code(), "signed-out");
    phone.sign_in("reviewer", PASSWORD).await;
    assert_eq!(here.delete("/api/v1/sessions", &Value::Null).await.body["ended"], 1);
    assert_eq!(phone.get("/api/v1/session").await.code(), "signed-out");
    assert_eq!(here.get("/api/v1/session").await.status, StatusCode::OK);
    assert!(world.audited().await.contains(&"reviewer sessions-ended".to_owned()));
}

#[tokio::test]
async fn an_administrator_ends_the_sessions_of_an_account_of_the_own_region() {
    let world = World::start().await;
    let person = world.person_of("li.wei", Role::Reviewer, 140_105).await;
    let admin = world.person_of("shanxi", Role::Admin, 140_000).await;
    let elsewhere = world.person_of("beijing", Role::Admin, 110_000).await;
    let path = "/api/v1/accounts/li.wei/sessions";
    assert_eq!(admin.get(path).await.body["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(elsewhere.get(path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.delete(path, &Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.delete(path, &Value::Null).await.body["ended"], 1);
    assert_eq!(person.get("/api/v1/session").await.code(), "signed-out");
}

#[tokio::test]
async fn an_organisation_is_needed_where_a_role_acts_for_one_and_refused_where_not() {
    let world = World::start().await;
    let admin = world.person(Role::Admin).await;
    let new = |name: &str, role: &str, organisation: Value| {
        json!({"name": name, "display_name": "某人", "role": role, "region": "140105",
            "password": "a long enough one", "organisation": organisation})
    };
    for role in ["inspection-station", "repair-shop"] {
        assert_eq!(
            admin.post("/api/v1/accounts", &new("x1", role, Value::Null)).await.code(),
            "organisation-needed"
        );
        assert_eq!(admin.post("/api/v1/accounts", &new("x1", role, json!("a/b"))).await.code(), "invalid");
    }
    for role in ["admin", "reviewer", "enforcer", "authority", "auditor"] {
        let answer = admin.post("/api/v1/accounts", &new("x1", role, json!("M-1"))).await;
        assert_eq!(answer.code(), "organisation-refused", "{role}");
    }
    let added = admin.post("/api/v1/accounts", &new("shop", "repair-shop", json!("M-1"))).await;
    assert_eq!((added.status, &added.body["organisation"]), (StatusCode::CREATED, &json!("M-1")));
    let mut clerk = world.stranger();
    assert_eq!(clerk.sign_in("shop", "a long enough one").await.body["account"]["organisation"], "M-1");
    let patch = async |change: Value| {
        admin.ask(Method::PATCH, "/api/v1/accounts/shop", Body::from(change.to_string())).await
    };
    let moved = patch(json!({"organisation": "M-2"})).await;
    assert_eq!(moved.body["organisation"], "M-2");
    assert_eq!(clerk.get("/api/v1/session").await.code(), "signed-out", "it reaches other records now");
    assert_eq!(
        patch(json!({"role": "reviewer", "organisation": "M-2"})).await.code(),
        "organisation-refused"
    );
    assert_eq!(patch(json!({"role": "reviewer"})).await.body["organisation"], Value::Null);
    assert_eq!(patch(json!({"role": "repair-shop"})).await.code(), "organisation-needed");
    assert_eq!(patch(json!({"external_id": "shop@example.cn"})).await.body["external_id"], "shop@example.cn");
    let taken = json!({"name": "x2", "display_name": "x", "role": "reviewer", "region": "140105",
        "password": "a long enough one", "external_id": "shop@example.cn"});
    assert_eq!(admin.post("/api/v1/accounts", &taken).await.code(), "external-id-taken");
    assert_eq!(
        admin.get("/api/v1/accounts/x2").await.status,
        StatusCode::NOT_FOUND,
        "nothing of it was done"
    );
}

#[tokio::test]
async fn the_audit_is_searched_and_taken_out_as_a_file_that_proves_itself() {
    let world = World::start().await;
    world.store_candidate("A140105001").await;
    let enforcer = world.person(Role::Enforcer).await;
    for n in 1..=2 {
        enforcer.get(&format!("/api/v1/passages/A140105001-000000000{n}")).await;
    }
    let auditor = world.person(Role::Auditor).await;
    let found = auditor.get("/api/v1/audit?actor=enforcer&action=passage-viewed&limit=1").await.body;
    assert_eq!(found["rows"][0]["subject"], "A140105001-0000000002");
    let next = found["next"].as_u64().unwrap();
    let found =
        auditor.get(&format!("/api/v1/audit?actor=enforcer&action=passage-viewed&cursor={next}")).await;
    assert_eq!(found.body["rows"].as_array().unwrap().len(), 1);
    let about = auditor.get("/api/v1/audit?subject=A140105001-0000000001").await.body;
    assert_eq!(about["rows"].as_array().unwrap().len(), 1);
    assert_eq!(auditor.get("/api/v1/audit?action=x").await.code(), "invalid");

    for (format, kind) in [("jsonl", "application/jsonl"), ("csv", "text/csv; charset=utf-8")] {
        let path = format!("/api/v1/audit/export?format={format}");
        assert_eq!(auditor.get(&path).await.code(), "invalid", "a reason is asked for");
        assert_eq!(auditor.get(&format!("{path}&reason=%20")).await.code(), "reason");
        let taken = auditor.get(&format!("{path}&reason=%E5%BA%AD%E5%AE%A1")).await;
        assert_eq!(
            (taken.status, &taken.headers[header::CONTENT_TYPE]),
            (StatusCode::OK, &kind.parse().unwrap())
        );
        let checked = audit_file::check(&*taken.bytes).unwrap();
        assert!(checked.whole && checked.from_start && checked.rows >= 5, "{checked:?}");
        let tip = world.site.store.reading().await.unwrap().audit_tip().await.unwrap();
        assert_eq!(checked.last_hash, Some(tip.hash.to_string()), "its own taking is in it");
        let mut forged = taken.bytes;
        let at = forged.windows(8).position(|bytes| bytes == b"enforcer").unwrap();
        forged[at] = b'E';
        assert!(audit_file::check(&*forged).is_err());
    }
    assert_eq!(world.audited().await.last().unwrap(), "auditor audit-exported");
    let admin = world.person(Role::Admin).await;
    assert_eq!(admin.get("/api/v1/audit/export?format=csv&reason=x").await.code(), "forbidden");
}

#[tokio::test]
async fn the_first_page_tells_each_role_what_waits_for_it() {
    let world = World::start().await;
    world.store_candidate("A140105001").await;
    let keys = async |role: Role, region: i64| -> Vec<(String, u64)> {
        let person = world.person_of(&format!("{}.{region}", role.word()), role, region).await;
        let tasks = person.get("/api/v1/today").await.body;
        let task = |task: &Value| (task["key"].as_str().unwrap().to_owned(), task["count"].as_u64().unwrap());
        tasks["tasks"].as_array().unwrap().iter().map(task).collect()
    };
    let waits =
        |tasks: &[(String, u64)], key: &str| tasks.iter().find(|(one, _)| one == key).map(|&(_, n)| n);
    let reviewer = keys(Role::Reviewer, 140_000).await;
    assert_eq!(waits(&reviewer, "candidates-waiting"), Some(1));
    assert_eq!(waits(&reviewer, "keys-expiring"), None);
    assert_eq!(
        waits(&keys(Role::Reviewer, 110_000).await, "candidates-waiting"),
        Some(0),
        "not of another region"
    );
    let admin = keys(Role::Admin, 140_000).await;
    assert_eq!((waits(&admin, "keys-expiring"), waits(&admin, "candidates-waiting")), (Some(0), None));
    assert!(waits(&keys(Role::RepairShop, 140_000).await, "recovery-codes-left").is_some());
}
