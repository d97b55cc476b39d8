//! Sums and tables: by band of opacity, by circumstance, by confuser.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::said::{Heard, Said};
use crate::commands::share::share;

/// What certified smoke readers must keep (EPA Method 9, ASTM D7520): mean error, and any error, points of opacity.
pub(super) const MEAN_ERROR_BAR: f64 = 7.5;
/// The second of them.
pub(super) const ERROR_BAR: f64 = 15.0;
/// Of a normal distribution 95 % lie within so many deviations.
const COVERED: f64 = 1.96;
/// Width of a band, percent of opacity.
const BAND: f64 = 20.0;

/// One plume and what was said of it.
#[derive(Clone, Debug)]
pub(super) struct Plume {
    pub(super) name: String,
    /// Percent.
    pub(super) truth: f64,
    pub(super) said: Said,
    pub(super) circumstances: Vec<(&'static str, String)>,
}

impl Plume {
    /// Measured less truth, points.
    pub(super) fn error(&self) -> Option<f64> {
        match self.said {
            Said::Measured { percent, .. } => Some(percent - self.truth),
            Said::Unmeasurable(_) | Said::Nothing => None,
        }
    }
}

/// Sums over some plumes.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub(super) n: u32,
    pub(super) measured: u32,
    pub(super) unmeasurable: u32,
    pub(super) missed: u32,
    error: f64,
    bias: f64,
    pub(super) worst: f64,
    pub(super) over: u32,
    covered: u32,
    /// The same with a missed plume taken for 0 %.
    error_of_all: f64,
}

impl Sums {
    pub(super) fn of<'a>(plumes: impl IntoIterator<Item = &'a Plume>) -> Self {
        let mut sums = Self::default();
        plumes.into_iter().for_each(|plume| sums.add(plume));
        sums
    }

    fn add(&mut self, plume: &Plume) {
        self.n += 1;
        match &plume.said {
            Said::Measured { percent, deviation, .. } => {
                let error = percent - plume.truth;
                self.measured += 1;
                self.error += error.abs();
                self.error_of_all += error.abs();
                self.bias += error;
                if error.abs() > self.worst.abs() {
                    self.worst = error;
                }
                self.over += u32::from(error.abs() > ERROR_BAR);
                self.covered += u32::from(error.abs() <= COVERED * deviation);
            }
            Said::Unmeasurable(_) => self.unmeasurable += 1,
            Said::Nothing => {
                self.missed += 1;
                self.error_of_all += plume.truth;
            }
        }
    }

    /// Mean absolute error of the measured, points.
    pub(super) fn mean_error(&self) -> Option<f64> {
        (self.measured > 0).then(|| self.error / f64::from(self.measured))
    }

    /// Mean of measured less truth, points.
    pub(super) fn bias(&self) -> Option<f64> {
        (self.measured > 0).then(|| self.bias / f64::from(self.measured))
    }

    fn row(&self, name: &str, out: &mut String) {
        let points = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.2}"));
        let told = self.measured + self.missed;
        let with_missed = (told > 0).then(|| self.error_of_all / f64::from(told));
        let _ = writeln!(
            out,
            "{name:<30}{:>5}{:>9}{:>8}{:>9}{:>6}{:>9}{:>7}{:>8}{:>10}  {}",
            self.n,
            points(self.mean_error()),
            self.bias().map_or("-".to_owned(), |v| format!("{v:+.2}")),
            if self.measured > 0 { format!("{:+.1}", self.worst) } else { "-".to_owned() },
            self.over,
            self.measured,
            self.unmeasurable,
            self.missed,
            points(with_missed),
            share(self.covered, self.measured),
        );
    }
}

/// The band a truth lies in: its lower and upper end, percent.
pub(super) fn bands() -> impl Iterator<Item = (f64, f64)> {
    (0..5).map(|band| (f64::from(band) * BAND, f64::from(band + 1) * BAND))
}

/// The plumes of a band.
pub(super) fn within(plumes: &[Plume], (low, high): (f64, f64)) -> impl Iterator<Item = &Plume> {
    plumes.iter().filter(move |p| p.truth >= low && (p.truth < high || high >= 100.0 && p.truth <= high))
}

