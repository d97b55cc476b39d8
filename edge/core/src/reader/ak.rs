//! AK, the protocol of exhaust analysers and test benches, over serial lines (9600 baud, 8N1) and TCP alike
//! (STANDARDS.md 11.1).
//!
//! ```text
//! question   STX  _  A K O N  _  K 0 [_ data]        ETX
//! answer     STX  _  A K O N  _  0   [_ data _ data] ETX      0 to 9: no error, or the error counter
//! ```
//!
//! There is no checksum: a frame is what stands between STX and ETX, all of it printable. What the data of a function
//! mean is the instrument's matter; this file gives them as words.

use std::collections::VecDeque;

use super::frames::{Beginning, Frames};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
/// The longest frame, bytes. The longest answers of the field hold some thirty values of eight characters.
pub const FRAME_MAX: usize = 512;
/// Answers kept for a caller that asks late: an instrument answers once for each question. More than a whole frame's bytes
/// can hold of the shortest (eight bytes), so that none is lost where a false beginning turns out to hold many.
const ANSWERS_MAX: usize = 128;

/// The four letters of a function, such as `AKON` (concentrations) or `ASTZ` (state).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionCode([u8; 4]);

impl FunctionCode {
    /// The instrument's state.
    pub const STATE: Self = Self(*b"ASTZ");
    /// Concentrations, as the instrument orders them.
    pub const CONCENTRATIONS: Self = Self(*b"AKON");
    /// Errors.
    pub const ERRORS: Self = Self(*b"ASTF");
    /// Takes the instrument under our control.
    pub const REMOTE: Self = Self(*b"SREM");
    /// Lets zero gas in.
    pub const ZERO_GAS: Self = Self(*b"SNGA");
    /// Lets the sample in.
    pub const SAMPLE_GAS: Self = Self(*b"SMGA");
    /// What an instrument answers to a function that it does not know.
    pub const UNKNOWN: Self = Self(*b"????");

    /// Four capital letters or digits (or the four question marks of [`UNKNOWN`](Self::UNKNOWN)); else `None`.
    pub fn new(text: &str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let code = Self(bytes.try_into().ok()?);
        let named = code.0.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        (named || code == Self::UNKNOWN).then_some(code)
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("a code is made of ASCII alone")
    }
}

/// Why an instrument does not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// BS.
    #[error("the instrument is busy with something else")]
    Busy,
    /// SE.
    #[error("the instrument does not understand the question")]
    Syntax,
    /// NA.
    #[error("the instrument does not have this function")]
    NotAvailable,
    /// DF.
    #[error("the instrument does not accept these data")]
    Data,
    /// OF.
    #[error("the instrument is not under remote control")]
    Offline,
}

impl Refusal {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "BS" => Some(Self::Busy),
            "SE" => Some(Self::Syntax),
            "NA" => Some(Self::NotAvailable),
            "DF" => Some(Self::Data),
            "OF" => Some(Self::Offline),
            _ => None,
        }
    }
}

/// What an instrument answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// To which function.
    pub function: FunctionCode,
    /// 0, or the instrument's error counter, 1 to 9: it has a fault, `ASTF` tells which.
    pub errors: u8,
    /// The data, or why there are none.
    pub data: Result<Vec<String>, Refusal>,
}

/// The frame that asks for `function` of `channel` (K0 is the whole instrument), with these data.
pub fn question(function: FunctionCode, channel: u8, data: &[&str]) -> Vec<u8> {
    let text = format!(
        " {} K{channel}{}",
        function.as_str(),
        data.iter().map(|d| format!(" {d}")).collect::<String>()
    );
    [&[STX], text.as_bytes(), &[ETX]].concat()
}

/// Takes the answers of one instrument.
#[derive(Debug, Default)]
pub struct Decoder {
    frames: Frames,
    answers: VecDeque<Answer>,
}

impl Decoder {
    /// Takes bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.frames.push(bytes, begin, keep(&mut self.answers));
    }

    /// Tells that the line fell silent: before each question, and when an answer is overdue.
    pub fn on_silence(&mut self) {
        self.frames.on_silence(begin, keep(&mut self.answers));
    }

    /// Gives what is finished, oldest first; call until `None` after every push.
    pub fn next_answer(&mut self) -> Option<Answer> {
        self.answers.pop_front()
    }

    /// Bytes since the start that were part of no answer.
    pub fn rejected_bytes(&self) -> u64 {
        self.frames.rejected()
    }
}

fn keep(answers: &mut VecDeque<Answer>) -> impl FnMut(&[u8]) + '_ {
    |frame| {
        if answers.len() < ANSWERS_MAX {
            answers.extend(answer(frame));
        }
    }
}

