//! Which dimensions arrays share: by name, within their group and those around it.

use std::collections::{HashMap, HashSet};

use crate::data::grid::raw::{Nameless, RawDimension};

use super::layout::Node;

/// The group that a member is in.
pub(super) fn group_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(group, _)| group)
}

/// A group and those around it, the nearest first.
fn around(group: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(group), |group| (!group.is_empty()).then(|| group_of(group)))
}

/// All dimensions, and the numbers of those of each array. An array of a single value has none.
pub(super) fn dimensions(nodes: &[(String, Node)]) -> (Vec<RawDimension>, Vec<Vec<usize>>) {
    let mut all = Shared { coordinates: HashMap::new(), users: HashSet::new(), known: HashMap::new(), all: Vec::new() };
    for (path, node) in nodes {
        let group = group_of(path);
        for (name, len) in named(node) {
            all.users.insert((group, name, len));
            if let ([len], true) = (node.shape.as_slice(), path.rsplit('/').next() == Some(name)) {
                all.coordinates.insert((group, name), *len);
            }
        }
    }
    let mut numbers = vec![Vec::new(); nodes.len()];
    let mut nameless = Nameless::default();
    // Where lengths of a name differ, the arrays of several dimensions say which one has the plain name.
    let is_line = |i: &usize| nodes.get(*i).is_some_and(|(_, node)| node.shape.len() < 2);
    let (lines, others): (Vec<usize>, Vec<usize>) = (0..nodes.len()).partition(is_line);
    for i in others.into_iter().chain(lines) {
        let (path, node) = &nodes[i];
        let names = if node.names.len() == node.shape.len() { node.names.as_slice() } else { &[] };
        let mut had: HashMap<u64, usize> = HashMap::new();
        for (axis, len) in node.shape.iter().enumerate() {
            let number = match names.get(axis) {
                Some(Some(name)) => all.number(group_of(path), name, *len),
                _ => {
                    let times = had.entry(*len).or_insert(0);
                    *times += 1;
                    nameless.dimension(*len, *times - 1, &mut all.all)
                }
            };
            numbers[i].push(number);
        }
    }
    (all.all, numbers)
}

/// Names and lengths of the dimensions of an array that have names.
fn named(node: &Node) -> impl Iterator<Item = (&str, u64)> {
    let is_whole = node.names.len() == node.shape.len();
    let pairs = node.names.iter().zip(&node.shape).filter(move |_| is_whole);
    pairs.filter_map(|(name, len)| Some((name.as_deref()?, *len)))
}

/// Dimensions that have names.
struct Shared<'a> {
    /// Lengths of the arrays that say where the cells of a dimension are, by group and name.
    coordinates: HashMap<(&'a str, &'a str), u64>,
    /// Which groups have arrays over a dimension.
    users: HashSet<(&'a str, &'a str, u64)>,
    known: HashMap<(String, String, u64), usize>,
    all: Vec<RawDimension>,
}

impl Shared<'_> {
    /// The dimension that an array of a group means. It belongs to the nearest group with coordinates of the name, else to the
    /// outermost with an array over it.
    fn number(&mut self, group: &str, name: &str, len: u64) -> usize {
        let has_coordinates = |group: &&str| self.coordinates.get(&(*group, name)) == Some(&len);
        let is_user = |group: &&str| self.users.contains(&(*group, name, len));
        let scope = around(group).find(has_coordinates).or_else(|| around(group).filter(is_user).last());
        let scope = scope.unwrap_or(group).to_owned();
        let plain = if scope.is_empty() { name.to_owned() } else { format!("{scope}/{name}") };
        *self.known.entry((scope, name.to_owned(), len)).or_insert_with(|| {
            let is_free = |name: &String| !self.all.iter().any(|dimension| dimension.name == *name);
            let more = (2_u64..).map(|number| format!("{plain}_{number}"));
            let name = std::iter::once(plain.clone()).chain(more).find(is_free).unwrap_or(plain);
            self.all.push(RawDimension { name, len, is_unlimited: false });
            self.all.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::grid::raw::Element;

    fn node(path: &str, dimensions: &[(&str, u64)]) -> (String, Node) {
        let names = dimensions.iter().map(|(name, _)| (!name.is_empty()).then(|| (*name).to_owned())).collect();
        let shape = dimensions.iter().map(|(_, len)| *len).collect();
        let (attributes, element) = (serde_json::Map::new(), Element::Text);
        (path.to_owned(), Node { shape, names, attributes, element, array: None, missing: None })
    }

    fn found(nodes: &[(String, Node)]) -> Vec<Vec<String>> {
        let (all, numbers) = dimensions(nodes);
        numbers.iter().map(|of| of.iter().map(|i| format!("{}={}", all[*i].name, all[*i].len)).collect()).collect()
    }

    #[test]
    fn groups_share_dimensions_or_have_their_own() {
        let nodes = [
            node("time", &[("time", 3)]),
            node("a/t", &[("time", 3), ("x", 4)]),
            node("b/x", &[("x", 2)]),
            node("b/t", &[("time", 3), ("x", 2)]),
            node("c/deep/t", &[("x", 4)]),
            node("c/u", &[("x", 4)]),
        ];
        let wanted: [&[&str]; 6] =
            [&["time=3"], &["time=3", "a/x=4"], &["b/x=2"], &["time=3", "b/x=2"], &["c/x=4"], &["c/x=4"]];
        assert_eq!(found(&nodes), wanted);
    }

    #[test]
    fn coordinates_of_another_length_do_not_take_the_name() {
        let nodes = [node("lon", &[("lon", 5)]), node("t", &[("lat", 2), ("lon", 6)])];
        assert_eq!(found(&nodes), [vec!["lon_2=5"], vec!["lat=2", "lon=6"]]);
    }

    #[test]
    fn dimensions_without_names_go_by_their_lengths() {
        let nodes = [node("a", &[("", 4), ("", 4), ("y", 2)]), node("b", &[("", 4)]), node("c", &[])];
        assert_eq!(found(&nodes), [vec!["dim_4=4", "dim_4_2=4", "y=2"], vec!["dim_4=4"], vec![]]);
    }
}