/// By band, then by what was around it.
pub(super) fn plumes_table(plumes: &[Plume]) -> String {
    let mut out = format!(
        "{:<30}{:>5}{:>9}{:>8}{:>9}{:>6}{:>9}{:>7}{:>8}{:>10}  {}\n",
        "opacity, %",
        "n",
        "mean |e|",
        "bias",
        "largest",
        ">15",
        "measured",
        "no fig",
        "missed",
        "with miss",
        "within ±1.96 σ"
    );
    for band in bands() {
        Sums::of(within(plumes, band)).row(&format!("{:.0}-{:.0}", band.0, band.1), &mut out);
    }
    Sums::of(plumes).row("all", &mut out);
    out.push_str("errors in points of opacity, measured less truth; \"no fig\": smoke seen, unmeasurable; \"with miss\": mean error with a missed plume taken for 0 %\n\n");
    let mut by: BTreeMap<(&str, &str), Vec<&Plume>> = BTreeMap::new();
    for plume in plumes {
        for (what, name) in &plume.circumstances {
            by.entry((what, name)).or_default().push(plume);
        }
    }
    for ((what, name), some) in by {
        Sums::of(some).row(&format!("{what}: {name}"), &mut out);
    }
    let mut reasons: BTreeMap<&str, u32> = BTreeMap::new();
    for plume in plumes {
        if let Said::Unmeasurable(why) = &plume.said {
            *reasons.entry(why).or_default() += 1;
        }
    }
    let list: Vec<String> = reasons.iter().map(|(why, n)| format!("{why} {n}")).collect();
    let _ = writeln!(
        out,
        "\nunmeasurable because of: {}",
        if list.is_empty() { "-".to_owned() } else { list.join(", ") }
    );
    out
}

/// Sums over the recordings of one kind without black smoke.
#[derive(Clone, Debug, Default)]
pub(super) struct Calm {
    pub(super) n: u32,
    pub(super) vehicles: usize,
    /// Recordings with a figure of level 1 or more, with any figure, with smoke that got none.
    pub(super) black: u32,
    pub(super) measured: u32,
    pub(super) unmeasurable: u32,
}

impl Calm {
    pub(super) fn add(&mut self, heard: &Heard) {
        self.n += 1;
        self.vehicles += heard.vehicles;
        self.black += u32::from(heard.black > 0);
        self.measured += u32::from(heard.measured > 0);
        self.unmeasurable += u32::from(heard.unmeasurable > 0);
    }
}

/// By kind.
pub(super) fn confusers_table(kinds: &[(String, Calm)]) -> String {
    let mut out = format!(
        "{:<30}{:>5}{:>10}  {:<24}{:<24}{}\n",
        "no black smoke", "n", "vehicles", "called black smoke*", "any figure", "unmeasurable"
    );
    let mut all = Calm::default();
    let mut row = |name: &str, c: &Calm| {
        let _ = writeln!(
            out,
            "{name:<30}{:>5}{:>10}  {:<24}{:<24}{}",
            c.n,
            c.vehicles,
            share(c.black, c.n),
            share(c.measured, c.n),
            share(c.unmeasurable, c.n)
        );
    };
    for (name, calm) in kinds {
        row(name, calm);
        all.n += calm.n;
        all.vehicles += calm.vehicles;
        all.black += calm.black;
        all.measured += calm.measured;
        all.unmeasurable += calm.unmeasurable;
    }
    row("all", &all);
    out.push_str("* a figure at Ringelmann level 1 or more; intervals: Wilson, 95 %\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plume(truth: f64, said: Said) -> Plume {
        Plume { name: String::new(), truth, said, circumstances: Vec::new() }
    }

    fn measured(percent: f64, deviation: f64) -> Said {
        Said::Measured { percent, deviation, level: 2, hits: 9 }
    }

    #[test]
    fn errors_bias_and_coverage_are_of_the_measured_alone() {
        let all = [
            plume(40.0, measured(44.0, 2.0)),
            plume(50.0, measured(30.0, 5.0)),
            plume(10.0, Said::Nothing),
            plume(60.0, Said::Unmeasurable("Night".into())),
        ];
        let sums = Sums::of(&all);
        assert_eq!((sums.n, sums.measured, sums.missed, sums.unmeasurable), (4, 2, 1, 1));
        assert_eq!((sums.mean_error(), sums.bias()), (Some(12.0), Some(-8.0)));
        assert_eq!((sums.worst, sums.over, sums.covered), (-20.0, 1, 0));
        assert_eq!(sums.error_of_all, 34.0);
    }

    #[test]
    fn each_truth_lies_in_one_band() {
        let all: Vec<Plume> = (0..=100).map(|t| plume(f64::from(t), Said::Nothing)).collect();
        let sizes: Vec<usize> = bands().map(|band| within(&all, band).count()).collect();
        assert_eq!(sizes, [20, 20, 20, 20, 21]);
    }
}
