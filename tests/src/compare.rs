//! Holds what a server says against the truth of a drive or a replay.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::road::{Truth, TruthOrigin, read_truth};
use crate::world::{Api, SeenPassage};

/// How the plates of one kind of vehicle, or of one stratum of pictures, were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plates {
    /// The very plate, or rightly none.
    pub right: u32,
    /// Another plate, and nothing that forbids laying the passage at its door.
    pub wrong: u32,
    /// Another plate, with a doubt that leaves it to a person: several vehicles in the picture.
    pub doubted: u32,
    /// No plate where there was one.
    pub abstained: u32,
}

impl Plates {
    /// All of them.
    pub fn total(self) -> u32 {
        self.right + self.wrong + self.doubted + self.abstained
    }
}

/// What came of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Passings that the truth names.
    pub driven: usize,
    /// Of them, those on the server exactly once.
    pub once: usize,
    /// Not on the server.
    pub missing: Vec<TruthOrigin>,
    /// More than once on the server.
    pub double: Vec<TruthOrigin>,
    /// Passages of the server without a reading: a camera saw a vehicle and the head said nothing of it.
    pub without_reading: usize,
    /// Plates by stratum.
    pub plates: BTreeMap<String, Plates>,
    /// Readings whose opacity, speed or NO is not exactly the truth's.
    pub altered: usize,
    /// Passings with a plume, and of them those whose level by camera is the true one or a neighbour.
    pub plumes: (usize, usize),
    /// Vehicles without a plume that a camera gave a level above 0.
    pub false_smoke: usize,
}

/// Compares a truth file with everything on a server.
pub fn compare(truth: &Path, api: &Api) -> anyhow::Result<Comparison> {
    Ok(Comparison::of(&read_truth(truth)?, &api.passages()?))
}

impl Comparison {
    /// Compares truths with passages, by the measurement both name.
    pub fn of(truths: &[Truth], passages: &[SeenPassage]) -> Self {
        let mut seen: BTreeMap<&TruthOrigin, Vec<&SeenPassage>> = BTreeMap::new();
        for passage in passages {
            if let Some(origin) = &passage.origin {
                seen.entry(origin).or_default().push(passage);
            }
        }
        let without_reading = passages.iter().filter(|passage| passage.origin.is_none()).count();
        let mut comparison = Self { driven: truths.len(), without_reading, ..Self::default() };
        for truth in truths {
            match seen.get(&truth.origin).map(Vec::as_slice) {
                None | Some([]) => comparison.missing.push(truth.origin.clone()),
                Some([passage]) => {
                    comparison.once += 1;
                    comparison.hold(truth, passage);
                }
                Some(_) => comparison.double.push(truth.origin.clone()),
            }
        }
        comparison
    }

    fn hold(&mut self, truth: &Truth, passage: &SeenPassage) {
        let plates = self.plates.entry(truth.stratum.clone()).or_default();
        match (&truth.plate, &passage.plate) {
            (true_plate, read) if true_plate == read => plates.right += 1,
            (_, Some(_)) if passage.doubted => plates.doubted += 1,
            (_, Some(_)) => plates.wrong += 1,
            (_, None) => plates.abstained += 1,
        }
        let exact = passage.opacity_hundredths == Some(truth.opacity_hundredths)
            && passage.speed_mm_s == Some(truth.speed_mm_s)
            && passage.no_ppm_hundredths == truth.no_ppm_hundredths;
        self.altered += usize::from(!exact);
        if truth.plume_hundredths > 0 {
            let near = passage.level.is_some_and(|level| level.abs_diff(truth.level) <= 1);
            self.plumes = (self.plumes.0 + 1, self.plumes.1 + usize::from(near));
        } else {
            self.false_smoke += usize::from(passage.level.is_some_and(|level| level > 0));
        }
    }

    /// Plates of all strata together.
    pub fn all_plates(&self) -> Plates {
        self.plates.values().fold(Plates::default(), |all, plates| Plates {
            right: all.right + plates.right,
            wrong: all.wrong + plates.wrong,
            doubted: all.doubted + plates.doubted,
            abstained: all.abstained + plates.abstained,
        })
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<24}{:>7}{:>7}{:>9}{:>10}{:>7}",
            "plates", "right", "wrong", "doubted", "abstained", "of"
        )?;
        let all = self.all_plates();
        for (stratum, plates) in
            self.plates.iter().map(|(name, plates)| (name.as_str(), plates)).chain([("all", &all)])
        {
            let Plates { right, wrong, doubted, abstained } = plates;
            let of = plates.total();
            writeln!(f, "{stratum:<24}{right:>7}{wrong:>7}{doubted:>9}{abstained:>10}{of:>7}")?;
        }
        writeln!(
            f,
            "passings driven {}, on the server once {}, missing {}, twice {}; passages without a reading {}",
            self.driven,
            self.once,
            self.missing.len(),
            self.double.len(),
            self.without_reading
        )?;
        writeln!(f, "readings altered {}", self.altered)?;
        write!(
            f,
            "plumes {}, level right within one {}; smoke seen where none was {}",
            self.plumes.0, self.plumes.1, self.false_smoke
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(sequence: u32, plate: Option<&str>) -> Truth {
        Truth {
            number: sequence,
            at_utc_us: 0,
            origin: TruthOrigin { device: "RS".to_owned(), boot: 1, sequence },
            stratum: "lorry".to_owned(),
            plate: plate.map(str::to_owned),
            colour: None,
            rear_plate: None,
            opacity_hundredths: 1_200,
            plume_hundredths: 0,
            level: 0,
            no_ppm_hundredths: None,
            speed_mm_s: 10_000,
            repeated: false,
            wanted: false,
        }
    }

    fn seen(truth: &Truth, plate: Option<&str>) -> SeenPassage {
        SeenPassage {
            id: format!("A140105001-{:010}", truth.origin.sequence),
            origin: Some(truth.origin.clone()),
            plate: plate.map(str::to_owned),
            opacity_hundredths: Some(truth.opacity_hundredths),
            speed_mm_s: Some(truth.speed_mm_s),
            no_ppm_hundredths: None,
            level: None,
            doubted: false,
            outcome: "passed".to_owned(),
        }
    }

    #[test]
    fn each_kind_of_difference_is_counted_once() {
        let truths: Vec<_> = (1..=6).map(|n| truth(n, Some("晋A12345"))).collect();
        let mut passages = vec![
            seen(&truths[0], Some("晋A12345")),
            seen(&truths[1], Some("晋A12346")),
            seen(&truths[2], None),
            seen(&truths[3], None),
            seen(&truths[3], None),
            seen(&truths[4], Some("晋A12347")),
        ];
        passages[0].speed_mm_s = Some(1);
        passages[5].doubted = true;
        let comparison = Comparison::of(&truths, &passages);
        assert_eq!(comparison.all_plates(), Plates { right: 1, wrong: 1, doubted: 1, abstained: 1 });
        assert_eq!((comparison.once, comparison.missing.len(), comparison.double.len()), (4, 1, 1));
        assert_eq!(comparison.altered, 1);
    }

    #[test]
    fn a_picture_without_a_plate_is_right_when_none_is_read() {
        let truth = truth(1, None);
        let comparison = Comparison::of(std::slice::from_ref(&truth), &[seen(&truth, None)]);
        assert_eq!(comparison.all_plates().right, 1);
    }
}
