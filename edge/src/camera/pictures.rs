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
    held: BTreeMap<PictureId, (Tick, Option<Vec<u8>>)>,
    next: u64,
    bytes: usize,
    dropped: u64,
}

impl Pictures {
    /// Keeps a picture that came at `now`; gives its name.
    pub fn put(&self, picture: Vec<u8>, now: Tick) -> PictureId {
        self.add(Some(picture), now)
    }

    /// Names what is still to come.
    pub fn promise(&self, now: Tick) -> PictureId {
        self.add(None, now)
    }

    /// Brings what was promised, or says that it will not come. What was given up meanwhile is dropped.
    pub fn fulfil(&self, id: PictureId, picture: Option<Vec<u8>>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = inner.held.get_mut(&id).filter(|(_, held)| held.is_none()) else { return };
        match picture {
            Some(picture) => {
                let bytes = picture.len();
                held.1 = Some(picture);
                inner.bytes += bytes;
            }
            None => {
                inner.held.remove(&id);
            }
        }
        inner.shed(None);
    }

    /// Is this still to come?
    pub fn is_awaited(&self, id: PictureId) -> bool {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.held.get(&id).is_some_and(|(_, picture)| picture.is_none())
    }

    fn add(&self, picture: Option<Vec<u8>>, now: Tick) -> PictureId {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.next += 1;
        let id = PictureId(inner.next);
        inner.bytes += picture.as_ref().map_or(0, Vec::len);
        inner.held.insert(id, (now, picture));
        inner.shed(Some(now));
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
        self.bytes -= picture.as_ref().map_or(0, Vec::len);
        picture
    }

    /// Gives up the oldest until the limits hold.
    fn shed(&mut self, now: Option<Tick>) {
        while let Some((&oldest, &(came, _))) = self.held.first_key_value() {
            let young = now.is_none_or(|now| now.since(came) <= AGE_MAX);
            if self.bytes <= BYTES_MAX && young {
                break;
            }
            self.take(oldest);
            self.dropped += 1;
        }
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
    fn what_was_promised_is_awaited_until_it_comes_or_is_refused() {
        let pictures = Pictures::default();
        let start = Tick { micros: 0 };
        let (one, other, third) = (pictures.promise(start), pictures.promise(start), pictures.promise(start));
        assert!(pictures.is_awaited(one) && pictures.is_awaited(other));
        pictures.fulfil(one, Some(vec![7; 3]));
        pictures.fulfil(other, None);
        assert!(!pictures.is_awaited(one) && !pictures.is_awaited(other));
        assert_eq!((pictures.take(one), pictures.take(other)), (Some(vec![7; 3]), None));
        assert_eq!(pictures.take(third), None, "nobody waits any more");
        pictures.fulfil(third, Some(vec![1]));
        assert!(!pictures.is_awaited(third));
        assert_eq!(pictures.take(third), None);
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
