//! What must hold of every paper, whatever its record says: it prints, its values are text, its text is on the page.

use std::sync::LazyLock;

use proptest::prelude::*;
use typst::layout::{Frame, FrameItem, Point};

use super::*;
use crate::{Bilingual, ClosingLetter, Notice, samples};

static PRESS: LazyLock<Press> = LazyLock::new(|| Press::open(&PressPlan::default()).unwrap());

/// A run of text as it lies on its page, in points.
#[derive(Debug)]
struct Run {
    text: String,
    left: f64,
    right: f64,
    bottom: f64,
}

/// Every run of text of every page, in the order in which they are set, with the page's width and height.
fn runs(pages: &PagedDocument) -> Vec<(Run, f64, f64)> {
    fn walk(frame: &Frame, origin: Point, runs: &mut Vec<Run>) {
        for (at, item) in frame.items() {
            let at = origin + *at;
            match item {
                FrameItem::Group(group) => {
                    let moved = Point::new(group.transform.tx, group.transform.ty);
                    walk(&group.frame, at + moved, runs);
                }
                FrameItem::Text(text) => runs.push(Run {
                    text: text.text.to_string(),
                    left: at.x.to_pt(),
                    right: (at.x + text.width()).to_pt(),
                    bottom: at.y.to_pt(),
                }),
                FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => {}
            }
        }
    }
    let mut all = Vec::new();
    for page in pages.pages() {
        let mut of_page = Vec::new();
        walk(&page.frame, Point::zero(), &mut of_page);
        let (width, height) = (page.frame.width().to_pt(), page.frame.height().to_pt());
        all.extend(of_page.into_iter().map(|run| (run, width, height)));
    }
    all
}

/// A paper laid out with every font of the machine.
fn laid_out<D: Document>(press: &Press, document: &D) -> Result<PagedDocument, DocumentError> {
    press.set(document, &|character| press.fonts.covers(character))
}

