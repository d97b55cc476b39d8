//! Which evidence to give up first when the disk is full. Records are never given up; this knows only files.
//!
//! The order is by what a file is still good for: a copy of what the server holds, then pictures of vehicles
//! against which nothing was found, then doubtful and screened ones, last what stands behind an exceedance.

use plumewatch_shared::ids::FileHash;
use plumewatch_shared::verdict::Outcome;

/// What a file is worth keeping for, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The server has it; here it only serves the roadside page.
    Delivered,
    /// Nothing that counts was measured, or it passed, and nothing is unclear.
    Unremarkable,
    /// Unclear or screened: a person may want to look.
    Remarkable,
    /// Evidence of an exceedance or of a watched vehicle.
    Incriminating,
}

impl Class {
    /// The class of a passage's files, from what is known when they are stored.
    pub const fn of(outcome: Outcome, doubted: bool, watched: bool) -> Self {
        match (outcome, doubted, watched) {
            (Outcome::Exceeding, _, _) | (_, _, true) => Self::Incriminating,
            (Outcome::Screened, _, _) | (_, true, _) => Self::Remarkable,
            (Outcome::Passed | Outcome::NotJudged, false, false) => Self::Unremarkable,
        }
    }
}

/// One file on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldFile {
    /// Its name.
    pub hash: FileHash,
    /// Its size in bytes.
    pub bytes: u64,
    /// What it is worth keeping for.
    pub class: Class,
    /// The sequence of its passage: the lower, the older.
    pub sequence: u64,
}

/// The files to give up, in that order, so that at least `wanted` bytes come free; all of them if that is not
/// enough, none if nothing is wanted.
pub fn to_shed(mut held: Vec<HeldFile>, wanted: u64) -> Vec<HeldFile> {
    held.sort_by_key(|file| (file.class, file.sequence, file.hash));
    let mut freed = 0_u64;
    held.into_iter()
        .take_while(|file| {
            let more = freed < wanted;
            freed = freed.saturating_add(file.bytes);
            more
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, class: Class, sequence: u64) -> HeldFile {
        HeldFile { hash: FileHash::of(name.as_bytes()), bytes: 100, class, sequence }
    }

    #[test]
    fn evidence_of_an_exceedance_goes_last_and_the_oldest_of_a_class_first() {
        let held = vec![
            file("exceeding, oldest", Class::Incriminating, 1),
            file("passed, new", Class::Unremarkable, 9),
            file("passed, old", Class::Unremarkable, 3),
            file("doubtful", Class::Remarkable, 2),
            file("delivered", Class::Delivered, 8),
        ];
        let order: Vec<u64> = to_shed(held, u64::MAX).iter().map(|file| file.sequence).collect();
        assert_eq!(order, [8, 3, 9, 2, 1]);
    }

    #[test]
    fn no_more_goes_than_is_wanted() {
        let held: Vec<_> = (1..=5).map(|n| file(&n.to_string(), Class::Unremarkable, n)).collect();
        assert_eq!(to_shed(held.clone(), 0).len(), 0);
        assert_eq!(to_shed(held.clone(), 100).len(), 1);
        assert_eq!(to_shed(held, 101).len(), 2);
    }

    #[test]
    fn a_passage_is_classed_by_its_gravest_side() {
        assert_eq!(Class::of(Outcome::Passed, false, false), Class::Unremarkable);
        assert_eq!(Class::of(Outcome::NotJudged, false, false), Class::Unremarkable);
        assert_eq!(Class::of(Outcome::NotJudged, true, false), Class::Remarkable);
        assert_eq!(Class::of(Outcome::Screened, false, false), Class::Remarkable);
        assert_eq!(Class::of(Outcome::Passed, false, true), Class::Incriminating);
        assert_eq!(Class::of(Outcome::Exceeding, true, false), Class::Incriminating);
    }
}
