//! Leases of the server's own work: of several servers on one database, one does a piece of it.

use jiff::Timestamp;

use super::engine::{change, row};
use super::{Reading, Stored, Writing};

/// Who does a piece of work, and what is done of it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LeaseRow {
    /// The server that holds it.
    pub holder: String,
    /// Until when, microseconds.
    pub until_us: i64,
    /// The day or hour that it is done for; empty before the first.
    pub done: String,
}

impl Reading {
    /// The lease of a piece of work.
    pub async fn job_lease(&mut self, job: &str) -> Stored<Option<LeaseRow>> {
        row!(self, LeaseRow, "select holder, until_us, done from job_leases where job = $1", job)
    }
}

impl Writing {
    /// Takes or renews a lease until `until`; false if another holds it still.
    pub async fn take_lease(
        &mut self,
        job: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Stored<bool> {
        let taken = change!(
            self,
            "insert into job_leases (job, holder, until_us, done) values ($1, $2, $3, '') \
             on conflict (job) do update set holder = excluded.holder, until_us = excluded.until_us \
             where job_leases.holder = excluded.holder or job_leases.until_us <= $4",
            job,
            holder,
            until.as_microsecond(),
            now.as_microsecond()
        )?;
        Ok(taken == 1)
    }

    /// The work is done for this day or hour, and the lease is free; nothing if another has taken it meanwhile.
    pub async fn finish_lease(&mut self, job: &str, holder: &str, done: &str, now: Timestamp) -> Stored<()> {
        change!(
            self,
            "update job_leases set done = $3, until_us = $4 where job = $1 and holder = $2",
            job,
            holder,
            done,
            now.as_microsecond()
        )?;
        Ok(())
    }
}
