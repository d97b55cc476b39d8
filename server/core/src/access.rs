//! Who may do what, and where: one table of roles and operations, regions that hold those below them, and
//! organisations that see their own records alone.

use plumewatch_shared::ids::{Region, StationId};

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$meta:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$meta])* $variant,)* }

        impl $name {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word used in tables and on wires.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The one of a [`word`](Self::word).
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

words! {
    /// What an account or a key is for.
    Role {
        /// Keeps accounts, keys and stations; decides nothing about vehicles.
        Admin = "admin",
        /// Decides on candidates.
        Reviewer = "reviewer",
        /// Stands at the roadside.
        Enforcer = "enforcer",
        /// Carries cases on; lists carriers and wanted plates; keeps the register; reads the audit.
        Authority = "authority",
        /// An inspection station (I): uploads results, retests.
        InspectionStation = "inspection-station",
        /// A repair shop (M): takes orders, uploads repair records.
        RepairShop = "repair-shop",
        /// Reads everything that was done, changes nothing.
        Auditor = "auditor",
    }
}

words! {
    /// What can be asked of the server.
    Operation {
        /// See passages, live and past, tests of stopped vehicles, their pictures, and the counts of the front page.
        ReadPassages = "read-passages",
        /// Search them by plate; it is audited.
        SearchPlate = "search-plate",
        /// Enter what a laboratory found in a sample; once, and it is audited.
        EnterSampleResult = "enter-sample-result",
        /// See candidates.
        ReadReview = "read-review",
        /// Decide on them.
        Decide = "decide",
        /// See cases.
        ReadCases = "read-cases",
        /// Carry a case on: notice, repair order, appeal, withdrawal, exception.
        MoveCase = "move-case",
        /// Take a case's evidence package out.
        ExportCase = "export-case",
        /// See vehicles, carriers with their fleets, inspection stations and repair shops.
        ReadRegister = "read-register",
        /// Look one vehicle up by its plate, with its whole life; needs a reason, is audited.
        LookUpVehicle = "look-up-vehicle",
        /// Preview and apply imports, and change rows of the register.
        ImportRegister = "import-register",
        /// See repair orders: an authority its region's, an inspection station and a shop their own.
        ReadOrders = "read-orders",
        /// Take an order for repair.
        TakeOrder = "take-order",
        /// Upload a repair's record.
        RecordRepair = "record-repair",
        /// Give an order to another inspection station or shop, with a reason.
        ReassignOrder = "reassign-order",
        /// See inspections: an authority its region's, an inspection station its own.
        ReadInspections = "read-inspections",
        /// Upload an inspection's result.
        UploadInspection = "upload-inspection",
        /// See findings of irregularities at stations and shops.
        ReadFindings = "read-findings",
        /// Close a finding with a word.
        DecideFinding = "decide-finding",
        /// See carriers' shares, proposals and listings.
        ReadListings = "read-listings",
        /// List and delist carriers, and enter their answers.
        DecideListing = "decide-listing",
        /// See stations, their health, ledgers, checks and statistics.
        ReadStations = "read-stations",
        /// Add stations and give out tokens.
        ManageStations = "manage-stations",
        /// Add and change accounts.
        ManageAccounts = "manage-accounts",
        /// Give out and revoke keys of stations' and shops' own programs.
        ManageKeys = "manage-keys",
        /// Read the audit.
        ReadAudit = "read-audit",
        /// Take the audit out as a file.
        ExportAudit = "export-audit",
        /// See which plates are wanted.
        ReadWanted = "read-wanted",
        /// Add and remove wanted plates.
        ChangeWanted = "change-wanted",
        /// Read the rulebook.
        ReadRulebook = "read-rulebook",
    }
}

/// May an account or key of this role do this, within its [`Reach`]?
pub const fn may(role: Role, operation: Operation) -> bool {
    use Operation as Op;
    use Role::{Admin, Auditor, Authority, Enforcer, InspectionStation, RepairShop, Reviewer};
    match operation {
        Op::ReadPassages => matches!(role, Admin | Reviewer | Enforcer | Authority | Auditor),
        Op::SearchPlate => matches!(role, Reviewer | Enforcer | Authority),
        // Who took the bottle gets the laboratory's letter, or the authority does.
        Op::EnterSampleResult => matches!(role, Enforcer | Authority),
        Op::ReadReview => matches!(role, Reviewer | Authority | Auditor),
        Op::Decide => matches!(role, Reviewer),
        Op::ReadCases => matches!(role, Reviewer | Authority | Auditor),
        Op::MoveCase => matches!(role, Authority),
        Op::ExportCase => matches!(role, Authority | Auditor),
        Op::ReadRegister => matches!(role, Reviewer | Enforcer | Authority | Auditor),
        Op::LookUpVehicle => matches!(role, Reviewer | Enforcer | Authority),
        Op::ImportRegister => matches!(role, Authority),
        Op::ReadOrders => matches!(role, Authority | InspectionStation | RepairShop | Auditor),
        Op::TakeOrder => matches!(role, RepairShop),
        Op::RecordRepair => matches!(role, RepairShop),
        Op::ReassignOrder => matches!(role, Authority),
        Op::ReadInspections => matches!(role, Authority | InspectionStation | Auditor),
        Op::UploadInspection => matches!(role, InspectionStation),
        Op::ReadFindings => matches!(role, Authority | Auditor),
        Op::DecideFinding => matches!(role, Authority),
        Op::ReadListings => matches!(role, Reviewer | Enforcer | Authority | Auditor),
        Op::DecideListing => matches!(role, Authority),
        Op::ReadStations => matches!(role, Admin | Reviewer | Enforcer | Authority | Auditor),
        Op::ManageStations => matches!(role, Admin),
        Op::ManageAccounts => matches!(role, Admin),
        Op::ManageKeys => matches!(role, Admin),
        Op::ReadAudit => matches!(role, Admin | Authority | Auditor),
        Op::ExportAudit => matches!(role, Authority | Auditor),
        Op::ReadWanted => matches!(role, Enforcer | Authority),
        Op::ChangeWanted => matches!(role, Authority),
        Op::ReadRulebook => true,
    }
}

/// The code of an inspection station or a repair shop in the register: 1 to 32 of `A-Z a-z 0-9 -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationCode(String);

impl OrganisationCode {
    /// A code as it is written; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which records an account or key reaches: everything of a region, or an organisation's own alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A region and all below.
    Region(Region),
    /// What concerns this inspection station.
    Station(OrganisationCode),
    /// What concerns this repair shop.
    Shop(OrganisationCode),
}

impl Reach {
    /// What an account of this role reaches; `None` if its role needs an organisation and it has none.
    pub fn of(role: Role, region: Region, organisation: Option<&OrganisationCode>) -> Option<Self> {
        match role {
            Role::InspectionStation => organisation.cloned().map(Self::Station),
            Role::RepairShop => organisation.cloned().map(Self::Shop),
            Role::Admin | Role::Reviewer | Role::Enforcer | Role::Authority | Role::Auditor => {
                Some(Self::Region(region))
            }
        }
    }
}

/// The part of the country that an account sees: its region and all below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope(pub Region);

impl Scope {
    /// Does it hold this station?
    pub fn holds(self, station: StationId) -> bool {
        self.0.contains(station.region())
    }

    /// The same as a range of region codes, both ends included, for a database to compare by.
    pub fn codes(self) -> (u32, u32) {
        match self.0.code() {
            0 => (0, 999_999),
            code if code.is_multiple_of(10_000) => (code, code + 9_999),
            code if code.is_multiple_of(100) => (code, code + 99),
            code => (code, code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The whole table, written out a second time as people read it: roles in the order of `Role::ALL`.
    #[test]
    fn every_role_may_do_exactly_this() {
        let table = [
            ("read-passages", "admin reviewer enforcer authority auditor"),
            ("search-plate", "reviewer enforcer authority"),
            ("enter-sample-result", "enforcer authority"),
            ("read-review", "reviewer authority auditor"),
            ("decide", "reviewer"),
            ("read-cases", "reviewer authority auditor"),
            ("move-case", "authority"),
            ("export-case", "authority auditor"),
            ("read-register", "reviewer enforcer authority auditor"),
            ("look-up-vehicle", "reviewer enforcer authority"),
            ("import-register", "authority"),
            ("read-orders", "authority inspection-station repair-shop auditor"),
            ("take-order", "repair-shop"),
            ("record-repair", "repair-shop"),
            ("reassign-order", "authority"),
            ("read-inspections", "authority inspection-station auditor"),
            ("upload-inspection", "inspection-station"),
            ("read-findings", "authority auditor"),
            ("decide-finding", "authority"),
            ("read-listings", "reviewer enforcer authority auditor"),
            ("decide-listing", "authority"),
            ("read-stations", "admin reviewer enforcer authority auditor"),
            ("manage-stations", "admin"),
            ("manage-accounts", "admin"),
            ("manage-keys", "admin"),
            ("read-audit", "admin authority auditor"),
            ("export-audit", "authority auditor"),
            ("read-wanted", "enforcer authority"),
            ("change-wanted", "authority"),
            ("read-rulebook", "admin reviewer enforcer authority inspection-station repair-shop auditor"),
        ];
        assert_eq!(table.len(), Operation::ALL.len());
        for (&operation, (name, roles)) in Operation::ALL.iter().zip(table) {
            let roles_allowed = Role::ALL.iter().filter(|&&role| may(role, operation));
            let allowed: Vec<_> = roles_allowed.map(|role| role.word()).collect();
            assert_eq!((operation.word(), allowed.join(" ").as_str()), (name, roles));
        }
    }

    #[test]
    fn every_role_reads_back_from_its_word() {
        for &role in Role::ALL {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
    }

    #[test]
    fn stations_and_shops_reach_their_own_and_nobody_reaches_without_one() {
        let region: Region = "140000".parse().unwrap();
        let own = OrganisationCode::parse("I-140105-01").unwrap();
        assert_eq!(Reach::of(Role::InspectionStation, region, Some(&own)), Some(Reach::Station(own.clone())));
        assert_eq!(Reach::of(Role::RepairShop, region, Some(&own)), Some(Reach::Shop(own.clone())));
        assert_eq!(Reach::of(Role::RepairShop, region, None), None);
        assert_eq!(Reach::of(Role::Authority, region, Some(&own)), Some(Reach::Region(region)));
        assert_eq!(OrganisationCode::parse("a/b"), None);
    }

    proptest! {
        /// The range that databases compare by is the containment that the vocabulary defines.
        #[test]
        fn a_scope_is_the_same_as_its_range(scope in 0u32..1_000_000, zeros in 0u32..3, other in 0u32..1_000_000) {
            let scope = scope / 100u32.pow(zeros) * 100u32.pow(zeros);
            let region = |code: u32| format!("{code:06}").parse::<Region>().unwrap();
            let (low, high) = Scope(region(scope)).codes();
            prop_assert_eq!((low..=high).contains(&other), region(scope).contains(region(other)));
        }
    }
}
