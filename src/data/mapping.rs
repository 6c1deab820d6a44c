//! A file mapped for reading, safe against files that shrink while they are read.
//!
//! The contract: the bytes of a [`Mapping`] may change under the reader when another program writes the file; Scumble
//! reads them as plain numbers, so the worst that comes of it is a mixture of old and new numbers. When the file becomes
//! *shorter*, the kernel raises SIGBUS for the pages that vanished. A handler then puts zero pages in their place and marks
//! the mapping as failed; whoever reads must call [`Mapping::check`] after each block and throw the block away on an error.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memmap2::Mmap;

use super::error::DataError;
use super::watch::FileFacts;

/// A file's bytes, mapped.
#[derive(Debug)]
pub struct Mapping {
    map: Mmap,
    file: File,
    path: PathBuf,
    /// As they were when it was mapped.
    facts: FileFacts,
    watch: watch::Watch,
    /// Whether a pass has touched the file from end to end, so that its pages are mapped already.
    walked: AtomicBool,
}

impl Mapping {
    /// Maps the file at `path` whole.
    ///
    /// # Errors
    /// A directory, an empty file, a file that cannot be opened or mapped.
    pub fn open(path: &Path) -> Result<Arc<Self>, DataError> {
        let io = |doing: &str, source| DataError::Io { doing: doing.to_owned(), source }.at(path);
        let file = File::open(path).map_err(|e| {
            // Windows does not open directories, and says that one may not.
            if path.is_dir() { DataError::Directory.at(path) } else { io("opening the file", e) }
        })?;
        let facts = file.metadata().map_err(|e| io("reading the file's size", e))?;
        if facts.is_dir() {
            return Err(DataError::Directory.at(path));
        }
        if !facts.is_file() {
            return Err(DataError::Device.at(path));
        }
        Self::of_file(file, path)
    }

    /// Maps an open file whole; `path` is used in messages only.
    ///
    /// # Errors
    /// An empty file, or one that cannot be mapped.
    pub fn of_file(file: File, path: &Path) -> Result<Arc<Self>, DataError> {
        let io = |doing: &str, source| DataError::Io { doing: doing.to_owned(), source }.at(path);
        let facts = FileFacts::of(&file.metadata().map_err(|e| io("reading the file's size", e))?);
        if facts.len == 0 {
            return Err(DataError::Empty.at(path));
        }
        // SAFETY: the map is read-only and its bytes are only ever read as plain numbers; see the contract above for
        // what happens when the file changes or shrinks.
        #[expect(unsafe_code, reason = "mapping a file is what this module is for")]
        let map = unsafe { Mmap::map(&file) }.map_err(|e| io("mapping the file", e))?;
        let watch = watch::Watch::over(&map);
        Ok(Arc::new(Self { map, file, path: path.to_owned(), facts, watch, walked: AtomicBool::new(false) }))
    }

    /// The mapped bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Number of mapped bytes.
    pub fn len(&self) -> u64 {
        self.map.len() as u64
    }

    /// Whether nothing is mapped (never, as empty files are refused).
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Where the file is, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was known of the file when it was mapped, to tell later whether it changed since.
    pub fn facts(&self) -> FileFacts {
        self.facts
    }

    /// Notes that a pass has touched the file from end to end.
    pub fn note_walked(&self) {
        self.walked.store(true, Ordering::Relaxed);
    }

    /// Has the kernel map `len` bytes from `offset`, before loops that faults would interrupt work on them; does nothing for
    /// a file that was walked already.
    ///
    /// Touching a byte of each stretch that a fault maps is cheaper than asking for all pages, of which the kernel then
    /// looks at every one: 57 ms against 67 ms for 800 MB in the page cache. A page that is not there any more is found by
    /// [`Mapping::check`], as with any other read.
    pub fn prefault(&self, offset: u64, len: u64) {
        /// Bytes that Linux maps at a fault where it has them in memory (`fault_around_bytes`).
        const STRETCH: usize = 1 << 16;
        if self.walked.load(Ordering::Relaxed) {
            return;
        }
        let end = offset.saturating_add(len).min(self.len());
        if let (Ok(start), Ok(end)) = (usize::try_from(offset), usize::try_from(end))
            && let Some(bytes) = self.map.get(start..end)
        {
            for byte in bytes.iter().step_by(STRETCH) {
                std::hint::black_box(*byte);
            }
        }
    }

    /// Whether all that was read so far was really in the file.
    ///
    /// # Errors
    /// [`DataError::Shrunk`] or [`DataError::Unreadable`]; what was read since the last good check is worthless.
    pub fn check(&self) -> Result<(), DataError> {
        let found = self.file.metadata().map_or(0, |m| m.len());
        if found < self.len() {
            return Err(DataError::Shrunk { expected: self.len(), found }.at(&self.path));
        }
        if self.watch.failed() {
            return Err(DataError::Unreadable.at(&self.path));
        }
        Ok(())
    }
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "a signal handler is the only way to survive pages that vanish")]
mod watch {
    use std::sync::Once;
    use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

