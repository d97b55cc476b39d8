//! The register over HTTP: files and rows in, vehicles looked up, lives told.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::sample;
use serde_json::{Value, json};
use server_core::access::Role;
use tower::ServiceExt;

use super::world::{Answer, Person, World};

const CARRIERS: &str = "企业代码,名称,辖区\nWL-1,晋通物流,140105\n";
const VEHICLES: &str = "车牌号,车牌颜色,燃料种类,辖区,车辆类型,运输企业代码,入队日期\n\
    晋A12345,黄,柴油,140105,重型货车,WL-1,2026-01-01\n";

async fn upload(person: &Person<'_>, kind: &str, text: &str) -> Answer {
    let path = format!("/api/v1/register/imports?kind={kind}&file_name=x.csv");
    person.ask(Method::POST, &path, Body::from(text.to_owned())).await
}

async fn take(person: &Person<'_>, kind: &str, text: &str) {
    let import = upload(person, kind, text).await;
    assert_eq!(import.status, StatusCode::CREATED, "{}", import.body);
    let path = format!("/api/v1/register/imports/{}/apply", import.body["id"].as_str().unwrap());
    let applied = person.post(&path, &json!({"sha256": import.body["sha256"]})).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.body);
}

#[tokio::test]
async fn a_file_is_looked_at_mended_and_applied() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    take(&authority, "carriers", CARRIERS).await;
    let wrong = format!("{VEHICLES}晋AI2346,黄,柴油,140105,,,\n");
    let import = upload(&authority, "vehicles", &wrong).await.body;
    assert_eq!((&import["new"], &import["refused"], &import["stale"]), (&json!(1), &json!(1), &json!(false)));
    let id = import["id"].as_str().unwrap();
    let rows = authority.get(&format!("/api/v1/register/imports/{id}/rows?outcome=refused")).await.body;
    let refusal = &rows["rows"][0]["refusals"][0];
    assert_eq!(
        (&rows["rows"][0]["row"], &refusal["column"], &refusal["rule"]),
        (&json!(3), &json!("车牌号"), &json!("plate.look-alike"))
    );
    assert!(
        refusal["remedy_zh"].as_str().unwrap().contains("晋A12346")
            && !refusal["remedy_en"].as_str().unwrap().is_empty()
    );
    let apply = format!("/api/v1/register/imports/{id}/apply");
    assert_eq!(authority.post(&apply, &json!({"sha256": import["sha256"]})).await.code(), "import-refused");
    let gone = authority.ask(Method::DELETE, &format!("/api/v1/register/imports/{id}"), Body::empty()).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    take(&authority, "vehicles", VEHICLES).await;
    let again = upload(&authority, "vehicles", VEHICLES).await.body;
    assert_eq!((&again["unchanged"], &again["applied_before"]["by"]), (&json!(1), &json!("authority")));
    assert_eq!(authority.get("/api/v1/register").await.body["vehicles"], 1);
    assert_eq!(authority.get("/api/v1/register/imports").await.body["imports"].as_array().unwrap().len(), 3);
    assert!(world.audited().await.contains(&"authority register-imported".to_owned()));
}

#[tokio::test]
async fn a_file_that_is_no_table_is_refused_in_both_languages() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    for (text, code) in [
        ("", "sheet-empty"),
        ("%PDF-1.7", "sheet-not-a-table"),
        ("车牌号,辖区\n晋A12345,140105\n", "sheet-header"),
        ("企业代码,名称,辖区\n", "sheet-no-rows"),
        ("企业代码,名称,辖区\nWL-1,\"x", "sheet-cut"),
    ] {
        let refused = upload(&authority, "carriers", text).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, code));
        assert!(!refused.body["error"]["zh"].as_str().unwrap().is_empty());
    }
    assert_eq!(upload(&authority, "lorries", CARRIERS).await.code(), "invalid");
    assert_eq!(
        authority.get("/api/v1/register/imports").await.body["imports"],
        json!([]),
        "nothing is left of them"
    );
}

