//! What happened to a vehicle under the plates it has held, one kind of thing at a time, newest first.
//!
//! Each kind is one question, bounded and on an index of plate and time; `server_core`'s `life` makes one line of them.
//! A new kind is one more question here and one more line in [`Reading::life_lines`].

use server_core::access::Scope;
use server_core::register::life::Place;

use super::engine::rows;
use super::{Reading, Stored};

/// Entries of a life given at once.
pub const LIFE_MAX: u32 = 200;

/// One thing that happened; words and units are the wire's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LifeRow {
    /// When, microseconds.
    pub at_us: i64,
    /// Its name: of a passage, test, inspection, candidate, case or order.
    pub id: String,
    /// What came of it: an outcome, or the state of a candidate, case or order.
    pub outcome: String,
    /// Where: the name of a checkpoint, an inspection station or a repair shop; empty where there is none.
    pub place: String,
    /// What it is about: an item of the verdict, a method; empty for passages and orders.
    pub about: String,
    /// Its figure in the wire's unit: opacity of a passage, absorption of a test.
    pub figure: Option<i64>,
    /// Which plate it happened under.
    pub plate: String,
    /// That plate's colour as it was seen; empty if it was not told.
    pub plate_colour: String,
}

/// A plate with the time in which what happened under it is the vehicle's: `from_us` ≤ at < `until_us`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under<'a> {
    /// The plate.
    pub plate: &'a str,
    /// Its colour's word; empty for whatever colour was seen. What was seen without a colour is taken.
    pub colour: &'a str,
    /// Microseconds.
    pub from_us: i64,
    /// Microseconds.
    pub until_us: i64,
}

/// Runs one kind's question; `$1` plate, `$2` colour, `$3` from, `$4` until, `$5` `$6` regions, `$7` limit.
macro_rules! line {
    ($link:expr, $under:expr, $scope:expr, $limit:expr, $sql:expr) => {{
        let (low, high) = $scope.codes();
        rows!(
            $link,
            LifeRow,
            $sql,
            $under.plate,
            $under.colour,
            $under.from_us,
            $under.until_us,
            i64::from(low),
            i64::from(high),
            i64::from($limit)
        )
    }};
}

impl Reading {
    /// Everything that happened under a plate within a time and a region, by kind: each kind's newest `limit`.
    pub async fn life_lines(
        &mut self,
        under: &Under<'_>,
        scope: Scope,
        limit: u32,
    ) -> Stored<Vec<(&'static str, Vec<LifeRow>)>> {
        let passages = line!(
            self,
            under,
            scope,
            limit,
            "select p.passed_us as at_us, p.station || '-' || substr('0000000000' || cast(p.sequence as text), \
             length(cast(p.sequence as text)) + 1) as id, p.outcome, s.name as place, '' as about, \
             p.opacity_mean as figure, p.plate, coalesce(p.plate_colour, '') as plate_colour \
             from passages p join stations s on s.id = p.station where p.plate = $1 \
             and ($2 = '' or p.plate_colour is null or p.plate_colour = $2) and p.passed_us >= $3 and p.passed_us < $4 \
             and p.region between $5 and $6 order by p.passed_us desc limit $7"
        )?;
        let tests = line!(
            self,
            under,
            scope,
            limit,
            "select t.started_us as at_us, t.station || '-' || substr('0000000000' || cast(t.sequence as text), \
             length(cast(t.sequence as text)) + 1) as id, t.outcome, s.name as place, t.method as about, \
             t.k_mean as figure, t.plate, coalesce(t.plate_colour, '') as plate_colour \
             from exhaust_tests t join stations s on s.id = t.station where t.plate = $1 \
             and ($2 = '' or t.plate_colour is null or t.plate_colour = $2) and t.started_us >= $3 \
             and t.started_us < $4 and t.region between $5 and $6 order by t.started_us desc limit $7"
        )?;
        let candidates = line!(
            self,
            under,
            scope,
            limit,
            "select c.opened_us as at_us, c.id, c.state as outcome, '' as place, c.item as about, \
             cast(null as bigint) as figure, c.plate, c.plate_colour from candidates c where c.plate = $1 \
             and ($2 = '' or c.plate_colour = '' or c.plate_colour = $2) and c.opened_us >= $3 and c.opened_us < $4 \
             and c.region between $5 and $6 order by c.opened_us desc limit $7"
        )?;
        let cases = line!(
            self,
            under,
            scope,
            limit,
            "select k.opened_us as at_us, k.id, k.state as outcome, '' as place, k.item as about, \
             cast(null as bigint) as figure, k.plate, k.plate_colour from cases k where k.plate = $1 \
             and ($2 = '' or k.plate_colour = '' or k.plate_colour = $2) and k.opened_us >= $3 and k.opened_us < $4 \
             and k.region between $5 and $6 order by k.opened_us desc limit $7"
        )?;
        let inspections = line!(
            self,
            under,
            scope,
            limit,
            "select i.started_us as at_us, i.id, i.outcome, coalesce(s.name, i.station) as place, i.method as about, \
             cast(null as bigint) as figure, i.plate, i.plate_colour from inspections i \
             left join inspection_stations s on s.code = i.station where i.plate = $1 \
             and ($2 = '' or i.plate_colour = $2) and i.started_us >= $3 and i.started_us < $4 \
             and i.region between $5 and $6 order by i.started_us desc limit $7"
        )?;
        let orders = line!(
            self,
            under,
            scope,
            limit,
            "select o.opened_us as at_us, o.id, o.state as outcome, coalesce(s.name, o.shop, '') as place, \
             '' as about, cast(null as bigint) as figure, o.plate, o.plate_colour from repair_orders o \
             left join repair_shops s on s.code = o.shop where o.plate = $1 \
             and ($2 = '' or o.plate_colour = $2) and o.opened_us >= $3 and o.opened_us < $4 \
             and o.region between $5 and $6 order by o.opened_us desc limit $7"
        )?;
        Ok(vec![
            ("passage", passages),
            ("test", tests),
            ("inspection", inspections),
            ("candidate", candidates),
            ("case", cases),
            ("order", orders),
        ])
    }
}

impl LifeRow {
    /// Where it stands in a life.
    pub fn place(&self, kind: &str) -> Place {
        Place { at_us: self.at_us, kind: kind.to_owned(), id: self.id.clone() }
    }
}
