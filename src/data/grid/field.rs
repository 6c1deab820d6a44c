//! A field: a variable seen as a plane of cells, two of its dimensions being the axes, one perhaps the steps of a movie.

use std::ops::Range;
use std::sync::Arc;

use super::super::dtype::TimeUnit;
use super::super::error::DataError;
use super::super::stats::{ColumnStats, Number};
use super::geographic::{self, Wish};
use super::range::Known;
use super::{At, Coordinates, Dimension, Grids, Kind, Mesh, Variable, Window, cells};

/// What is to be seen of a variable, as the person says it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldRequest {
    /// Name or number of the variable; the first there is if none is given.
    pub variable: Option<String>,
    /// Name of the dimension along x, or `longitude` of cells that have one each; found out if none is given.
    pub x: Option<String>,
    /// Name of the dimension along y, or `latitude`.
    pub y: Option<String>,
    /// Where to be along other dimensions.
    pub at: Vec<At>,
}

/// A plane of cells, for each step.
#[derive(Debug, Clone)]
pub struct Field {
    grids: Arc<Grids>,
    variable: Variable,
    /// Which of the variable's dimensions is along x, and along y.
    axes: [usize; 2],
    /// Which of them holds the steps.
    steps: Option<usize>,
    /// The cell along each dimension, where it is neither axis nor step.
    at: Vec<u64>,
    coordinates: [Arc<Coordinates>; 2],
    /// Where cells are, of a plane that is drawn in longitude and latitude.
    mesh: Option<Arc<Mesh>>,
    /// What is worth telling the person.
    notes: Vec<String>,
    pub(super) known: Arc<Known>,
}

/// Along x.
const X: usize = 0;
/// Along y.
const Y: usize = 1;

impl Field {
    /// What `request` asks for.
    ///
    /// # Errors
    /// [`DataError::MissingColumn`] for variables, [`DataError::Grid`] for dimensions and places that are not there, and
    /// for variables of less than two dimensions.
    pub fn new(grids: &Arc<Grids>, request: &FieldRequest) -> Result<Self, DataError> {
        let variable = match &request.variable {
            Some(text) => &grids.evaluate(text)?,
            None => best(grids).ok_or(DataError::Empty)?,
        };
        let dimensions: Vec<&Dimension> = grids.dimensions_of(variable).collect();
        if dimensions.len() < 2 {
            let (name, count) = (&variable.name, dimensions.len());
            return Err(DataError::Grid(format!(
                "the variable \"{name}\" has {count} dimensions where an image needs two; choose another variable"
            )));
        }
        if dimensions.iter().any(|dimension| dimension.len == 0) {
            return Err(DataError::Empty);
        }
        let wish = Wish::of(variable, &dimensions, request)?;
        let plane = match wish {
            Wish::No => axes(&dimensions, request)?,
            Wish::Unsaid(plane) | Wish::Said(plane) => plane,
        };
        let mut field = Self::on(grids, variable, &dimensions, plane, request)?;
        match (wish, field.find_mesh()) {
            (Wish::No, _) => {}
            (_, Ok(mesh)) => field.mesh = Some(mesh),
            (Wish::Said(_), Err(problem)) => return Err(problem),
            (Wish::Unsaid(_), Err(problem)) => {
                field = Self::on(grids, variable, &dimensions, axes(&dimensions, request)?, request)?;
                field.notes.push(format!("\"{}\" is drawn on its own axes: {problem}", variable.name));
            }
        }
        Ok(field)
    }

    /// A plane over two dimensions.
    fn on(
        grids: &Arc<Grids>,
        variable: &Variable,
        dimensions: &[&Dimension],
        axes: [usize; 2],
        request: &FieldRequest,
    ) -> Result<Self, DataError> {
        let steps = steps(dimensions, axes, &request.at);
        let mut at = vec![0; dimensions.len()];
        for At { dimension, place } in &request.at {
            let i = named(dimensions, dimension)?;
            if axes.contains(&i) {
                return Err(DataError::Grid(format!(
                    "the dimension \"{dimension}\" is an axis, all of which is shown"
                )));
            }
            at[i] = place.cell(dimensions[i])?;
        }
        let along = |axis: usize| match &dimensions[axis].coordinates {
            Some(coordinates) if coordinates.edges.is_some() => Ok(Arc::clone(coordinates)),
            _ => Coordinates::counted(dimensions[axis].len).map(Arc::new),
        };
        let coordinates = [along(axes[X])?, along(axes[Y])?];
        let (grids, variable, known) = (Arc::clone(grids), variable.clone(), Arc::default());
        Ok(Self { grids, variable, axes, steps, at, coordinates, mesh: None, notes: Vec::new(), known })
    }