fn begin(bytes: &[u8]) -> Beginning {
    if bytes[0] != STX {
        return Beginning::Garbage;
    }
    let text = &bytes[1..bytes.len().min(FRAME_MAX)];
    match text.iter().position(|byte| !matches!(byte, b' '..=b'~')) {
        Some(end) if text[end] == ETX && parts(&bytes[..end + 2]).is_some() => Beginning::Frame(end + 2),
        None if bytes.len() < FRAME_MAX => Beginning::Unfinished,
        Some(_) | None => Beginning::Garbage,
    }
}

/// Function, error counter and data of what stands between STX and ETX; `None` for what is no answer, our own question
/// for one.
fn parts(frame: &[u8]) -> Option<(FunctionCode, u8, &str)> {
    // The first byte after STX says nothing and is usually blank.
    let [STX, _, code @ .., ETX] = frame else { return None };
    let (code, rest) = code.split_at_checked(4)?;
    let function = FunctionCode::from_bytes(code)?;
    let rest = str::from_utf8(rest).ok()?.strip_prefix(' ')?.trim_start_matches(' ');
    let (digit, data) = rest.split_once(' ').unwrap_or((rest, ""));
    let [digit @ b'0'..=b'9'] = digit.as_bytes() else { return None };
    Some((function, digit - b'0', data))
}

fn answer(frame: &[u8]) -> Option<Answer> {
    let (function, errors, data) = parts(frame)?;
    let mut words = data.split_ascii_whitespace();
    let refusal = words.next().filter(|_| words.next().is_none()).and_then(Refusal::from_word);
    let data = match refusal {
        Some(refusal) => Err(refusal),
        None => Ok(data.split_ascii_whitespace().map(str::to_owned).collect()),
    };
    Some(Answer { function, errors, data })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answers(pieces: &[&[u8]]) -> (Vec<Answer>, u64) {
        let mut decoder = Decoder::default();
        for piece in pieces {
            decoder.push(piece);
        }
        decoder.on_silence();
        (std::iter::from_fn(|| decoder.next_answer()).collect(), decoder.rejected_bytes())
    }

    fn said(text: &str) -> Vec<u8> {
        [&[STX], text.as_bytes(), &[ETX]].concat()
    }

    #[test]
    fn a_question_carries_its_channel_and_data() {
        assert_eq!(question(FunctionCode::ZERO_GAS, 1, &["10"]), said(" SNGA K1 10"));
    }

    /// The answer that a public source's comment gives (STANDARDS.md 11.1).
    #[test]
    fn the_published_answer_is_read() {
        let (all, rejected) = answers(&[&said(" ASTZ 0 SREM ASTZ")]);
        let words = vec!["SREM".to_owned(), "ASTZ".to_owned()];
        assert_eq!(all, [Answer { function: FunctionCode::STATE, errors: 0, data: Ok(words) }]);
        assert_eq!(rejected, 0);
    }

    #[test]
    fn a_refusal_is_told_from_data() {
        let data = |text: &str| answers(&[&said(text)]).0.pop().map(|answer| answer.data);
        assert_eq!(data(" AKON 0 BS"), Some(Err(Refusal::Busy)));
        assert_eq!(data(" AKON 3 OF"), Some(Err(Refusal::Offline)));
        assert_eq!(data("xAKON 0 12.5 BS"), Some(Ok(vec!["12.5".to_owned(), "BS".to_owned()])));
        assert_eq!(data(" AKON 0"), Some(Ok(vec![])));
        assert_eq!(data(" ???? 0 NA"), Some(Err(Refusal::NotAvailable)));
        assert_eq!(data(" AKON K0"), None, "our own question, come back");
        assert_eq!(data(" akon 0"), None);
    }

    #[test]
    fn a_frame_without_an_end_is_given_up() {
        let endless = [&[STX][..], &[b'A'; 2 * FRAME_MAX]].concat();
        let (all, rejected) = answers(&[&endless, &said(" AKON 0 1")]);
        assert_eq!((all.len(), rejected), (1, endless.len() as u64));
    }

    proptest! {
        #[test]
        fn every_split_of_the_stream_gives_the_same_answers(
            parts in prop::collection::vec(
                prop_oneof![
                    "[ -~]{0,30}".prop_map(|text| said(&text)),
                    "[A-Z]{4} [0-9]( [0-9.]{1,6}){0,4}".prop_map(|text| said(&format!(" {text}"))),
                    prop::collection::vec(any::<u8>(), 0..8),
                ],
                0..8,
            ),
        ) {
            let bytes = parts.concat();
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(answers(&single), answers(&[&bytes]));
        }
    }
}
