//! Cutting a line's bytes into frames: the part that all byte protocols share.
//!
//! A driver says what the bytes in hand begin with; everything else, holding what is unfinished, passing over
//! garbage byte by byte and counting it, is here. Whole frames that arrive together are never copied.

/// What the bytes in hand begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// Too few bytes to tell.
    Unfinished,
    /// A whole frame of so many bytes.
    Frame(usize),
    /// No frame begins here.
    Garbage,
}

/// Holds the unfinished end of a line's bytes. Its length is bounded by the driver's longest frame, because a driver
/// calls nothing unfinished that is as long.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames {
    held: Vec<u8>,
    rejected: u64,
}

impl Frames {
    /// Takes bytes as they came; `frame` hears of every whole frame.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        begin: impl Fn(&[u8]) -> Beginning,
        mut frame: impl FnMut(&[u8]),
    ) {
        let (used, rejected) = if self.held.is_empty() {
            let (used, rejected) = cut(bytes, &begin, &mut frame);
            self.held.extend_from_slice(&bytes[used..]);
            (0, rejected)
        } else {
            self.held.extend_from_slice(bytes);
            cut(&self.held, &begin, &mut frame)
        };
        self.held.drain(..used);
        self.rejected += rejected;
    }

    /// The line fell silent: the frame that the held bytes seemed to begin is none, though another may stand within.
    pub(super) fn on_silence(&mut self, begin: impl Fn(&[u8]) -> Beginning, mut frame: impl FnMut(&[u8])) {
        while !self.held.is_empty() {
            self.held.remove(0);
            self.rejected += 1;
            let (used, rejected) = cut(&self.held, &begin, &mut frame);
            self.held.drain(..used);
            self.rejected += rejected;
        }
    }

    /// What is held and unfinished.
    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    /// Forgets what is held, as part of something good.
    pub(super) fn clear(&mut self) {
        self.held.clear();
    }

    /// Bytes that were part of no frame.
    pub(super) fn rejected(&self) -> u64 {
        self.rejected
    }
}

/// Cuts what it can; how many bytes are used up, and how many of those were garbage.
fn cut(bytes: &[u8], begin: impl Fn(&[u8]) -> Beginning, mut frame: impl FnMut(&[u8])) -> (usize, u64) {
    let (mut at, mut rejected) = (0, 0);
    while at < bytes.len() {
        match begin(&bytes[at..]) {
            Beginning::Unfinished => break,
            Beginning::Garbage => {
                at += 1;
                rejected += 1;
            }
            Beginning::Frame(length) => {
                frame(&bytes[at..at + length]);
                at += length;
            }
        }
    }
    (at, rejected)
}