    /// The mesh of its cells.
    fn find_mesh(&self) -> Result<Arc<Mesh>, DataError> {
        let mut window: Vec<Range<u64>> = self.at.iter().map(|at| *at..at + 1).collect();
        for (axis, len) in self.axes.into_iter().zip(self.shape()) {
            window[axis] = 0..len;
        }
        if let Some(steps) = self.steps
            && geographic::moves(&self.variable, &window, self.axes, (steps, self.steps() - 1))?
        {
            return Err(DataError::Grid("the longitudes of its cells change from step to step".to_owned()));
        }
        geographic::mesh(&self.grids, &self.variable, &window, self.axes, self.coordinates())
    }

    /// Where cells are, of a plane that is drawn in longitude and latitude.
    pub fn mesh(&self) -> Option<&Arc<Mesh>> {
        self.mesh.as_ref()
    }

    /// What is worth telling of it.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The dimensions over which its cells have a longitude and a latitude each, if they have, whatever its axes are.
    pub fn placed_over(&self) -> Option<[&Dimension; 2]> {
        let dimensions: Vec<&Dimension> = self.all_dimensions().collect();
        geographic::plane(&self.variable, &dimensions).map(|plane| plane.map(|i| dimensions[i]))
    }

    /// The name of the variable that is shown where none is named.
    pub fn first_name(grids: &Grids) -> Option<&str> {
        best(grids).map(|variable| variable.name.as_str())
    }

    /// What it is a part of.
    pub fn grids(&self) -> &Arc<Grids> {
        &self.grids
    }

    /// The variable.
    pub fn variable(&self) -> &Variable {
        &self.variable
    }

    /// Coordinates along x and y; always with edges.
    pub fn coordinates(&self) -> [&Coordinates; 2] {
        [&self.coordinates[X], &self.coordinates[Y]]
    }

    /// All dimensions of the variable, the slowest first.
    pub fn all_dimensions(&self) -> impl Iterator<Item = &Dimension> {
        self.grids.dimensions_of(&self.variable)
    }

    /// The dimensions along x and y.
    pub fn dimensions(&self) -> [Option<&Dimension>; 2] {
        self.axes.map(|axis| self.dimension(axis))
    }

    fn dimension(&self, of_variable: usize) -> Option<&Dimension> {
        self.variable.dimensions.get(of_variable).and_then(|i| self.grids.dimensions.get(*i))
    }

    /// Edges of the cells along x and along y.
    pub fn edges(&self) -> [&[f64]; 2] {
        [X, Y].map(|axis| self.coordinates[axis].edges.as_deref().unwrap_or_default())
    }

    /// Number of cells along x and along y.
    pub fn shape(&self) -> [u64; 2] {
        self.axes.map(|axis| self.dimension(axis).map_or(0, |dimension| dimension.len))
    }

    /// Cells of one plane.
    pub fn cells(&self) -> u64 {
        let [x, y] = self.shape();
        x.saturating_mul(y)
    }

    /// Number of steps, at least 1.
    pub fn steps(&self) -> u64 {
        self.step_dimension().map_or(1, |dimension| dimension.len.max(1))
    }

    /// Number of steps that something was written to, where steps are written one after another: all of them, unless the
    /// file was made as long as it will be beforehand.
    ///
    /// # Errors
    /// Data that cannot be read.
    pub fn written_steps(&self) -> Result<u64, DataError> {
        let Some(steps) = self.steps else { return Ok(1) };
        let [x, y] = self.shape();
        let is_written = |step: u64| {
            let mut window: Vec<Range<u64>> = self.at.iter().map(|at| *at..at + 1).collect();
            window[steps] = step..step + 1;
            (window[self.axes[X]], window[self.axes[Y]]) = (0..x, 0..y);
            self.variable.store.is_written(&window)
        };
        // Of what is whole, the first look is enough; else half of what is left is told with each.
        let mut unwritten = self.steps();
        let mut probe = unwritten - 1;
        let mut written = 0;
        while written < unwritten {
            if is_written(probe)? {
                written = probe + 1;
            } else {
                unwritten = probe;
            }
            probe = written + unwritten.saturating_sub(written) / 2;
        }
        Ok(written)
    }

    /// The dimension that holds the steps.
    pub fn step_dimension(&self) -> Option<&Dimension> {
        self.dimension(self.steps?)
    }

    /// Moments of the steps with their unit since 1970, where they are known.
    pub fn times(&self) -> Option<(&[f64], TimeUnit)> {
        let coordinates = self.step_dimension()?.coordinates.as_deref()?;
        match coordinates.kind {
            Kind::Time(unit) => Some((&coordinates.centers, unit)),
            _ => None,
        }
    }

