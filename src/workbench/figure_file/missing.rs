//! Files that a figure names and that are not there: which they are, and what takes their place.

use std::path::{Path, PathBuf};

use super::{FigureFile, fingerprint};
use crate::data::grid::leads_to_grids;
use crate::workbench::WorkbenchError;

impl FigureFile {
    /// The files that are not there, each once, in the order of the layers.
    #[must_use]
    pub fn missing(&self) -> Vec<PathBuf> {
        let mut missing: Vec<PathBuf> = Vec::new();
        for path in self.figure.layers.iter().flat_map(|layer| &layer.sources.inputs) {
            if !is_there(path) && !missing.contains(path) {
                missing.push(path.clone());
            }
        }
        missing
    }

    /// The figure, if all of its files are there. `path` is the figure file's.
    ///
    /// # Errors
    /// A file that is not there, and how to say where it is.
    pub fn complete(self, path: &Path) -> Result<Self, WorkbenchError> {
        for (i, layer) in self.figure.layers.iter().enumerate() {
            if let Some(input) = layer.sources.inputs.iter().find(|input| !is_there(input)) {
                return Err(WorkbenchError::Request(format!(
                    "reading the figure file: layers.{i}: {} is not there; if it has moved, say where to: \
                     --set layers.{i}.file=PATH ({})",
                    input.display(),
                    path.display()
                )));
            }
        }
        Ok(self)
    }

    /// Puts files in the place of others. What is still missing is looked for beside the new files, by its name: whoever
    /// moves one file of a figure most often moves all. Files that are not what they were when the figure was saved are
    /// noted. Gives those of the new ones that are not there, which take no place.
    pub fn relink(&mut self, moves: &[(PathBuf, PathBuf)]) -> Vec<PathBuf> {
        let (moves, wrong): (Vec<_>, Vec<_>) = moves.iter().cloned().partition(|(_, new)| is_there(new));
        let folders: Vec<&Path> = moves.iter().filter_map(|(_, new)| new.parent()).collect();
        for (layer, known) in self.figure.layers.iter_mut().zip(&self.fingerprints) {
            let mut has_moved = false;
            for input in &mut layer.sources.inputs {
                let named = moves.iter().find(|(old, _)| old == input).map(|(_, new)| new.clone());
                let found = named.or_else(|| if is_there(input) { None } else { beside(input, &folders) });
                if let Some(new) = found {
                    (*input, has_moved) = (new, true);
                }
            }
            if has_moved {
                self.notes.extend(fingerprint::changes(&layer.sources.inputs, known));
            }
        }
        wrong.into_iter().map(|(_, new)| new).collect()
    }
}

fn beside(missing: &Path, folders: &[&Path]) -> Option<PathBuf> {
    let name = missing.file_name()?;
    folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file() || leads_to_grids(path))
}

/// Standard input always is.
fn is_there(path: &Path) -> bool {
    path == Path::new("-") || path.exists()
}

#[cfg(test)]
mod tests {
    use super::super::{read, write};
    use crate::scene::axis::Size;
    use crate::workbench::figure::{FigureLayer, FigureRequest};
    use crate::workbench::sources::Sources;

    #[test]
    fn one_file_that_was_found_brings_the_others_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("new")).unwrap();
        for name in ["a.f32", "b.f32", "c.f32"] {
            std::fs::write(at(name), [0; 64]).unwrap();
        }
        let layer = |names: &[&str]| {
            FigureLayer::new(Sources { inputs: names.iter().map(|name| at(name)).collect(), ..Sources::default() })
        };
        let mut figure = FigureRequest::new(layer(&["a.f32", "b.f32"]), Size { width: 9, height: 9 });
        figure.layers.push(layer(&["b.f32"]));
        figure.layers.push(layer(&["c.f32"]));
        let path = at("figure.toml");
        std::fs::write(&path, write(&figure, folder.path()).unwrap()).unwrap();
        assert!(read(&path, &[]).unwrap().missing().is_empty());

        std::fs::rename(at("a.f32"), at("new/other.f32")).unwrap();
        std::fs::rename(at("b.f32"), at("new/b.f32")).unwrap();
        std::fs::write(at("new/b.f32"), [1; 64]).unwrap();
        let mut file = read(&path, &[]).unwrap();
        assert_eq!(file.missing(), [at("a.f32"), at("b.f32")]);
        let error = file.clone().complete(&path).unwrap_err().to_string();
        assert!(error.contains("layers.0") && error.contains("a.f32 is not there"), "{error}");

        file.relink(&[(at("a.f32"), at("new/other.f32"))]);
        assert!(file.missing().is_empty());
        let inputs: Vec<_> = file.figure.layers.iter().map(|layer| layer.sources.inputs.clone()).collect();
        assert_eq!(inputs, [vec![at("new/other.f32"), at("new/b.f32")], vec![at("new/b.f32")], vec![at("c.f32")]]);
        // The same bytes elsewhere are the same file; other bytes are told.
        assert_eq!(file.notes.len(), 2, "{:?}", file.notes);
        assert!(file.notes.iter().all(|note| note.contains("b.f32 has other contents")), "{:?}", file.notes);
        assert!(file.complete(&path).is_ok());
    }
}
