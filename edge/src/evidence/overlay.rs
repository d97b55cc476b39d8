//! What stands on an evidence picture: when, where, who and how much, on a bar below the pixels.
//!
//! The bar is added, so nothing of the picture is covered. A unit without a Chinese font keeps its pictures as
//! they came: the values stand in the record all the same.

use std::{io::Cursor, path::Path};

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use image::{
    ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Rgb, RgbImage,
    codecs::jpeg::{JpegDecoder, JpegEncoder},
};
use plumewatch_shared::{
    passage::{Passage, SmokeOutcome},
    time::law_place,
    verdict::{Outcome, Verdict},
};

/// Fonts with Chinese characters, best first; Debian's `fonts-noto-cjk` brings the first.
const FONTS: [&str; 3] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
];

/// The simplified Chinese face of Noto's collection; fonts with fewer faces have it first.
const SIMPLIFIED: u32 = 2;

/// Quality of the JPEG: the pixels were compressed once before, and must not lose visibly again.
const QUALITY: u8 = 90;

/// Largest picture decoded: 8K, 100 MB of pixels. Workers send far smaller ones.
const PIXELS_MAX: u64 = 7_680 * 4_320;

/// The means to write on pictures.
pub struct Lettering {
    font: FontVec,
}

/// A picture cannot be lettered.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// It is no JPEG that can be read or written.
    #[error("the picture cannot be lettered")]
    Picture(#[from] image::ImageError),
    /// It is larger than any camera's.
    #[error("a picture of {0} pixels is too large to be lettered")]
    Large(u64),
}

impl Lettering {
    /// The best font of this machine; `None` if it has none.
    pub fn find() -> Option<Self> {
        FONTS.iter().find_map(|path| Self::of(Path::new(path)))
    }

    fn of(path: &Path) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let faces = [SIMPLIFIED, 0];
        let font =
            faces.into_iter().find_map(|face| FontVec::try_from_vec_and_index(bytes.clone(), face).ok())?;
        Some(Self { font })
    }

    /// The picture with two lines below it.
    pub fn letter(&self, jpeg: &[u8], lines: &[String; 2], exceeds: bool) -> Result<Vec<u8>, OverlayError> {
        let (width, height) = JpegDecoder::new(Cursor::new(jpeg))?.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels > PIXELS_MAX {
            return Err(OverlayError::Large(pixels));
        }
        let picture = ImageReader::with_format(Cursor::new(jpeg), ImageFormat::Jpeg).decode()?.into_rgb8();
        let size = self.size(width, lines);
        let line = (size * 1.35).ceil() as u32;
        let bar = line * 2 + line / 3;
        let ground = if exceeds { Rgb([122, 16, 16]) } else { Rgb([16, 20, 26]) };
        let mut whole = RgbImage::from_pixel(width, height + bar, ground);
        image::imageops::replace(&mut whole, &picture, 0, 0);
        for (n, text) in (0_u32..).zip(lines) {
            self.write(&mut whole, text, size, size * 0.4, (height + line / 6 + n * line) as f32);
        }
        let mut out = Vec::new();
        let (w, h) = whole.dimensions();
        JpegEncoder::new_with_quality(&mut out, QUALITY).encode(&whole, w, h, ExtendedColorType::Rgb8)?;
        Ok(out)
    }

    /// As large as the longer line allows, between what is legible and what is sensible.
    fn size(&self, width: u32, lines: &[String; 2]) -> f32 {
        let longest = lines.iter().map(|text| self.width(text, 100.0)).fold(1.0, f32::max);
        (100.0 * width as f32 * 0.96 / longest).clamp(12.0, (width as f32 / 40.0).max(18.0))
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let font = self.font.as_scaled(PxScale::from(size));
        text.chars().map(|c| font.h_advance(font.glyph_id(c))).sum()
    }

    fn write(&self, on: &mut RgbImage, text: &str, size: f32, left: f32, top: f32) {
        let scale = PxScale::from(size);
        let font = self.font.as_scaled(scale);
        let mut x = left;
        for character in text.chars() {
            let glyph =
                font.glyph_id(character).with_scale_and_position(scale, point(x, top + font.ascent()));
            x += font.h_advance(glyph.id);
            let Some(outline) = self.font.outline_glyph(glyph) else { continue };
            let bounds = outline.px_bounds();
            outline.draw(|dx, dy, cover| {
                let (px, py) = (bounds.min.x as i64 + i64::from(dx), bounds.min.y as i64 + i64::from(dy));
                let at = u32::try_from(px).ok().zip(u32::try_from(py).ok());
                if let Some(pixel) = at.and_then(|(px, py)| on.get_pixel_mut_checked(px, py)) {
                    for channel in &mut pixel.0 {
                        *channel =
                            (f32::from(*channel) + (255.0 - f32::from(*channel)) * cover.min(1.0)) as u8;
                    }
                }
            });
        }
    }
}

