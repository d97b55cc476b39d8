//! Who may do what, and where: one table of roles and operations, and regions that hold those below them.

use plumewatch_shared::ids::{Region, StationId};

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Keeps accounts and stations; decides nothing about vehicles.
    Admin,
    /// Decides on candidates.
    Reviewer,
    /// Stands at the roadside.
    Enforcer,
    /// Carries cases on; lists wanted plates; reads the audit.
    Authority,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Reviewer, Self::Enforcer, Self::Authority];

    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Reviewer => "reviewer",
            Self::Enforcer => "enforcer",
            Self::Authority => "authority",
        }
    }

    /// The role of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What can be asked of the server by a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// See passages, live and past, tests of stopped vehicles, their pictures, and the counts of the front page.
    ReadPassages,
    /// Search them by plate; it is audited.
    SearchPlate,
    /// Enter what a laboratory found in a sample; once, and it is audited.
    EnterSampleResult,
    /// See candidates.
    ReadReview,
    /// Decide on them.
    Decide,
    /// See cases.
    ReadCases,
    /// Carry a case on.
    MoveCase,
    /// See stations, their health, ledgers, checks and statistics.
    ReadStations,
    /// Add stations and give out tokens.
    ManageStations,
    /// Add and change accounts.
    ManageAccounts,
    /// Read the audit.
    ReadAudit,
    /// See which plates are wanted.
    ReadWanted,
    /// Add and remove wanted plates.
    ChangeWanted,
    /// Read the rulebook.
    ReadRulebook,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 14] = [
        Self::ReadPassages,
        Self::SearchPlate,
        Self::EnterSampleResult,
        Self::ReadReview,
        Self::Decide,
        Self::ReadCases,
        Self::MoveCase,
        Self::ReadStations,
        Self::ManageStations,
        Self::ManageAccounts,
        Self::ReadAudit,
        Self::ReadWanted,
        Self::ChangeWanted,
        Self::ReadRulebook,
    ];
}

/// May an account of this role do this, within its region?
pub const fn may(role: Role, operation: Operation) -> bool {
    use Operation as Op;
    use Role::{Admin, Authority, Enforcer, Reviewer};
    match operation {
        Op::ReadPassages => matches!(role, Admin | Reviewer | Enforcer | Authority),
        Op::SearchPlate => matches!(role, Reviewer | Enforcer | Authority),
        // Who took the bottle gets the laboratory's letter, or the authority does.
        Op::EnterSampleResult => matches!(role, Enforcer | Authority),
        Op::ReadReview => matches!(role, Reviewer | Authority),
        Op::Decide => matches!(role, Reviewer),
        Op::ReadCases => matches!(role, Reviewer | Authority),
        Op::MoveCase => matches!(role, Authority),
        Op::ReadStations => matches!(role, Admin | Reviewer | Enforcer | Authority),
        Op::ManageStations => matches!(role, Admin),
        Op::ManageAccounts => matches!(role, Admin),
        Op::ReadAudit => matches!(role, Admin | Authority),
        Op::ReadWanted => matches!(role, Enforcer | Authority),
        Op::ChangeWanted => matches!(role, Authority),
        Op::ReadRulebook => matches!(role, Admin | Reviewer | Enforcer | Authority),
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
            ("read-passages", "admin reviewer enforcer authority"),
            ("search-plate", "reviewer enforcer authority"),
            ("enter-sample-result", "enforcer authority"),
            ("read-review", "reviewer authority"),
            ("decide", "reviewer"),
            ("read-cases", "reviewer authority"),
            ("move-case", "authority"),
            ("read-stations", "admin reviewer enforcer authority"),
            ("manage-stations", "admin"),
            ("manage-accounts", "admin"),
            ("read-audit", "admin authority"),
            ("read-wanted", "enforcer authority"),
            ("change-wanted", "authority"),
            ("read-rulebook", "admin reviewer enforcer authority"),
        ];
        for (operation, (name, roles)) in Operation::ALL.into_iter().zip(table) {
            let allowed: Vec<_> =
                Role::ALL.into_iter().filter(|&role| may(role, operation)).map(Role::word).collect();
            assert_eq!(allowed.join(" "), roles, "{name} {operation:?}");
        }
    }

    #[test]
    fn every_role_reads_back_from_its_word() {
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
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
