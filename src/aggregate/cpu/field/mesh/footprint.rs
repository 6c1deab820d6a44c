//! Which cells each pixel sees, with what weight: found once for a view, whatever step is shown.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::data::DataError;
use crate::data::grid::{Mesh, Outline, Outlines};
use crate::plan::FramePlan;
use crate::scene::axis::Axis;
use crate::scene::edge::EdgeRule;
use crate::scene::mark::Sampling;

use super::super::along::{SLIVER, WHOLE};
use super::between::Quads;
use super::lens::Lens;
use super::polygon::{Pixels, Polygon};

/// Bands of pixel rows whose entries lie together, so that a thread can work on some of them alone.
const BANDS: usize = 32;
/// Most bytes of entries that are kept of a view.
const KEPT: u64 = 128 << 20;

/// Does work for all numbers up to some count, on whatever threads there are, until it is done or stopped.
pub type Each<'a> = dyn Fn(usize, &(dyn Fn(usize) + Sync)) -> Result<(), DataError> + 'a;

/// What a footprint is of.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    view: [Axis; 2],
    rules: [EdgeRule; 2],
    sampling: Sampling,
    lines: Range<u32>,
    /// Rows of cells that are read together.
    rows: usize,
}

impl Key {
    pub fn new(plan: &FramePlan, sampling: Sampling, lines: Range<u32>, rows: usize) -> Self {
        Self { view: [plan.view.x, plan.view.y], rules: [plan.x, plan.y], sampling, lines, rows }
    }
}

/// The cells that some rows of pixels of a view see.
pub struct Footprint {
    pub key: Key,
    pub slabs: Vec<Slab>,
    finder: Finder,
    bytes: AtomicU64,
}

/// Some rows of cells.
pub struct Slab {
    /// Its rows, and the columns that may be in view.
    rows: Range<usize>,
    columns: Range<usize>,
    /// Rows to be read: with one more before them, where values lie between those of two rows.
    pub read: Range<usize>,
    /// Parts of them that may be in view.
    tiles: Vec<[Range<usize>; 2]>,
    entries: OnceLock<Arc<Entries>>,
}

impl Slab {
    /// The columns to be read.
    pub fn columns(&self) -> Range<usize> {
        self.columns.clone()
    }

    /// Number of cells to be read.
    pub fn cells(&self) -> usize {
        self.read.len() * self.columns.len()
    }

    /// The number of a cell among those that are read.
    fn place(&self, row: usize, column: usize) -> u32 {
        narrow((row - self.read.start) * self.columns.len() + column - self.columns.start)
    }
}

/// What pixels see of a slab, in the order of the file within bands of pixel rows. A weight of 0 says that the pixel has no
/// value if that cell has none.
#[derive(Debug, Default)]
pub struct Entries {
    /// Where the entries of each band begin, and where the last end.
    pub starts: Vec<usize>,
    pub pixels: Vec<u32>,
    pub cells: Vec<u32>,
    pub weights: Vec<f64>,
    /// A bit for each cell that is read, whether it is in view (and no pixel row before these has it).
    seen: Vec<u64>,
}

impl Entries {
    /// The entries of a band.
    pub fn of(&self, band: usize) -> Range<usize> {
        self.starts[band]..self.starts[band + 1]
    }

    /// The numbers of cells in view among those that are read.
    pub fn seen(&self) -> impl Iterator<Item = usize> + '_ {
        self.seen.iter().enumerate().flat_map(|(i, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let bit = bits.trailing_zeros() as usize;
                bits &= bits.wrapping_sub(1);
                (bit < 64).then_some(i * 64 + bit)
            })
        })
    }
}

/// What is known of the pixels while entries are made.
struct Finder {
    lens: Lens,
    sampling: Sampling,
    pixels: Pixels,
    width: u32,
    /// Of each pixel the cell that its middle lies in: its number and one, doubled, odd if it is wide; 0 where there is none.
    /// Of several the last.
    own: Vec<AtomicU32>,
    /// Rows of pixels some of whose middles lie in small cells.
    mixed: Vec<bool>,
    /// Of each pixel whose value lies between centers, which of them: the number of the quadrilateral and one.
    between: Vec<AtomicU32>,
}

