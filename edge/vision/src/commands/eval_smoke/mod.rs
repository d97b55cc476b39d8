//! `eval-smoke [--html FILE] [--csv FILE] [--seed N] [--plumes N] [--confusers N] [--data DIR]`
//!
//! Renders vehicles with smoke of known opacity and what may be taken for smoke ([`crate::drawn`]), plays each clip
//! through the tracker and the measure that the camera worker runs, and holds what it says against the truth: by the
//! criteria that smoke readers are certified with (STANDARDS.md 9). Then real recordings without smoke.

mod page;
mod real;
mod said;
mod tables;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use self::page::Miss;
use self::said::{Said, play};
use self::tables::{Calm, MEAN_ERROR_BAR, Plume, confusers_table, plumes_table};
use super::{CommandError, Outcome};
use crate::drawn::{Clip, Confuser, Subject};

/// What to evaluate, and where the page goes.
#[derive(Clone, Debug)]
pub struct EvalSmoke {
    /// Names the clips.
    pub seed: u64,
    /// Plumes of known opacity, spread evenly over 0 to 100 %.
    pub plumes: u32,
    /// Clips of each kind of confuser.
    pub confusers: u32,
    /// The folder with `video` and `smoke`, if real recordings are to be looked at.
    pub data: Option<PathBuf>,
    /// Where to write the page with every miss pictured.
    pub html: Option<PathBuf>,
    /// Where to write one line for every clip.
    pub csv: Option<PathBuf>,
}

impl EvalSmoke {
    /// Plumes unless told.
    pub const PLUMES: u32 = 300;
    /// Clips of each kind of confuser unless told.
    pub const CONFUSERS: u32 = 10;
}

impl Default for EvalSmoke {
    fn default() -> Self {
        let (plumes, confusers) = (Self::PLUMES, Self::CONFUSERS);
        Self { seed: 1, plumes, confusers, data: None, html: None, csv: None }
    }
}

/// How far a long work is, on standard error: one line that is written over on a terminal, else every fiftieth.
struct Progress {
    what: &'static str,
    whole: u32,
    began: Instant,
}

impl Progress {
    fn of(what: &'static str, whole: u32) -> Self {
        Self { what, whole, began: Instant::now() }
    }

    fn at(&self, part: u32) {
        let mut err = std::io::stderr();
        let line = format!("{}: {part} of {}, {} s", self.what, self.whole, self.began.elapsed().as_secs());
        // Nobody may be listening; the work goes on all the same.
        let _ = match (err.is_terminal(), part == self.whole) {
            (true, false) => write!(err, "\r{line} "),
            (true, true) => writeln!(err, "\r{line} "),
            (false, last) if last || part.is_multiple_of(50) => writeln!(err, "{line}"),
            (false, _) => Ok(()),
        };
    }
}

/// Prints the tables; writes the page and the lines if asked.
pub fn eval_smoke_command(asked: &EvalSmoke, out: &mut impl Write) -> Result<Outcome, CommandError> {
    opencv::core::set_num_threads(1).map_err(crate::plates::ReadError::from)?;
    let mut lines = asked.csv.as_deref().map(lines_of).transpose()?;
    let mut misses = Vec::new();
    let began = Instant::now();
    let plumes = plumes(asked, &mut lines, &mut misses)?;
    let mut table = format!("seed {}, rendered plumes:\n{}\n", asked.seed, plumes_table(&plumes));
    write!(out, "{table}")?;
    out.flush()?;
    let kinds = confusers(asked, &mut lines, &mut misses)?;
    let calm = format!("rendered confusers:\n{}\n", confusers_table(&kinds));
    write!(out, "{calm}")?;
    out.flush()?;
    table.push_str(&calm);
    if let Some(data) = &asked.data {
        let real = real::real(data, &mut misses)?;
        write!(out, "{real}")?;
        table.push_str(&real);
    }
    if let Some(mut lines) = lines {
        lines.flush()?;
    }
    writeln!(out, "{} s", began.elapsed().as_secs())?;
    if let Some(html) = &asked.html {
        std::fs::write(html, page::page(&table, &plumes, &misses))?;
    }
    Ok(Outcome::Done)
}

type Lines = Option<csv::Writer<std::fs::File>>;

fn lines_of(path: &std::path::Path) -> Result<csv::Writer<std::fs::File>, CommandError> {
    let mut lines = csv::Writer::from_writer(std::fs::File::create(path)?);
    let head =
        ["clip", "truth", "said", "measured", "deviation", "level", "hits", "vehicles", "circumstances"];
    lines.write_record(head).map_err(std::io::Error::from)?;
    Ok(lines)
}

