//! The page: the figures as pictures, and every miss pictured, in Chinese and English.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::said::{Heard, Said};
use super::tables::{ERROR_BAR, MEAN_ERROR_BAR, Plume, Sums, bands, within};
use crate::commands::share::escaped;
use crate::drawn::Confuser;
use crate::picture::Picture;

/// One clip that went wrong.
pub(super) struct Miss {
    heading: String,
    verdict: String,
    around: String,
    pictures: Vec<Vec<u8>>,
}

/// What was said, in both languages.
fn told(said: &Said) -> String {
    match said {
        Said::Measured { percent, deviation, level, hits } => format!(
            "测得 {percent:.1} % ± {deviation:.1}，林格曼 {level} 级，{hits} 帧 · measured {percent:.1} %, Ringelmann {level}, {hits} frames"
        ),
        Said::Unmeasurable(why) => format!("无法测量（{why}） · unmeasurable ({why})"),
        Said::Nothing => "未发现黑烟 · no smoke seen".to_owned(),
    }
}

fn small(jpeg: &[u8]) -> Vec<u8> {
    let shrunk = Picture::decode(jpeg).ok().and_then(|p| p.shrunk(480).ok()?.jpeg(82).ok());
    shrunk.unwrap_or_default()
}

fn words(around: &[(&'static str, String)]) -> String {
    around.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(" · ")
}

impl Miss {
    pub(super) fn plume(plume: &Plume, shown: &[u8], heard: &Heard) -> Self {
        let error =
            plume.error().map_or(String::new(), |error| format!("，误差 {error:+.1} · error {error:+.1}"));
        Self {
            heading: format!("{}: 真值 {:.1} % · truth {:.1} %", plume.name, plume.truth, plume.truth),
            verdict: told(&plume.said) + &error,
            around: words(&plume.circumstances),
            pictures: [Some(small(shown)), heard.picture.as_deref().map(small)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    pub(super) fn confuser(
        kind: Confuser,
        name: &str,
        around: &[(&'static str, String)],
        shown: &[u8],
        heard: &Heard,
    ) -> Self {
        Self {
            heading: format!("{} · {name}", kind.name().0),
            verdict: told(&heard.said),
            around: words(around),
            pictures: [Some(small(shown)), heard.picture.as_deref().map(small)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    pub(super) fn real(name: &str, heard: &Heard) -> Self {
        Self {
            heading: name.to_owned(),
            verdict: told(&heard.said),
            around: format!("实拍，无烟 · real, without smoke; {} of {}", heard.measured, heard.vehicles),
            pictures: heard.picture.as_deref().map(small).into_iter().collect(),
        }
    }
}

const STYLE: &str = "body{font:14px/1.5 'Noto Sans CJK SC',sans-serif;margin:2em auto;max-width:1240px;color:#1c2329;padding:0 1em}\
h1{font-size:22px}h2{font-size:17px;margin-top:2em;border-bottom:1px solid #cfd6db}\
pre{font:12px/1.45 'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace;overflow-x:auto;background:#f5f7f8;padding:12px}\
.charts{display:flex;flex-wrap:wrap;gap:32px}svg{font:12px 'Noto Sans CJK SC',sans-serif}svg text{paint-order:stroke;stroke:#fff;stroke-width:3px}\
.misses{display:grid;grid-template-columns:repeat(auto-fill,minmax(380px,1fr));gap:20px}\
figure{margin:0;border:1px solid #cfd6db;padding:8px}figure img{max-width:100%;display:block;margin-bottom:4px}\
figcaption b{display:block}figcaption i{color:#59656d;font-style:normal;font-size:12px}";

/// The tables' columns in Chinese.
const COLUMNS: &str = "n 例数；mean |e| 平均绝对误差（百分点）；bias 偏差；largest 最大误差；&gt;15 误差超过 15 点的例数；measured 已测得；no fig 见烟但无法给出数值；missed 漏检；with miss 把漏检按 0 % 计的平均绝对误差；within ±1.96 σ 真值落在所述 95 % 区间内的比例。no black smoke 无黑烟的干扰场景；called black smoke 被判为林格曼 1 级及以上的比例；any figure 给出任何数值的比例；unmeasurable 判为无法测量的比例；括号内为 95 % 威尔逊区间。";

/// The page.
pub(super) fn page(table: &str, plumes: &[Plume], misses: &[Miss]) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><title>eval-smoke</title><style>{STYLE}</style>\n\
         <h1>黑烟测量检验 · How well smoke is measured</h1>\n\
         <p>渲染的已知不透光度烟羽，经真实的跟踪与测量程序。真值为烟羽核心沿视线的平均不透光度。<br>\
         Rendered plumes of known opacity through the real tracker and measure. Truth: mean opacity of the plume's core along the line of sight.</p>\n\
         <div class=\"charts\">{}{}</div>\n<h2>表 · Tables</h2><pre>{}</pre>\n<p>{COLUMNS}</p>\n<h2>误差超过 {MEAN_ERROR_BAR} 点、漏检、误报：{n} 例 · Errors above {MEAN_ERROR_BAR} points, missed, called smoke: {n}</h2><div class=\"misses\">\n",
        scatter(plumes),
        bars(plumes),
        escaped(table),
        n = misses.len()
    );
    for miss in misses {
        out.push_str("<figure>");
        for jpeg in &miss.pictures {
            let _ = write!(out, "<img alt=\"\" src=\"data:image/jpeg;base64,{}\">", BASE64.encode(jpeg));
        }
        let (heading, verdict, around) =
            (escaped(&miss.heading), escaped(&miss.verdict), escaped(&miss.around));
        let _ =
            writeln!(out, "<figcaption><b>{heading}</b>{verdict}<br><i>{around}</i></figcaption></figure>");
    }
    out.push_str("</div></html>\n");
    out
}

/// Pixels of one point of opacity, and the margin left of and under the field.
const SCALE: f64 = 4.6;
const MARGIN: f64 = 48.0;

/// Measured against truth.
fn scatter(plumes: &[Plume]) -> String {
    let side = 100.0 * SCALE;
    let (x, y) = (|v: f64| MARGIN + v * SCALE, |v: f64| 12.0 + side - v * SCALE);
    let mut out = format!(
        "<svg width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"measured against truth\"><clipPath id=\"field\"><rect x=\"{l}\" y=\"12\" width=\"{side}\" height=\"{side}\"/></clipPath><g clip-path=\"url(#field)\">",
        w = side + MARGIN + 16.0,
        h = side + MARGIN + 30.0,
        l = x(0.0),
    );
    for (reach, colour) in [(ERROR_BAR, "#fdf0d8"), (MEAN_ERROR_BAR, "#d9efdf")] {
        let _ = write!(
            out,
            "<polygon fill=\"{colour}\" points=\"{},{} {},{} {},{} {},{}\"/>",
            x(-20.0),
            y(-20.0 + reach),
            x(120.0),
            y(120.0 + reach),
            x(120.0),
            y(120.0 - reach),
            x(-20.0),
            y(-20.0 - reach)
        );
    }
    let _ = write!(
        out,
        "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#7d8a91\"/></g>",
        x(0.0),
        y(0.0),
        x(100.0),
        y(100.0)
    );
    for tick in (0..=100).step_by(20).map(f64::from) {
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{tick}</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{tick}</text>",
            x(tick),
            y(0.0) + 18.0,
            x(0.0) - 6.0,
            y(tick) + 4.0
        );
    }
    for plume in plumes {
        let _ = match &plume.said {
            Said::Measured { percent, deviation, .. } => {
                let colour = match (percent - plume.truth).abs() {
                    e if e > ERROR_BAR => "#b3261e",
                    e if e > MEAN_ERROR_BAR => "#c77700",
                    _ => "#1f6f43",
                };
                write!(
                    out,
                    "<line x1=\"{0}\" x2=\"{0}\" y1=\"{1}\" y2=\"{2}\" stroke=\"{colour}\" stroke-opacity=\".25\"/><circle cx=\"{0}\" cy=\"{3}\" r=\"3\" fill=\"{colour}\"><title>{4}: {5:.1} → {percent:.1} %</title></circle>",
                    x(plume.truth),
                    y((percent - deviation).max(0.0)),
                    y((percent + deviation).min(100.0)),
                    y(*percent),
                    escaped(&plume.name),
                    plume.truth
                )
            }
            Said::Unmeasurable(why) => write!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"5\" height=\"5\" fill=\"#5b6cb0\"><title>{}: {:.1} %, {}</title></rect>",
                x(plume.truth) - 2.5,
                y(0.0) - 12.0,
                escaped(&plume.name),
                plume.truth,
                escaped(why)
            ),
            Said::Nothing => write!(
                out,
                "<circle cx=\"{}\" cy=\"{}\" r=\"3\" fill=\"none\" stroke=\"#b3261e\"><title>{}: {:.1} %</title></circle>",
                x(plume.truth),
                y(0.0) - 3.0,
                escaped(&plume.name),
                plume.truth
            ),
        };
    }
    let _ = write!(
        out,
        "<rect x=\"{}\" y=\"12\" width=\"{side}\" height=\"{side}\" fill=\"none\" stroke=\"#7d8a91\"/><text x=\"{}\" y=\"{}\" text-anchor=\"middle\">真值不透光度 % · true opacity, %</text><text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">测得不透光度 % · measured, %</text><text x=\"{}\" y=\"{}\">带 ±7.5 / ±15 · bands ±7.5 / ±15; ○ 漏检 · missed, ■ 无法测量 · unmeasurable</text></svg>",
        x(0.0),
        x(50.0),
        y(0.0) + 38.0,
        y(50.0),
        x(0.0),
        y(0.0) + 58.0
    );
    out
}

/// Mean absolute error and bias by band.
fn bars(plumes: &[Plume]) -> String {
    let (row, unit, left, top) = (74.0, 16.0, 90.0, 46.0);
    let zero = left + 90.0;
    let mut out = format!(
        "<svg width=\"600\" height=\"{0}\" viewBox=\"0 0 600 {0}\" role=\"img\" aria-label=\"mean error and bias by band\"><text x=\"0\" y=\"16\">各段平均绝对误差（上）与偏差（灰），百分点 · mean absolute error and bias (grey), points</text>",
        top + row * 5.0 + 24.0
    );
    let bar = zero + MEAN_ERROR_BAR * unit;
    let _ = write!(
        out,
        "<line x1=\"{bar}\" x2=\"{bar}\" y1=\"{}\" y2=\"{}\" stroke=\"#b3261e\" stroke-dasharray=\"4 3\"/><text x=\"{bar}\" y=\"{}\" text-anchor=\"middle\" fill=\"#b3261e\">7.5</text>",
        top - 8.0,
        top + row * 5.0,
        top - 12.0
    );
    for (at, band) in bands().enumerate() {
        let y = top + at as f64 * row;
        let sums = Sums::of(within(plumes, band));
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{}\">{:.0}–{:.0} %</text><text x=\"0\" y=\"{}\" fill=\"#59656d\">n = {}</text>",
            y + 20.0,
            band.0,
            band.1,
            y + 38.0,
            sums.n
        );
        if let (Some(error), Some(bias)) = (sums.mean_error(), sums.bias()) {
            let colour = if error > MEAN_ERROR_BAR { "#b3261e" } else { "#1f6f43" };
            let _ = write!(
                out,
                "<rect x=\"{zero}\" y=\"{}\" width=\"{:.1}\" height=\"18\" fill=\"{colour}\"/><text x=\"{:.1}\" y=\"{}\">{error:.2}</text><rect x=\"{:.1}\" y=\"{}\" width=\"{:.1}\" height=\"14\" fill=\"#9aa6ad\"/><text x=\"{:.1}\" y=\"{}\">{bias:+.2}</text>",
                y + 6.0,
                (error * unit).min(300.0),
                zero + (error * unit).min(300.0) + 6.0,
                y + 20.0,
                zero + (bias * unit).clamp(-80.0, 0.0),
                y + 28.0,
                (bias.abs() * unit).min(if bias < 0.0 { 80.0 } else { 300.0 }),
                zero + (bias * unit).clamp(0.0, 300.0) + 6.0,
                y + 40.0
            );
        }
        let _ = write!(
            out,
            "<text x=\"{zero}\" y=\"{}\" fill=\"#59656d\">测得 measured {} · 无法测量 unmeasurable {} · 漏检 missed {}</text>",
            y + 60.0,
            sums.measured,
            sums.unmeasurable,
            sums.missed
        );
    }
    let _ = write!(
        out,
        "<line x1=\"{zero}\" x2=\"{zero}\" y1=\"{}\" y2=\"{}\" stroke=\"#7d8a91\"/></svg>",
        top - 8.0,
        top + row * 5.0
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_becomes_markup() {
        let plume = Plume {
            name: "<b>".into(),
            truth: 50.0,
            said: Said::Nothing,
            circumstances: vec![("x", "\"&".into())],
        };
        let heard =
            Heard { said: Said::Nothing, vehicles: 0, black: 0, measured: 0, unmeasurable: 0, picture: None };
        let miss = Miss::plume(&plume, &[], &heard);
        let page = page("a < b", &[plume], &[miss]);
        assert!(page.contains("&lt;b&gt;") && page.contains("a &lt; b") && page.contains("&quot;&amp;"));
        assert!(!page.contains("<b>:"));
    }
}
