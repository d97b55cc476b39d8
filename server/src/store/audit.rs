//! The audit: appended in the transaction of the change it tells of, never changed.

use jiff::Timestamp;
use server_core::access::Scope;
use server_core::audit::{Action, AuditRow, Entry, Tip};

use super::counting::stamp;
use super::engine::{On, change, row, rows};
use super::{Reading, StoreError, Stored, Writing};

/// One lock for the chain's end, on PostgreSQL, where two transactions could read the same tip.
const TIP_LOCK: i64 = 0x7077_6175_6469_7401; // "pwaudit" and a number of its own.

/// Which rows of the audit.
#[derive(Clone, Debug)]
pub struct AuditFilter {
    /// Who looks: the whole country sees every row, a region what its people, programs and stations did.
    pub scope: Scope,
    /// Only what this account, station or key (`key:K…`) did.
    pub actor: Option<String>,
    /// Only this.
    pub action: Option<Action>,
    /// Only about this.
    pub subject: Option<String>,
    /// At or after, microseconds.
    pub from_us: Option<i64>,
    /// Before, microseconds.
    pub to_us: Option<i64>,
    /// Only rows before this number.
    pub before: Option<u64>,
    /// Only rows after this number.
    pub above: u64,
}

impl AuditFilter {
    /// Every row that an account of this region sees.
    pub fn all(scope: Scope) -> Self {
        Self {
            scope,
            actor: None,
            action: None,
            subject: None,
            from_us: None,
            to_us: None,
            before: None,
            above: 0,
        }
    }
}

/// The rows between two numbers, both left out, that a filter lets through and its scope sees. One text for each index that
/// can be used: without, a rare subject in a long audit would be searched for from end to end.
macro_rules! seen {
    (@by $first:literal, $link:expr, $filter:expr, $between:expr, $limit:expr, $order:literal) => {{
        let ((above, before), (low, high)) = ($between, $filter.scope.codes());
        rows!(
            $link,
            Columns,
            concat!(
                "select number, at_us, actor, action, subject, reason, detail, prev, hash from audit where ",
                $first,
                "number > $1 and number < $2 and ($3 = '' or actor = $3) and ($4 = '' or action = $4) \
                 and ($5 = '' or subject = $5) and at_us >= $6 and at_us < $7 and ($8 = true \
                 or exists (select 1 from accounts a where a.name = actor and a.region >= $9 and a.region <= $10) \
                 or exists (select 1 from stations s where s.id = actor and s.region >= $9 and s.region <= $10) \
                 or exists (select 1 from api_keys k where 'key:' || k.id = actor and k.region >= $9 \
                            and k.region <= $10)) \
                 order by number ",
                $order,
                " limit $11"
            ),
            above,
            before,
            $filter.actor.as_deref().unwrap_or_default(),
            $filter.action.map_or("", Action::word),
            $filter.subject.as_deref().unwrap_or_default(),
            $filter.from_us.unwrap_or(i64::MIN),
            $filter.to_us.unwrap_or(i64::MAX),
            $filter.scope.0.code() == 0,
            i64::from(low),
            i64::from(high),
            i64::from($limit)
        )
    }};
    ($link:expr, $filter:expr, $between:expr, $limit:expr, $order:literal) => {
        if $filter.subject.is_some() {
            seen!(@by "subject = $5 and ", $link, $filter, $between, $limit, $order)
        } else if $filter.actor.is_some() {
            seen!(@by "actor = $3 and ", $link, $filter, $between, $limit, $order)
        } else if $filter.action.is_some() {
            seen!(@by "action = $4 and ", $link, $filter, $between, $limit, $order)
        } else {
            seen!(@by "", $link, $filter, $between, $limit, $order)
        }
    };
}

pub(super) type Columns = (i64, i64, String, String, String, Option<String>, String, String, String);

