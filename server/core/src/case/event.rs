//! What can happen to a case, and who may bring it about.

use jiff::civil::Date;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::casework::{Days, ServiceMethod};

use crate::access::OrganisationCode;
use crate::audit::Action;

/// The longest number of a paper, characters: 并环责改〔2026〕118号 has 13, a tracking number 13.
pub const PAPER_MAX: usize = 60;

/// The longest name of a person, characters; the longest registered Chinese names of minorities have about 20.
pub const NAME_MAX: usize = 40;

/// Something that happens to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A notice reached the owner, or was published.
    ServeNotice {
        /// How it went.
        method: ServiceMethod,
        /// The day it was received or published.
        received: Date,
        /// The paper's number.
        paper: Paper,
    },
    /// The authority orders repair and retest.
    OrderRepair {
        /// Where the retest must be passed.
        station: OrganisationCode,
        /// How long the owner has; without it as long as the region's rule says.
        within: Option<Days>,
    },
    /// The vehicle's side appealed.
    EnterAppeal {
        /// The day it was received.
        received: Date,
    },
    /// The appeal is right.
    UpholdAppeal,
    /// The appeal is not right.
    RejectAppeal,
    /// The authority hands the case to the traffic police (Air Pollution Law, article 113). It goes on here.
    Refer,
    /// The authority withdraws the case.
    Withdraw,
    /// A named person closes it without a passed retest.
    CloseByException(Exception),
    /// A deadline passed: the server finds it by itself.
    Overdue,
    /// A shop took the order.
    Taken,
    /// The shop recorded the repair.
    Repaired,
    /// The retest was passed.
    RetestPassed,
    /// The retest was failed.
    RetestFailed,
    /// The order was called off; the case waits for another.
    OrderCancelled,
}

/// Who brings an event about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A person of the authority.
    Person,
    /// The repair order, from what a shop or station did.
    Order,
    /// The server, from the calendar.
    Calendar,
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $word:literal, $source:ident, $action:ident;)*) => {
        /// An event without its particulars.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$meta])* $name,)* }

        impl Kind {
            /// Every one, in the order of a case's life.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word used in tables and on wires.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// Who brings it about.
            pub const fn source(self) -> Source {
                match self { $(Self::$name => Source::$source),* }
            }

            /// What the audit calls it.
            pub const fn action(self) -> Action {
                match self { $(Self::$name => Action::$action),* }
            }
        }
    };
}

kinds! {
    /// [`Event::ServeNotice`].
    ServeNotice = "serve-notice", Person, NoticeServed;
    /// [`Event::OrderRepair`].
    OrderRepair = "order-repair", Person, RepairOrdered;
    /// [`Event::Taken`].
    Taken = "taken", Order, OrderTaken;
    /// [`Event::Repaired`].
    Repaired = "repaired", Order, CaseRepaired;
    /// [`Event::RetestPassed`].
    RetestPassed = "retest-passed", Order, RetestPassed;
    /// [`Event::RetestFailed`].
    RetestFailed = "retest-failed", Order, RetestFailed;
    /// [`Event::OrderCancelled`].
    OrderCancelled = "order-cancelled", Order, OrderCancelled;
    /// [`Event::Overdue`].
    Overdue = "overdue", Calendar, CaseOverdue;
    /// [`Event::EnterAppeal`].
    EnterAppeal = "enter-appeal", Person, AppealEntered;
    /// [`Event::UpholdAppeal`].
    UpholdAppeal = "uphold-appeal", Person, AppealUpheld;
    /// [`Event::RejectAppeal`].
    RejectAppeal = "reject-appeal", Person, AppealRejected;
    /// [`Event::Refer`].
    Refer = "refer", Person, CaseReferred;
    /// [`Event::Withdraw`].
    Withdraw = "withdraw", Person, CaseWithdrawn;
    /// [`Event::CloseByException`].
    CloseByException = "close-by-exception", Person, CaseClosedByException;
}

impl Kind {
    /// The event of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

impl Event {
    /// The event without its particulars.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::ServeNotice { .. } => Kind::ServeNotice,
            Self::OrderRepair { .. } => Kind::OrderRepair,
            Self::EnterAppeal { .. } => Kind::EnterAppeal,
            Self::UpholdAppeal => Kind::UpholdAppeal,
            Self::RejectAppeal => Kind::RejectAppeal,
            Self::Refer => Kind::Refer,
            Self::Withdraw => Kind::Withdraw,
            Self::CloseByException(_) => Kind::CloseByException,
            Self::Overdue => Kind::Overdue,
            Self::Taken => Kind::Taken,
            Self::Repaired => Kind::Repaired,
            Self::RetestPassed => Kind::RetestPassed,
            Self::RetestFailed => Kind::RetestFailed,
            Self::OrderCancelled => Kind::OrderCancelled,
        }
    }
}

/// A closing without a passed retest: why, and who answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Why a retest will never come.
    pub ground: ExceptionGround,
    /// The person who answers for it; who enters it is in the audit besides.
    pub approved_by: PersonName,
}

/// Why a retest will never come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExceptionGround {
    /// The vehicle was scrapped.
    Scrapped,
    /// Its registration was cancelled.
    Deregistered,
    /// It was moved to another region, which took the case over.
    MovedAway,
    /// Something else; the reason says what.
    Other,
}

impl ExceptionGround {
    /// Every ground.
    pub const ALL: [Self; 4] = [Self::Scrapped, Self::Deregistered, Self::MovedAway, Self::Other];

    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scrapped => "scrapped",
            Self::Deregistered => "deregistered",
            Self::MovedAway => "moved-away",
            Self::Other => "other",
        }
    }

    /// The ground of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.word() == word)
    }

    /// Its name for people.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Scrapped => Bilingual::new("车辆已报废", "the vehicle was scrapped"),
            Self::Deregistered => Bilingual::new("车辆已注销登记", "its registration was cancelled"),
            Self::MovedAway => Bilingual::new(
                "车辆已转出，由外地接管",
                "it moved away, and its new region took the case over",
            ),
            Self::Other => Bilingual::new("其他", "something else"),
        }
    }
}

/// The number of a paper: not empty, at most [`PAPER_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper(String);

impl Paper {
    /// `None` if there is nothing in it, or too much.
    pub fn new(text: &str) -> Option<Self> {
        bounded(text, PAPER_MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person's name: not empty, at most [`NAME_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// `None` if there is nothing in it, or too much.
    pub fn new(text: &str) -> Option<Self> {
        bounded(text, NAME_MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text without space around it, if it has something in it, no control characters and at most `max` characters.
fn bounded(text: &str, max: usize) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}
