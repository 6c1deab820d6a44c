//! Pictures that are made some rows at a time.

use std::ops::Range;

use super::error::FigureError;
use super::image::Image;

/// A picture of which never more than some rows need be in memory.
pub trait Strips {
    /// Width and height, in pixels.
    fn size(&self) -> (u32, u32);

    /// Whether every pixel is opaque.
    fn is_opaque(&self) -> bool;

    /// How many rows are best asked for at once, at least 1.
    fn strip_rows(&self) -> u32;

    /// Some rows, 0 being the top one. The pixels do not depend on how the picture is cut.
    ///
    /// # Errors
    /// [`FigureError`] if their numbers cannot be read back or the words around them not be painted.
    fn strip(&self, rows: Range<u32>) -> Result<Image, FigureError>;
}

impl Strips for Image {
    fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn is_opaque(&self) -> bool {
        self.pixels.as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255)
    }

    fn strip_rows(&self) -> u32 {
        self.height.max(1)
    }

    fn strip(&self, rows: Range<u32>) -> Result<Image, FigureError> {
        let height = rows.end.saturating_sub(rows.start);
        Image::new(self.width, height, self.rows(&rows).to_vec())
    }
}
