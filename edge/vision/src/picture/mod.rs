//! Pictures: from bytes to pixels within limits, and back to JPEG.
//!
//! Every picture in this crate is eight bits, three channels, blue-green-red, upright as its EXIF says.
//! The limits are checked on the header ([`header`]) before anything is decoded, so that a small file cannot
//! ask for gigabytes. OpenCV's exceptions come out as errors; nothing here panics on any bytes.

pub mod header;

use std::path::{Path, PathBuf};

use opencv::core::{Mat, Rect, Size, ToInputArray, Vector};
use opencv::prelude::*;
use opencv::{imgcodecs, imgproc};

/// The largest file read: a 40-megapixel camera's JPEG is about 20 MB.
pub const MAX_BYTES: usize = 32 << 20;
/// The most pixels decoded: 120 MB of memory at three bytes each.
pub const MAX_PIXELS: u64 = 40_000_000;
/// The longest side: OpenCV's own limit is 2^20, and no camera of ours comes near this.
pub const MAX_SIDE: u32 = 20_000;

/// A picture in memory.
#[derive(Clone, Debug)]
pub struct Picture {
    pixels: Mat,
}

/// Why bytes are no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Nothing there.
    #[error("the file is empty")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the file has {0} bytes, more than {MAX_BYTES}")]
    TooManyBytes(u64),
    /// More than [`MAX_PIXELS`] or [`MAX_SIDE`].
    #[error("the picture is {width}x{height}, more than {MAX_PIXELS} pixels or {MAX_SIDE} on a side")]
    TooManyPixels {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// Neither JPEG, PNG, BMP nor WebP.
    #[error("neither JPEG, PNG, BMP nor WebP")]
    UnknownFormat,
    /// The header says nothing usable.
    #[error("the picture's header is damaged")]
    DamagedHeader,
    /// The file ends before the picture does.
    #[error("the picture is cut short")]
    Truncated,
    /// The decoder gave up.
    #[error("the picture cannot be decoded")]
    Undecodable,
    /// OpenCV threw.
    #[error("OpenCV failed on the picture")]
    Vision(#[from] opencv::Error),
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Picture {
    /// The picture in `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, PictureError> {
        if bytes.is_empty() {
            return Err(PictureError::Empty);
        }
        if bytes.len() > MAX_BYTES {
            return Err(PictureError::TooManyBytes(bytes.len() as u64));
        }
        let (width, height) = header::size_and_wholeness(bytes)?;
        if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE {
            return Err(PictureError::TooManyPixels { width, height });
        }
        let buffer = Mat::from_slice(bytes)?;
        // IMREAD_COLOR: eight bits, three channels, turned as EXIF asks.
        let pixels = imgcodecs::imdecode(&buffer, imgcodecs::IMREAD_COLOR)?;
        if pixels.empty() { Err(PictureError::Undecodable) } else { Ok(Self { pixels }) }
    }

    /// The picture in the file at `path`.
    pub fn open(path: &Path) -> Result<Self, PictureError> {
        let failed = |source| PictureError::Read { path: path.to_owned(), source };
        let size = std::fs::metadata(path).map_err(failed)?.len();
        if size > MAX_BYTES as u64 {
            return Err(PictureError::TooManyBytes(size));
        }
        Self::decode(&std::fs::read(path).map_err(failed)?)
    }

    /// Wraps pixels that OpenCV gave; anything but BGR of eight bits is an error.
    pub(crate) fn from_pixels(pixels: Mat) -> Result<Self, PictureError> {
        if pixels.empty() || pixels.typ() != opencv::core::CV_8UC3 {
            return Err(PictureError::Undecodable);
        }
        Ok(Self { pixels })
    }

    /// A picture of `width` x `height` from rows of blue, green, red.
    pub fn from_bgr(width: u32, height: u32, bytes: &[u8]) -> Result<Self, PictureError> {
        let fits = width > 0 && bytes.len() as u64 == u64::from(width) * u64::from(height) * 3;
        if !fits || width.max(height) > MAX_SIDE {
            return Err(PictureError::DamagedHeader);
        }
        let flat = Mat::from_slice(bytes)?;
        Ok(Self { pixels: flat.reshape(3, height as i32)?.try_clone()? })
    }

    /// Columns.
    pub fn width(&self) -> i32 {
        self.pixels.cols()
    }

    /// Rows.
    pub fn height(&self) -> i32 {
        self.pixels.rows()
    }

    pub(crate) fn pixels(&self) -> &Mat {
        &self.pixels
    }

    /// Brightness alone.
    pub(crate) fn grey(&self) -> opencv::Result<Mat> {
        let mut grey = Mat::default();
        to(&self.pixels, &mut grey, imgproc::COLOR_BGR2GRAY)?;
        Ok(grey)
    }

    /// The picture shrunk (never grown) so that its longer side is at most `side` pixels.
    pub fn shrunk(&self, side: i32) -> opencv::Result<Self> {
        let Some(size) = self.size_within(side) else { return Ok(self.clone()) };
        let mut pixels = Mat::default();
        imgproc::resize(&self.pixels, &mut pixels, size, 0.0, 0.0, imgproc::INTER_AREA)?;
        Ok(Self { pixels })
    }

    /// The same for networks and background models, at a quarter of the cost; fine edges come out a little rougher.
    pub(crate) fn shrunk_fast(&self, side: i32) -> opencv::Result<Self> {
        match self.size_within(side) {
            None => Ok(self.clone()),
            Some(size) => Ok(Self { pixels: shrink(&self.pixels, size)? }),
        }
    }

    /// Its size when the longer side is `side` pixels; `None` if it is not longer.
    fn size_within(&self, side: i32) -> Option<Size> {
        let longer = self.width().max(self.height());
        let factor = f64::from(side) / f64::from(longer);
        let shorten = |own: i32| ((f64::from(own) * factor) as i32).max(1);
        (longer > side).then(|| Size::new(shorten(self.width()), shorten(self.height())))
    }

    /// The pixels at exactly this size.
    pub(crate) fn fitted(&self, size: Size) -> opencv::Result<Mat> {
        if self.pixels.size()? == size {
            return Ok(self.pixels.clone());
        }
        let mut pixels = Mat::default();
        imgproc::resize(&self.pixels, &mut pixels, size, 0.0, 0.0, imgproc::INTER_LINEAR)?;
        Ok(pixels)
    }

    /// The part inside `area`, as far as it lies in the picture; `None` if nothing does.
    pub(crate) fn part(&self, area: Rect) -> opencv::Result<Option<Self>> {
        let inside = area & Rect::new(0, 0, self.width(), self.height());
        if inside.width < 1 || inside.height < 1 {
            return Ok(None);
        }
        Ok(Some(Self { pixels: self.pixels.roi(inside)?.try_clone()? }))
    }

    /// JPEG of this quality (1 to 100).
    pub fn jpeg(&self, quality: i32) -> opencv::Result<Vec<u8>> {
        let mut out = Vector::<u8>::new();
        let how = Vector::from_slice(&[imgcodecs::IMWRITE_JPEG_QUALITY, quality.clamp(1, 100)]);
        imgcodecs::imencode(".jpg", &self.pixels, &mut out, &how)?;
        Ok(out.to_vec())
    }
}

/// Colour conversion; one place, because its signature differs between OpenCV's versions.
pub(crate) fn to(from: &impl ToInputArray, into: &mut Mat, code: i32) -> opencv::Result<()> {
    imgproc::cvt_color(from, into, code, 0)
}

/// Pixels shrunk to `size`: halved by averaging as long as that leaves them larger, then between neighbours. Averaging
/// at an odd factor in one step costs several times as much (10 of 53 ms for finding plates in 1920x1440).
pub(crate) fn shrink(pixels: &(impl MatTraitConst + ToInputArray), size: Size) -> opencv::Result<Mat> {
    let half = Size::new(pixels.cols() / 2, pixels.rows() / 2);
    let mut out = Mat::default();
    if half.width < size.width || half.height < size.height {
        imgproc::resize(pixels, &mut out, size, 0.0, 0.0, imgproc::INTER_LINEAR)?;
        return Ok(out);
    }
    imgproc::resize(pixels, &mut out, half, 0.0, 0.0, imgproc::INTER_AREA)?;
    shrink(&out, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(extension: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for at in 0..64 * 48 {
            bytes.extend([(at % 251) as u8, (at / 64 * 5) as u8, 90]);
        }
        let picture = Picture::from_bgr(64, 48, &bytes).unwrap();
        let mut out = Vector::<u8>::new();
        imgcodecs::imencode(extension, picture.pixels(), &mut out, &Vector::new()).unwrap();
        out.to_vec()
    }

    #[test]
    fn every_known_format_decodes_to_its_size() {
        for extension in [".jpg", ".png", ".bmp", ".webp"] {
            let picture = Picture::decode(&sample(extension)).unwrap();
            assert_eq!((picture.width(), picture.height()), (64, 48), "{extension}");
        }
    }

    #[test]
    fn a_picture_cut_short_says_so() {
        for extension in [".jpg", ".png", ".bmp", ".webp"] {
            let bytes = sample(extension);
            let got = Picture::decode(&bytes[..bytes.len() * 2 / 3]);
            assert!(matches!(got, Err(PictureError::Truncated)), "{extension}: {got:?}");
        }
    }

    #[test]
    fn what_is_no_picture_is_an_error() {
        assert!(matches!(Picture::decode(&[]), Err(PictureError::Empty)));
        assert!(matches!(Picture::decode(b"plate 42"), Err(PictureError::UnknownFormat)));
        assert!(matches!(Picture::decode(&[0xff, 0xd8, 0xff]), Err(PictureError::Truncated)));
        assert!(matches!(Picture::open(Path::new("/nowhere.jpg")), Err(PictureError::Read { .. })));
    }

    /// The size is refused from the header: no pixel of it is ever made.
    #[test]
    fn a_giant_is_refused_before_decoding() {
        let mut bytes = sample(".png");
        bytes[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(matches!(
            Picture::decode(&bytes),
            Err(PictureError::TooManyPixels { width: 60_000, height: 60_000 })
        ));
    }

    #[test]
    fn grey_and_sixteen_bits_become_colour_of_eight() {
        for typ in [opencv::core::CV_8UC1, opencv::core::CV_16UC1, opencv::core::CV_16UC3] {
            let made = Mat::new_rows_cols_with_default(10, 20, typ, opencv::core::Scalar::all(77.0)).unwrap();
            let mut out = Vector::<u8>::new();
            imgcodecs::imencode(".png", &made, &mut out, &Vector::new()).unwrap();
            let picture = Picture::decode(&out.to_vec()).unwrap();
            assert_eq!(picture.pixels().typ(), opencv::core::CV_8UC3);
        }
    }

    #[test]
    fn one_pixel_is_a_picture() {
        let one = Picture::from_bgr(1, 1, &[1, 2, 3]).unwrap();
        assert_eq!(Picture::decode(&one.jpeg(90).unwrap()).unwrap().width(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn no_bytes_make_the_decoder_panic(
            kind in 0..4_usize,
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
            keep in 0.0..1.0_f64,
        ) {
            let mut bytes = sample([".jpg", ".png", ".bmp", ".webp"][kind]);
            for (at, value) in edits {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if keep < 0.5 {
                bytes.truncate((bytes.len() as f64 * keep * 2.0) as usize);
            }
            let _ = Picture::decode(&bytes);
        }

        #[test]
        fn no_noise_makes_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Picture::decode(&bytes);
        }
    }
}
