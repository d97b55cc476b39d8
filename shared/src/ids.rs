//! Names of things: stations, passages, files, devices. Each is a type of its own, so none is taken for another.

use std::{fmt, str::FromStr};

/// A text is not the name it was taken for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not {wanted}")]
pub struct IdError {
    /// The text, cut to 40 characters.
    pub text: String,
    /// What a right one looks like.
    pub wanted: &'static str,
}

fn refuse<T>(text: &str, wanted: &'static str) -> Result<T, IdError> {
    Err(IdError { text: text.chars().take(40).collect(), wanted })
}

/// A monitoring point (DWBH): one letter, the six digits of its county (GB/T 2260), three digits.
/// `A110119001` is point 001 in Yanqing, Beijing (STANDARDS.md 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StationId([u8; 10]); // Invariant: ASCII of the form above.

impl StationId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII passes the parser")
    }

    /// Where it stands.
    pub fn region(&self) -> Region {
        self.as_str()[1..7].parse().expect("the parser saw six digits")
    }
}

impl FromStr for StationId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match <[u8; 10]>::try_from(text.as_bytes()) {
            Ok(bytes) if bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit) => {
                Ok(Self(bytes))
            }
            _ => refuse(text, "a station id: a capital letter, six digits of the county, three digits"),
        }
    }
}

impl fmt::Display for StationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An administrative region (GB/T 2260): province, city and county, two digits each; zeros mean "all below".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(u32); // Invariant: below 1 000 000.

impl Region {
    /// The six digits as a number.
    pub fn code(self) -> u32 {
        self.0
    }

    /// The whole country.
    pub const COUNTRY: Self = Self(0);

    /// How exact it is: 0 the country, 1 a province, 2 a city, 3 a county.
    pub const fn level(self) -> u8 {
        match self.0 {
            0 => 0,
            code if code.is_multiple_of(10_000) => 1,
            code if code.is_multiple_of(100) => 2,
            _ => 3,
        }
    }

    /// Does this region hold `other`, itself included? 140000 (Shanxi) holds 140105.
    pub fn contains(self, other: Self) -> bool {
        match self.0 {
            0 => true,
            code if code.is_multiple_of(10_000) => code / 10_000 == other.0 / 10_000,
            code if code.is_multiple_of(100) => code / 100 == other.0 / 100,
            code => code == other.0,
        }
    }
}

impl FromStr for Region {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.parse().expect("six digits fit")))
        } else {
            refuse(text, "a region: six digits (GB/T 2260)")
        }
    }
}

impl TryFrom<String> for Region {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.to_string()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// A lane of a station, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneNo(u8); // Invariant: 1 to 99.

impl LaneNo {
    /// `None` outside 1 to 99.
    pub const fn new(number: u8) -> Option<Self> {
        if 1 <= number && number <= 99 { Some(Self(number)) } else { None }
    }

    /// 1 to 99.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// The one name of a passage for ever: minted on the edge when the passage closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PassageId {
    /// Where it was seen.
    pub station: StationId,
    /// Counts the station's records from 1 without gaps, through restarts.
    pub sequence: u64,
}

impl fmt::Display for PassageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:010}", self.station, self.sequence)
    }
}

impl FromStr for PassageId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wanted = "a passage id: station, hyphen, sequence of ten or more digits";
        let Some((station, sequence)) = text.split_once('-') else { return refuse(text, wanted) };
        let plain = sequence.len() == 10 || (sequence.len() > 10 && !sequence.starts_with('0'));
        match (station.parse(), sequence.parse()) {
            (Ok(station), Ok(sequence)) if plain && !text.contains('+') => Ok(Self { station, sequence }),
            _ => refuse(text, wanted),
        }
    }
}

/// SHA-256 of a file's bytes, which is also its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileHash(pub [u8; 32]);

impl FileHash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest;
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileHash({self})")
    }
}

impl FromStr for FileHash {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wanted = "a SHA-256: 64 digits 0-9 a-f";
        let mut bytes = [0; 32];
        if text.bytes().any(|b| b.is_ascii_uppercase()) || hex::decode_to_slice(text, &mut bytes).is_err() {
            return refuse(text, wanted);
        }
        Ok(Self(bytes))
    }
}

/// A device's own name (serial number, audit number): 1 to 40 characters of `A-Z a-z 0-9 - _ . /`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(String);

impl DeviceId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DeviceId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
        if (1..=40).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            refuse(text, "a device id: 1 to 40 of A-Z a-z 0-9 - _ . /")
        }
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_id_reads_back_as_it_was_written() {
        let id = PassageId { station: "A140105001".parse().unwrap(), sequence: 42 };
        assert_eq!(id.to_string(), "A140105001-0000000042");
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["A140105001-42", "A140105001", "a140105001-0000000042", "A140105001-+000000042", ""] {
            assert!(wrong.parse::<PassageId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_province_holds_its_cities_and_counties_only() {
        let region = |code: &str| code.parse::<Region>().unwrap();
        assert!(region("140000").contains(region("140105")));
        assert!(region("140100").contains(region("140105")));
        assert!(!region("140100").contains(region("140205")));
        assert!(!region("140105").contains(region("140100")));
        assert!(region("000000").contains(region("140105")));
    }
}