impl Footprint {
    /// Finds out what cells the middles of pixels lie in.
    pub fn new(mesh: &Mesh, plan: &FramePlan, key: Key, each: &Each<'_>) -> Result<Self, DataError> {
        let lens = Lens::new(plan, mesh);
        let slabs = slabs(mesh, &lens, &key);
        let (width, lines) = (plan.view.x.pixels, key.lines.clone());
        let count = width as usize * lines.len();
        let map = |is_needed: bool| (0..if is_needed { count } else { 0 }).map(|_| AtomicU32::new(0)).collect();
        let mut finder = Finder {
            lens,
            sampling: key.sampling,
            pixels: Pixels { columns: 0..width, rows: lines.clone() },
            width,
            own: map(true),
            mixed: Vec::new(),
            between: map(key.sampling == Sampling::Bilinear),
        };
        each(slabs.len(), &|i| finder.find_own(mesh, &slabs[i]))?;
        let is_small = |own: &AtomicU32| own.load(Ordering::Relaxed) != 0 && own.load(Ordering::Relaxed) & 1 == 0;
        finder.mixed = finder.own.chunks(width.max(1) as usize).map(|row| row.iter().any(is_small)).collect();
        if key.sampling == Sampling::Bilinear {
            each(slabs.len(), &|i| finder.find_between(mesh, &slabs[i]))?;
        }
        Ok(Self { key, slabs, finder, bytes: AtomicU64::new(0) })
    }

    /// Number of bands of pixel rows.
    pub fn bands(&self) -> usize {
        self.key.lines.len().div_ceil(self.rows_of_a_band())
    }

    /// Pixel rows of a band; the last may have fewer.
    pub fn rows_of_a_band(&self) -> usize {
        self.key.lines.len().div_ceil(BANDS).max(1)
    }

    /// The entries of a slab: those that are kept, else made.
    pub fn entries(&self, mesh: &Mesh, slab: usize) -> Arc<Entries> {
        let slab = &self.slabs[slab];
        if let Some(entries) = slab.entries.get() {
            return Arc::clone(entries);
        }
        let made = Arc::new(self.finder.entries(mesh, slab, self.bands(), self.rows_of_a_band()));
        let bytes = made.pixels.len() as u64 * 16 + made.seen.len() as u64 * 8;
        if self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= KEPT {
            return Arc::clone(slab.entries.get_or_init(|| made));
        }
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        made
    }
}

/// The slabs that may be in view.
fn slabs(mesh: &Mesh, lens: &Lens, key: &Key) -> Vec<Slab> {
    let is_between = key.sampling == Sampling::Bilinear;
    let height = mesh.height();
    let mut slabs: Vec<Slab> = (0..height)
        .step_by(key.rows.max(1))
        .map(|first| {
            let rows = first..(first + key.rows.max(1)).min(height);
            let tiles = mesh.tiles_in(rows.clone(), lens.longitudes, lens.latitudes);
            let columns = hull(tiles.iter().map(|[_, columns]| columns));
            let read = rows.start.saturating_sub(usize::from(is_between))..rows.end;
            Slab { rows, columns, read, tiles, entries: OnceLock::new() }
        })
        .collect();
    if !is_between {
        slabs.retain(|slab| !slab.tiles.is_empty());
        return slabs;
    }
    // What lies between centers of two rows may belong to a slab that has no cell in view itself.
    let is_near: Vec<bool> = (0..slabs.len())
        .map(|i| slabs[i.saturating_sub(1)..(i + 2).min(slabs.len())].iter().any(|slab| !slab.tiles.is_empty()))
        .collect();
    let all = hull(slabs.iter().filter(|slab| !slab.tiles.is_empty()).map(|slab| &slab.columns));
    let all = all.start.saturating_sub(1)..(all.end + 1).min(mesh.width());
    slabs.iter_mut().for_each(|slab| slab.columns = all.clone());
    slabs.into_iter().zip(is_near).filter(|(_, near)| *near).map(|(slab, _)| slab).collect()
}

fn hull<'a>(ranges: impl Iterator<Item = &'a Range<usize>>) -> Range<usize> {
    ranges
        .fold(None, |all: Option<Range<usize>>, range| {
            Some(all.map_or(range.clone(), |all| all.start.min(range.start)..all.end.max(range.end)))
        })
        .unwrap_or(0..0)
}

impl Finder {
    fn pixel(&self, column: u32, row: u32) -> usize {
        (row - self.pixels.rows.start) as usize * self.width as usize + column as usize
    }