    /// The further dimensions with the cell that is shown of each.
    pub fn places(&self) -> Vec<(&Dimension, u64)> {
        let is_further = |i: &usize| !self.axes.contains(i) && Some(*i) != self.steps;
        let further = (0..self.at.len()).filter(is_further);
        further.filter_map(|i| Some((self.dimension(i)?, self.at[i]))).collect()
    }

    /// Cells that were found damaged until now, of all steps.
    pub fn damaged(&self) -> u64 {
        self.variable.store.damaged()
    }

    /// Reads some cells of a step, row by row along x, the rows in the order of the file. Gives the number of those that
    /// could not be read. NaN is missing.
    ///
    /// # Errors
    /// Those of [`Variable::read`].
    pub fn read(&self, step: u64, x: Range<u64>, y: Range<u64>, out: &mut [f64]) -> Result<u64, DataError> {
        let mut window: Vec<Range<u64>> = self.at.iter().map(|at| *at..at + 1).collect();
        if let Some(steps) = self.steps {
            let step = step.min(self.steps() - 1);
            window[steps] = step..step + 1;
        }
        let (width, height) = (x.end.saturating_sub(x.start), y.end.saturating_sub(y.start));
        window[self.axes[X]] = x;
        window[self.axes[Y]] = y;
        if self.axes[Y] < self.axes[X] {
            return self.variable.read(&window, out);
        }
        self.read_turned(&window, [width, height], out)
    }

    /// As [`Field::read`], of a variable whose rows run along y.
    fn read_turned(&self, window: &Window, [width, height]: [u64; 2], out: &mut [f64]) -> Result<u64, DataError> {
        let count = cells(window).and_then(|count| usize::try_from(count).ok()).filter(|count| *count == out.len());
        let (Some(count), Ok(width), Ok(height)) = (count, usize::try_from(width), usize::try_from(height)) else {
            return Err(DataError::Grid("a window does not go with its cells".to_owned()));
        };
        let mut turned = vec![0.0; count];
        let unread = self.variable.read(window, &mut turned)?;
        for (column, values) in turned.chunks_exact(height.max(1)).enumerate() {
            for (row, value) in values.iter().enumerate() {
                out[row * width + column] = *value;
            }
        }
        Ok(unread)
    }

    /// Whether the first rows are better shown on top: those of an array that says nothing of its rows, as images have
    /// them, and heights that grow downwards.
    fn is_downward(&self) -> bool {
        match self.dimension(self.axes[Y]).map(|dimension| &dimension.coordinates) {
            _ if self.mesh.is_some() => false,
            Some(Some(coordinates)) => coordinates.kind == Kind::Vertical { down: true },
            _ => self.variable.placed.is_none(),
        }
    }

    /// What is known of the places of cells along x and y without reading values: the range of their edges.
    pub fn extents(&self) -> [ColumnStats; 2] {
        let wants = [false, self.is_downward()];
        let [x, y] = self.edges();
        let around = self.mesh.as_deref().map(|mesh| [mesh.longitudes(), mesh.latitudes()]);
        [(x, wants[X], X), (y, wants[Y], Y)].map(|(edges, is_reversed, axis)| {
            let ends = edges.first().zip(edges.last()).map(|(first, last)| (first.min(*last), first.max(*last)));
            let positive = edges.iter().copied().filter(|edge| *edge > 0.0).min_by(f64::total_cmp);
            let (ends, positive) = match around {
                // Near enough for a log axis, which nobody has for degrees.
                Some(around) => (around[axis], around[axis].map(|ends| if ends.0 > 0.0 { ends.0 } else { 1e-3 })),
                None => (ends, positive),
            };
            ColumnStats {
                rows: self.cells(),
                range: ends.map(|(low, high)| (Number::Real(low), Number::Real(high))),
                min_positive: positive.map(Number::Real),
                is_extent: true,
                is_reversed,
                ..ColumnStats::default()
            }
        })
    }

    /// How many rows of cells are best read together.
    pub fn rows_together(&self) -> u64 {
        self.variable.store.chunk().get(self.axes[Y]).copied().unwrap_or(1).max(1)
    }
}

