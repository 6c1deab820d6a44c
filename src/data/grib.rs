//! GRIB2: fields of a weather model, each packed by itself, put together by quantity, level and time. Several files are one
//! dataset.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::dtype::{TimeUnit, Unit};
use super::error::DataError;
use super::grid::{Coordinates, Damage, Dimension, Grids, Kind, Packing, Placed, Store, Variable};
use super::mapping::Mapping;

mod announced;
mod lattice;
mod names;
mod product;
mod scan;
mod store;
mod unpack;

#[cfg(test)]
mod tests;

use lattice::{Lattice, Places};
use product::Product;
use scan::{Field, Scan};
use store::{Fields, GribStore, Plane};

/// Whether a file that begins so is GRIB.
pub fn is_grib(head: &[u8]) -> bool {
    head.starts_with(b"GRIB")
}

/// What the fields of a variable have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    quantity: (u8, u8, u8),
    levels: (u8, u8),
    statistic: Option<u8>,
    lattice: usize,
    is_ensemble: bool,
}

/// A variable in the making: its fields by number, in the order of the files.
type Group = Vec<(usize, Product)>;

/// What mapped GRIB2 files hold.
///
/// # Errors
/// [`DataError::Grid`] where there is no field that can be read.
pub fn read(maps: Vec<Arc<Mapping>>) -> Result<Grids, DataError> {
    let mut scan = Scan::default();
    for (part, map) in maps.iter().enumerate() {
        scan.add(map.bytes(), part);
        map.check()?;
    }
    let mut sorted = Sorted::default();
    for (number, field) in scan.fields.iter().enumerate() {
        if let Some(map) = maps.get(field.part)
            && let Err(reason) = sorted.add(number, field, map.bytes())
        {
            *sorted.left_out.entry(reason).or_insert(0) += 1;
        }
    }
    for map in &maps {
        map.check()?;
    }
    let notes = notes(&scan, &sorted.left_out);
    if sorted.groups.is_empty() {
        return Err(DataError::Grid(format!("there is no GRIB2 field that can be read: {}", notes.join("; "))));
    }
    let format = match maps.len() {
        1 => "GRIB2".to_owned(),
        count => format!("GRIB2, {count} files"),
    };
    let grids = Grids {
        format,
        dimensions: Vec::new(),
        variables: Vec::new(),
        notes,
        mappings: maps.clone(),
        folders: Vec::new(),
    };
    let mut builder = Builder { grids, lattices: sorted.lattices, fields: Arc::new(Fields::new(maps, scan.fields)) };
    let mut repeated = 0;
    for (key, group) in sorted.groups {
        repeated += builder.variable(&key, &group)?;
    }
    if repeated > 0 {
        let note = format!("{repeated} fields are there several times; those that come last are shown");
        builder.grids.notes.push(note);
    }
    Ok(builder.grids)
}

fn notes(scan: &Scan, left_out: &BTreeMap<String, usize>) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if scan.old > 0 {
        notes.push(format!(
            "{} messages are of GRIB 1, which is not read; make GRIB2 or NetCDF of them, for example with cdo -f nc copy",
            scan.old
        ));
    }
    if scan.damaged > 0 {
        notes.push(format!(
            "{} messages end early or are damaged; the copy or download probably stopped early",
            scan.damaged
        ));
    }
    notes.extend(left_out.iter().map(|(reason, count)| format!("{count} fields are left out: {reason}")));
    notes
}

/// Fields by the variables they are of.
#[derive(Default)]
struct Sorted {
    groups: BTreeMap<Key, Group>,
    lattices: Vec<Arc<Lattice>>,
    /// Lattices by their sections.
    known: HashMap<Vec<u8>, Result<usize, String>>,
    /// How many fields were left out, by why.
    left_out: BTreeMap<String, usize>,
}

impl Sorted {
    fn add(&mut self, number: usize, field: &Field, bytes: &[u8]) -> Result<(), String> {
        let section = |range: &std::ops::Range<usize>| bytes.get(range.clone()).unwrap_or_default();
        unpack::check(section(&field.packing))?;
        let product = Product::of(field.discipline, section(&field.identification), section(&field.product))?;
        let lattice = self.lattice(section(&field.grid))?;
        let key = Key {
            quantity: product.quantity,
            levels: product.levels,
            statistic: product.statistic,
            lattice,
            is_ensemble: product.member.is_some(),
        };
        self.groups.entry(key).or_default().push((number, product));
        Ok(())
    }