    /// How many mappings can be watched at a time; further ones work, but a truncation under them ends the process.
    const SLOTS: usize = 1024;

    struct Slot {
        start: AtomicUsize,
        len: AtomicUsize,
        failed: AtomicBool,
    }

    static WATCHED: [Slot; SLOTS] =
        [const { Slot { start: AtomicUsize::new(0), len: AtomicUsize::new(0), failed: AtomicBool::new(false) } };
            SLOTS];
    static INSTALL: Once = Once::new();
    static EARLIER: AtomicPtr<libc::sigaction> = AtomicPtr::new(std::ptr::null_mut());
    static PAGE: AtomicUsize = AtomicUsize::new(4096);

    /// A mapped range that the SIGBUS handler looks after.
    #[derive(Debug)]
    pub struct Watch(Option<usize>);

    impl Watch {
        pub fn over(bytes: &[u8]) -> Self {
            INSTALL.call_once(install);
            let start = bytes.as_ptr() as usize;
            let taken = WATCHED
                .iter()
                .position(|slot| slot.start.compare_exchange(0, start, Ordering::AcqRel, Ordering::Relaxed).is_ok());
            if let Some(i) = taken {
                WATCHED[i].failed.store(false, Ordering::Release);
                WATCHED[i].len.store(bytes.len(), Ordering::Release);
            }
            Self(taken)
        }

        pub fn failed(&self) -> bool {
            self.0.is_some_and(|i| WATCHED[i].failed.load(Ordering::Acquire))
        }
    }

    impl Drop for Watch {
        fn drop(&mut self) {
            if let Some(i) = self.0 {
                WATCHED[i].len.store(0, Ordering::Release);
                WATCHED[i].start.store(0, Ordering::Release);
            }
        }
    }

    fn install() {
        // SAFETY: plain libc calls with valid, zeroed structs; the earlier action is leaked so that the handler may
        // read it at any time.
        unsafe {
            if let Ok(page) = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)) {
                PAGE.store(page, Ordering::Release);
            }
            let earlier = Box::leak(Box::new(std::mem::zeroed::<libc::sigaction>()));
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_bus_error as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER;
            libc::sigemptyset(&raw mut action.sa_mask);
            EARLIER.store(earlier, Ordering::Release);
            libc::sigaction(libc::SIGBUS, &raw const action, earlier);
        }
    }

    extern "C" fn on_bus_error(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
        // SAFETY: only atomics, mmap and sigaction are used, all of which a signal handler may use. The pages replaced
        // belong to a live read-only mapping of ours, from the faulting page to its end, and stay readable.
        unsafe {
            let at = (*info).si_addr() as usize;
            let page = PAGE.load(Ordering::Acquire);
            for slot in &WATCHED {
                let start = slot.start.load(Ordering::Acquire);
                let end = start + slot.len.load(Ordering::Acquire);
                if start == 0 || at < start || at >= end {
                    continue;
                }
                let from = at / page * page;
                let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANON;
                let to = end.div_ceil(page) * page;
                let put = libc::mmap(from as *mut libc::c_void, to - from, libc::PROT_READ, flags, -1, 0);
                if put != libc::MAP_FAILED {
                    slot.failed.store(true, Ordering::Release);
                    return;
                }
            }
            // Not ours: let the earlier handler, or the default, have it when the instruction runs again.
            let earlier = EARLIER.load(Ordering::Acquire);
            if !earlier.is_null() {
                libc::sigaction(signal, earlier, std::ptr::null_mut());
            }
        }
    }
}

#[cfg(not(unix))]
mod watch {
    /// Windows does not let a mapped file be truncated, so there is nothing to watch.
    #[derive(Debug)]
    pub struct Watch;

    impl Watch {
        pub fn over(_: &[u8]) -> Self {
            Self
        }

        pub fn failed(&self) -> bool {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_file_truncated_under_the_reader_is_an_error_not_a_death() {
        use std::io::Write as _;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![7_u8; 1 << 20]).unwrap();
        let map = Mapping::open(file.path()).unwrap();
        assert!(map.check().is_ok());
        file.as_file().set_len(4096).unwrap();
        let sum: u64 = map.bytes().iter().map(|b| u64::from(*b)).sum();
        assert_eq!(sum, 7 * 4096);
        assert!(map.check().is_err());
        // Grown again, the size is right but the zeros that were read are not: still an error.
        file.as_file().set_len(1 << 20).unwrap();
        assert!(map.check().is_err());
    }

    #[test]
    fn directories_and_empty_files_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Mapping::open(dir.path()).is_err());
        let empty = tempfile::NamedTempFile::new().unwrap();
        assert!(Mapping::open(empty.path()).is_err());
        assert!(Mapping::open(&dir.path().join("missing")).is_err());
    }
}
