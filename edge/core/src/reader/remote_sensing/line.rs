//! Finds lines `$body*CRC4\r\n` in a stream of bytes, whatever stands between them.
//!
//! A `$` always begins a line, so that after any garbage the next good line is found; a line that grows over
//! [`LINE_MAX`], holds a byte that no line holds, or fails its checksum is rejected, and its bytes are counted.

use std::time::Duration;

use super::crc16;

/// The longest line, bytes, from `$` to the line feed.
pub const LINE_MAX: usize = 512;

/// A line whose next byte does not come for so long has broken off. The longest line takes 45 ms at 115 200
/// baud, and USB adapters hold bytes back for at most 16 ms; the rest is room for a busy machine.
pub const LINE_TIMEOUT: Duration = Duration::from_millis(500);

/// What follows the body: `*`, four digits, carriage return, line feed.
pub(super) const TAIL: usize = 7;

/// The bytes of one stream, cut into checked lines.
#[derive(Debug, Default)]
pub(super) struct LineFinder {
    /// From the `$` on; empty between lines. At most [`LINE_MAX`] bytes.
    line: Vec<u8>,
    rejected: u64,
}

impl LineFinder {
    /// Takes bytes until a good line ends: how many, and that line's body. Call again with the rest.
    pub(super) fn take(&mut self, bytes: &[u8]) -> (usize, Option<Vec<u8>>) {
        let mut at = 0;
        while at < bytes.len() {
            if self.line.is_empty() {
                let garbage = bytes[at..].iter().position(|byte| *byte == b'$').unwrap_or(bytes.len() - at);
                self.rejected += garbage as u64;
                at += garbage;
                if at == bytes.len() {
                    break;
                }
                self.line.push(b'$');
                at += 1;
            }
            let rest = &bytes[at..];
            let room = (LINE_MAX - self.line.len()).min(rest.len());
            let plain = rest[..room].iter().position(|byte| !is_plain(*byte)).unwrap_or(room);
            self.line.extend_from_slice(&rest[..plain]);
            at += plain;
            match rest.get(plain) {
                None => break,
                Some(b'$') => self.abandon(), // It begins a line, in the next turn.
                Some(b'\n') => {
                    self.line.push(b'\n');
                    at += 1;
                    if let Some(body) = checked(&self.line) {
                        let body = body.to_vec();
                        self.line.clear();
                        return (at, Some(body));
                    }
                    self.abandon();
                }
                Some(_) => {
                    self.abandon();
                    self.rejected += 1;
                    at += 1;
                }
            }
        }
        (at, None)
    }

    /// Gives up the line under way.
    pub(super) fn abandon(&mut self) {
        self.rejected += self.line.len() as u64;
        self.line.clear();
    }

    /// Takes back a line of `body` bytes that was given as good: its checksum held, its content did not.
    pub(super) fn reject_last(&mut self, body: usize) {
        self.rejected += (1 + body + TAIL) as u64;
    }

    /// Takes back so many bytes of lines that were good and belong to nothing.
    pub(super) fn reject(&mut self, bytes: u64) {
        self.rejected += bytes;
    }

    /// Bytes that were part of no good line.
    pub(super) fn rejected_bytes(&self) -> u64 {
        self.rejected
    }

    /// Bytes of the line under way.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.line.len()
    }
}

/// May the byte stand within a line? `$` begins one and a line feed ends it.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'\r' | b' '..=b'~') && byte != b'$'
}

/// The body of a whole line, if its frame and checksum hold.
fn checked(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"$")?.strip_suffix(b"\r\n")?;
    let (body, [b'*', digits @ ..]) = rest.split_last_chunk::<5>()? else { return None };
    let upper = |digit: &u8| digit.is_ascii_digit() || (b'A'..=b'F').contains(digit);
    let written = std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(upper))?;
    let clean = !body.iter().any(|byte| matches!(byte, b'*' | b'\r'));
    (clean && u16::from_str_radix(written, 16) == Ok(crc16(body))).then_some(body)
}

/// The line that carries `body`.
pub(super) fn framed(body: &str) -> Vec<u8> {
    format!("${body}*{:04X}\r\n", crc16(body.as_bytes())).into_bytes()
}
