//! What the files hold: mapping, formats (one file a format), columns, tables, blocks and their statistics.

pub mod blocks;
pub mod categories;
pub mod column;
pub mod dataset;
pub mod decode;
pub mod dtype;
pub mod error;
pub mod expression;
pub mod grib;
pub mod grid;
pub mod guess;
pub mod hdf5;
pub mod layout;
pub mod literal;
pub mod mapping;
pub mod netcdf3;
pub mod npy;
pub mod parallel;
pub mod prefetch;
pub mod raw;
pub mod sample;
pub mod spool;
pub mod stats;
pub mod table;
mod text;
pub mod watch;
pub mod zarr;

pub use dataset::Dataset;
pub use error::DataError;
pub use parallel::Progress;
pub use table::Table;
