//! Zarr, versions 2 and 3: groups of arrays in folders (or in a zip archive), each chunk a file of its own or part of a shard.
//!
//! Descriptions are read when a store is opened, of all members from one place where there is such (consolidated metadata);
//! folders of chunks are never listed. Chunks are unpacked when a window needs them, and few are kept. One that is damaged is
//! a hole in the field; one that was never written has the fill value.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::DataError;
use super::grid::raw::{Attribute, Raw, RawVariable};
use super::grid::{Folder, Store};
use super::watch::FileFacts;

mod attributes;
mod blosc;
mod cache;
mod codec;
mod dimensions;
mod layout;
mod shuffle;
mod store;
mod tree;
mod v2;
mod v3;

use attributes::json;
use cache::Cache;
use layout::Node;
use store::{Shared, ZarrStore};
use tree::{DESCRIPTIONS, Tree, is_within, may_be_zip};

#[cfg(test)]
mod tests;

/// The most arrays and groups that are looked at.
const MAX_MEMBERS: usize = 1 << 16;
/// How deep groups are looked into.
const MAX_DEPTH: usize = 32;

/// Whether a path leads to a store: a folder with a description in it, or an archive of one. `head` are a file's first bytes.
pub fn is_zarr(head: &[u8], path: &Path) -> bool {
    if may_be_zip(head, path) {
        return Tree::of_zip(path).is_ok();
    }
    description(path).is_some()
}