/// The variable to show when none was named: the first of most dimensions with an area.
fn best(grids: &Grids) -> Option<&Variable> {
    let is_plane = |variable: &&Variable| {
        let lens: Vec<u64> = grids.dimensions_of(variable).map(|dimension| dimension.len).collect();
        lens.iter().filter(|len| **len > 1).count() >= 2 || (lens.len() >= 2 && lens.iter().all(|len| *len > 0))
    };
    let areas = |variable: &&Variable| grids.dimensions_of(variable).filter(|dimension| dimension.len > 1).count();
    let most = grids.variables.iter().filter(is_plane).map(|variable| areas(&variable)).max()?;
    grids.variables.iter().find(|variable| is_plane(variable) && areas(variable) >= most.min(2))
}

/// The number of a dimension among those of the variable.
fn named(dimensions: &[&Dimension], name: &str) -> Result<usize, DataError> {
    dimensions.iter().position(|dimension| dimension.name == name).ok_or_else(|| {
        let names: Vec<&str> = dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
        let names = names.join(", ");
        DataError::Grid(format!("the variable has no dimension \"{name}\"; choose one of: {names}"))
    })
}

/// The dimensions along x and y: those named, else longitude and latitude (or their like), else the last two.
fn axes(dimensions: &[&Dimension], request: &FieldRequest) -> Result<[usize; 2], DataError> {
    let given = |name: &Option<String>| name.as_deref().map(|name| named(dimensions, name)).transpose();
    let (x, y) = (given(&request.x)?, given(&request.y)?);
    if let (Some(x), Some(y)) = (x, y) {
        if x == y {
            return Err(DataError::Grid(format!("x and y are both \"{}\"; name two dimensions", dimensions[x].name)));
        }
        return Ok([x, y]);
    }
    let kind = |i: usize| dimensions[i].coordinates.as_ref().map_or(&Kind::Other, |coordinates| &coordinates.kind);
    let asked = |i: usize| request.at.iter().any(|at| at.dimension == dimensions[i].name);
    // The best of those left, the last among equals: a dimension of one cell only where there is no other.
    let choose = |taken: Option<usize>, rank: &dyn Fn(&Kind) -> u8| {
        let left = (0..dimensions.len()).filter(|i| Some(*i) != taken);
        let worth = |i: &usize| (!asked(*i), dimensions[*i].len > 1, rank(kind(*i)), *i);
        left.max_by_key(worth).unwrap_or(0)
    };
    let along_x = |kind: &Kind| match kind {
        Kind::Longitude | Kind::X => 4,
        Kind::Other => 3,
        Kind::Latitude | Kind::Y => 2,
        Kind::Time(_) => 1,
        Kind::Vertical { .. } => 0,
    };
    let along_y = |kind: &Kind| match kind {
        Kind::Latitude | Kind::Y => 4,
        Kind::Other => 3,
        Kind::Vertical { .. } => 2,
        Kind::Longitude | Kind::X => 1,
        Kind::Time(_) => 0,
    };
    let x = x.unwrap_or_else(|| choose(y, &along_x));
    Ok([x, y.unwrap_or_else(|| choose(Some(x), &along_y))])
}