    fn lattice(&mut self, section: &[u8]) -> Result<usize, String> {
        if let Some(known) = self.known.get(section) {
            return known.clone();
        }
        let read = Lattice::of(section).map(|lattice| {
            self.lattices.push(Arc::new(lattice));
            self.lattices.len() - 1
        });
        self.known.insert(section.to_vec(), read.clone());
        read
    }
}

struct Builder {
    grids: Grids,
    lattices: Vec<Arc<Lattice>>,
    fields: Arc<Fields>,
}

impl Builder {
    /// Adds a variable; gives how many of its fields others take the place of.
    fn variable(&mut self, key: &Key, group: &Group) -> Result<usize, DataError> {
        let Some(lattice) = self.lattices.get(key.lattice).cloned() else { return Ok(0) };
        let (level_name, level_units, level_scale, down) = names::level(key.levels.0);
        let members = distinct(group.iter().map(|(_, product)| f64::from(product.member.unwrap_or(0))), false);
        #[expect(clippy::cast_precision_loss, reason = "seconds of years that have four digits")]
        let times = distinct(group.iter().map(|(_, product)| product.time as f64), false);
        let levels = distinct(group.iter().map(|(_, product)| product.level * level_scale), down);
        let outer = [members.len(), times.len(), levels.len()];
        let cells = outer.iter().try_fold(1_usize, |n, len| n.checked_mul(*len));
        let Some(cells) = cells.filter(|cells| *cells <= group.len().saturating_mul(64).max(1 << 16)) else {
            self.grids.notes.push("a variable with few fields at many times and levels is left out".to_owned());
            return Ok(0);
        };
        let mut table: Vec<Option<usize>> = vec![None; cells];
        let mut repeated = 0;
        for (number, product) in group {
            let place =
                |all: &[f64], value: f64| all.iter().position(|known| known.total_cmp(&value).is_eq()).unwrap_or(0);
            #[expect(clippy::cast_precision_loss, reason = "seconds of years that have four digits")]
            let (member, time) =
                (place(&members, f64::from(product.member.unwrap_or(0))), place(&times, product.time as f64));
            let at = (member * outer[1] + time) * outer[2] + place(&levels, product.level * level_scale);
            repeated += usize::from(table[at].replace(*number).is_some());
        }
        let mut attributes = self.described(key, &levels);
        let mut dimensions = Vec::new();
        if members.len() > 1 {
            dimensions.push(self.dimension("member", Kind::Other, "", "ensemble member", members.clone())?);
        }
        let seconds = TimeUnit { multiplier: 1, unit: Unit::Second };
        dimensions.push(self.dimension("time", Kind::Time(seconds), "", "time", times)?);
        if levels.len() > 1 {
            dimensions.push(self.dimension(&level_name, Kind::Vertical { down }, level_units, "", levels)?);
        } else if !level_units.is_empty() {
            attributes.push((level_name.clone(), format!("{} {level_units}", levels[0])));
        }
        let lens = dimensions.iter().map(|i: &usize| self.grids.dimensions[*i].len).collect();
        let placed = self.place(&lattice, &mut dimensions)?;
        let store = GribStore { all: Arc::clone(&self.fields), lattice, outer: lens, table, damage: Damage::default() };
        let name = self.free_name(&attributes[0].1, &level_name, key);
        self.grids.variables.push(Variable {
            name,
            dimensions,
            dtype: "f64".to_owned(),
            attributes: attributes.split_off(1),
            packing: Packing::default(),
            store: Arc::new(store),
            placed,
        });
        Ok(repeated)
    }

    /// The short name (as the first attribute) and what else is said of a variable.
    fn described(&self, key: &Key, levels: &[f64]) -> Vec<(String, String)> {
        let height = match levels {
            [only] if key.levels.0 == 103 => Some(*only),
            _ => None,
        };
        let named = names::quantity(key.quantity, height);
        let mut attributes = vec![("name", named.short), ("long_name", named.long), ("units", named.units)];
        let (discipline, category, number) = key.quantity;
        attributes.push(("parameter", format!("{discipline}.{category}.{number}")));
        attributes.extend(key.statistic.map(|statistic| ("statistic", names::statistic(statistic))));
        attributes.retain(|(_, text)| !text.is_empty());
        attributes.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
    }