#[tokio::test]
async fn progress_comes_in_lines_and_the_import_last() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    let mut text = "企业代码,名称,辖区\n".to_owned();
    for n in 0..600 {
        text.push_str(&format!("WL-{n},企业{n},140105\n"));
    }
    let request = Request::post("/api/v1/register/imports?kind=carriers")
        .header(header::COOKIE, authority.cookie.as_ref().unwrap())
        .header("X-Plumewatch", "1")
        .header(header::ACCEPT, "application/x-ndjson")
        .body(Body::from(text))
        .unwrap();
    let response = crate::http::router(world.site.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/x-ndjson");
    let bytes = to_bytes(response.into_body(), 1_000_000).await.unwrap();
    let lines: Vec<Value> = std::str::from_utf8(&bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (last, progress) = lines.split_last().unwrap();
    assert_eq!(last["import"]["new"], 600);
    assert!(progress.iter().all(|line| line["of"] == 600 && line["done"].as_u64() <= Some(600)));
}

#[tokio::test]
async fn a_program_sends_rows_in_the_same_shape() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    let rows = json!({"kind": "carriers", "rows": [
        {"code": "WL-1", "name": "晋通物流", "region": 140105}, {"code": "WL-2", "name": null, "region": "140105"}]});
    let import = authority.post("/api/v1/register/rows", &rows).await;
    assert_eq!(
        (import.status, &import.body["new"], &import.body["refused"]),
        (StatusCode::CREATED, &json!(1), &json!(1))
    );
    let path =
        format!("/api/v1/register/imports/{}/rows?outcome=refused", import.body["id"].as_str().unwrap());
    let told = authority.get(&path).await.body;
    assert_eq!(
        (&told["rows"][0]["row"], &told["rows"][0]["refusals"][0]["rule"]),
        (&json!(2), &json!("field.missing"))
    );
    let missing = authority
        .post("/api/v1/register/rows", &json!({"kind": "carriers", "rows": [{"code": "WL-1"}]}))
        .await;
    assert_eq!((missing.status, missing.code()), (StatusCode::UNPROCESSABLE_ENTITY, "sheet-header"));
}

