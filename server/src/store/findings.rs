//! Findings of irregularities, and a person's word on them.

use jiff::Timestamp;
use server_core::access::Reach;
use server_core::finding::{Finding, FindingId, FindingState};

use super::engine::{change, row, rows};
use super::orders::reached;
use super::{PAGE_MAX, Reading, Stored, Writing};

/// A finding as pages show it; words are the wire's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `findings`, which the migration documents")]
pub struct FindingRow {
    pub id: String,
    pub kind: String,
    pub about: String,
    pub organisation: String,
    /// The organisation's name for people.
    pub organisation_name: Option<String>,
    pub region: i64,
    pub day: String,
    pub zh: String,
    pub en: String,
    pub evidence: String,
    pub rulebook: String,
    pub rulebook_version: String,
    pub found_us: i64,
    pub state: String,
    pub decided_by: Option<String>,
    pub decided_us: Option<i64>,
    pub reason: Option<String>,
}

/// Which findings a list holds.
#[derive(Clone, Debug)]
pub struct FindingFilter {
    /// Whose.
    pub reach: Reach,
    /// Only in this state, by word; empty for all.
    pub state: String,
    /// Only of this kind, by word; empty for all.
    pub kind: String,
    /// Only older than this row: when it was found, and its id.
    pub older_than: Option<(i64, String)>,
}

/// The select of [`FindingRow`] over the findings that the rest names.
macro_rules! findings {
    ($rest:literal) => {
        concat!(
            "select f.id, f.kind, f.about, f.organisation, coalesce(i.name, s.name) as organisation_name, f.region, \
             f.day, f.zh, f.en, f.evidence, f.rulebook, f.rulebook_version, f.found_us, f.state, f.decided_by, \
             f.decided_us, f.reason from findings f \
             left join inspection_stations i on f.about = 'station' and i.code = f.organisation \
             left join repair_shops s on f.about = 'shop' and s.code = f.organisation ",
            $rest
        )
    };
}

impl Reading {
    /// A page of findings, newest first. Only people of a region have any.
    pub async fn findings(&mut self, filter: &FindingFilter, limit: u32) -> Stored<Vec<FindingRow>> {
        let (low, high, station, shop) = reached(&filter.reach);
        let (older_us, older_id) = filter.older_than.clone().unwrap_or((i64::MAX, String::new()));
        rows!(
            self,
            FindingRow,
            findings!(
                "where f.region >= $1 and f.region <= $2 and $3 = '' and $4 = '' and ($5 = '' or f.state = $5) \
                 and ($6 = '' or f.kind = $6) and (f.found_us, f.id) < ($7, $8) \
                 order by f.found_us desc, f.id desc limit $9"
            ),
            low,
            high,
            station,
            shop,
            &filter.state,
            &filter.kind,
            older_us,
            &older_id,
            i64::from(limit.clamp(1, PAGE_MAX))
        )
    }

    /// One finding within a reach.
    pub async fn finding(&mut self, id: &FindingId, reach: &Reach) -> Stored<Option<FindingRow>> {
        let (low, high, station, shop) = reached(reach);
        row!(
            self,
            FindingRow,
            findings!("where f.id = $1 and f.region >= $2 and f.region <= $3 and $4 = '' and $5 = ''"),
            id.as_str(),
            low,
            high,
            station,
            shop
        )
    }

    /// How many findings of a reach wait for a person.
    pub async fn open_finding_count(&mut self, reach: &Reach) -> Stored<u64> {
        let (low, high, station, shop) = reached(reach);
        let found = row!(
            self,
            (i64,),
            "select count(*) from findings where state = 'open' and region >= $1 and region <= $2 \
             and $3 = '' and $4 = ''",
            low,
            high,
            station,
            shop
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }
}

impl Writing {
    /// Keeps a finding; `true` if it is new. One that is found again while nobody has decided shows what it rests on now.
    pub async fn keep_finding(&mut self, finding: &Finding, region: i64, now: Timestamp) -> Stored<bool> {
        let evidence = serde_json::to_string(&finding.evidence).expect("texts serialise");
        let inserted = change!(
            self,
            "insert into findings (id, kind, about, organisation, region, day, zh, en, evidence, rulebook, \
             rulebook_version, found_us, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open') \
             on conflict (id) do nothing",
            finding.id.as_str(),
            finding.kind.word(),
            finding.about.word(),
            finding.about.code().as_str(),
            region,
            finding.day.to_string(),
            &finding.sentence.zh,
            &finding.sentence.en,
            &evidence,
            &finding.rulebook.id,
            &finding.rulebook.version,
            now.as_microsecond()
        )?;
        if inserted == 0 {
            change!(
                self,
                "update findings set zh = $2, en = $3, evidence = $4 where id = $1 and state = 'open'",
                finding.id.as_str(),
                &finding.sentence.zh,
                &finding.sentence.en,
                &evidence
            )?;
        }
        Ok(inserted == 1)
    }

    /// Locks a finding and gives it: between this and the commit nobody else decides on it.
    pub async fn finding_to_decide(&mut self, id: &FindingId, reach: &Reach) -> Stored<Option<FindingRow>> {
        change!(self, "update findings set state = state where id = $1", id.as_str())?;
        self.finding(id, reach).await
    }

    /// Keeps a person's word.
    pub async fn set_finding(
        &mut self,
        id: &FindingId,
        state: FindingState,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Stored<()> {
        change!(
            self,
            "update findings set state = $2, decided_by = $3, decided_us = $4, reason = $5 where id = $1",
            id.as_str(),
            state.word(),
            by,
            now.as_microsecond(),
            reason
        )?;
        Ok(())
    }
}
