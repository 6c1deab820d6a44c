//! RGBA images and the comparer of two of them.

use std::ops::Range;

use crate::figure::error::FigureError;

/// An image of RGBA8 pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Width, in pixels.
    pub width: u32,
    /// Height, in pixels.
    pub height: u32,
    /// Red, green, blue, alpha of each pixel, row by row from the **top**: `4 · width · height` bytes, sRGB,
    /// straight (not premultiplied) alpha.
    pub pixels: Vec<u8>,
}

impl Image {
    /// An image from its bytes.
    ///
    /// # Errors
    /// [`FigureError::WrongBuffer`] if there are not `4 · width · height` of them.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self, FigureError> {
        let image = Self { width, height, pixels };
        image.check()?;
        Ok(image)
    }

    /// The colour in column `x` (0 = left) and row `y` (0 = top), or none outside the image.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 4]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = usize::try_from(u64::from(y) * u64::from(self.width) + u64::from(x)).ok()?;
        self.pixels.as_chunks::<4>().0.get(at).copied()
    }

    /// The pixels of some rows (0 = top); none of rows outside the image.
    #[must_use]
    pub fn rows(&self, rows: &Range<u32>) -> &[u8] {
        let at = |row: u32| row as usize * self.width as usize * 4;
        self.pixels.get(at(rows.start)..at(rows.end)).unwrap_or_default()
    }

    fn check(&self) -> Result<(), FigureError> {
        let needed = u128::from(self.width) * u128::from(self.height) * 4;
        if self.pixels.len() as u128 == needed {
            return Ok(());
        }
        Err(FigureError::WrongBuffer { width: self.width, height: self.height, bytes: self.pixels.len() })
    }
}

/// The greatest difference between two images over all pixels and all four channels, 0 to 255.
///
/// # Errors
/// [`FigureError::SizesDiffer`] if the images differ in width or height, [`FigureError::WrongBuffer`] if a buffer
/// does not fit its size: two images that cannot be compared are never equal.
pub fn max_channel_difference(a: &Image, b: &Image) -> Result<u8, FigureError> {
    if (a.width, a.height) != (b.width, b.height) {
        return Err(FigureError::SizesDiffer { first: (a.width, a.height), second: (b.width, b.height) });
    }
    a.check()?;
    b.check()?;
    Ok(a.pixels.iter().zip(&b.pixels).map(|(x, y)| x.abs_diff(*y)).max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Image {
        Image::new(3, 2, (0..24).collect()).unwrap()
    }

    #[test]
    fn equal_images_differ_by_nothing() {
        assert_eq!(max_channel_difference(&sample(), &sample()), Ok(0));
        let nothing = Image::new(0, 5, Vec::new()).unwrap();
        assert_eq!(max_channel_difference(&nothing, &nothing), Ok(0));
    }

    #[test]
    fn one_channel_of_one_pixel_is_enough_wherever_it_is() {
        for at in 0..24 {
            let mut other = sample();
            other.pixels[at] += 1;
            assert_eq!(max_channel_difference(&sample(), &other), Ok(1), "byte {at}");
            assert_eq!(max_channel_difference(&other, &sample()), Ok(1), "byte {at}");
        }
    }

    #[test]
    fn alpha_counts() {
        let mut other = sample();
        other.pixels[7] = 255;
        assert_eq!(max_channel_difference(&sample(), &other), Ok(248));
    }

    #[test]
    fn the_greatest_difference_wins() {
        let mut other = sample();
        other.pixels[1] += 3;
        other.pixels[18] += 200;
        other.pixels[20] += 5;
        assert_eq!(max_channel_difference(&sample(), &other), Ok(200));
    }

    #[test]
    fn other_sizes_are_an_error_even_with_the_same_bytes() {
        let turned = Image::new(2, 3, sample().pixels).unwrap();
        let error = max_channel_difference(&sample(), &turned).unwrap_err();
        assert_eq!(error, FigureError::SizesDiffer { first: (3, 2), second: (2, 3) });
        assert!(error.to_string().contains("3×2"));
    }

    #[test]
    fn short_and_long_buffers_are_an_error() {
        for bytes in [0, 23, 25] {
            let broken = Image { pixels: vec![0; bytes], ..sample() };
            let expected = FigureError::WrongBuffer { width: 3, height: 2, bytes };
            assert_eq!(max_channel_difference(&sample(), &broken), Err(expected.clone()));
            assert_eq!(max_channel_difference(&broken, &broken), Err(expected.clone()));
            assert_eq!(Image::new(3, 2, broken.pixels), Err(expected));
        }
        assert!(Image::new(u32::MAX, u32::MAX, Vec::new()).is_err());
    }

    #[test]
    fn pixels_by_place() {
        assert_eq!(sample().pixel(2, 1), Some([20, 21, 22, 23]));
        assert_eq!((sample().pixel(3, 0), sample().pixel(0, 2)), (None, None));
    }
}