    /// Calls for the polygons of the cells of a slab that may be in view, in the order of the file.
    fn for_each_cell(&self, mesh: &Mesh, slab: &Slab, mut found: impl FnMut(usize, usize, &Polygon)) {
        let mut outlines = Outlines::new(mesh, slab.columns.clone());
        for line in slab.tiles.chunk_by(|a, b| a[0] == b[0]) {
            for row in line.first().map_or(0..0, |tile| tile[0].clone()) {
                outlines.go_to(row);
                for column in line.iter().flat_map(|tile| tile[1].clone()) {
                    let outline = outlines.corners(column).and_then(|corners| Outline::of(&corners));
                    let Some(outline) = outline else { continue };
                    for turns in self.lens.turns(outline.longitudes()) {
                        if let Some(polygon) = self.lens.polygon(&outline, turns) {
                            found(row, column, &polygon);
                        }
                    }
                }
            }
        }
    }

    /// Notes the cells that the middles of pixels lie in.
    fn find_own(&self, mesh: &Mesh, slab: &Slab) {
        self.for_each_cell(mesh, slab, |row, column, polygon| {
            let mut mark = None;
            polygon.centers(&self.pixels, |x, y| {
                let mark = mark.get_or_insert_with(|| mark_of(mesh, row, column, polygon.is_wide(WHOLE)));
                self.own[self.pixel(x, y)].fetch_max(*mark, Ordering::Relaxed);
            });
        });
    }

    /// Notes between which centers the middles of pixels in wide cells lie.
    fn find_between(&self, mesh: &Mesh, slab: &Slab) {
        let mut quads = Quads::new(mesh, slab.columns.clone());
        quads.for_each(&slab.rows, &self.lens, |quad, polygon| {
            let cells = quad.cells.map(|[row, column]| mark_of(mesh, row, column, true));
            polygon.centers(&self.pixels, |x, y| {
                let pixel = self.pixel(x, y);
                if cells.contains(&self.own[pixel].load(Ordering::Relaxed)) {
                    self.between[pixel].fetch_max(quad.number + 1, Ordering::Relaxed);
                }
            });
        });
    }

    /// What pixels see of the cells of a slab.
    fn entries(&self, mesh: &Mesh, slab: &Slab, bands: usize, rows_of_a_band: usize) -> Entries {
        let mut found = Found { seen: vec![0; slab.cells().div_ceil(64)], ..Found::default() };
        let mut sums = Vec::new();
        let (width, height) = (f64::from(self.width), f64::from(self.lens.height()));
        let lines = &self.pixels.rows;
        self.for_each_cell(mesh, slab, |row, column, polygon| {
            let place = slab.place(row, column);
            let [low, high] = polygon.ends();
            if high[0] <= 0.0 || low[0] >= width || high[1] <= 0.0 || low[1] >= height {
                return;
            }
            let area = polygon.area();
            if self.is_first_seen(polygon, area, [low, high]) {
                found.seen[place as usize / 64] |= 1 << (place % 64);
            }
            if high[1] <= f64::from(lines.start) || low[1] >= f64::from(lines.end) {
                return;
            }
            let is_wide = polygon.is_wide(WHOLE);
            let is_alone = is_wide || self.sampling == Sampling::Nearest;
            if is_alone {
                let mark = mark_of(mesh, row, column, is_wide);
                polygon.centers(&self.pixels, |x, y| {
                    let pixel = self.pixel(x, y);
                    let is_between = self.between.get(pixel).is_some_and(|quad| quad.load(Ordering::Relaxed) != 0);
                    if self.own[pixel].load(Ordering::Relaxed) == mark && !is_between {
                        found.push(pixel, place, 1.0);
                    }
                });
            }
            if self.sampling == Sampling::Nearest || (is_wide && !self.is_mixed(low[1], high[1])) {
                return;
            }
            let least = SLIVER * area.min(1.0);
            polygon.cover(&self.pixels, &mut sums, |x, y, part| {
                let pixel = self.pixel(x, y);
                let own = self.own[pixel].load(Ordering::Relaxed);
                // A wide cell has the pixels whose middle lies in it, and shares in those of small ones.
                let is_shared = if is_wide { own != 0 && own & 1 == 0 } else { own & 1 == 0 };
                if is_shared && part >= least {
                    found.push(pixel, place, part);
                }
            });
        });
        if self.sampling == Sampling::Bilinear {
            let mut quads = Quads::new(mesh, slab.columns.clone());
            quads.for_each(&slab.rows, &self.lens, |quad, polygon| {
                polygon.centers(&self.pixels, |x, y| {
                    let pixel = self.pixel(x, y);
                    if self.between[pixel].load(Ordering::Relaxed) != quad.number + 1 {
                        return;
                    }
                    let own = self.own[pixel].load(Ordering::Relaxed);
                    let shares = quad.shares([f64::from(x) + 0.5, f64::from(y) + 0.5]);
                    for ([row, column], share) in quad.cells.iter().zip(shares) {
                        if share > 0.0 {
                            found.push(pixel, slab.place(*row, *column), share);
                        }
                    }
                    let is_own = |[row, column]: &&[usize; 2]| mark_of(mesh, *row, *column, true) == own;
                    if let Some([row, column]) = quad.cells.iter().find(is_own) {
                        found.push(pixel, slab.place(*row, *column), 0.0);
                    }
                });
            });
        }
        found.sorted(bands, rows_of_a_band * self.width as usize)
    }

