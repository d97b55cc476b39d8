//! Answers of requests that carried an idempotency key, so that the same request again gets the same answer and
//! nothing is done twice.

use plumewatch_shared::ids::FileHash;

use super::engine::{change, row};
use super::{Stored, Writing};

/// Keys remembered for one account or program: a night's uploads of a busy station. The oldest go first.
pub const KEPT_MAX: i64 = 1_000;

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: the request is to be done now.
    New,
    /// The same request was done; this was its answer.
    Done(KeptAnswer),
    /// The same request is under way.
    UnderWay,
    /// The key was used for another request.
    Another,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Its status.
    pub status: u16,
    /// Its content type, if it has a body.
    pub content_type: Option<String>,
    /// Its body.
    pub body: Vec<u8>,
}

/// Since when keys count.
#[derive(Clone, Copy, Debug)]
pub struct Ages {
    /// Now, microseconds.
    pub now_us: i64,
    /// Answers kept since before this are forgotten.
    pub kept_since_us: i64,
    /// Requests under way since before this were cut off: their server has died.
    pub alive_since_us: i64,
}

type Columns = (Vec<u8>, Option<i64>, Option<String>, Option<Vec<u8>>);

impl Writing {
    /// Takes a key for a request, or tells what became of it.
    pub async fn begin_idempotent(
        &mut self,
        actor: &str,
        key: &str,
        request: FileHash,
        ages: Ages,
    ) -> Stored<Begun> {
        change!(
            self,
            "delete from idempotency where begun_us < $1 or (status is null and begun_us < $2)",
            ages.kept_since_us,
            ages.alive_since_us
        )?;
        let taken = change!(
            self,
            "insert into idempotency (actor, idempotency_key, fingerprint, begun_us) values ($1, $2, $3, $4)
             on conflict (actor, idempotency_key) do nothing",
            actor,
            key,
            request.0.to_vec(),
            ages.now_us
        )?;
        if taken == 1 {
            change!(
                self,
                "delete from idempotency where actor = $1 and status is not null and begun_us <= coalesce(
                     (select begun_us from idempotency where actor = $1 order by begun_us desc
                      limit 1 offset $2), -1)",
                actor,
                KEPT_MAX
            )?;
            return Ok(Begun::New);
        }
        let known = row!(
            self,
            Columns,
            "select fingerprint, status, content_type, body from idempotency
             where actor = $1 and idempotency_key = $2",
            actor,
            key
        )?;
        Ok(match known {
            Some((fingerprint, ..)) if fingerprint != request.0 => Begun::Another,
            Some((_, Some(status), content_type, body)) => Begun::Done(KeptAnswer {
                status: u16::try_from(status).unwrap_or(200),
                content_type,
                body: body.unwrap_or_default(),
            }),
            Some((_, None, ..)) | None => Begun::UnderWay,
        })
    }

    /// Keeps the answer of a request that was done.
    pub async fn keep_done(&mut self, actor: &str, key: &str, answer: &KeptAnswer) -> Stored<()> {
        change!(
            self,
            "update idempotency set status = $3, content_type = $4, body = $5
             where actor = $1 and idempotency_key = $2",
            actor,
            key,
            i64::from(answer.status),
            answer.content_type.as_deref(),
            answer.body.clone()
        )?;
        Ok(())
    }

    /// Gives a key back: the request was refused and may be sent again.
    pub async fn release_idempotent(&mut self, actor: &str, key: &str) -> Stored<()> {
        change!(
            self,
            "delete from idempotency where actor = $1 and idempotency_key = $2 and status is null",
            actor,
            key
        )?;
        Ok(())
    }
}