/// The two lines of a passage at a station of this name.
pub fn lines(station: &str, passage: &Passage, verdict: &Verdict) -> [String; 2] {
    let time = law_place().to_datetime(passage.passed.utc);
    let opacity = passage.reading.as_ref().and_then(|reading| reading.opacity).map(|opacity| opacity.mean.0);
    let level = passage.smoke.as_ref().and_then(|smoke| match smoke.outcome {
        SmokeOutcome::Measured { level, .. } => Some(level.level()),
        SmokeOutcome::Unmeasurable(_) => None,
    });
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "—".to_owned());
    let outcome = verdict.outcome.name();
    [
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}  {station} {}  车道{} Lane {}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond(),
            passage.id.station,
            passage.lane.number(),
            passage.lane.number(),
        ),
        format!(
            "号牌 Plate {}  不透光度 Opacity {}  林格曼 Ringelmann {}  {} {}",
            or_dash(passage.plate().map(|plate| plate.as_str().to_owned())),
            or_dash(opacity.map(|opacity| opacity.to_string())),
            or_dash(level.map(|level| level.to_string())),
            outcome.zh,
            outcome.en,
        ),
    ]
}

/// Is the bar red?
pub fn is_alarming(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Exceeding => true,
        Outcome::Passed | Outcome::Screened | Outcome::NotJudged => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::{rulebook::Rulebook, sample, verdict::judge};

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let grey = RgbImage::from_pixel(width, height, Rgb([128, 128, 128]));
        JpegEncoder::new(&mut out).encode(&grey, width, height, ExtendedColorType::Rgb8).unwrap();
        out
    }

    #[test]
    fn the_lines_say_time_in_china_place_lane_plate_values_and_verdict_in_both_languages() {
        let passage = sample::passage(7).with_opacity(3_500).with_smoke(4_100).passage();
        let [first, second] = lines("东环", &passage, &judge(&passage, &Rulebook::hj845()));
        assert_eq!(first, "2026-11-23 10:00:00.000  东环 A140105001  车道1 Lane 1");
        assert_eq!(
            second,
            "号牌 Plate 晋A12345  不透光度 Opacity 35.00 %  林格曼 Ringelmann 2  超标 Exceeding"
        );
    }

    #[test]
    fn the_picture_keeps_its_pixels_and_gains_a_bar_with_letters() {
        let Some(lettering) = Lettering::find() else { return }; // No Chinese font on this machine.
        let lines = ["2026-11-23 东环检查站".to_owned(), "号牌 晋A12345 超标".to_owned()];
        let lettered = lettering.letter(&jpeg(640, 360), &lines, true).unwrap();
        let picture = image::load_from_memory(&lettered).unwrap().into_rgb8();
        assert!(picture.width() == 640 && picture.height() > 360 + 30);
        assert!(picture.get_pixel(320, 180).0.iter().all(|c| c.abs_diff(128) < 4));
        let bright = picture.enumerate_pixels().filter(|(_, y, p)| *y >= 360 && p.0[1] > 200).count();
        assert!(bright > 300, "{bright} bright pixels in the bar");
    }

    #[test]
    fn what_is_no_picture_is_an_error() {
        let Some(lettering) = Lettering::find() else { return };
        assert!(lettering.letter(b"no picture", &[String::new(), String::new()], false).is_err());
    }
}