/// What a paper says, without spaces and places to break: lines end where the page wants.
fn said(pages: &PagedDocument) -> String {
    runs(pages).into_iter().map(|(run, ..)| bare(&run.text)).collect()
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

/// A letter whose every text of a person is this one.
fn letter_saying(text: &str) -> ClosingLetter {
    let mut letter = samples::closing_letter();
    letter.reason = text.to_owned();
    letter.addressee = text.to_owned();
    letter.vehicle.vin = Some(text.to_owned());
    letter.certificate = Some(text.to_owned());
    letter.course = vec![Bilingual::new(text, text)];
    // Numbers and names of offices are short; they stand on lines of their own.
    let short: String = text.chars().take(40).collect();
    letter.head.number = short.clone();
    letter.head.issuer = Bilingual::new(&*short, &*short);
    letter
}

#[test]
fn every_paper_prints_and_the_same_record_gives_the_same_bytes() {
    let first = samples::pdfs(&PRESS).unwrap();
    assert_eq!(first.len(), 5);
    for (name, pdf) in &first {
        assert!(pdf.starts_with(b"%PDF-1.7") && pdf.len() > 10_000, "{name}: {} bytes", pdf.len());
    }
    assert_eq!(first, samples::pdfs(&Press::open(&PressPlan::default()).unwrap()).unwrap());
}

#[test]
fn a_paper_is_numbered_coded_and_paged() {
    let said = said(&laid_out(&PRESS, &samples::notice()).unwrap());
    for words in [
        "机动车超标排放通知书",
        "C00000000000000000000-N",
        "校验码",
        "第1页",
        "Page1of",
        "晋A00000",
        "43.20%",
    ] {
        assert!(said.contains(&bare(words)), "{words} in {said}");
    }
}

/// Each of these means something in typst's markup or code; none may here.
#[test]
fn markup_in_a_value_is_text() {
    for hostile in [
        "#panic(\"x\")",
        "#{ let a = 1 }",
        "$ x^2 $",
        "= Heading",
        "*bold* _slanted_",
        "`raw`",
        "```typ #1```",
        "<label> @label",
        "// comment",
        "/* comment */",
        "https://example.com/",
        "-- --- ...",
        "\"quotes\" 'single'",
        "\\u{41} \\n \\",
        "[content] (x: 1)",
        "]#eval(\"1\")[",
        "#import \"base.typ\": *",
        "#read(\"/record.json\")",
        "#include \"/etc/passwd\"",
        "~ -? +1",
        "/ term: text",
        "#set page(width: 1pt)",
        "#show: none",
        "{\"zh\": 1}",
        "\" + x + \"",
    ] {
        let said = said(&laid_out(&PRESS, &letter_saying(hostile)).unwrap());
        // Reason, addressee, VIN, certificate, course (twice), number and issuer: it is there as often as it was put.
        let often = said.matches(&bare(hostile)).count();
        assert!(often >= 8, "{hostile}: {often} times in {said}");
    }
}

#[test]
fn a_reason_of_many_pages_wraps_and_stays_on_them() {
    let reason = "经现场核查和企业陈述，".repeat(200) + &"W".repeat(600);
    let pages = laid_out(&PRESS, &letter_saying(&reason)).unwrap();
    assert!(pages.pages().len() > 3, "{} pages", pages.pages().len());
    stays_on_the_page(&pages);
}

#[test]
fn a_list_of_five_hundred_vehicles_has_its_header_on_every_page() {
    let mut decision = samples::listing_decision();
    let one = decision.vehicles[0].clone();
    decision.vehicles = vec![one; 500];
    let pages = laid_out(&PRESS, &decision).unwrap();
    let headers = said(&pages).matches("号牌Plate").count();
    assert!(
        pages.pages().len() > 10 && headers >= pages.pages().len() - 1,
        "{headers} of {}",
        pages.pages().len()
    );
    stays_on_the_page(&pages);
}

fn stays_on_the_page(pages: &PagedDocument) {
    for (run, width, height) in runs(pages) {
        let inside = run.left >= 0.0 && run.right <= width && run.bottom <= height;
        assert!(inside, "{run:?} on a page of {width} × {height}");
    }
}

#[test]
fn a_template_that_is_no_typst_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let open = |text: &str| {
        std::fs::write(folder.path().join("notice.typ"), text).unwrap();
        Press::open(&PressPlan { fonts: None, templates: Some(folder.path().to_owned()) })
    };
    let error = open("一\n\n#let x = (").err().unwrap().to_string();
    assert!(error.contains("notice.typ") && error.contains("line 3"), "{error}");
    // What only shows when it is set is known before a paper is wanted.
    let error =
        open("#import \"base.typ\": *\n#paper.no_such_field").unwrap().prove().unwrap_err().to_string();
    assert!(error.contains("notice.typ") && error.contains("line 2"), "{error}");
    // The world of a template ends at the folder.
    let error = open("#read(\"../Cargo.toml\")").unwrap().prove().unwrap_err().to_string();
    assert!(error.contains("notice.typ"), "{error}");
}

#[test]
fn a_regions_template_takes_the_shipped_ones_place() {
    let folder = tempfile::tempdir().unwrap();
    let text = "#import \"base.typ\": *\n#show: letter.with(zh: \"本省通知书\", english: \"Our notice\")\n#paper.addressee";
    std::fs::write(folder.path().join("notice.typ"), text).unwrap();
    let press = Press::open(&PressPlan { fonts: None, templates: Some(folder.path().to_owned()) }).unwrap();
    let notice: Notice = samples::notice();
    assert!(said(&laid_out(&press, &notice).unwrap()).contains("本省通知书"));
    press.prove().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever a person wrote, the paper prints, and what they wrote stays on it.
    #[test]
    fn any_text_prints_and_stays_on_the_page(text in any::<String>()) {
        let letter = letter_saying(&text);
        let pages = laid_out(&PRESS, &letter).unwrap();
        for (run, width, height) in runs(&pages) {
            prop_assert!(run.left >= -0.5 && run.right <= width + 0.5 && run.bottom <= height, "{run:?}");
        }
        prop_assert!(PRESS.pdf(&letter).unwrap().starts_with(b"%PDF"));
    }

    /// Text of markup's own characters and of ours is printed word for word.
    #[test]
    fn a_text_of_markup_is_printed_word_for_word(text in "[ -~超标检验。，（）]{1,200}") {
        let said = said(&laid_out(&PRESS, &letter_saying(&text)).unwrap());
        prop_assert!(said.contains(&bare(&text)), "{} in {}", text, said);
    }
}
