//! The first page: what waits for whoever asks, today.
//!
//! A question is a line in [`QUESTIONS`]: what it is called, who may ask it, and how it is counted. A part of the server
//! that has work for people adds its lines here; the page knows a question by its key.

use axum::Json;
use axum::extract::State;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::Serialize;
use server_core::access::{Operation, may};
use utoipa::ToSchema;

use crate::http::Site;
use crate::http::error::ApiError;
use crate::http::session::Signed;
use crate::store::{Reading, Stored};

/// What waits.
#[derive(Serialize, ToSchema)]
pub(super) struct Today {
    /// What the account may ask, in the order of its day's work; zeros as well.
    tasks: Vec<Task>,
}

/// One kind of work.
#[derive(Serialize, ToSchema)]
pub(super) struct Task {
    /// Names it: the page has its words.
    #[schema(example = "candidates-waiting")]
    key: &'static str,
    /// How many wait.
    #[schema(minimum = 0, example = 3)]
    count: u64,
    /// Must somebody act, or is it good to know?
    kind: &'static str,
}

/// Who asks, and when: a question about orders or inspections asks `signed.reach`.
#[derive(Clone)]
struct Asked {
    signed: Signed,
    now: Timestamp,
}

/// A question of the first page.
struct Question {
    key: &'static str,
    /// `act` if somebody must, `know` if it is good to know.
    kind: &'static str,
    /// Who may see the answer.
    operation: Operation,
    count: for<'a> fn(&'a mut Reading, Asked) -> BoxFuture<'a, Stored<u64>>,
}

/// Every question, in the order in which the page shows them.
const QUESTIONS: &[Question] = &[
    Question {
        key: "candidates-waiting",
        kind: "act",
        operation: Operation::Decide,
        count: |reading, asked| Box::pin(async move { reading.waiting_count(asked.signed.scope.0).await }),
    },
    Question {
        key: "cases-open",
        kind: "act",
        operation: Operation::MoveCase,
        count: |reading, asked| Box::pin(async move { reading.open_case_count(asked.signed.scope.0).await }),
    },
    Question {
        key: "listings-to-decide",
        kind: "act",
        operation: Operation::DecideListing,
        count: |reading, asked| {
            Box::pin(async move {
                let counts = reading.listing_counts(asked.signed.scope.0).await?;
                let waits =
                    |(state, _): &&(String, i64)| state == "proposed" || state == "delisting-proposed";
                Ok(counts.iter().filter(waits).map(|(_, count)| *count as u64).sum())
            })
        },
    },
    Question {
        key: "carriers-listed",
        kind: "know",
        operation: Operation::ReadListings,
        count: |reading, asked| {
            Box::pin(async move {
                let counts = reading.listing_counts(asked.signed.scope.0).await?;
                let listed = |(state, _): &&(String, i64)| state == "listed" || state == "delisting-proposed";
                Ok(counts.iter().filter(listed).map(|(_, count)| *count as u64).sum())
            })
        },
    },
    Question {
        key: "stations-offline",
        kind: "act",
        operation: Operation::ManageStations,
        count: |reading, asked| {
            Box::pin(async move {
                let stations = reading.stations(asked.signed.scope).await?;
                let offline = |online: Option<bool>| online != Some(true);
                Ok(stations.iter().filter(|row| row.enrolled_us.is_some() && offline(row.online)).count()
                    as u64)
            })
        },
    },
    Question {
        key: "keys-expiring",
        kind: "act",
        operation: Operation::ManageKeys,
        count: |reading, asked| {
            Box::pin(async move {
                let now_us = asked.now.as_microsecond();
                reading.keys_expiring(asked.signed.scope.codes(), now_us, now_us + EXPIRING_US).await
            })
        },
    },
    Question {
        key: "passages-exceeding",
        kind: "know",
        operation: Operation::ReadPassages,
        count: |reading, asked| {
            Box::pin(async move {
                let today = server_core::statistics::day::day_number(asked.now.as_microsecond());
                let [.., exceeding] = reading.region_day(asked.signed.scope, today).await?;
                Ok(exceeding)
            })
        },
    },
    Question {
        key: "recovery-codes-left",
        kind: "know",
        operation: Operation::ReadRulebook,
        count: |reading, asked| {
            Box::pin(async move {
                let left = reading.recovery_codes_left(&asked.signed.name).await?;
                Ok(u64::try_from(left).unwrap_or(0))
            })
        },
    },
];

/// A key that ends within this is to be replaced: a month, because stations change their programs on visits.
const EXPIRING_US: i64 = 30 * 24 * 60 * 60 * 1_000_000;

/// What waits for whoever asks.
#[utoipa::path(get, path = "/today", tag = "session", responses((status = 200, body = Today)))]
pub(super) async fn tasks(State(site): State<Site>, signed: Signed) -> Result<Json<Today>, ApiError> {
    signed.settled()?;
    let asked = Asked { signed, now: site.now() };
    let mut reading = site.store.reading().await?;
    let mut tasks = Vec::new();
    for question in QUESTIONS.iter().filter(|question| may(asked.signed.role, question.operation)) {
        let count = (question.count)(&mut reading, asked.clone()).await?;
        tasks.push(Task { key: question.key, count, kind: question.kind });
    }
    Ok(Json(Today { tasks }))
}
