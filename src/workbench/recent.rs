//! The files that were opened last, remembered from one run to the next.
//!
//! A convenience must never be in the way: whatever is wrong with the file that keeps the list, there is a list, perhaps
//! an empty one, and no error. The methods read and write that small file, so call them where a slow disk does no harm.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use etcetera::BaseStrategy as _;
use serde_json::Value;

/// How many files are remembered.
const MOST: usize = 20;
/// Bytes of the list's file that are read at most; twenty paths are far fewer.
const MOST_BYTES: u64 = 1 << 20;
/// How long another window may hold the list before this one goes on regardless.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// Recently opened files: absolute paths, the latest first, each once, at most 20.
#[derive(Debug)]
pub struct Recent {
    at: PathBuf,
    paths: Vec<PathBuf>,
    /// Whether the file may hold less than is known here, as it could not be written.
    is_unsaved: bool,
}

impl Recent {
    /// The list kept in the file at `at`; an empty one where there is no such file, or none that can be understood.
    pub fn load(at: PathBuf) -> Self {
        let paths = read(&at).unwrap_or_default();
        Self { at, paths, is_unsaved: false }
    }

    /// Where this user's list belongs; none for a user without a home folder.
    pub fn default_place() -> Option<PathBuf> {
        let dirs = etcetera::choose_base_strategy().ok()?;
        // Only Linux and its like have a folder for state.
        let folder = dirs.state_dir().unwrap_or_else(|| dirs.data_dir());
        Some(folder.join("scumble").join("recent.json"))
    }

    /// The files, the latest first. Whether they still exist is not checked.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Puts a file at the top of the list; a relative path is taken from the current folder.
    pub fn add(&mut self, path: &Path) {
        let Ok(path) = std::path::absolute(path) else {
            return;
        };
        self.change(|paths| {
            paths.retain(|other| *other != path);
            paths.insert(0, path);
        });
    }

    /// Takes a file off the list.
    pub fn forget(&mut self, path: &Path) {
        let Ok(path) = std::path::absolute(path) else {
            return;
        };
        self.change(|paths| paths.retain(|other| *other != path));
    }

    /// Changes the list as it is now in the file, where another window may have written since.
    fn change(&mut self, change: impl FnOnce(&mut Vec<PathBuf>)) {
        if let Some(folder) = self.at.parent() {
            // What cannot be made cannot be written either: that is seen below.
            let _ = std::fs::create_dir_all(folder);
        }
        let lock = lock(&self.at);
        if !self.is_unsaved
            && let Ok(paths) = read(&self.at)
        {
            self.paths = paths;
        }
        change(&mut self.paths);
        self.paths.truncate(MOST);
        self.is_unsaved = write(&self.at, &self.paths).is_err();
        drop(lock);
    }
}

/// Keeps other windows from changing the list while this one does. None where locking does not work or takes too long:
/// an entry may then be lost, which is better than a window that hangs.
fn lock(at: &Path) -> Option<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(at.with_extension("lock")).ok()?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(std::fs::TryLockError::WouldBlock) if started.elapsed() < LOCK_PATIENCE => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(_) => return None,
        }
    }
}