    /// A name that no variable has yet.
    fn free_name(&self, short: &str, level: &str, key: &Key) -> String {
        let statistic = key.statistic.map(names::statistic).map(|statistic| statistic.replace(' ', "_"));
        let with_level = format!("{short}_{level}");
        let with_both = statistic.map(|statistic| format!("{with_level}_{statistic}"));
        let candidates = [Some(short.to_owned()), Some(with_level.clone()), with_both];
        let numbered = (2..).map(|n| format!("{with_level}_{n}"));
        let is_free = |name: &String| !self.grids.variables.iter().any(|variable| variable.name == *name);
        candidates.into_iter().flatten().chain(numbered).find(is_free).unwrap_or(with_level)
    }

    /// The number of a dimension of those centers, made where there is none.
    fn dimension(
        &mut self,
        name: &str,
        kind: Kind,
        units: &str,
        title: &str,
        centers: Vec<f64>,
    ) -> Result<usize, DataError> {
        let is_same = |dimension: &Dimension| {
            let known = dimension.coordinates.as_ref();
            dimension.name.starts_with(name)
                && known.is_some_and(|known| known.centers == centers && known.kind == kind)
        };
        if let Some(found) = self.grids.dimensions.iter().position(is_same) {
            return Ok(found);
        }
        let mut coordinates = Coordinates::of_centers(centers)?;
        coordinates.kind = kind;
        units.clone_into(&mut coordinates.units);
        title.clone_into(&mut coordinates.title);
        let len = coordinates.centers.len() as u64;
        Ok(self.nameless(name, len, Some(coordinates)))
    }

    /// Adds a dimension under a name that none has yet.
    fn nameless(&mut self, name: &str, len: u64, coordinates: Option<Coordinates>) -> usize {
        let names = std::iter::once(name.to_owned()).chain((2..).map(|n| format!("{name}_{n}")));
        let is_free = |name: &String| !self.grids.dimensions.iter().any(|dimension| dimension.name == *name);
        let name = { names }.find(is_free).unwrap_or_default();
        let coordinates = coordinates.map(Arc::new);
        self.grids.dimensions.push(Dimension { name, len, is_unlimited: false, coordinates });
        self.grids.dimensions.len() - 1
    }

    /// Adds the dimensions of a lattice to those of a variable; gives where its cells are, if not on axes.
    fn place(&mut self, lattice: &Lattice, dimensions: &mut Vec<usize>) -> Result<Option<Placed>, DataError> {
        let (longitude, latitude) = match &lattice.places {
            Places::Axes { x, y, pole } => {
                let (name_x, name_y) = if pole.is_some() { ("rlon", "rlat") } else { ("longitude", "latitude") };
                let (east, north) =
                    if pole.is_some() { ("degrees", "degrees") } else { ("degrees_east", "degrees_north") };
                dimensions.push(self.dimension(name_y, Kind::Latitude, north, "latitude", y.clone())?);
                dimensions.push(self.dimension(name_x, Kind::Longitude, east, "longitude", x.clone())?);
                return Ok(pole.map(|(latitude, longitude, grid_longitude)| Placed::RotatedPole {
                    latitude,
                    longitude,
                    grid_longitude,
                }));
            }
            Places::Points { longitude, latitude } => (longitude, latitude),
        };
        // Another variable on this lattice has its dimensions, and its places too.
        let size = [("y", lattice.ny), ("x", lattice.nx)];
        let plane = size.map(|(name, len)| {
            let is_same = |d: &Dimension| d.coordinates.is_none() && d.len == len && d.name.starts_with(name);
            self.grids.dimensions.iter().position(is_same).unwrap_or_else(|| self.nameless(name, len, None))
        });
        dimensions.extend(plane);
        let of = |name: &str, units: &str, values: &Vec<f64>| {
            let store: Arc<dyn Store> = Arc::new(Plane { nx: lattice.nx, ny: lattice.ny, values: values.clone() });
            Box::new(Variable {
                name: name.to_owned(),
                dimensions: plane.to_vec(),
                dtype: "f64".to_owned(),
                attributes: vec![("units".to_owned(), units.to_owned())],
                packing: Packing::default(),
                store,
                placed: None,
            })
        };
        let longitude = of("longitude", "degrees_east", longitude);
        let latitude = of("latitude", "degrees_north", latitude);
        Ok(Some(Placed::Curvilinear { longitude, latitude, bounds: None }))
    }
}

/// Different values in order; those of axes that point down from the greatest.
fn distinct(values: impl Iterator<Item = f64>, down: bool) -> Vec<f64> {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(|a, b| if down { b.total_cmp(a) } else { a.total_cmp(b) });
    all.dedup_by(|a, b| a.total_cmp(b).is_eq());
    all
}
