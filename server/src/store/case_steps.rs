//! The steps of cases: each written once, with its particulars.

use server_core::case::{CaseId, Kind, Step};

use super::counting::stamp;
use super::engine::{change, rows};
use super::{Reading, StoreError, Stored, Writing};

/// Steps of one case that are given: a case with more is no case but a mistake.
const STEPS_MAX: i64 = 500;

impl Reading {
    /// The steps of a case, oldest first.
    pub async fn case_steps(&mut self, id: &CaseId) -> Stored<Vec<Step>> {
        let found = rows!(
            self,
            (i64, String, String, String, Option<String>),
            "select at_us, actor, kind, told, reason from case_steps where case_id = $1 order by number limit $2",
            id.as_str(),
            STEPS_MAX
        )?;
        let step = |(at, actor, kind, told, reason): (i64, String, String, String, Option<String>)| {
            Ok(Step {
                at: stamp(at)?,
                actor,
                kind: Kind::from_word(&kind).ok_or(StoreError::Corrupt("case_steps.kind"))?,
                told: serde_json::from_str(&told).map_err(|_| StoreError::Corrupt("case_steps.told"))?,
                reason,
            })
        };
        found.into_iter().map(step).collect()
    }
}

impl Writing {
    /// Adds a step to a case whose row is locked.
    pub async fn insert_case_step(&mut self, id: &CaseId, step: &Step) -> Stored<()> {
        change!(
            self,
            "insert into case_steps (case_id, number, at_us, actor, kind, told, reason) \
             select $1, (select cast(count(*) as bigint) + 1 from case_steps where case_id = $1), $2, $3, $4, $5, $6 \
             from cases where id = $1",
            id.as_str(),
            step.at.as_microsecond(),
            &step.actor,
            step.kind.word(),
            serde_json::to_string(&step.told).expect("texts and days serialise"),
            &step.reason
        )?;
        Ok(())
    }
}