    /// Whether more than rounding of a cell is in view, and the lowest of it in these rows of pixels.
    fn is_first_seen(&self, polygon: &Polygon, area: f64, [low, high]: [[f64; 2]; 2]) -> bool {
        let (width, height) = (f64::from(self.width), f64::from(self.lens.height()));
        let lowest = if low[0] >= 0.0 && low[1] >= 0.0 && high[0] <= width && high[1] <= height {
            if area <= 0.0 {
                return false;
            }
            low[1]
        } else {
            let seen = polygon.within([0.0; 2], [width, height]);
            if seen.corners().len() < 3 || seen.area() < SLIVER * area.min(1.0) || area <= 0.0 {
                return false;
            }
            seen.ends()[0][1]
        };
        let row = lowest.floor().clamp(0.0, height - 1.0);
        row >= f64::from(self.pixels.rows.start) && row < f64::from(self.pixels.rows.end)
    }

    /// Whether any pixel of some rows has its middle in a small cell.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the picture")]
    fn is_mixed(&self, low: f64, high: f64) -> bool {
        let start = f64::from(self.pixels.rows.start);
        let rows =
            (low - start).floor().max(0.0) as usize..((high - start).ceil().max(0.0) as usize).min(self.mixed.len());
        self.mixed.get(rows).is_some_and(|rows| rows.contains(&true))
    }
}

/// What a pixel notes of the cell that its middle lies in.
fn mark_of(mesh: &Mesh, row: usize, column: usize, is_wide: bool) -> u32 {
    ((narrow(row * mesh.width() + column) + 1) << 1) | u32::from(is_wide)
}

#[expect(clippy::cast_possible_truncation, reason = "a mesh has less than 2^31 cells, a band of pixels fewer")]
pub fn narrow(number: usize) -> u32 {
    number as u32
}

/// Entries in the order in which they were found.
#[derive(Debug, Default)]
struct Found {
    pixels: Vec<u32>,
    cells: Vec<u32>,
    weights: Vec<f64>,
    seen: Vec<u64>,
}

impl Found {
    #[inline]
    fn push(&mut self, pixel: usize, cell: u32, weight: f64) {
        self.pixels.push(narrow(pixel));
        self.cells.push(cell);
        self.weights.push(weight);
    }

    /// The same by bands of so many pixels, in each in the order in which they were found.
    fn sorted(self, bands: usize, pixels_of_a_band: usize) -> Entries {
        let band = |pixel: &u32| *pixel as usize / pixels_of_a_band.max(1);
        let mut starts = vec![0; bands + 1];
        for pixel in &self.pixels {
            starts[band(pixel) + 1] += 1;
        }
        for i in 0..bands {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let count = self.pixels.len();
        let mut entries = Entries {
            starts,
            pixels: vec![0; count],
            cells: vec![0; count],
            weights: vec![0.0; count],
            seen: self.seen,
        };
        for ((pixel, cell), weight) in self.pixels.iter().zip(self.cells).zip(self.weights) {
            let at = next[band(pixel)];
            next[band(pixel)] += 1;
            (entries.pixels[at], entries.cells[at], entries.weights[at]) = (*pixel, cell, weight);
        }
        entries
    }
}