fn add_line(
    lines: &mut Lines,
    name: &str,
    truth: &str,
    heard: &said::Heard,
    clip: &Clip,
) -> Result<(), CommandError> {
    let Some(lines) = lines else { return Ok(()) };
    let (said, measured, deviation, level, hits) = match &heard.said {
        Said::Measured { percent, deviation, level, hits } => (
            "measured".to_owned(),
            format!("{percent:.2}"),
            format!("{deviation:.2}"),
            level.to_string(),
            hits.to_string(),
        ),
        Said::Unmeasurable(why) => (why.clone(), String::new(), String::new(), String::new(), String::new()),
        Said::Nothing => ("nothing".to_owned(), String::new(), String::new(), String::new(), String::new()),
    };
    let around: Vec<String> = clip.circumstances().into_iter().map(|(_, name)| name).collect();
    let (vehicles, around) = (heard.vehicles.to_string(), around.join("; "));
    lines
        .write_record([name, truth, &said, &measured, &deviation, &level, &hits, &vehicles, &around])
        .map_err(std::io::Error::from)?;
    Ok(())
}

/// The seed of one clip.
fn seed(asked: &EvalSmoke, part: u64, number: u32) -> u64 {
    asked.seed.wrapping_mul(1_000_003).wrapping_add(part * 100_000).wrapping_add(u64::from(number))
}

fn plumes(asked: &EvalSmoke, lines: &mut Lines, misses: &mut Vec<Miss>) -> Result<Vec<Plume>, CommandError> {
    let progress = Progress::of("plumes", asked.plumes);
    let mut all = Vec::new();
    for number in 0..asked.plumes {
        let asked_for = (number as f32 + 0.5) / asked.plumes as f32;
        let mut clip = Clip::new(Subject::Smoke(asked_for), seed(asked, 0, number));
        let truth = f64::from(clip.truth().unwrap_or(asked_for)) * 100.0;
        let (heard, shown) = play(&mut clip)?;
        let name = format!("plume {number}");
        add_line(lines, &name, &format!("{truth:.2}"), &heard, &clip)?;
        let plume = Plume { name, truth, said: heard.said.clone(), circumstances: clip.circumstances() };
        if plume.error().is_none_or(|error| error.abs() > MEAN_ERROR_BAR) && asked.html.is_some() {
            misses.push(Miss::plume(&plume, &shown, &heard));
        }
        all.push(plume);
        progress.at(number + 1);
    }
    Ok(all)
}

fn confusers(
    asked: &EvalSmoke,
    lines: &mut Lines,
    misses: &mut Vec<Miss>,
) -> Result<Vec<(String, Calm)>, CommandError> {
    let progress = Progress::of("confusers", asked.confusers * Confuser::ALL.len() as u32);
    let mut all = Vec::new();
    for (part, kind) in (1..).zip(Confuser::ALL) {
        let mut calm = Calm::default();
        for number in 0..asked.confusers {
            let mut clip = Clip::new(Subject::Confuser(kind), seed(asked, part, number));
            let (heard, shown) = play(&mut clip)?;
            let name = format!("{} {number}", kind.name().1);
            add_line(lines, &name, "0", &heard, &clip)?;
            calm.add(&heard);
            if heard.measured > 0 && asked.html.is_some() {
                misses.push(Miss::confuser(kind, &name, &clip.circumstances(), &shown, &heard));
            }
            progress.at(all.len() as u32 * asked.confusers + number + 1);
        }
        all.push((kind.name().1.to_owned(), calm));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_clips_give_tables_a_page_and_lines() {
        let folder = tempfile::tempdir().unwrap();
        let (html, csv) = (folder.path().join("page.html"), folder.path().join("lines.csv"));
        let asked = EvalSmoke {
            plumes: 2,
            confusers: 0,
            html: Some(html.clone()),
            csv: Some(csv.clone()),
            ..EvalSmoke::default()
        };
        let mut out = Vec::new();
        assert_eq!(eval_smoke_command(&asked, &mut out).unwrap(), Outcome::Done);
        let text = String::from_utf8(out).unwrap();
        for word in ["0-20", "80-100", "white vapour", "called black smoke", "within ±1.96 σ"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        let page = std::fs::read_to_string(html).unwrap();
        assert!(page.contains("<svg") && page.contains("不透光度"), "{page}");
        assert_eq!(std::fs::read_to_string(csv).unwrap().lines().count(), 1 + 2);
    }
}