/// The dimension that holds the steps: time, else one that may grow, else the slowest of an array that says nothing of its
/// dimensions.
fn steps(dimensions: &[&Dimension], axes: [usize; 2], at: &[At]) -> Option<usize> {
    let is_left = |i: &usize| !axes.contains(i) && !at.iter().any(|at| at.dimension == dimensions[*i].name);
    let left: Vec<usize> = (0..dimensions.len()).filter(is_left).collect();
    let is_time = |dimension: &Dimension| {
        dimension.coordinates.as_ref().is_some_and(|coordinates| matches!(coordinates.kind, Kind::Time(_)))
    };
    let found = |wanted: &dyn Fn(&Dimension) -> bool| left.iter().copied().find(|i| wanted(dimensions[*i]));
    let is_bare = |dimension: &Dimension| dimension.coordinates.is_none();
    found(&is_time).or_else(|| found(&|dimension| dimension.is_unlimited)).or_else(|| found(&is_bare))
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::super::mapped::{MappedArray, packed};
    use super::super::packing::Packing;
    use super::*;
    use crate::data::dtype::Unit;
    use crate::data::mapping::Mapping;
    use std::io::Write as _;

    fn dimension(name: &str, len: u64, kind: Option<Kind>) -> Dimension {
        let coordinates = kind.map(|kind| Arc::new(Coordinates { kind, ..Coordinates::counted(len).unwrap() }));
        Dimension { name: name.to_owned(), len, is_unlimited: false, coordinates }
    }

    /// A variable of 0, 1, 2 and so on.
    fn grids(dimensions: Vec<Dimension>) -> Arc<Grids> {
        let shape: Vec<u64> = dimensions.iter().map(|dimension| dimension.len).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let count: u32 = shape.iter().product::<u64>().try_into().unwrap();
        for number in 0..count {
            file.write_all(&f64::from(number).to_le_bytes()).unwrap();
        }
        let map = Mapping::open(file.path()).unwrap();
        let dtype = crate::data::dtype::parse("<f8").unwrap().plain().unwrap();
        let store = MappedArray::new(&map, dtype, 0, packed(&shape, 8).unwrap()).unwrap();
        let variable = Variable {
            name: "v".to_owned(),
            dimensions: (0..shape.len()).collect(),
            dtype: "f64".to_owned(),
            attributes: Vec::new(),
            packing: Packing::default(),
            store: Arc::new(store),
            placed: None,
        };
        let (format, notes) = ("test".to_owned(), Vec::new());
        Arc::new(Grids {
            format,
            dimensions,
            variables: vec![variable],
            notes,
            mappings: vec![map],
            folders: Vec::new(),
        })
    }

    fn time() -> Option<Kind> {
        Some(Kind::Time(TimeUnit { multiplier: 1, unit: Unit::Hour }))
    }

    fn read(field: &Field, step: u64, x: Range<u64>, y: Range<u64>) -> Vec<f64> {
        let mut out = vec![0.0; usize::try_from((x.end - x.start) * (y.end - y.start)).unwrap()];
        field.read(step, x, y, &mut out).unwrap();
        out
    }

    #[test]
    fn longitude_and_latitude_are_the_axes() {
        let level = Some(Kind::Vertical { down: true });
        let (lon, lat) = (Some(Kind::Longitude), Some(Kind::Latitude));
        let all = vec![
            dimension("time", 3, time()),
            dimension("lon", 4, lon),
            dimension("level", 2, level),
            dimension("lat", 5, lat),
        ];
        let grids = grids(all);
        let at = |place| vec![At { dimension: "level".to_owned(), place }];
        let field = Field::new(&grids, &FieldRequest { at: at(Place::Number(-1)), ..FieldRequest::default() }).unwrap();
        assert_eq!((field.shape(), field.steps(), field.cells()), ([4, 5], 3, 20));
        // Number of the cell (time 1, lon i, level 1, lat j): 40 + 10 i + 5 + j.
        assert_eq!(read(&field, 1, 2..4, 0..2), [65.0, 75.0, 66.0, 76.0]);
        assert_eq!(
            field.places().iter().map(|(dimension, at)| (dimension.name.as_str(), *at)).collect::<Vec<_>>(),
            [("level", 1)]
        );
        let nearest = FieldRequest { at: at(Place::Value(0.6)), ..FieldRequest::default() };
        assert_eq!(Field::new(&grids, &nearest).unwrap().at[2], 1);
        for place in [Place::Number(2), Place::Number(-3)] {
            assert!(Field::new(&grids, &FieldRequest { at: at(place), ..FieldRequest::default() }).is_err());
        }
    }

    #[test]
    fn steps_are_written_one_after_another() {
        for written in 0..=7_usize {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&[vec![9; written * 12], vec![0; (7 - written) * 12]].concat()).unwrap();
            let map = Mapping::open(file.path()).unwrap();
            let spec = crate::data::raw::RawSpec {
                dtype: Some("|u1".to_owned()),
                shape: Some(crate::data::grid::Shape(vec![7, 3, 4])),
                ..Default::default()
            };
            let grids = Arc::new(crate::data::grid::plain::of_raw(&map, &spec).unwrap());
            let field = Field::new(&grids, &FieldRequest::default()).unwrap();
            assert_eq!((field.steps(), field.written_steps().unwrap()), (7, written as u64));
        }
    }

    #[test]
    fn any_two_dimensions_can_be_the_axes() {
        let grids = grids(vec![dimension("time", 3, time()), dimension("y", 4, None), dimension("x", 5, None)]);
        let section = |x: &str, y: &str| {
            let request = FieldRequest { x: Some(x.to_owned()), y: Some(y.to_owned()), ..FieldRequest::default() };
            Field::new(&grids, &request)
        };
        let field = section("time", "y").unwrap();
        assert_eq!((field.shape(), field.steps()), ([3, 4], 5));
        assert_eq!(read(&field, 2, 0..3, 1..2), [7.0, 27.0, 47.0]);
        assert!(section("time", "time").is_err());
        assert!(section("time", "z").unwrap_err().to_string().contains("time, y, x"));
        let plain = Field::new(&grids, &FieldRequest::default()).unwrap();
        assert_eq!((plain.shape(), plain.steps()), ([5, 4], 3));
        assert_eq!(plain.times().map(|(times, _)| times.len()), Some(3));
    }
}
