//! Carriers, inspection stations, repair shops and certificates: one row each, and what it changes.

use jiff::civil::Date;
use plumewatch_shared::ids::Region;

use super::code::CarrierCode;
use super::columns::Kind;
use super::vehicle_row::region;
use crate::access::{OrganisationCode, Scope};
use crate::sheet::{Days, Field, Fields, Told, Wrong};

/// Longest texts, characters.
const NAME_MAX: usize = 100;
const ADDRESS_MAX: usize = 200;
const PHONE_MAX: usize = 40;
const CERTIFICATE_MAX: usize = 60;

/// A carrier, an inspection station or a repair shop. Empty texts are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its code: a [`CarrierCode`] or an [`OrganisationCode`], by its kind.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Where it is registered.
    pub region: Region,
    /// Its address.
    pub address: String,
    /// How to reach it.
    pub phone: String,
    /// From which day on it works; told of inspection stations.
    pub opened_on: Option<Date>,
    /// From which day on it works no more.
    pub closed_on: Option<Date>,
}

impl Organisation {
    /// Does it work on this day?
    pub fn is_open(&self, on: Date) -> bool {
        self.opened_on.is_none_or(|opened| opened <= on) && self.closed_on.is_none_or(|closed| on < closed)
    }
}

/// A certificate by which a shop may repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qualification {
    /// Whose.
    pub shop: OrganisationCode,
    /// The certificate's number.
    pub certificate: String,
    /// The first day.
    pub from_day: Date,
    /// The first day on which it holds no more.
    pub until_day: Option<Date>,
}

/// One thing that a row changes; texts as people read them, empty for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The column's word.
    pub column: &'static str,
    /// What is registered.
    pub before: String,
    /// What would be.
    pub after: String,
}

/// What a row says of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationRow {
    code: String,
    name: String,
    region: Region,
    address: Field<String>,
    phone: Field<String>,
    opened_on: Field<Date>,
    closed_on: Field<Date>,
}

impl OrganisationRow {
    /// Reads a row of this kind, which must be one of carriers, stations and shops.
    pub fn read(kind: Kind, mut fields: Fields<'_>, scope: Scope) -> (Option<Self>, Told) {
        let code = match kind {
            Kind::Carriers => fields.parsed("code", CarrierCode::parse).map(|code| code.as_str().to_owned()),
            Kind::InspectionStations | Kind::RepairShops => {
                fields.parsed("code", organisation_code).map(|code| code.as_str().to_owned())
            }
            Kind::Vehicles | Kind::Qualifications => unreachable!("these have rows of their own"),
        };
        let name = fields.text("name", NAME_MAX).given();
        let region = region(&mut fields, scope);
        let address = fields.text("address", ADDRESS_MAX);
        let phone = fields.text("phone", PHONE_MAX);
        let opened_on = if kind == Kind::InspectionStations {
            fields.day("opened_on", Days::UntilToday)
        } else {
            Field::Absent
        };
        let closed_on = fields.day("closed_on", Days::UntilToday);
        if let (Field::Given(opened), Field::Given(closed)) = (opened_on, closed_on)
            && closed <= opened
        {
            fields.refuse("closed_on", wrong_order(opened, closed));
        }
        let told = fields.finish();
        if !told.refusals.is_empty() {
            return (None, told);
        }
        let (Field::Given(code), Some(name), Some(region)) = (code, name, region) else {
            unreachable!("what is required and not given was refused");
        };
        (Some(Self { code, name, region, address, phone, opened_on, closed_on }), told)
    }