fn read(at: &Path) -> io::Result<Vec<PathBuf>> {
    // A pipe or device by that name would never end.
    if !std::fs::metadata(at)?.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    File::open(at)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    let entries: Vec<Value> = serde_json::from_slice(&bytes)?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for path in entries.iter().filter_map(decode).filter(|path| path.is_absolute()) {
        if !paths.contains(&path) && paths.len() < MOST {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn write(at: &Path, paths: &[PathBuf]) -> io::Result<()> {
    let folder = at.parent().ok_or(io::ErrorKind::InvalidInput)?;
    if std::fs::metadata(at).is_ok_and(|facts| facts.permissions().readonly()) {
        // A rename would replace it all the same; whoever made it read-only meant it.
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let entries: Vec<Value> = paths.iter().map(|path| encode(path)).collect();
    let mut file = tempfile::Builder::new().prefix(".recent-").tempfile_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(&entries)?)?;
    file.persist(at)?;
    Ok(())
}

/// A path as JSON: text, or its bytes where they are no text.
fn encode(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => Value::from(text),
        #[cfg(unix)]
        None => {
            use std::os::unix::ffi::OsStrExt as _;
            Value::from(path.as_os_str().as_bytes())
        }
        #[cfg(not(unix))]
        None => Value::Null,
    }
}

fn decode(entry: &Value) -> Option<PathBuf> {
    #[cfg(unix)]
    if let Some(bytes) = entry.as_array() {
        use std::os::unix::ffi::OsStringExt as _;
        let byte = |value: &Value| value.as_u64().and_then(|n| u8::try_from(n).ok());
        let bytes: Option<Vec<u8>> = bytes.iter().map(byte).collect();
        return Some(std::ffi::OsString::from_vec(bytes?).into());
    }
    entry.as_str().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(dir: &tempfile::TempDir) -> PathBuf {
        dir.path().join("state/scumble/recent.json")
    }

    fn root() -> PathBuf {
        std::path::absolute("/").unwrap()
    }

    #[test]
    fn the_latest_comes_first_and_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut recent = Recent::load(place(&dir));
        let [a, b] = ["a", "b"].map(|name| root().join(name));
        for path in [&a, &b, &a] {
            recent.add(path);
        }
        assert_eq!(recent.paths(), [a.clone(), b.clone()]);
        assert_eq!(Recent::load(place(&dir)).paths(), [a, b]);
    }

    #[test]
    fn at_most_twenty_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut recent = Recent::load(place(&dir));
        for i in 0..25 {
            recent.add(&root().join(i.to_string()));
        }
        let expected: Vec<_> = (5..25).rev().map(|i| root().join(i.to_string())).collect();
        assert_eq!(recent.paths(), expected);
        assert_eq!(Recent::load(place(&dir)).paths(), expected);
    }

    #[test]
    fn relative_paths_become_absolute_and_can_be_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let mut recent = Recent::load(place(&dir));
        recent.add(Path::new("points.npy"));
        assert_eq!(recent.paths(), [std::env::current_dir().unwrap().join("points.npy")]);
        recent.forget(Path::new("points.npy"));
        assert!(recent.paths().is_empty());
        assert!(Recent::load(place(&dir)).paths().is_empty());
    }

    #[test]
    fn two_windows_keep_each_others_entries() {
        let dir = tempfile::tempdir().unwrap();
        let (mut one, mut two) = (Recent::load(place(&dir)), Recent::load(place(&dir)));
        let [a, b, c] = ["a", "b", "c"].map(|name| root().join(name));
        one.add(&a);
        two.add(&b);
        one.add(&c);
        assert_eq!(one.paths(), [c.clone(), b.clone(), a.clone()]);
        two.forget(&c);
        assert_eq!(two.paths(), [b, a]);
    }

    #[test]
    fn windows_that_write_at_the_same_time_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        thread::scope(|scope| {
            for window in 0..4 {
                let at = place(&dir);
                scope.spawn(move || {
                    let mut recent = Recent::load(at);
                    for i in 0..5 {
                        recent.add(&root().join(format!("{window}-{i}")));
                    }
                });
            }
        });
        assert_eq!(Recent::load(place(&dir)).paths().len(), 20);
    }

    #[test]
    fn a_broken_file_is_an_empty_list_that_can_be_added_to() {
        let dir = tempfile::tempdir().unwrap();
        let at = place(&dir);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        for broken in ["", "[\"/a\"", "{}", "\u{0}\u{1}", "null"] {
            std::fs::write(&at, broken).unwrap();
            let mut recent = Recent::load(at.clone());
            assert!(recent.paths().is_empty(), "{broken:?}");
            recent.add(&root().join("a"));
            assert_eq!(Recent::load(at.clone()).paths(), [root().join("a")]);
        }
    }

    #[test]
    fn entries_that_make_no_sense_are_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("recent.json");
        let good = root().join("a");
        let text = serde_json::json!([good, 3, null, "relative", [300], {"x": 1}, good]);
        std::fs::write(&at, text.to_string()).unwrap();
        assert_eq!(Recent::load(at).paths(), [good]);
    }

    #[test]
    fn a_folder_where_the_file_should_be_does_no_harm() {
        let dir = tempfile::tempdir().unwrap();
        let mut recent = Recent::load(dir.path().to_owned());
        recent.add(&root().join("a"));
        recent.add(&root().join("b"));
        assert_eq!(recent.paths(), [root().join("b"), root().join("a")]);
    }

    #[test]
    fn a_read_only_file_stays_and_the_window_still_remembers() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("recent.json");
        let [a, b, c] = ["a", "b", "c"].map(|name| root().join(name));
        std::fs::write(&at, serde_json::json!([a]).to_string()).unwrap();
        let mut permissions = std::fs::metadata(&at).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&at, permissions).unwrap();
        let mut recent = Recent::load(at.clone());
        recent.add(&b);
        recent.add(&c);
        assert_eq!(recent.paths(), [c, b, a.clone()]);
        assert_eq!(Recent::load(at).paths(), [a]);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_kept() {
        use std::os::unix::ffi::OsStrExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = Path::new(std::ffi::OsStr::from_bytes(b"/data/\xff.npy"));
        Recent::load(place(&dir)).add(path);
        assert_eq!(Recent::load(place(&dir)).paths(), [path]);
    }

    #[test]
    fn nothing_but_the_list_and_its_lock_is_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        Recent::load(place(&dir)).add(&root().join("a"));
        let mut names: Vec<_> =
            place(&dir).parent().unwrap().read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["recent.json", "recent.lock"]);
    }
}
