//! What there is when the matrix is asked: things of region 140105 (here), and people and programs of here and of
//! elsewhere.

use std::time::Duration;

use plumewatch_shared::ids::FileHash;
use plumewatch_shared::passage::{EvidenceFile, EvidenceKind};
use plumewatch_shared::sample;
use serde_json::json;
use server_core::access::{OrganisationCode, Role};
use server_core::listing::ListingId;

use super::super::world::{ORGANISATION, Person, World};
use crate::auth::keys::{KeyRole, NewKey, issue};
use crate::store::fixture::{insert_records, new_test, test_report};

/// The station of here.
pub(super) const STATION: &str = "A140105001";
/// An account of here that nobody signs in with.
pub(super) const TARGET: &str = "li.target";
/// A carrier of here that is proposed for the blacklist.
const CARRIER: &str = "C-HERE";
/// The organisation of elsewhere.
const ELSEWHERE: &str = "ORG-2";

/// On which side somebody stands: region 140000 and [`ORGANISATION`], or 110000 and another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Own,
    Other,
}

/// Somebody who asks.
pub(super) struct Principal<'w> {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) side: Side,
    pub(super) is_key: bool,
    pub(super) person: Person<'w>,
}

/// Names of what is here; `{candidate}` in a line stands for the candidate's.
pub(super) struct Names(Vec<(&'static str, String)>);

impl Names {
    /// These, and those of another part.
    pub(super) fn and(mut self, more: Vec<(&'static str, String)>) -> Self {
        self.0.extend(more);
        self
    }

    /// A line's path or body with the names put in.
    pub(super) fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// What no answer to somebody of elsewhere may name.
    pub(super) fn of_here(&self) -> Vec<&str> {
        let found = self.0.iter().map(|(_, value)| value.as_str());
        found.chain([STATION, TARGET, ORGANISATION, "晋A12345", "晋B54321"]).collect()
    }
}

/// Puts everything there.
pub(super) async fn seed(world: &World) -> Names {
    world.add_station(STATION).await;
    let picture = b"\xff\xd8\xff\xe0 a picture".to_vec();
    let file = EvidenceFile {
        kind: EvidenceKind::VehicleFront,
        hash: FileHash::of(&picture),
        bytes: picture.len() as u32,
    };
    let exceeding = |sequence, at| sample::passage(sequence).at_station(STATION).at(at).with_opacity(3_500);
    world
        .store_passages(vec![
            exceeding(1, "2026-11-20T02:00:00Z").with_evidence(vec![file]).passage(),
            exceeding(2, "2026-11-21T02:00:00Z").passage(),
        ])
        .await;
    world
        .store_passages(vec![
            exceeding(3, "2026-11-20T03:00:00Z").of("晋B54321").passage(),
            exceeding(4, "2026-11-21T03:00:00Z").of("晋B54321").passage(),
        ])
        .await;
    world.store_file(&picture).await;
    insert_records(&world.site.store, &[new_test(test_report(11))]).await;
    world.add_account(TARGET, Role::Reviewer, 140_105).await;

    super::super::listings::proposed(world, CARRIER, 140_105, 0).await;

    let seeder = world.person_of("seeder", Role::Reviewer, 140_000).await;
    let queue = seeder.get("/api/v1/review").await.body;
    let of = |plate: &str| {
        let candidates = queue["candidates"].as_array().unwrap();
        let one = candidates.iter().find(|one| one["plate"] == plate).unwrap();
        one["id"].as_str().unwrap().to_owned()
    };
    let decision = format!("/api/v1/review/{}/decision", of("晋B54321"));
    let decided = seeder.post(&decision, &json!({"decision": "confirm", "reason": "照片与读数一致"})).await;
    let case = decided.body["case_id"].as_str().expect("a case opens").to_owned();
    let register = register(world).await;
    let mut names = vec![
        ("candidate", of("晋A12345")),
        ("case", case),
        ("listing", ListingId::of(CARRIER, 1).to_string()),
        ("carrier", CARRIER.to_owned()),
        ("picture", FileHash::of(&picture).to_string()),
        ("key", key(world, KeyRole::RepairShop, 140_105, ORGANISATION).await.1),
    ];
    names.extend(register);
    Names(names)
}

/// A carrier with one vehicle, an inspection station, a repair shop, and an import that waits.
async fn register(world: &World) -> Vec<(&'static str, String)> {
    let keeper = world.person_of("keeper", Role::Authority, 140_000).await;
    let upload = async |kind: &str, rows: serde_json::Value| {
        let import = keeper.post("/api/v1/register/rows", &json!({"kind": kind, "rows": rows})).await.body;
        (import["id"].as_str().unwrap().to_owned(), import["sha256"].as_str().unwrap().to_owned())
    };
    let named = |code: &str| json!({"code": code, "name": code, "region": "140105"});
    let mut station = named("I-HERE");
    station["opened_on"] = json!("2020-01-01");
    for (kind, row) in [
        ("carriers", named("WL-HERE")),
        ("repair-shops", named("M-HERE")),
        ("inspection-stations", station),
        (
            "vehicles",
            json!({"plate": "晋A12345", "plate_colour": "yellow", "fuel": "diesel", "region": "140105",
            "carrier": "WL-HERE", "carrier_from": "2026-01-01"}),
        ),
    ] {
        let (id, sha256) = upload(kind, json!([row])).await;
        let apply = format!("/api/v1/register/imports/{id}/apply");
        let applied = keeper.post(&apply, &json!({"sha256": sha256})).await;
        assert_eq!(applied.body["state"], "applied", "{}", applied.body);
    }
    let fleet = keeper.get("/api/v1/carriers/WL-HERE/fleet").await.body;
    let (import, sha256) = upload("carriers", json!([named("WL-WAITS")])).await;
    vec![
        ("carrier", "WL-HERE".to_owned()),
        ("shop", "M-HERE".to_owned()),
        ("inspection_station", "I-HERE".to_owned()),
        ("vehicle", fleet["vehicles"][0]["vehicle"].as_str().unwrap().to_owned()),
        ("import", import),
        ("import_sha256", sha256),
    ]
}

/// A new key and its name.
async fn key(world: &World, role: KeyRole, region: u32, organisation: &str) -> (String, String) {
    let new = NewKey {
        label: "matrix".to_owned(),
        role,
        organisation: OrganisationCode::parse(organisation).unwrap(),
        region: format!("{region:06}").parse().unwrap(),
        lasts: Duration::from_secs(3_600),
    };
    let (key, row) = issue(&world.site.store, new, "seeder", world.now()).await.unwrap();
    (key.to_string(), row.id)
}

/// One account of every role and one key of every kind, on either side.
pub(super) async fn principals(world: &World) -> Vec<Principal<'_>> {
    let mut principals = Vec::new();
    for (side, word, region, organisation) in
        [(Side::Own, "own", 140_000, ORGANISATION), (Side::Other, "other", 110_000, ELSEWHERE)]
    {
        for &role in Role::ALL {
            let name = format!("{}.{word}", role.word());
            world.add_account_for(&name, role, region.into(), organisation).await;
            let mut person = world.stranger();
            person.sign_in(&name, super::super::world::PASSWORD).await;
            principals.push(Principal { name, role, side, is_key: false, person });
        }
        for role in [KeyRole::InspectionStation, KeyRole::RepairShop] {
            let (secret, _) = key(world, role, region, organisation).await;
            let name = format!("a key of {}.{word}", role.role().word());
            let person = world.program(&secret);
            principals.push(Principal { name, role: role.role(), side, is_key: true, person });
        }
    }
    principals
}
