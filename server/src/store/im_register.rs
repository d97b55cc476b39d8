//! What the closed loop asks the register: which station, which shop, and whether it is qualified on a day.

use jiff::civil::Date;
use server_core::access::OrganisationCode;
use server_core::order::{ShopOnDay, StationOnDay};

use super::engine::row;
use super::{Reading, Stored};

/// An inspection station as the register keeps it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StationFacts {
    /// Its name for people.
    pub name: String,
    /// Where it is, GB/T 2260.
    pub region: i64,
    /// The first day it was open, where the register knows it.
    pub opened_on: Option<String>,
    /// The first day it was closed, if it was.
    pub closed_on: Option<String>,
}

impl StationFacts {
    /// Is it open on this day?
    pub fn is_open(&self, day: Date) -> bool {
        let day = day.to_string();
        self.opened_on.as_ref().is_none_or(|opened| *opened <= day)
            && self.closed_on.as_ref().is_none_or(|closed| day < *closed)
    }
}

impl Reading {
    /// The facts of an inspection station.
    pub async fn station_facts(&mut self, code: &OrganisationCode) -> Stored<Option<StationFacts>> {
        row!(
            self,
            StationFacts,
            "select name, region, opened_on, closed_on from inspection_stations where code = $1",
            code.as_str()
        )
    }

    /// A station as an order asks for it on a day.
    pub async fn station_on(&mut self, code: &OrganisationCode, day: Date) -> Stored<StationOnDay> {
        let facts = self.station_facts(code).await?;
        Ok(StationOnDay { station: code.clone(), is_open: facts.is_some_and(|facts| facts.is_open(day)) })
    }

    /// A shop as an order asks for it on a day: with the certificate that holds, if one does.
    pub async fn shop_on(&mut self, code: &OrganisationCode, day: Date) -> Stored<ShopOnDay> {
        let found = row!(
            self,
            (String,),
            "select q.certificate from shop_qualifications q join repair_shops s on s.code = q.shop \
             where q.shop = $1 and q.from_day <= $2 and (q.until_day is null or $2 < q.until_day) \
             and (s.opened_on is null or s.opened_on <= $2) and (s.closed_on is null or $2 < s.closed_on) \
             order by q.from_day desc, q.certificate limit 1",
            code.as_str(),
            day.to_string()
        )?;
        Ok(ShopOnDay { shop: code.clone(), certificate: found.map(|(certificate,)| certificate) })
    }

    /// A shop's name and region.
    pub async fn shop_facts(&mut self, code: &OrganisationCode) -> Stored<Option<(String, i64)>> {
        row!(self, (String, i64), "select name, region from repair_shops where code = $1", code.as_str())
    }
}

#[cfg(test)]
impl super::Writing {
    /// A station in the register, open since 2020.
    pub(crate) async fn test_station(&mut self, code: &str, region: i64, closed: Option<&str>) -> Stored<()> {
        super::engine::change!(
            self,
            "insert into inspection_stations (code, name, region, address, phone, opened_on, closed_on) \
             values ($1, $2, $3, '', '', '2020-01-01', $4) on conflict (code) do nothing",
            code,
            format!("检测站 {code}"),
            region,
            closed
        )?;
        Ok(())
    }

    /// A shop in the register with a certificate since 2020.
    pub(crate) async fn test_shop(&mut self, code: &str, region: i64, until: Option<&str>) -> Stored<()> {
        super::engine::change!(
            self,
            "insert into repair_shops (code, name, region, address, phone) values ($1, $2, $3, '', '')",
            code,
            format!("维修厂 {code}"),
            region
        )?;
        super::engine::change!(
            self,
            "insert into shop_qualifications (shop, certificate, from_day, until_day) \
             values ($1, $2, '2020-01-01', $3)",
            code,
            format!("Q-{code}"),
            until
        )?;
        Ok(())
    }
}