    /// The code that the row is about.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What is registered after this row, and what it changes; `Err` if it is another region's to change.
    pub fn over(
        self,
        before: Option<&Organisation>,
        scope: Scope,
    ) -> Result<(Organisation, Vec<Change>), Box<Wrong>> {
        let Some(old) = before else {
            let text = |field: Field<String>| field.given().unwrap_or_default();
            let new = Organisation {
                code: self.code,
                name: self.name,
                region: self.region,
                address: text(self.address),
                phone: text(self.phone),
                opened_on: self.opened_on.given(),
                closed_on: self.closed_on.given(),
            };
            return Ok((new, Vec::new()));
        };
        if !scope.0.contains(old.region) {
            return Err(Box::new(elsewhere()));
        }
        let text = |field: Field<String>, old: &String| field.over(Some(old.clone())).unwrap_or_default();
        let new = Organisation {
            code: self.code,
            name: self.name,
            region: self.region,
            address: text(self.address, &old.address),
            phone: text(self.phone, &old.phone),
            opened_on: self.opened_on.over(old.opened_on),
            closed_on: self.closed_on.over(old.closed_on),
        };
        if let (Some(opened), Some(closed)) = (new.opened_on, new.closed_on)
            && closed <= opened
        {
            return Err(Box::new(wrong_order(opened, closed)));
        }
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let mut changes = Vec::new();
        let mut compare = |column, before: String, after: String| {
            if before != after {
                changes.push(Change { column, before, after });
            }
        };
        compare("name", old.name.clone(), new.name.clone());
        compare("region", old.region.to_string(), new.region.to_string());
        compare("address", old.address.clone(), new.address.clone());
        compare("phone", old.phone.clone(), new.phone.clone());
        compare("opened_on", day(old.opened_on), day(new.opened_on));
        compare("closed_on", day(old.closed_on), day(new.closed_on));
        Ok((new, changes))
    }
}

impl Qualification {
    /// Reads a row of certificates.
    pub fn read(mut fields: Fields<'_>) -> (Option<Self>, Told) {
        let shop = fields.parsed("shop", organisation_code).given();
        let certificate = fields.text("certificate", CERTIFICATE_MAX).given();
        let from_day = fields.day("from_day", Days::Any).given();
        // People write the last day on which it holds; we keep the first on which it does not.
        let last = fields.day("until_day", Days::Any).given();
        let until_day = last.map(|last| last.tomorrow().unwrap_or(last));
        if let (Some(from), Some(last)) = (from_day, last)
            && last < from
        {
            fields.refuse("until_day", wrong_order(from, last));
        }
        let told = fields.finish();
        if !told.refusals.is_empty() {
            return (None, told);
        }
        let (Some(shop), Some(certificate), Some(from_day)) = (shop, certificate, from_day) else {
            unreachable!("what is required and not given was refused");
        };
        (Some(Self { shop, certificate, from_day, until_day }), told)
    }

    /// What the row changes in the certificate of the same number and first day.
    pub fn changes(&self, before: &Self) -> Vec<Change> {
        let last = |until: Option<Date>| {
            until.map(|until| until.yesterday().unwrap_or(until).to_string()).unwrap_or_default()
        };
        if before.until_day == self.until_day {
            return Vec::new();
        }
        vec![Change { column: "until_day", before: last(before.until_day), after: last(self.until_day) }]
    }
}

fn organisation_code(text: &str) -> Result<OrganisationCode, Wrong> {
    OrganisationCode::parse(text.trim()).ok_or_else(|| {
        Wrong::new(
            "code.form",
            "代码应为1至32个字母、数字、连字符。",
            "A code is 1 to 32 letters, digits and hyphens.",
            "请核对代码，不要有空格和汉字。",
            "Check the code; it has no spaces.",
        )
    })
}

/// A record that the account may not change. It says nothing of the record itself.
pub fn elsewhere() -> Wrong {
    Wrong::new(
        "region.elsewhere",
        "这条记录不归您的辖区管理，不能由您更改。",
        "This record is not kept by your region; your account cannot change it.",
        "请从文件中删除这一行，由其登记地的主管部门导入。",
        "Remove the row; the authority that keeps the record imports it.",
    )
}

