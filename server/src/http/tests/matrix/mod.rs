//! The authorisation matrix, as requests: every role and every kind of key × every operation × own and other region or
//! organisation. Each cell is one request against the router, and each is counted.
//!
//! A route is a line in [`lines`]; a route of the API or an operation of the access table without a line fails a test, so a
//! part that adds a route adds its line, and what its line needs to [`seed`]. What a cell must hold:
//!
//! - who may not do it is refused (403), and nothing is written down;
//! - who may, sees what is of the own side, and nothing of the other: no answer to somebody of elsewhere names anything
//!   of here, and an id of here is answered to them exactly as one that never was.

mod closed_loop;
mod lines;
mod seed;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::Value;
use server_core::access::{Operation, Role, may};

use super::world::{Answer, Person, World};
use crate::http::openapi_json;
use lines::{Door, LINES_MISSING, Line, Sides, lines};
use seed::{Names, Principal, Side, principals, seed};

/// Every route of the API's description, such as `get /api/v1/cases/{id}`.
fn routes() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect()
}

#[test]
fn every_route_and_every_operation_has_its_line() {
    let lines = lines();
    let known: BTreeSet<String> = lines.iter().map(|line| line.route.to_owned()).collect();
    let routes = routes();
    let without: Vec<_> = routes.difference(&known).collect();
    assert!(without.is_empty(), "add a line for {without:?}");
    let gone: Vec<_> = known.difference(&routes).collect();
    assert!(gone.is_empty(), "no route is {gone:?}");
    let missing: Vec<&str> = Operation::ALL
        .iter()
        .filter(|&&operation| !lines.iter().any(|line| line.door == Door::Needs(operation)))
        .map(|operation| operation.word())
        .collect();
    assert_eq!(missing, LINES_MISSING, "operations without a line");
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the count of cells is a figure that README quotes")]
async fn every_cell_of_the_matrix_is_answered_as_the_table_says() {
    let world = World::start().await;
    let names = seed(&world).await.and(closed_loop::seed(&world).await);
    let principals = principals(&world).await;
    let (lines, mut cells, mut wrong) = (lines(), 0, Vec::new());
    for line in &lines {
        let stranger = world.stranger();
        let answer = ask(&stranger, line, &names, &line.path).await;
        cells += 1;
        let as_expected = match line.door {
            Door::Public(status) => answer.status == status,
            Door::Anybody | Door::People | Door::Needs(_) => answer.status == StatusCode::UNAUTHORIZED,
        };
        if !as_expected {
            wrong.push(format!("{} by a stranger: {} {}", line.route, answer.status, answer.body));
        }
        // Who is of elsewhere first: what is changed by those who may is then not yet changed.
        for side in [Side::Other, Side::Own] {
            for principal in principals.iter().filter(|one| one.side == side) {
                if matches!(line.door, Door::Public(_)) {
                    continue;
                }
                cells += 1;
                if let Err(what) = cell(&world, line, principal, &names).await {
                    wrong.push(format!("{} by {}: {what}", line.route, principal.name));
                }
            }
        }
    }
    let guarded = lines.iter().filter(|line| !matches!(line.door, Door::Public(_))).count();
    assert_eq!(cells, lines.len() + guarded * principals.len());
    println!(
        "authorisation matrix: {cells} cells, each a request: {} lines × {} accounts and keys on two sides, and strangers",
        lines.len(),
        principals.len()
    );
    assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
}

async fn ask(person: &Person<'_>, line: &Line, names: &Names, path: &str) -> Answer {
    let method: Method = line.route.split(' ').next().unwrap().to_uppercase().parse().unwrap();
    if line.route.ends_with("/live") {
        // A stream does not end by itself.
        let response = person.open(method, path, Body::empty()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        return Answer { status, headers, body: Value::Null, bytes: Vec::new() };
    }
    let body = line.body.as_ref().map_or_else(Body::empty, |body| Body::from(names.fill(&body.to_string())));
    person.ask(method, &names.fill(path), body).await
}

/// One cell: asks, and says what is wrong with the answer.
async fn cell(world: &World, line: &Line, principal: &Principal<'_>, names: &Names) -> Result<(), String> {
    let before = tip(world).await;
    let answer = ask(&principal.person, line, names, &line.path).await;
    let told = || format!("{} {}", answer.status, cut(&answer));
    let allowed = match line.door {
        Door::Public(_) => unreachable!("asked by strangers alone"),
        Door::Anybody => true,
        Door::People => !principal.is_key,
        Door::Needs(operation) => may(principal.role, operation),
    };
    if !allowed {
        if answer.status != StatusCode::FORBIDDEN {
            return Err(format!("403 is right, not {}", told()));
        }
        return untouched(world, before).await;
    }
    let reached =
        |answer: &Answer| answer.status.is_success() || line.reached.contains(&answer.status.as_u16());
    let leak =
        || names.of_here().into_iter().find(|name| String::from_utf8_lossy(&answer.bytes).contains(*name));
    match (principal.side, &line.sides) {
        (_, Sides::Same) | (Side::Own, Sides::Thing { .. } | Sides::Made) => {
            if !reached(&answer) {
                return Err(format!("it is not let through: {}", told()));
            }
        }
        (Side::Own, Sides::Rows) => {
            if !reached(&answer) || leak().is_none() {
                return Err(format!("it sees nothing of its own: {}", told()));
            }
        }
        (Side::Other, Sides::Rows) => {
            if !reached(&answer) {
                return Err(format!("it is not let through: {}", told()));
            }
            if let Some(name) = leak() {
                return Err(format!("it is told of {name}"));
            }
        }
        (side, Sides::Count { at }) => {
            let count = answer.body.pointer(at).and_then(Value::as_u64);
            let right = if side == Side::Own { count > Some(0) } else { count == Some(0) };
            if !reached(&answer) || !right {
                return Err(format!("it counts {count:?}: {}", told()));
            }
        }
        (Side::Other, Sides::Thing { never }) => {
            let none = ask(&principal.person, line, names, never).await;
            if answer.status != StatusCode::NOT_FOUND
                || answer.body != none.body
                || answer.status != none.status
            {
                return Err(format!(
                    "one of here: {}; one that never was: {} {}",
                    told(),
                    none.status,
                    cut(&none)
                ));
            }
            untouched(world, before).await?;
        }
        (Side::Other, Sides::Made) => {
            if answer.status != StatusCode::FORBIDDEN {
                return Err(format!("it makes something of another region: {}", told()));
            }
            untouched(world, before).await?;
        }
    }
    Ok(())
}

/// Who is refused leaves no trace.
async fn untouched(world: &World, before: u64) -> Result<(), String> {
    let after = tip(world).await;
    if after == before {
        Ok(())
    } else {
        Err(format!("it was refused, and {} rows were written", after - before))
    }
}

async fn tip(world: &World) -> u64 {
    world.site.store.reading().await.unwrap().audit_tip().await.unwrap().number
}

fn cut(answer: &Answer) -> String {
    answer.body.to_string().chars().take(300).collect()
}

/// The counts of an operation for the reader: how many roles may.
#[test]
fn no_operation_is_for_nobody_and_none_but_reading_the_rules_is_for_everybody() {
    for &operation in Operation::ALL {
        let who = Role::ALL.iter().filter(|&&role| may(role, operation)).count();
        assert!(who > 0, "{}", operation.word());
        assert!(who < Role::ALL.len() || operation == Operation::ReadRulebook, "{}", operation.word());
    }
}
