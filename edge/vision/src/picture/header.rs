//! Reads a picture's size from its header, and sees whether the file reaches the picture's end.
//!
//! Knows just enough of JPEG, PNG, BMP and WebP for that; decoding is OpenCV's.

use super::PictureError;

/// (width, height) as the header states them, before any turning by EXIF.
pub fn size_and_wholeness(bytes: &[u8]) -> Result<(u32, u32), PictureError> {
    let (width, height) = match bytes {
        [0xff, 0xd8, ..] => jpeg(bytes)?,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => png(bytes)?,
        [b'B', b'M', ..] => bmp(bytes)?,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp(bytes)?,
        _ => return Err(PictureError::UnknownFormat),
    };
    if width == 0 || height == 0 { Err(PictureError::DamagedHeader) } else { Ok((width, height)) }
}

fn slice(bytes: &[u8], at: usize, count: usize) -> Result<&[u8], PictureError> {
    bytes.get(at..at.saturating_add(count)).ok_or(PictureError::Truncated)
}

fn be16(bytes: &[u8], at: usize) -> Result<u32, PictureError> {
    slice(bytes, at, 2).map(|b| u32::from(b[0]) << 8 | u32::from(b[1]))
}

fn le16(bytes: &[u8], at: usize) -> Result<u32, PictureError> {
    slice(bytes, at, 2).map(|b| u32::from(b[1]) << 8 | u32::from(b[0]))
}

fn le32(bytes: &[u8], at: usize) -> Result<u32, PictureError> {
    Ok(le16(bytes, at)? | le16(bytes, at + 2)? << 16)
}

fn be32(bytes: &[u8], at: usize) -> Result<u32, PictureError> {
    Ok(be16(bytes, at)? << 16 | be16(bytes, at + 2)?)
}

/// Walks the segments to the frame header, then looks for the end marker after the first scan's start.
/// Within scans 0xff is followed by 0 or a restart marker, so 0xff 0xd9 there is the end and nothing else.
fn jpeg(bytes: &[u8]) -> Result<(u32, u32), PictureError> {
    let mut at = 2;
    let mut size = None;
    loop {
        let marker = match slice(bytes, at, 2)? {
            [0xff, 0xff] => {
                at += 1; // Fill bytes may stand before a marker.
                continue;
            }
            [0xff, marker] => *marker,
            _ => return Err(PictureError::DamagedHeader),
        };
        match marker {
            0x01 | 0xd0..=0xd7 => at += 2, // Markers without a body.
            0xd8 | 0xd9 | 0x00 => return Err(PictureError::DamagedHeader),
            _ => {
                let length = be16(bytes, at + 2)? as usize;
                if length < 2 {
                    return Err(PictureError::DamagedHeader);
                }
                match marker {
                    // Start of frame; 0xc4, 0xc8 and 0xcc are tables.
                    0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                        size = Some((be16(bytes, at + 7)?, be16(bytes, at + 5)?));
                    }
                    0xda => break,
                    _ => {}
                }
                at += 2 + length;
            }
        }
    }
    let size = size.ok_or(PictureError::DamagedHeader)?;
    let scan = bytes.get(at..).ok_or(PictureError::Truncated)?;
    if scan.windows(2).rev().any(|pair| pair == [0xff, 0xd9]) {
        Ok(size)
    } else {
        Err(PictureError::Truncated)
    }
}

fn png(bytes: &[u8]) -> Result<(u32, u32), PictureError> {
    if slice(bytes, 12, 4)? != b"IHDR" {
        return Err(PictureError::DamagedHeader);
    }
    let size = (be32(bytes, 16)?, be32(bytes, 20)?);
    // Chunk by chunk to the last one: length, type, body, checksum.
    let mut at = 8;
    loop {
        let length = be32(bytes, at)? as usize;
        let kind = slice(bytes, at + 4, 4)?;
        slice(bytes, at, length.saturating_add(12))?;
        if kind == b"IEND" {
            return Ok(size);
        }
        at += length + 12;
    }
}

fn bmp(bytes: &[u8]) -> Result<(u32, u32), PictureError> {
    let (width, height) = match le32(bytes, 14)? {
        12 => (le16(bytes, 18)?, le16(bytes, 20)?),
        // The height is negative when the rows stand from top to bottom.
        _ => (le32(bytes, 18)?, (le32(bytes, 22)? as i32).unsigned_abs()),
    };
    let start = u64::from(le32(bytes, 10)?);
    let compression = if le32(bytes, 14)? == 12 { 0 } else { le32(bytes, 30)? };
    let bits = u64::from(le16(bytes, if le32(bytes, 14)? == 12 { 24 } else { 28 })?);
    if compression == 0 {
        let row = (u64::from(width) * bits).div_ceil(32) * 4;
        if (bytes.len() as u64) < start.saturating_add(row.saturating_mul(u64::from(height))) {
            // A giant is a giant even when its file is short: let the caller's limit speak first.
            return if u64::from(width) * u64::from(height) > super::MAX_PIXELS {
                Ok((width, height))
            } else {
                Err(PictureError::Truncated)
            };
        }
    }
    Ok((width, height))
}

fn webp(bytes: &[u8]) -> Result<(u32, u32), PictureError> {
    if (bytes.len() as u64) < u64::from(le32(bytes, 4)?) + 8 {
        return Err(PictureError::Truncated);
    }
    match slice(bytes, 12, 4)? {
        b"VP8 " => Ok((le16(bytes, 26)? & 0x3fff, le16(bytes, 28)? & 0x3fff)),
        b"VP8L" => {
            let packed = le32(bytes, 21)?;
            Ok(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let wide = le16(bytes, 24)? | u32::from(slice(bytes, 26, 1)?[0]) << 16;
            let high = le16(bytes, 27)? | u32::from(slice(bytes, 29, 1)?[0]) << 16;
            Ok((wide + 1, high + 1))
        }
        _ => Err(PictureError::DamagedHeader),
    }
}