#[tokio::test]
async fn templates_are_files() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    let workbook = authority.get("/api/v1/register/templates/vehicles.xlsx").await;
    assert_eq!((workbook.status, &workbook.bytes[..2]), (StatusCode::OK, b"PK".as_slice()));
    let text = authority.get("/api/v1/register/templates/qualifications.csv").await;
    assert!(text.bytes.starts_with("\u{feff}维修单位代码".as_bytes()));
    assert_eq!(text.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"qualifications.csv\"");
    assert_eq!(authority.get("/api/v1/register/templates/secrets.csv").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_vehicle_is_looked_up_with_a_reason_and_its_life_is_told() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    take(&authority, "carriers", CARRIERS).await;
    take(&authority, "vehicles", VEHICLES).await;
    world.store_candidate("A140105001").await;
    let enforcer = world.person(Role::Enforcer).await;
    let path = "/api/v1/vehicles?plate=%E6%99%8BA12345&colour=yellow";
    assert_eq!(enforcer.get(path).await.code(), "reason");
    let found = enforcer.get(&format!("{path}&reason=roadside")).await.body;
    assert_eq!(
        (&found["found"][0]["now"], &found["unregistered"], &found["seen"]),
        (&json!(true), &json!(null), &json!(true))
    );
    let vehicle = &found["found"][0]["vehicle"];
    assert_eq!((&vehicle["class"], &vehicle["carrier"]), (&json!("heavy-truck"), &json!("WL-1")));
    let life = format!("/api/v1/vehicles/{}/life", vehicle["id"].as_str().unwrap());
    assert_eq!(enforcer.get(&life).await.code(), "reason");
    let told = enforcer.get(&format!("{life}?reason=case&limit=2")).await.body;
    let kinds = |told: &Value| -> Vec<String> {
        told["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(kinds(&told), ["candidate", "passage"]);
    let next = told["next"].as_str().unwrap();
    let rest = enforcer.get(&format!("{life}?reason=case&limit=2&before={next}")).await.body;
    assert_eq!((kinds(&rest), &rest["next"]), (vec!["passage".to_owned()], &json!(null)));
    let looked = world.audited().await.iter().filter(|row| *row == "enforcer vehicle-looked-up").count();
    assert_eq!(looked, 3, "each look is written down, and none without a reason");
    assert_eq!(
        authority.get("/api/v1/vehicles/V00000000000000000000/life?reason=x").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_plate_that_nobody_registered_is_kept_and_says_so() {
    let world = World::start().await;
    world.store_candidate("A140105001").await;
    let reviewer = world.person(Role::Reviewer).await;
    let found = reviewer.get("/api/v1/vehicles?plate=%E6%99%8BA12345&reason=x").await.body;
    assert_eq!((&found["found"], &found["seen"]), (&json!([]), &json!(true)));
    assert!(found["unregistered"]["zh"].as_str().unwrap().contains("没有登记"));
    let life = reviewer.get("/api/v1/plates/life?plate=%E6%99%8BA12345&reason=x").await.body;
    assert_eq!(life["events"].as_array().unwrap().len(), 3);
    let queue = reviewer.get("/api/v1/review").await.body;
    let candidate = queue["candidates"][0]["id"].as_str().unwrap();
    let detail = reviewer.get(&format!("/api/v1/review/{candidate}")).await.body;
    let register = &detail["passages"][0]["register"];
    assert!(
        register["vehicle"].is_null()
            && register["unregistered"]["en"].as_str().unwrap().contains("2026-11-20")
    );
}

#[tokio::test]
async fn what_does_not_agree_with_the_register_is_shown_to_who_may_see_it() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    take(
        &authority,
        "vehicles",
        "车牌号,车牌颜色,燃料种类,辖区,车辆类型\n晋A12345,蓝,汽油,140105,轻型货车\n",
    )
    .await;
    world.add_station("A140105001").await;
    world.store_passages(vec![sample::passage(1).passage()]).await;
    let seen = authority.get("/api/v1/passages/A140105001-0000000001").await.body;
    let about: Vec<&str> = seen["register"]["mismatches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["about"].as_str().unwrap())
        .collect();
    assert_eq!(about, ["plate-colour", "class", "fuel"]);
    assert_eq!(seen["register"]["plate_colour"], "blue");
    let admin = world.person(Role::Admin).await;
    assert_eq!(admin.get("/api/v1/passages/A140105001-0000000001").await.body["register"], json!(null));
}

#[tokio::test]
async fn the_register_is_seen_by_region_and_role() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    take(&authority, "carriers", CARRIERS).await;
    take(&authority, "vehicles", VEHICLES).await;
    let near = world.person_of("near", Role::Authority, 140_100).await;
    let far = world.person_of("far", Role::Authority, 110_000).await;
    let carrier = near.get("/api/v1/carriers/WL-1?day=2026-06-01").await.body;
    assert_eq!((&carrier["fleet_size"], &carrier["changes"][0]["joined"]), (&json!(1), &json!(true)));
    let fleet = near.get("/api/v1/carriers/WL-1/fleet?day=2026-06-01").await.body;
    assert_eq!(fleet["vehicles"][0]["plate"], "晋A12345");
    assert_eq!(
        near.get("/api/v1/carriers?search=%E7%89%A9%E6%B5%81").await.body["organisations"][0]["code"],
        "WL-1"
    );
    let id = fleet["vehicles"][0]["vehicle"].as_str().unwrap();
    for path in [
        "/api/v1/carriers/WL-1".to_owned(),
        "/api/v1/carriers/WL-1/fleet".to_owned(),
        format!("/api/v1/vehicles/{id}/life?reason=x"),
    ] {
        assert_eq!(far.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(far.get("/api/v1/carriers").await.body["organisations"], json!([]));
    assert_eq!(far.get("/api/v1/vehicles?plate=%E6%99%8BA12345&reason=x").await.body["found"], json!([]));
    let import = upload(&authority, "carriers", CARRIERS).await.body;
    let path = format!("/api/v1/register/imports/{}", import["id"].as_str().unwrap());
    assert_eq!(far.get(&path).await.status, StatusCode::NOT_FOUND);
    let hash = json!({"sha256": FileHash::of(CARRIERS.as_bytes()).to_string()});
    assert_eq!(near.post(&format!("{path}/apply"), &hash).await.status, StatusCode::NOT_FOUND);
    let shop = world.person(Role::RepairShop).await;
    for path in [
        "/api/v1/register",
        "/api/v1/carriers",
        "/api/v1/repair-shops",
        "/api/v1/inspection-stations",
        "/api/v1/register/imports",
    ] {
        assert_eq!(shop.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(
        upload(&world.person(Role::Reviewer).await, "carriers", CARRIERS).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_shop_says_whether_it_is_qualified_today() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    take(&authority, "repair-shops", "code,name,region\nM-1,晋城维修,140105\n").await;
    take(&authority, "qualifications", "shop,certificate,from_day,until_day\nM-1,甲,2020-01-01,2020-12-31\n")
        .await;
    let shop = |body: &Value| {
        (body["shops"][0]["qualified"].clone(), body["shops"][0]["qualifications"].as_array().unwrap().len())
    };
    assert_eq!(shop(&authority.get("/api/v1/repair-shops").await.body), (json!(false), 1));
    take(&authority, "qualifications", "shop,certificate,from_day\nM-1,乙,2021-01-01\n").await;
    assert_eq!(shop(&authority.get("/api/v1/repair-shops").await.body), (json!(true), 2));
}
