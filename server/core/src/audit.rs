//! What was done, by whom, why: rows in a chain, each with the hash of the one before.
//!
//! A row that is changed, removed or slipped in breaks every hash after it. The store writes a row in the
//! transaction of the change it tells of.

use jiff::Timestamp;
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::protocol::seal::CHAIN_START;

macro_rules! actions {
    ($($(#[$meta:meta])* $name:ident = $word:literal,)*) => {
        /// What can be done that must be remembered.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$meta])* $name,)* }

        impl Action {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word used in tables and on wires.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

actions! {
    /// A person searched passages by plate.
    PlateSearched = "plate-searched",
    /// A person opened a passage.
    PassageViewed = "passage-viewed",
    /// A person opened a test of a stopped vehicle.
    ExhaustTestViewed = "exhaust-test-viewed",
    /// A person entered what a laboratory found in a sample.
    SampleResultEntered = "sample-result-entered",
    /// A reviewer confirmed a candidate.
    CandidateConfirmed = "candidate-confirmed",
    /// A reviewer rejected a candidate.
    CandidateRejected = "candidate-rejected",
    /// Late records broke a waiting candidate.
    CandidateVoided = "candidate-voided",
    /// Late records broke a decided candidate: a person must look.
    CandidateContested = "candidate-contested",
    /// A contested candidate stands again.
    CandidateUpheld = "candidate-upheld",
    /// A confirmed candidate opened a case.
    CaseOpened = "case-opened",
    /// A person opened a case's page.
    CaseViewed = "case-viewed",
    /// The authority ordered repair.
    RepairOrdered = "repair-ordered",
    /// Repair was reported.
    CaseRepaired = "case-repaired",
    /// The retest was passed and the case closed.
    RetestPassed = "retest-passed",
    /// The retest was failed.
    RetestFailed = "retest-failed",
    /// The case was withdrawn.
    CaseWithdrawn = "case-withdrawn",
    /// A first reviewer confirmed; the region's rule asks for a second.
    CandidateSeconded = "candidate-seconded",
    /// The notice was served: by letter, text or public notice.
    NoticeServed = "notice-served",
    /// The vehicle's side appealed.
    AppealEntered = "appeal-entered",
    /// An appeal was won: the case ends, its exceedances count no more.
    AppealUpheld = "appeal-upheld",
    /// An appeal was lost: the case goes on.
    AppealRejected = "appeal-rejected",
    /// A deadline passed.
    CaseOverdue = "case-overdue",
    /// The case was handed to the traffic police.
    CaseReferred = "case-referred",
    /// A case was closed without a passing retest, by a named person for a stated reason.
    CaseClosedByException = "case-closed-by-exception",
    /// A case's evidence package was taken out.
    CaseExported = "case-exported",
    /// An import of the register was applied.
    RegisterImported = "register-imported",
    /// One row of the register was changed by hand.
    RegisterChanged = "register-changed",
    /// A person looked a vehicle up.
    VehicleLookedUp = "vehicle-looked-up",
    /// A shop took a repair order.
    OrderTaken = "order-taken",
    /// An order was given to another station or shop.
    OrderReassigned = "order-reassigned",
    /// An order was called off.
    OrderCancelled = "order-cancelled",
    /// A repair's record was uploaded.
    RepairRecorded = "repair-recorded",
    /// A deadline of a repair order passed.
    OrderOverdue = "order-overdue",
    /// An inspection's result was uploaded.
    InspectionUploaded = "inspection-uploaded",
    /// An inspection's report was issued.
    ReportIssued = "report-issued",
    /// A finding came up at a station or shop.
    FindingRaised = "finding-raised",
    /// A person closed a finding.
    FindingDecided = "finding-decided",
    /// A carrier's share reached the rule: a listing is proposed.
    ListingProposed = "listing-proposed",
    /// A proposal to list fell away before anyone decided.
    ListingProposalVoided = "listing-proposal-voided",
    /// An authority listed a carrier.
    CarrierListed = "carrier-listed",
    /// An authority declined a proposal to list.
    ListingDeclined = "listing-declined",
    /// The carrier answered.
    CarrierAnswered = "carrier-answered",
    /// The share fell or the term ended: delisting is proposed.
    DelistingProposed = "delisting-proposed",
    /// What proposed delisting holds no more.
    DelistingProposalVoided = "delisting-proposal-voided",
    /// An authority let a listing go on for another term.
    ListingRenewed = "listing-renewed",
    /// An authority delisted a carrier.
    CarrierDelisted = "carrier-delisted",
    /// A person opened a listing, with the plates that it rests on.
    ListingViewed = "listing-viewed",
    /// A key for a program was given out.
    KeyIssued = "key-issued",
    /// A key was revoked.
    KeyRevoked = "key-revoked",
    /// A second factor was set up.
    SecondFactorSet = "second-factor-set",
    /// A second factor was removed.
    SecondFactorRemoved = "second-factor-removed",
    /// Sessions of an account were ended by somebody.
    SessionsEnded = "sessions-ended",
    /// A paper was printed from a record.
    DocumentPrinted = "document-printed",
    /// A list was taken out as a workbook.
    ListExported = "list-exported",
    /// The audit was taken out as a file.
    AuditExported = "audit-exported",
    /// A plate was put on the list of wanted ones.
    WantedAdded = "wanted-added",
    /// A plate was taken off it.
    WantedRemoved = "wanted-removed",
    /// A station was added.
    StationAdded = "station-added",
    /// A token to enrol was given out.
    TokenIssued = "token-issued",
    /// An edge unit enrolled.
    StationEnrolled = "station-enrolled",
    /// Other rulebooks than before were issued to the edges.
    RulebooksIssued = "rulebooks-issued",
    /// An account was made.
    AccountAdded = "account-added",
    /// An account's role, region or state was changed.
    AccountChanged = "account-changed",
    /// A password was changed.
    PasswordChanged = "password-changed",
    /// Someone signed in.
    SignedIn = "signed-in",
    /// Someone failed to sign in.
    SignInFailed = "sign-in-failed",
    /// Someone signed out.
    SignedOut = "signed-out",
}

impl Action {
    /// The action of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.word() == word)
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The account's name, or `system`.
    pub actor: String,
    /// What.
    pub action: Action,
    /// To what: the id of a passage, candidate, case, station or account.
    pub subject: String,
    /// Why, as the person said.
    pub reason: Option<String>,
    /// What else must be known, such as the plate searched for; empty if nothing.
    pub detail: String,
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// From 1, without gaps.
    pub number: u64,
    /// Hash of the row before; zeros for the first.
    pub prev: FileHash,
    /// What was done.
    pub entry: Entry,
    /// Hash of all of the above.
    pub hash: FileHash,
}

/// The last row's number and hash: where the next one goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Number of the last row; 0 before the first.
    pub number: u64,
    /// Its hash.
    pub hash: FileHash,
}

impl Tip {
    /// Before the first row.
    pub const START: Self = Self { number: 0, hash: CHAIN_START };
}

impl AuditRow {
    /// The row that follows `tip`.
    pub fn after(tip: Tip, entry: Entry) -> Self {
        let number = tip.number + 1;
        let hash = hash(number, tip.hash, &entry);
        Self { number, prev: tip.hash, entry, hash }
    }

    /// Where the row after this one goes.
    pub fn tip(&self) -> Tip {
        Tip { number: self.number, hash: self.hash }
    }
}

/// The chain does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit's chain breaks at row {number}")]
pub struct Broken {
    /// The first row that does not follow.
    pub number: u64,
}

/// Checks rows in order against the tip before them, and gives the tip after them.
pub fn verify<'a>(tip: Tip, rows: impl IntoIterator<Item = &'a AuditRow>) -> Result<Tip, Broken> {
    rows.into_iter().try_fold(tip, |tip, row| {
        let follows = row.number == tip.number + 1
            && row.prev == tip.hash
            && row.hash == hash(row.number, row.prev, &row.entry);
        if follows { Ok(row.tip()) } else { Err(Broken { number: row.number }) }
    })
}

/// Each field with its length before it, so that no text can pass for two fields.
fn hash(number: u64, prev: FileHash, entry: &Entry) -> FileHash {
    let mut text = format!("plumewatch audit 1\n{number}\n{prev}\n{}\n", entry.at.as_microsecond());
    let reason = entry.reason.as_ref().map_or_else(|| "-".to_owned(), |reason| format!("+{reason}"));
    for field in [&entry.actor, entry.action.word(), &entry.subject, &reason, &entry.detail] {
        text.push_str(&format!("{}:{field}\n", field.len()));
    }
    FileHash::of(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(count: u64) -> Vec<AuditRow> {
        let mut tip = Tip::START;
        (1..=count)
            .map(|n| {
                let entry = Entry {
                    at: Timestamp::from_second(n as i64).unwrap(),
                    actor: "reviewer".to_owned(),
                    action: Action::ALL[n as usize % Action::ALL.len()],
                    subject: format!("subject-{n}"),
                    reason: n.is_multiple_of(2).then(|| "why".to_owned()),
                    detail: String::new(),
                };
                let row = AuditRow::after(tip, entry);
                tip = row.tip();
                row
            })
            .collect()
    }

    #[test]
    fn every_action_reads_back_from_its_word() {
        for &action in Action::ALL {
            assert_eq!(Action::from_word(action.word()), Some(action));
        }
    }

    #[test]
    fn an_untouched_chain_holds_and_says_where_it_ends() {
        let rows = rows(5);
        assert_eq!(verify(Tip::START, &rows), Ok(rows[4].tip()));
        assert_eq!(verify(rows[1].tip(), &rows[2..]), Ok(rows[4].tip()));
    }

    #[test]
    fn text_does_not_move_between_fields_unnoticed() {
        let mut rows = rows(1);
        rows[0].entry.subject = "subject-1\n3:why".to_owned();
        assert_eq!(verify(Tip::START, &rows), Err(Broken { number: 1 }));
    }

    proptest! {
        #[test]
        fn a_row_changed_or_removed_is_noticed(at in 0usize..7, what in 0u8..6) {
            let mut rows = rows(8);
            match what {
                0 => rows[at].entry.actor.push('x'),
                1 => rows[at].entry.subject.push('x'),
                2 => rows[at].entry.reason = Some("another".to_owned()),
                3 => rows[at].entry.detail.push('x'),
                4 => rows[at].entry.at = Timestamp::from_second(99).unwrap(),
                _ => { rows.remove(at); }
            }
            prop_assert!(verify(Tip::START, &rows).is_err());
        }
    }
}
