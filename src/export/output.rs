//! Output files appear whole or not at all: written beside their place, then renamed.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::ExportError;

/// A path that stands for standard output.
pub const STDOUT: &str = "-";

enum Sink {
    /// A regular file in the making, beside its place.
    Beside(BufWriter<NamedTempFile>),
    /// A device or pipe, which no rename could replace.
    Direct(BufWriter<File>),
    Stdout(BufWriter<io::Stdout>),
}

/// A file being written. Dropped without [`Output::finish`], it leaves nothing behind.
pub struct Output<'a> {
    sink: Sink,
    path: PathBuf,
    /// Where it really lies, links followed.
    place: PathBuf,
    stopped: &'a dyn Fn() -> bool,
}

impl<'a> Output<'a> {
    /// Starts to write the file at `path`; `stopped` is asked now and then whether to give up.
    ///
    /// # Errors
    /// A folder that is missing or may not be written.
    pub fn create(path: &Path, stopped: &'a dyn Fn() -> bool) -> Result<Self, ExportError> {
        let failed = |doing, source| ExportError::Io { doing, source, path: path.to_owned() };
        // A link stays a link: what it leads to is written.
        let place = dunce::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let sink = match path.metadata() {
            _ if path == Path::new(STDOUT) => Sink::Stdout(BufWriter::new(io::stdout())),
            Ok(facts) if facts.is_dir() => {
                return Err(failed("writing the output", io::Error::other("this is a directory; name a file in it")));
            }
            Ok(facts) if !facts.is_file() => {
                let file = OpenOptions::new().write(true).open(path);
                Sink::Direct(BufWriter::new(file.map_err(|e| failed("opening the output", e))?))
            }
            _ => {
                let folder = place.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let mut builder = tempfile::Builder::new();
                builder.prefix(".scumble-").suffix(".part");
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt;
                    // As any program's new file; the umask takes its part away.
                    builder.permissions(std::fs::Permissions::from_mode(0o666));
                }
                // The name of the unfinished file says nothing to anybody.
                let plain = |e: io::Error| match e.kind() {
                    io::ErrorKind::NotFound if !folder.exists() => {
                        io::Error::other(format!("there is no folder {}; make it first", folder.display()))
                    }
                    kind => io::Error::from(kind),
                };
                let file = builder.tempfile_in(folder).map_err(|e| failed("creating the output", plain(e)))?;
                Sink::Beside(BufWriter::with_capacity(1 << 18, file))
            }
        };
        Ok(Self { sink, path: path.to_owned(), place, stopped })
    }

    /// Puts the finished file in its place.
    ///
    /// # Errors
    /// A full disk, a place that may not be written, [`ExportError::Cancelled`].
    pub fn finish(mut self) -> Result<(), ExportError> {
        let path = self.path.clone();
        let failed = |doing, source| ExportError::Io { doing, source, path: path.clone() };
        self.flush().map_err(|e| failed("writing the output", e))?;
        if (self.stopped)() {
            return Err(ExportError::Cancelled);
        }
        if let Sink::Beside(writer) = self.sink {
            let file = writer.into_inner().map_err(|e| failed("writing the output", e.into_error()))?;
            file.persist(&self.place).map_err(|e| failed("putting the output in its place", e.error))?;
        }
        Ok(())
    }

    /// An I/O error as this file's, or [`ExportError::Cancelled`] when the person had asked to stop.
    pub fn error(&self, source: io::Error) -> ExportError {
        if (self.stopped)() {
            ExportError::Cancelled
        } else {
            ExportError::Io { doing: "writing the output", source, path: self.path.clone() }
        }
    }

    /// Where the file will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn writer(&mut self) -> &mut dyn Write {
        match &mut self.sink {
            Sink::Beside(w) => w,
            Sink::Direct(w) => w,
            Sink::Stdout(w) => w,
        }
    }
}

/// Where a file is, or will be: the same for all paths that lead there.
#[must_use]
pub fn place(path: &Path) -> PathBuf {
    let beside = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(dunce::canonicalize(folder).ok()?.join(path.file_name()?))
    };
    dunce::canonicalize(path).ok().or_else(beside).unwrap_or_else(|| path.to_owned())
}

/// Writes a small file, whole or not at all.
///
/// # Errors
/// A folder that may not be written, a full disk.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let never = || false;
    let mut out = Output::create(path, &never)?;
    match out.write_all(bytes) {
        Ok(()) => out.finish(),
        Err(error) => Err(out.error(error)),
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.stopped)() {
            return Err(io::Error::other("stopped"));
        }
        self.writer().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_or_stopped_file_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.png");
        drop(Output::create(&path, &|| false).unwrap());
        let mut stopped = Output::create(&path, &|| true).unwrap();
        assert!(stopped.write(b"x").is_err());
        assert!(matches!(stopped.finish(), Err(ExportError::Cancelled)));
        assert_eq!(dir.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn an_earlier_file_stays_until_the_new_one_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        std::fs::write(&path, "old").unwrap();
        let mut out = Output::create(&path, &|| false).unwrap();
        out.write_all(b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        out.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(dir.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn directories_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Output::create(dir.path(), &|| false).is_err());
        assert!(Output::create(&dir.path().join("no/such/out"), &|| false).is_err());
    }
}
