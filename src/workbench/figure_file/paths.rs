//! Paths of a figure file, relative to its folder, and as this process finds them.

use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};

use crate::scene::reduction::Reduction;
use crate::workbench::figure::FigureRequest;
use crate::workbench::tables::is_file;

/// A figure with other names for its files. Columns, the filter and colormaps may name some, too.
pub(super) fn with_paths(figure: &FigureRequest, name: &dyn Fn(&Path) -> PathBuf) -> FigureRequest {
    let mut figure = figure.clone();
    for layer in &mut figure.layers {
        let sources = &mut layer.sources;
        sources.inputs.iter_mut().for_each(|input| *input = name(input));
        for column in sources.x.iter_mut().chain(&mut sources.y) {
            *column = renamed(column, name);
        }
        sources.filter = sources.filter.as_ref().map(|filter| renamed_within(filter, name));
        layer.reduction = reduced(&layer.reduction, name);
        layer.style.colormap = table(&layer.style.colormap, name);
    }
    figure
}

/// A figure whose files are named as seen from the folder that all of them are in: it is the same from wherever it is looked
/// at, and in a copy of that folder.
pub(in crate::workbench) fn portable(figure: &FigureRequest) -> FigureRequest {
    let found = RefCell::new(Vec::new());
    let note = |path: &Path| {
        // Names of columns are tried as well.
        found.borrow_mut().extend(plain(path).filter(|_| path != Path::new("-") && path.exists()));
        path.to_owned()
    };
    let figure = FigureRequest { outputs: Vec::new(), ..with_paths(figure, &note) };
    let found = found.into_inner();
    let Some(first) = found.first() else { return figure };
    let is_of_all = |folder: &&Path| found.iter().all(|path| path.starts_with(folder));
    let common = first.parent().and_then(|parent| parent.ancestors().find(is_of_all));
    match common {
        Some(common) => with_paths(&figure, &|path| relative(path, common)),
        None => figure,
    }
}

/// A path from the root, without steps back.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// A path as seen from a folder, where one leads to the other without leaving the file system's root.
pub(super) fn relative(path: &Path, folder: &Path) -> PathBuf {
    if path == Path::new("-") {
        return path.to_owned();
    }
    let (Some(path), Some(folder)) = (plain(path), plain(folder)) else {
        return path.to_owned();
    };
    let mut up = PathBuf::new();
    for base in folder.ancestors() {
        if let Ok(rest) = path.strip_prefix(base) {
            // Beyond a common root nothing is gained.
            return if base.parent().is_none() { path } else { slashed(up.join(rest)) };
        }
        up.push("..");
    }
    path
}

/// A relative path as all systems read it.
fn slashed(path: PathBuf) -> PathBuf {
    if cfg!(windows) { path.display().to_string().replace('\\', "/").into() } else { path }
}

/// A path of a figure file as this process finds it.
pub(super) fn located(path: &Path, folder: &Path) -> PathBuf {
    if path == Path::new("-") {
        return path.to_owned();
    }
    let joined = folder.join(path);
    // A path that goes up and down again is hard to read; where it leads nowhere, it stays as it was given.
    let is_plain = path.components().all(|part| part != Component::ParentDir);
    if is_plain { joined } else { dunce::canonicalize(&joined).unwrap_or(joined) }
}

/// A column's text, or an expression's, with the files that it names replaced.
pub(super) fn renamed(text: &str, name: &dyn Fn(&Path) -> PathBuf) -> String {
    if text.contains('`') {
        return renamed_within(text, name);
    }
    let is_file = |text: &str| Path::new(text).is_file() || name(Path::new(text)).is_file();
    if is_file(text) {
        return name(Path::new(text)).display().to_string();
    }
    match text.rsplit_once(':') {
        Some((file, column)) if is_file(file) => format!("{}:{column}", name(Path::new(file)).display()),
        _ => text.to_owned(),
    }
}

/// A reduction with the file of its column, if that is in one of its own, replaced.
pub(super) fn reduced(reduction: &Reduction, name: &dyn Fn(&Path) -> PathBuf) -> Reduction {
    reduction.column().map_or_else(|| reduction.clone(), |column| reduction.of_column(&renamed(column, name)))
}

/// An expression with the files that it names, in backticks, replaced.
fn renamed_within(text: &str, name: &dyn Fn(&Path) -> PathBuf) -> String {
    let parts = text.split('`').enumerate();
    // Every second part is within a pair of them.
    let parts = parts.map(|(i, part)| if i % 2 == 1 { renamed(part, name) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

/// A colormap's name with its file, if it is one, replaced.
pub(super) fn table(colormap: &str, name: &dyn Fn(&Path) -> PathBuf) -> String {
    if !is_file(colormap) {
        return colormap.to_owned();
    }
    let (path, suffix) = colormap.strip_suffix("_r").map_or((colormap, ""), |path| (path, "_r"));
    format!("{}{suffix}", name(Path::new(path)).display())
}
