//! The chunks that were unpacked last. Who needs one that another thread is unpacking waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Which chunk: the array's number, whether it is a list of the chunks in a shard, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) array: usize,
    pub(super) is_index: bool,
    pub(super) at: Vec<u64>,
}

type Bytes = Arc<Vec<u8>>;
type Slot = Arc<Mutex<Option<Bytes>>>;

/// Unpacked chunks of all arrays of a store.
#[derive(Debug)]
pub(super) struct Cache {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    chunks: HashMap<Key, Entry>,
    bytes: usize,
    /// Counts looks, to tell what was looked at last.
    now: u64,
}

#[derive(Debug, Default)]
struct Entry {
    slot: Slot,
    seen: u64,
    /// Bytes, once it is made.
    len: Option<usize>,
}

impl Cache {
    /// Keeps at most so many bytes, but always the last chunk.
    pub(super) fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A chunk, as it was kept or as it is made now.
    ///
    /// # Errors
    /// Those of making it; nothing is kept then.
    pub(super) fn get<E>(&self, key: &Key, make: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Bytes, E> {
        let slot = {
            let mut kept = self.kept();
            kept.now += 1;
            let now = kept.now;
            let entry = kept.chunks.entry(key.clone()).or_default();
            entry.seen = now;
            Arc::clone(&entry.slot)
        };
        let mut held = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = held.as_ref() {
            return Ok(Arc::clone(bytes));
        }
        match make() {
            Ok(bytes) => {
                let bytes = Arc::new(bytes);
                *held = Some(Arc::clone(&bytes));
                drop(held);
                self.keep(key, &slot, bytes.len());
                Ok(bytes)
            }
            Err(problem) => {
                drop(held);
                let mut kept = self.kept();
                if kept.chunks.get(key).is_some_and(|entry| Arc::ptr_eq(&entry.slot, &slot) && entry.len.is_none()) {
                    kept.chunks.remove(key);
                }
                Err(problem)
            }
        }
    }

    /// Counts a new chunk in. Where there are too many bytes, those that were looked at longest ago go: some more than need
    /// be, as looking for them takes long where chunks are many.
    fn keep(&self, key: &Key, slot: &Slot, len: usize) {
        let mut kept = self.kept();
        match kept.chunks.get_mut(key) {
            Some(entry) if Arc::ptr_eq(&entry.slot, slot) => entry.len = Some(len),
            // Somebody failed to make it meanwhile and took it out.
            _ => return,
        }
        kept.bytes += len;
        if kept.bytes <= self.most {
            return;
        }
        let finished = kept.chunks.iter().filter(|(known, entry)| *known != key && entry.len.is_some());
        let mut ages: Vec<(u64, Key)> = finished.map(|(known, entry)| (entry.seen, known.clone())).collect();
        ages.sort_unstable_by_key(|(seen, _)| *seen);
        for (_, known) in ages {
            if kept.bytes <= self.most / 8 * 7 {
                break;
            }
            let gone = kept.chunks.remove(&known).and_then(|entry| entry.len);
            kept.bytes -= gone.unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn key(at: u64) -> Key {
        Key { array: 0, is_index: false, at: vec![at] }
    }

    #[test]
    fn the_chunks_looked_at_last_are_kept() {
        let cache = Cache::new(250);
        let made = AtomicUsize::new(0);
        let get = |at: u64, len: usize| {
            let make = || {
                made.fetch_add(1, Ordering::Relaxed);
                Ok::<_, ()>(vec![0; len])
            };
            cache.get(&key(at), make).unwrap()
        };
        get(1, 100);
        get(2, 100);
        get(1, 100);
        assert_eq!(made.load(Ordering::Relaxed), 2);
        get(3, 100);
        get(1, 100);
        assert_eq!(made.load(Ordering::Relaxed), 3, "2 was the oldest");
        // A chunk that is larger than all that is kept takes the place of all.
        get(4, 1000);
        get(4, 1000);
        assert_eq!(made.load(Ordering::Relaxed), 4);
        get(1, 100);
        assert_eq!(made.load(Ordering::Relaxed), 5);
        assert_eq!(cache.kept().bytes, 100);
    }

    #[test]
    fn what_cannot_be_made_is_tried_again() {
        let cache = Cache::new(100);
        assert_eq!(cache.get(&key(1), || Err("no")).unwrap_err(), "no");
        assert_eq!(*cache.get(&key(1), || Ok::<_, ()>(vec![7])).unwrap(), [7]);
    }

    #[test]
    fn threads_share_one_unpacking() {
        let cache = Cache::new(100);
        let made = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let make = || {
                        made.fetch_add(1, Ordering::Relaxed);
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        Ok::<_, ()>(vec![1])
                    };
                    cache.get(&key(1), make).unwrap();
                });
            }
        });
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }
}
