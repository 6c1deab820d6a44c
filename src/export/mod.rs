//! Files that leave the program: pictures and arrays.

pub mod array;
pub mod demo;
pub mod error;
pub mod movie;
pub mod output;
pub mod picture;

pub use error::ExportError;