fn wrong_order(first: Date, second: Date) -> Wrong {
    Wrong::new(
        "date.order",
        format!("{second}应在{first}之后。"),
        format!("{second} must lie after {first}."),
        "请核对这一行的日期。",
        "Check the days of this row.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Cell, Columns, Row};
    use jiff::civil::date;

    fn scope() -> Scope {
        Scope("140100".parse().unwrap())
    }

    fn read(kind: Kind, cells: &[(&str, &str)]) -> (Option<OrganisationRow>, Vec<&'static str>) {
        let header: Vec<String> = cells.iter().map(|(name, _)| (*name).to_owned()).collect();
        let columns = Columns::find(kind.columns(), &header).unwrap();
        let row = Row { number: 2, cells: cells.iter().map(|(_, cell)| Cell::of_text(cell)).collect() };
        let (read, told) =
            OrganisationRow::read(kind, Fields::of(&row, &columns, date(2026, 11, 27)), scope());
        (read, told.refusals.iter().map(|refusal| refusal.rule).collect())
    }

    #[test]
    fn a_new_carrier_is_what_its_row_says() {
        let row = [("code", "WL-1"), ("name", "晋通物流"), ("region", "140105"), ("电话", "0351-1")];
        let (new, changes) = read(Kind::Carriers, &row).0.unwrap().over(None, scope()).unwrap();
        assert_eq!((new.code.as_str(), new.phone.as_str(), new.address.as_str()), ("WL-1", "0351-1", ""));
        assert!(changes.is_empty());
    }

    #[test]
    fn a_row_changes_what_it_names_and_nothing_else() {
        let row = [
            ("code", "WL-1"),
            ("name", "晋通物流"),
            ("region", "140105"),
            ("address", "甲路1号"),
            ("phone", "1"),
        ];
        let (old, _) = read(Kind::Carriers, &row).0.unwrap().over(None, scope()).unwrap();
        let again = read(Kind::Carriers, &row).0.unwrap().over(Some(&old), scope()).unwrap();
        assert_eq!((again.0, again.1.len()), (old.clone(), 0), "the same row again is no change");
        let row =
            [("code", "WL-1"), ("name", "晋通供应链"), ("region", "140105"), ("address", ""), ("phone", "-")];
        let (new, changes) = read(Kind::Carriers, &row).0.unwrap().over(Some(&old), scope()).unwrap();
        assert_eq!((new.address.as_str(), new.phone.as_str()), ("甲路1号", ""));
        let told: Vec<_> = changes.iter().map(|c| (c.column, c.before.as_str(), c.after.as_str())).collect();
        assert_eq!(told, [("name", "晋通物流", "晋通供应链"), ("phone", "1", "")]);
    }

    #[test]
    fn another_regions_record_is_not_touched() {
        let row = [("code", "WL-1"), ("name", "x"), ("region", "140105")];
        let (mut old, _) = read(Kind::Carriers, &row).0.unwrap().over(None, scope()).unwrap();
        old.region = "110105".parse().unwrap();
        let refused = read(Kind::Carriers, &row).0.unwrap().over(Some(&old), scope()).unwrap_err();
        assert_eq!(refused.rule, "region.elsewhere");
        assert_eq!(
            read(Kind::Carriers, &[("code", "A"), ("name", "x"), ("region", "110105")]).1,
            ["region.outside"]
        );
    }

    #[test]
    fn a_station_says_when_it_opened_and_closes_later() {
        let station = |opened: &str, closed: &str| {
            let row = [
                ("code", "I-1"),
                ("name", "x"),
                ("region", "140105"),
                ("opened_on", opened),
                ("closed_on", closed),
            ];
            read(Kind::InspectionStations, &row).1
        };
        assert_eq!(station("2020-01-01", "2021-01-01"), Vec::<&str>::new());
        assert_eq!(station("", ""), ["field.missing"]);
        assert_eq!(station("2020-01-01", "2019-01-01"), ["date.order"]);
        assert_eq!(station("2026-12-01", ""), ["date.future"]);
    }

    #[test]
    fn a_certificate_holds_through_its_last_day() {
        let header = ["shop", "certificate", "from_day", "until_day"].map(str::to_owned);
        let columns = Columns::find(Kind::Qualifications.columns(), &header).unwrap();
        let read = |from: &str, last: &str| {
            let row = Row { number: 2, cells: ["M-1", "晋M001", from, last].map(Cell::of_text).into() };
            Qualification::read(Fields::of(&row, &columns, date(2026, 11, 27)))
        };
        let one = read("2026-01-01", "2028-12-31").0.unwrap();
        assert_eq!(one.until_day, Some(date(2029, 1, 1)));
        assert_eq!(read("2026-01-01", "2025-12-31").1.refusals[0].rule, "date.order");
        let open = read("2026-01-01", "").0.unwrap();
        assert_eq!(
            one.changes(&open),
            [Change { column: "until_day", before: String::new(), after: "2028-12-31".to_owned() }]
        );
        assert_eq!(one.changes(&one), []);
    }
}
