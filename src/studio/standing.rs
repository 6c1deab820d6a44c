//! What is already there at a place that is to be written to: what a person may mean to replace, and what nobody does.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::workbench::figure_file::is_figure_file;

/// Bytes of a file that are looked at.
const LOOKED_AT: u64 = 1 << 16;

/// What a PNG begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing that could be lost: no file, an empty one, or none of the kind that holds anything.
    Nothing,
    /// A figure file.
    Figure,
    /// A PNG.
    Picture,
    /// A file of another kind, the data perhaps.
    Other,
}

/// Looks at a place, by its contents; a figure file must have the name of one too.
#[must_use]
pub fn standing(path: &Path) -> Standing {
    match path.metadata() {
        Ok(facts) if facts.is_file() && facts.len() > 0 => {}
        _ => return Standing::Nothing,
    }
    let mut bytes = Vec::new();
    // What cannot be read is not to be lost either.
    match File::open(path).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut bytes)) {
        Ok(_) if bytes.starts_with(PNG) => Standing::Picture,
        Ok(_) if is_figure_file(path) && begins_as_figure(&String::from_utf8_lossy(&bytes)) => Standing::Figure,
        _ => Standing::Other,
    }
}

/// Whether a text says of which version it is before its first table, as figure files do.
fn begins_as_figure(text: &str) -> bool {
    let before = text.lines().map(str::trim).take_while(|line| !line.starts_with('['));
    before.filter_map(|line| line.split_once('=')).any(|(key, _)| key.trim() == "scumble")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_told_by_its_contents() {
        let folder = tempfile::tempdir().unwrap();
        for (name, contents, expected) in [
            ("empty.toml", &b""[..], Standing::Nothing),
            ("fig.toml", b"# mine\nscumble = 1\n[[layers]]\n", Standing::Figure),
            ("data.npy", b"\x93NUMPY\x01\x00", Standing::Other),
            ("renamed.npy", b"scumble = 1\n", Standing::Other),
            ("cargo.toml", b"[package]\nname = 'x'\nscumble = 1\n", Standing::Other),
            ("binary.toml", b"\xff\xfe\x00\x00", Standing::Other),
            ("fig.png", b"\x89PNG\r\n\x1a\nrest", Standing::Picture),
            ("data.png", b"\x00\x01\x02", Standing::Other),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, contents).unwrap();
            assert_eq!(standing(&path), expected, "{name}");
        }
        assert_eq!(standing(folder.path()), Standing::Nothing);
        assert_eq!(standing(&folder.path().join("none")), Standing::Nothing);
    }
}
