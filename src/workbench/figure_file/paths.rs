//! Paths of a figure file, relative to its folder, and as this process finds them.

use std::path::{Path, PathBuf};

use crate::workbench::tables::is_file;

/// A path as seen from a folder, where one leads to the other without leaving the file system's root.
pub(super) fn relative(path: &Path, folder: &Path) -> PathBuf {
    if path == Path::new("-") {
        return path.to_owned();
    }
    let (Ok(path), Ok(folder)) = (std::path::absolute(path), std::path::absolute(folder)) else {
        return path.to_owned();
    };
    let mut up = PathBuf::new();
    for base in folder.ancestors() {
        if let Ok(rest) = path.strip_prefix(base) {
            // Beyond a common root nothing is gained.
            return if base.parent().is_none() { path } else { up.join(rest) };
        }
        up.push("..");
    }
    path
}

/// A path of a figure file as this process finds it.
pub(super) fn located(path: &Path, folder: &Path) -> PathBuf {
    if path == Path::new("-") {
        return path.to_owned();
    }
    let joined = folder.join(path);
    // A path that goes up and down again is hard to read; where it leads nowhere, it stays as it was given.
    let is_plain = path.components().all(|part| part != std::path::Component::ParentDir);
    if is_plain { joined } else { joined.canonicalize().unwrap_or(joined) }
}

/// A column's text with its file, if it names one, replaced.
pub(super) fn renamed(text: &str, name: impl Fn(&Path) -> PathBuf) -> String {
    let is_file = |text: &str| Path::new(text).is_file() || name(Path::new(text)).is_file();
    if is_file(text) {
        return name(Path::new(text)).display().to_string();
    }
    match text.rsplit_once(':') {
        Some((file, column)) if is_file(file) => format!("{}:{column}", name(Path::new(file)).display()),
        _ => text.to_owned(),
    }
}

/// A colormap's name with its file, if it is one, replaced.
pub(super) fn table(colormap: &str, name: impl Fn(&Path) -> PathBuf) -> String {
    if !is_file(colormap) {
        return colormap.to_owned();
    }
    let (path, suffix) = colormap.strip_suffix("_r").map_or((colormap, ""), |path| (path, "_r"));
    format!("{}{suffix}", name(Path::new(path)).display())
}