/// The file that says what a folder holds, if it is that of a store.
pub fn description(folder: &Path) -> Option<PathBuf> {
    DESCRIPTIONS.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// What a store holds. At most `cache` bytes of unpacked chunks are kept (and always one chunk).
///
/// # Errors
/// A store that is damaged where it says what it holds.
pub fn read(path: &Path, cache: usize) -> Result<Raw, DataError> {
    let tree = if path.is_dir() { Tree::Folder(path.to_owned()) } else { Tree::of_zip(path)? };
    let mut members = Members { tree: &tree, nodes: Vec::new(), notes: Vec::new(), looked_at: 0, is_v3: false };
    members.gather()?;
    let Members { mut nodes, notes, is_v3, .. } = members;
    // Wherever descriptions come from, the outermost arrays are the first.
    nodes.sort_by_cached_key(|(path, _)| (path.matches('/').count(), path.clone()));
    let (dimensions, numbers) = dimensions::dimensions(&nodes);
    let (folders, mappings) = match &tree {
        Tree::Folder(folder) => (described(folder).into_iter().collect(), Vec::new()),
        Tree::Zip { map, .. } => (Vec::new(), vec![Arc::clone(map)]),
    };
    let shared = Arc::new(Shared { tree, cache: Cache::new(cache) });
    let numbered = nodes.into_iter().zip(numbers).enumerate();
    Ok(Raw {
        format: format!("Zarr v{}", if is_v3 { 3 } else { 2 }),
        dimensions,
        variables: numbered.map(|(i, (node, own))| variable(&shared, path, i, node, own)).collect(),
        has_default_fill: false,
        notes,
        mappings,
        folders,
    })
}

fn described(folder: &Path) -> Option<Folder> {
    let description = description(folder)?;
    let facts = FileFacts::of(&description.metadata().ok()?);
    Some(Folder { path: folder.to_owned(), description, facts })
}

fn variable(
    shared: &Arc<Shared>,
    path: &Path,
    id: usize,
    (name, node): (String, Node),
    dimensions: Vec<usize>,
) -> RawVariable {
    let scalar = node.array.as_ref().map(|array| array.layout.dtype.scalar);
    let mut all = attributes::attributes(&node.attributes, scalar);
    if let (Some(missing), Some(scalar), None) = (node.missing, scalar, node.attributes.get("_FillValue")) {
        all.push(("_FillValue".to_owned(), Attribute::Numbers(scalar, vec![missing])));
    }
    let array = node.array.filter(|array| !array.shape.contains(&0));
    let store = array.and_then(|array| ZarrStore::new(shared, &name, id, array));
    let store = store.map(|store| Arc::new(store) as Arc<dyn Store>);
    // A lone array is called as its folder is.
    let stem = || path.file_stem().map_or_else(|| "array".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let name = if name.is_empty() { stem() } else { name };
    RawVariable { name, dimensions, element: node.element, attributes: all, store }
}

/// The arrays of a store with their paths.
struct Members<'a> {
    tree: &'a Tree,
    nodes: Vec<(String, Node)>,
    notes: Vec<String>,
    looked_at: usize,
    is_v3: bool,
}

impl Members<'_> {
    /// The JSON in a file; none if there is no such file.
    fn document(&self, name: &str) -> Result<Option<Value>, DataError> {
        let Some(file) = self.tree.get(name)? else { return Ok(None) };
        let value = json(file.bytes()).map_err(|problem| {
            DataError::Grid(format!(
                "reading {name}, which describes the Zarr store: {problem}; its copy may have stopped early"
            ))
        });
        file.check()?;
        value.map(Some)
    }

    fn gather(&mut self) -> Result<(), DataError> {
        if let Some(document) = self.document("zarr.json")? {
            self.is_v3 = true;
            if is_array(&document) {
                return self.lone(v3::array(&document));
            }
            let Some(all) = v3::consolidated(&document) else { return self.walk() };
            for (path, document) in all.iter().filter(|(_, document)| is_array(document)) {
                self.add(path, v3::array(document))?;
            }
            return Ok(());
        }
        match self.document(".zmetadata") {
            Ok(Some(document)) => {
                if let Some(all) = document.get("metadata").and_then(Value::as_object) {
                    return self.consolidated(all);
                }
                self.notes.push("its consolidated metadata are of no known form, and are left aside".to_owned());
            }
            Ok(None) => {}
            Err(problem) => self.notes.push(format!("its consolidated metadata are left aside: {problem}")),
        }
        if let Some(document) = self.document(".zarray")? {
            let attributes = self.attributes("")?;
            return self.lone(v2::array(&document, attributes));
        }
        self.walk()
    }

    /// Members of version 2 from one place.
    fn consolidated(&mut self, all: &Map<String, Value>) -> Result<(), DataError> {
        for (name, document) in all {
            let Some(path) = name.strip_suffix(".zarray").filter(|path| path.is_empty() || path.ends_with('/')) else {
                continue;
            };
            let attributes = all.get(&format!("{path}.zattrs")).and_then(Value::as_object).cloned();
            self.add(path.trim_end_matches('/'), v2::array(document, attributes.unwrap_or_default()))?;
        }
        Ok(())
    }

    /// Attributes of a member of version 2; those that cannot be read are noted.
    fn attributes(&mut self, prefix: &str) -> Result<Map<String, Value>, DataError> {
        match self.document(&format!("{prefix}.zattrs")) {
            Ok(Some(Value::Object(attributes))) => Ok(attributes),
            Ok(_) => Ok(Map::new()),
            Err(problem) => {
                self.notes.push(format!("attributes are left aside: {problem}"));
                Ok(Map::new())
            }
        }
    }

    /// Looks into all groups, but not into arrays.
    fn walk(&mut self) -> Result<(), DataError> {
        let mut waiting = vec![(String::new(), 0)];
        while let Some((group, depth)) = waiting.pop() {
            let mut groups = Vec::new();
            for name in self.tree.folders(&group, MAX_MEMBERS)? {
                let path = if group.is_empty() { name } else { format!("{group}/{name}") };
                if self.member(&path)? {
                    groups.push((path, depth + 1));
                }
            }
            if depth > MAX_DEPTH {
                return Err(DataError::Grid(format!("the store has groups more than {MAX_DEPTH} deep")));
            }
            // The first group is looked at first.
            waiting.extend(groups.into_iter().rev());
        }
        Ok(())
    }

    /// Takes in what a folder holds; whether it is a group.
    fn member(&mut self, path: &str) -> Result<bool, DataError> {
        let prefix = format!("{path}/");
        let left_out = |problem: &DataError| format!("{path} is left out: {problem}");
        match self.document(&format!("{prefix}zarr.json")) {
            Ok(None) => {}
            Ok(Some(document)) if is_array(&document) => {
                self.add(path, v3::array(&document))?;
                return Ok(false);
            }
            Ok(Some(_)) => return Ok(true),
            Err(problem) => {
                self.notes.push(left_out(&problem));
                return Ok(false);
            }
        }
        match self.document(&format!("{prefix}.zarray")) {
            Ok(Some(document)) => {
                let attributes = self.attributes(&prefix)?;
                self.add(path, v2::array(&document, attributes))?;
                Ok(false)
            }
            Ok(None) => Ok(self.tree.get(&format!("{prefix}.zgroup")).is_ok_and(|found| found.is_some())),
            Err(problem) => {
                self.notes.push(left_out(&problem));
                Ok(false)
            }
        }
    }

    fn add(&mut self, path: &str, node: Result<Node, String>) -> Result<(), DataError> {
        self.looked_at += 1;
        if self.looked_at > MAX_MEMBERS {
            return Err(DataError::Grid(format!("the store has more than {MAX_MEMBERS} arrays")));
        }
        match node {
            _ if !path.is_empty() && !is_within(path) => {
                self.notes.push(format!("an array is left out whose name leads out of the store: {path}"));
            }
            Ok(node) => self.nodes.push((path.to_owned(), node)),
            Err(problem) => self.notes.push(format!("{path} is left out, as its description is damaged: {problem}")),
        }
        Ok(())
    }

    fn lone(&mut self, node: Result<Node, String>) -> Result<(), DataError> {
        let node = node.map_err(|what| DataError::Grid(format!("the description of the array is damaged: {what}")))?;
        self.nodes.push((String::new(), node));
        Ok(())
    }
}

fn is_array(document: &Value) -> bool {
    document.get("node_type").and_then(Value::as_str) == Some("array")
}
