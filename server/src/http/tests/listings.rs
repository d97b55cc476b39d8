//! The blacklist over HTTP: who may see and decide what, what the public is told, what refusals say.

use axum::http::{StatusCode, header};
use calamine::{Reader, Xlsx};
use serde_json::{Value, json};
use server_core::access::Role;

use super::world::World;
use crate::listings::confirmed;
use crate::rulebooks::Books;
use crate::store::listing_fixture::{add_carrier, add_case, add_fleet, case_id, plate};

/// An organisation's credit code (GB 32100, annex A), so that its name is public.
const CARRIER: &str = "91350100M000100Y43";

/// A carrier of twenty vehicles of which two have exceeded: a listing is proposed.
pub(super) async fn proposed(world: &World, code: &str, region: i64, first: u64) {
    add_carrier(&world.site.store, code, region).await;
    add_fleet(&world.site.store, code, first..first + 20, "2020-01-01").await;
    let mut writing = world.site.store.writing().await.unwrap();
    for case in [first, first + 1] {
        add_case(&mut writing, case, case, &["2026-10-01".parse().unwrap()]).await;
        let told =
            confirmed(&mut writing, &Books::shipped(), &case_id(case), world.site.now()).await.unwrap();
        told.write(&mut writing).await.unwrap();
    }
    writing.commit().await.unwrap();
}

/// The one listing of what a person may see of a list.
async fn only(person: &super::world::Person<'_>, which: &str) -> Value {
    let list = person.get(&format!("/api/v1/listings?which={which}")).await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    assert_eq!(list.body["listings"].as_array().unwrap().len(), 1, "{}", list.body);
    list.body["listings"][0].clone()
}

fn to_list() -> Value {
    json!({"decision": "list", "reason": "王某某 晋A00007 整改不力", "from_day": "2026-11-23",
        "until_day": "2027-11-23", "notice": "晋交〔2026〕12号"})
}