impl Writing {
    /// Appends an entry to the chain. Held until the transaction ends, so write it last.
    pub async fn append_audit(&mut self, entry: Entry) -> Stored<AuditRow> {
        if let On::Postgres(on) = self.on() {
            sqlx::query("select pg_advisory_xact_lock($1)").bind(TIP_LOCK).execute(on).await?;
        }
        let row = AuditRow::after(self.audit_tip().await?, entry);
        change!(
            self,
            "insert into audit (number, at_us, actor, action, subject, reason, detail, prev, hash) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            i64::try_from(row.number).unwrap_or(i64::MAX),
            row.entry.at.as_microsecond(),
            &row.entry.actor,
            row.entry.action.word(),
            &row.entry.subject,
            &row.entry.reason,
            &row.entry.detail,
            row.prev.to_string(),
            row.hash.to_string()
        )?;
        Ok(row)
    }

    /// Appends what `actor` did: the short form of [`append_audit`](Self::append_audit).
    pub async fn record(
        &mut self,
        at: Timestamp,
        actor: &str,
        action: Action,
        subject: &str,
        reason: Option<&str>,
    ) -> Stored<()> {
        let entry = Entry {
            at,
            actor: actor.to_owned(),
            action,
            subject: subject.to_owned(),
            reason: reason.map(str::to_owned),
            detail: String::new(),
        };
        self.append_audit(entry).await.map(drop)
    }
}

impl Reading {
    /// Where the chain ends.
    pub async fn audit_tip(&mut self) -> Stored<Tip> {
        let last = row!(self, (i64, String), "select number, hash from audit order by number desc limit 1")?;
        let Some((number, hash)) = last else { return Ok(Tip::START) };
        let hash = hash.parse().map_err(|_| StoreError::Corrupt("audit.hash"))?;
        Ok(Tip { number: number as u64, hash })
    }

    /// Rows after `number`, oldest first, at most `limit`: for checking the chain.
    pub async fn audit_from(&mut self, number: u64, limit: u32) -> Stored<Vec<AuditRow>> {
        let found = rows!(
            self,
            Columns,
            "select number, at_us, actor, action, subject, reason, detail, prev, hash from audit \
             where number > $1 order by number limit $2",
            i64::try_from(number).unwrap_or(i64::MAX),
            i64::from(limit)
        )?;
        found.into_iter().map(audit_row).collect()
    }

    /// Rows of the filter, newest first, at most `limit`; only those whose actor the region's accounts see.
    pub async fn audit_search(&mut self, filter: &AuditFilter, limit: u32) -> Stored<Vec<AuditRow>> {
        let before = filter.before.and_then(|number| i64::try_from(number).ok()).unwrap_or(i64::MAX);
        let above = i64::try_from(filter.above).unwrap_or(i64::MAX);
        let found = seen!(self, filter, (above, before), limit, "desc")?;
        found.into_iter().map(audit_row).collect()
    }

    /// Rows of the filter after `number`, oldest first, at most `limit`: for taking the audit out.
    pub async fn audit_export(
        &mut self,
        filter: &AuditFilter,
        after: u64,
        limit: u32,
    ) -> Stored<Vec<AuditRow>> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let found = seen!(self, filter, (after, i64::MAX), limit, "asc")?;
        found.into_iter().map(audit_row).collect()
    }

    /// Every row about one subject, oldest first, at most 500.
    pub async fn audit_of(&mut self, subject: &str) -> Stored<Vec<AuditRow>> {
        let found = rows!(
            self,
            Columns,
            "select number, at_us, actor, action, subject, reason, detail, prev, hash from audit \
             where subject = $1 order by number limit 500",
            subject
        )?;
        found.into_iter().map(audit_row).collect()
    }
}

pub(super) fn audit_row(
    (number, at, actor, action, subject, reason, detail, prev, hash): Columns,
) -> Stored<AuditRow> {
    Ok(AuditRow {
        number: number as u64,
        prev: prev.parse().map_err(|_| StoreError::Corrupt("audit.prev"))?,
        entry: Entry {
            at: stamp(at)?,
            actor,
            action: Action::from_word(&action).ok_or(StoreError::Corrupt("audit.action"))?,
            subject,
            reason,
            detail,
        },
        hash: hash.parse().map_err(|_| StoreError::Corrupt("audit.hash"))?,
    })
}
