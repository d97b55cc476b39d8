//! The page with every miss pictured. It holds real plates: for the developer's own eyes only.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::commands::share::escaped;
use crate::picture::Picture;
use crate::plates::quad::Quad;

/// One picture that went wrong.
pub(super) struct Miss {
    pub(super) file: String,
    pub(super) truth: String,
    pub(super) said: String,
    pub(super) jpeg: Vec<u8>,
}

/// The plate and its surroundings, or the whole picture, small.
pub(super) fn shown(picture: &Picture, around: Option<Quad>) -> Vec<u8> {
    let part = around.and_then(|quad| {
        let [x, y, w, h] = quad.grown(1.0, 2.0).bounds();
        picture.part(opencv::core::Rect::new(x as i32, y as i32, w as i32, h as i32)).ok().flatten()
    });
    part.as_ref().unwrap_or(picture).shrunk(480).and_then(|small| small.jpeg(85)).unwrap_or_default()
}

/// The page.
pub(super) fn page(table: &str, misses: &[Miss]) -> String {
    let mut out = String::from(
        "<!doctype html><meta charset=\"utf-8\"><title>eval-plates</title>\n<style>body{font:14px sans-serif;margin:2em}pre{font-size:13px}figure{display:inline-block;vertical-align:top;width:320px;margin:6px}img{max-width:320px}</style>\n",
    );
    let _ =
        writeln!(out, "<h1>eval-plates</h1><pre>{}</pre><h2>{} misses</h2>", escaped(table), misses.len());
    for miss in misses {
        let _ = writeln!(
            out,
            "<figure><img alt=\"\" src=\"data:image/jpeg;base64,{}\"><figcaption>{}<br>{} &rarr; {}</figcaption></figure>",
            BASE64.encode(&miss.jpeg),
            escaped(&miss.file),
            escaped(&miss.truth),
            escaped(&miss.said)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_becomes_markup() {
        let miss = Miss { file: "<b>".into(), truth: "\"".into(), said: "&".into(), jpeg: vec![1] };
        let page = page("a < b", &[miss]);
        assert!(page.contains("&lt;b&gt;") && page.contains("a &lt; b") && !page.contains("<b>"));
    }
}