#[tokio::test]
async fn an_authority_lists_and_delists_and_everyone_else_looks_on() {
    let world = World::start().await;
    proposed(&world, CARRIER, 140_105, 0).await;
    let authority = world.person(Role::Authority).await;
    let auditor = world.person(Role::Auditor).await;
    let listing = only(&authority, "to-decide").await;
    assert_eq!(
        (&listing["state"], &listing["exceeding"], &listing["fleet"]),
        (&json!("proposed"), &json!(2), &json!(20))
    );
    assert_eq!(listing["share_hundredths"], 1_000);
    let page = format!("/api/v1/listings/{}", listing["id"].as_str().unwrap());

    let seen = authority.get(&page).await.body;
    assert_eq!(seen["actions"], json!(["list", "decline", "answer"]));
    assert_eq!(seen["grounds"].as_array().unwrap().len(), 2);
    assert_eq!(seen["grounds"][0]["plate"], plate(0));
    assert!(
        seen["explanation"][0]["zh"].as_str().unwrap().contains("20辆车中2辆"),
        "{}",
        seen["explanation"]
    );
    assert_eq!(seen["share"]["outlook"]["fewer_exceeding"], 1);
    assert_eq!(seen["share"]["outlook"]["next_ages_out_day"], "2027-10-02");
    assert_eq!(auditor.get(&page).await.body["actions"], json!([]));
    assert!(world.audited().await.contains(&"auditor listing-viewed".to_owned()));

    let decide = format!("{page}/decisions");
    assert_eq!(auditor.post(&decide, &to_list()).await.status, StatusCode::FORBIDDEN);
    let without =
        json!({"decision": "list", "reason": "x", "from_day": "2026-11-23", "until_day": "2027-11-23"});
    assert!(
        authority.post(&decide, &without).await.body["error"]["en"]
            .as_str()
            .unwrap()
            .contains("Name the document")
    );
    let long = json!({"decision": "list", "reason": "x", "from_day": "2026-11-23", "until_day": "2028-01-01", "notice": "n"});
    assert!(
        authority.post(&decide, &long).await.body["error"]["en"].as_str().unwrap().contains("2027-11-23")
    );
    assert_eq!(
        authority.post(&decide, &json!({"decision": "delist", "reason": "x"})).await.code(),
        "listing-state"
    );
    assert_eq!(authority.post(&decide, &to_list()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(authority.post(&decide, &to_list()).await.code(), "listing-state");

    let answers = format!("{page}/answers");
    let answer = json!({"received_day": "2026-11-23", "answer": "已全部检修"});
    assert_eq!(authority.post(&answers, &answer).await.status, StatusCode::NO_CONTENT);
    let tomorrow = json!({"received_day": "2026-11-24", "answer": "已全部检修"});
    assert_eq!(authority.post(&answers, &tomorrow).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(only(&authority, "listed").await["in_force"], true);
    let gone = json!({"decision": "delist", "reason": "整改到位"});
    assert_eq!(authority.post(&decide, &gone).await.status, StatusCode::NO_CONTENT);
    let ended = authority.get(&page).await.body;
    assert_eq!(
        (&ended["listing"]["state"], ended["decisions"].as_array().unwrap().len()),
        (&json!("delisted"), 2)
    );
    assert_eq!(ended["answers"][0]["answer"], "已全部检修");
    assert_eq!(only(&authority, "ended").await["reason"], "整改到位");
}

#[tokio::test]
async fn another_regions_listing_is_none_and_its_carrier_too() {
    let world = World::start().await;
    proposed(&world, CARRIER, 140_105, 0).await;
    let near = world.person_of("near", Role::Authority, 140_100).await;
    let far = world.person_of("far", Role::Authority, 110_000).await;
    let id = only(&near, "all").await["id"].as_str().unwrap().to_owned();
    let list = far.get("/api/v1/listings").await.body;
    assert_eq!((&list["listings"], &list["to_decide"]), (&json!([]), &json!(0)));
    for path in [format!("/api/v1/listings/{id}"), format!("/api/v1/carriers/{CARRIER}/share")] {
        assert_eq!(near.get(&path).await.status, StatusCode::OK);
        assert_eq!(far.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let decided = far.post(&format!("/api/v1/listings/{id}/decisions"), &to_list()).await;
    assert_eq!(decided.status, StatusCode::NOT_FOUND);
    assert_eq!(far.get("/api/v1/listings/Lzz").await.status, StatusCode::NOT_FOUND);
    assert_eq!(far.get("/api/v1/carriers/UNKNOWN/share").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_carriers_share_is_drawn_through_two_years_without_plates() {
    let world = World::start().await;
    proposed(&world, CARRIER, 140_105, 0).await;
    let enforcer = world.person(Role::Enforcer).await;
    let share = enforcer.get(&format!("/api/v1/carriers/{CARRIER}/share")).await;
    assert_eq!((&share.body["reaches"], &share.body["least"]), (&json!(true), &json!(2)));
    let steps: Vec<(&str, i64)> = share.body["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["day"].as_str().unwrap(), step["exceeding"].as_i64().unwrap()))
        .collect();
    assert_eq!(steps, [("2024-11-23", 0), ("2026-10-01", 2)]);
    assert_eq!(share.body["listings"][0]["state"], "proposed");
    assert_eq!(share.body["exceedances"], json!([]));
    assert!(!String::from_utf8(share.bytes).unwrap().contains("晋A"));
}

#[tokio::test]
async fn the_public_sees_who_is_listed_and_no_personal_data() {
    let world = World::start().await;
    proposed(&world, CARRIER, 140_105, 0).await;
    proposed(&world, "LOCAL-1", 140_105, 100).await;
    let stranger = world.stranger();
    let path = "/api/v1/public/listings";
    assert_eq!(stranger.get(path).await.body["listings"], json!([]), "a proposal is nobody's business");
    let authority = world.person(Role::Authority).await;
    for listing in authority.get("/api/v1/listings").await.body["listings"].as_array().unwrap() {
        let decide = format!("/api/v1/listings/{}/decisions", listing["id"].as_str().unwrap());
        assert_eq!(authority.post(&decide, &to_list()).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(stranger.get(path).await.body["listings"], json!([]), "as the minute's extract has it");
    world.pass(std::time::Duration::from_secs(61));
    let public = stranger.get(path).await;
    assert_eq!(public.status, StatusCode::OK);
    let listings = public.body["listings"].as_array().unwrap();
    assert_eq!(listings.len(), 2);
    assert_eq!(
        (&listings[0]["carrier"], &listings[0]["notice"]),
        (&json!(CARRIER), &json!("晋交〔2026〕12号"))
    );
    assert_eq!(listings[0]["name"], format!("{CARRIER}物流"));
    assert_eq!(listings[1]["name"], json!(null), "who has a local code is perhaps a person");
    let text = String::from_utf8(public.bytes.clone()).unwrap();
    for personal in ["晋A", "王某某", "authority", "整改"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }

    let tag = public.headers[header::ETAG].clone();
    assert!(public.headers[header::CACHE_CONTROL].to_str().unwrap().starts_with("public"));
    let again = world.ask_with(path, header::IF_NONE_MATCH, tag.to_str().unwrap()).await;
    assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0));

    let sheet = stranger.get("/api/v1/public/listings.xlsx").await;
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(sheet.bytes)).unwrap();
    let cells = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(cells.get_size(), (3, 11));
    assert_eq!(cells.get_value((1, 0)).unwrap().to_string(), CARRIER);
    assert_eq!(cells.get_value((1, 7)).unwrap().to_string(), "10");
    for cell in cells.cells() {
        assert!(!cell.2.to_string().contains("晋A"), "{cell:?}");
    }
}

#[tokio::test]
async fn strangers_who_ask_without_end_are_told_to_wait() {
    let world = World::start().await;
    let stranger = world.stranger();
    let mut statuses = Vec::new();
    for _ in 0..=crate::listings::extract::BURST {
        statuses.push(stranger.get("/api/v1/public/listings").await.status);
    }
    let last = statuses.pop().unwrap();
    assert!(statuses.iter().all(|status| *status == StatusCode::OK));
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}
