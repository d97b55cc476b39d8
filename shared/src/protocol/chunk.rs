//! Evidence files in pieces: `version (1 byte) | total (u32, big-endian) | offset (u32) | bytes`.
//!
//! The file's hash is in the topic. Pieces are taken in order; the receipt says where to go on, so a cut link
//! costs one piece.

use super::EVIDENCE_MAX;

/// The most bytes of a file in one chunk.
pub const CHUNK_BYTES_MAX: usize = 64 * 1024;

const HEAD: usize = 9;

/// One piece of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Size of the whole file, bytes.
    pub total: u32,
    /// Where this piece begins.
    pub offset: u32,
    /// The piece; empty only for an empty file, which does not exist.
    pub bytes: &'a [u8],
}

/// A payload is no chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// Too short for a head and one byte.
    #[error("a chunk of {0} bytes is too short")]
    Short(usize),
    /// Another version.
    #[error("chunk version {0} is not known")]
    Version(u8),
    /// More than [`CHUNK_BYTES_MAX`].
    #[error("a chunk of {0} bytes is too long")]
    Long(usize),
    /// The file would be larger than evidence may be, or this piece reaches past its end.
    #[error("bytes {offset}..{end} do not lie in a file of {total}")]
    Outside {
        /// Where the piece begins.
        offset: u32,
        /// Where it would end.
        end: u64,
        /// The file's size.
        total: u32,
    },
}

impl<'a> Chunk<'a> {
    /// The payload of this chunk.
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(HEAD + self.bytes.len());
        payload.push(super::VERSION);
        payload.extend_from_slice(&self.total.to_be_bytes());
        payload.extend_from_slice(&self.offset.to_be_bytes());
        payload.extend_from_slice(self.bytes);
        payload
    }

    /// The chunk in a payload.
    pub fn decode(payload: &'a [u8]) -> Result<Self, ChunkError> {
        let Some((head, bytes)) = payload.split_first_chunk::<HEAD>() else {
            return Err(ChunkError::Short(payload.len()));
        };
        let [version, t0, t1, t2, t3, o0, o1, o2, o3] = *head;
        let (total, offset) = (u32::from_be_bytes([t0, t1, t2, t3]), u32::from_be_bytes([o0, o1, o2, o3]));
        let end = u64::from(offset) + bytes.len() as u64;
        if version != super::VERSION {
            Err(ChunkError::Version(version))
        } else if bytes.is_empty() {
            Err(ChunkError::Short(payload.len()))
        } else if bytes.len() > CHUNK_BYTES_MAX {
            Err(ChunkError::Long(bytes.len()))
        } else if end > total.into() || total > EVIDENCE_MAX {
            Err(ChunkError::Outside { offset, end, total })
        } else {
            Ok(Self { total, offset, bytes })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_chunk_reads_back(total in 1u32..EVIDENCE_MAX, offset in 0u32..1000, bytes in prop::collection::vec(any::<u8>(), 1..200)) {
            let chunk = Chunk { total: total.max(2_000), offset, bytes: &bytes };
            let payload = chunk.encode();
            prop_assert_eq!(Chunk::decode(&payload), Ok(chunk));
        }

        #[test]
        fn no_payload_makes_the_decoder_panic(payload in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(chunk) = Chunk::decode(&payload) {
                prop_assert!(chunk.offset as usize + chunk.bytes.len() <= chunk.total as usize);
            }
        }
    }
}
