//! Pictures that wait for their passage, in memory and within limits.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use edge_core::matching::PictureId;
use plumewatch_shared::time::Tick;

/// All waiting pictures together, bytes. A vehicle has two to six of about 200 KiB and waits a few seconds, so
/// this is a hundred vehicles; beyond it the oldest go, and are counted.
pub const BYTES_MAX: usize = 128 << 20;

/// No passage waits so long: what is older has none.
pub const AGE_MAX: Duration = Duration::from_secs(120);

/// The pictures.
#[derive(Debug, Default)]
pub struct Pictures {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Ids grow, so the first is the oldest.
    held: BTreeMap<PictureId, (Tick, Vec<u8>)>,
    next: u64,
    bytes: usize,
    dropped: u64,
}

impl Pictures {
    /// Keeps a picture that came at `now`; gives its name.
    pub fn put(&self, picture: Vec<u8>, now: Tick) -> PictureId {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.next += 1;
        let id = PictureId(inner.next);
        inner.bytes += picture.len();
        inner.held.insert(id, (now, picture));
        while let Some((&oldest, &(came, _))) = inner.held.first_key_value() {
            if inner.bytes <= BYTES_MAX && now.since(came) <= AGE_MAX {
                break;
            }
            inner.take(oldest);
            inner.dropped += 1;
        }
        id
    }

    /// Gives a picture away; `None` if it has gone.
    pub fn take(&self, id: PictureId) -> Option<Vec<u8>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).take(id)
    }

    /// Pictures given up for age or room, since the start.
    pub fn dropped(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).dropped
    }
}

impl Inner {
    fn take(&mut self, id: PictureId) -> Option<Vec<u8>> {
        let (_, picture) = self.held.remove(&id)?;
        self.bytes -= picture.len();
        Some(picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_given_once_and_an_old_one_goes_by_itself() {
        let pictures = Pictures::default();
        let start = Tick { micros: 0 };
        let (first, second) = (pictures.put(vec![1], start), pictures.put(vec![2], start));
        assert_eq!(pictures.take(second), Some(vec![2]));
        assert_eq!(pictures.take(second), None);
        pictures.put(vec![3], start.after(AGE_MAX + Duration::from_secs(1)));
        assert_eq!((pictures.take(first), pictures.dropped()), (None, 1));
    }

    #[test]
    fn the_oldest_go_when_there_is_no_room() {
        let pictures = Pictures::default();
        let start = Tick { micros: 0 };
        let first = pictures.put(vec![0; BYTES_MAX], start);
        let second = pictures.put(vec![0; 1], start);
        assert_eq!(pictures.take(first), None);
        assert!(pictures.take(second).is_some());
    }
}
