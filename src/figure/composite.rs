//! Layers over one another.
//!
//! The colors of all layers are joined in one sum of f32, premultiplied by their opacity, and rounded to bytes once: with a
//! backdrop of color `b` and opacity β and a layer of color `c` and opacity α,
//!
//! > color · opacity = (1 − β) α c + (1 − α) β b + α β B(b, c),  opacity = α + β − α β
//!
//! where B is the blend function (W3C, *Compositing and Blending Level 1*, 5.1 and 9.1) and α that of the pixel times that of
//! its layer, which is never rounded to a byte. Color values are sRGB bytes as they are stored; those of color tables were
//! numbers that were cut off to bytes, so half a step is added to them where they are mixed. All engines share this code.

use std::thread;

use crate::scene::blend::Blend;

use super::error::FigureError;
use super::image::Image;

/// A layer's picture, straight alpha, with how it joins what lies beneath.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// Its pixels, of which no size is asked but their number.
    pub pixels: &'a [u8],
    /// How it joins what lies beneath.
    pub joining: Joining,
}

/// How a layer joins what lies beneath.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joining {
    alpha: f32,
    blend: Blend,
    /// What is added to the bytes of colors.
    more: f32,
}

/// What a byte that was cut off stands for is half a step more: a little less here, so that opaque colors keep their byte.
pub(super) const HALF: f32 = 0.49;

impl Joining {
    /// With an opacity, 0 to 1, by which that of each pixel is multiplied, and a way in which colors are mixed.
    ///
    /// # Errors
    /// [`FigureError::BadAlpha`].
    pub fn new(alpha: f32, blend: Blend) -> Result<Self, FigureError> {
        if (0.0..=1.0).contains(&alpha) {
            Ok(Self { alpha, blend, more: 0.0 })
        } else {
            Err(FigureError::BadAlpha(alpha))
        }
    }

    /// The same of a layer whose colors are those of a color table.
    #[must_use]
    pub fn of_table(self) -> Self {
        Self { more: HALF, ..self }
    }

    /// The layer's opacity, 0 to 1.
    #[must_use]
    pub fn alpha(self) -> f32 {
        self.alpha
    }
}

/// Pixels that are worked on at a time: their sums stay in the first-level cache.
const RUN: usize = 1024;

/// Pictures of fewer pixels are not worth a second thread.
const FEW: usize = 1 << 16;

/// All sheets, the lowest first, over a background: red, green, blue, alpha, not premultiplied. With no sheet it is all
/// background.
///
/// # Panics
/// If a sheet has not `width · height` pixels, which is a programmer's mistake.
#[must_use]
pub fn composite(sheets: &[Sheet<'_>], background: [u8; 4], width: u32, height: u32, threads: usize) -> Image {
    let count = width as usize * height as usize;
    assert!(sheets.iter().all(|sheet| sheet.pixels.len() == count * 4), "sheets have the size of the picture");
    let mut pixels = vec![0; count * 4];
    let parts = if count < FEW { 1 } else { threads.max(1) };
    let share = count.div_ceil(parts).next_multiple_of(RUN).max(RUN);
    thread::scope(|scope| {
        for (i, part) in pixels.chunks_mut(share * 4).enumerate() {
            let first = i * share * 4;
            scope.spawn(move || {
                let arch = pulp::Arch::new();
                for (j, out) in part.chunks_mut(RUN * 4).enumerate() {
                    arch.dispatch(Join { sheets, background, first: first + j * RUN * 4, out });
                }
            });
        }
    });
    Image { width, height, pixels }
}

/// A run of pixels, compiled for the widest vectors that the processor has: all that it calls must be inlined.
struct Join<'a> {
    sheets: &'a [Sheet<'a>],
    background: [u8; 4],
    /// The byte of the picture at which the run begins.
    first: usize,
    out: &'a mut [u8],
}

impl pulp::WithSimd for Join<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        join(self.sheets, self.background, self.first, self.out);
    }
}

/// Sums of a run of pixels: colors times opacity, 0 to 255, and opacity, 0 to 1.
struct Sums {
    colors: [[f32; RUN]; 3],
    opacity: [f32; RUN],
}

/// Makes a run of pixels that begins at byte `first` of the picture.
#[inline(always)]
fn join(sheets: &[Sheet<'_>], background: [u8; 4], first: usize, out: &mut [u8]) {
    let beneath = f32::from(background[3]) / 255.0;
    let color = |i: usize| [f32::from(background[i]) * beneath; RUN];
    let mut sums = Sums { colors: [color(0), color(1), color(2)], opacity: [beneath; RUN] };
    for sheet in sheets {
        let pixels = &sheet.pixels[first..first + out.len()];
        let how = sheet.joining;
        match how.blend {
            Blend::Normal => cover(&mut sums, pixels, how),
            Blend::Add => blend(&mut sums, pixels, how, |b, c| (b + c).min(255.0)),
            Blend::Multiply => blend(&mut sums, pixels, how, |b, c| b * c / 255.0),
            Blend::Screen => blend(&mut sums, pixels, how, |b, c| b + c - b * c / 255.0),
            Blend::Lighten => blend(&mut sums, pixels, how, f32::max),
            Blend::Darken => blend(&mut sums, pixels, how, f32::min),
        }
    }
    for (i, pixel) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let opacity = sums.opacity[i];
        let per = if opacity > 0.0 { 1.0 / opacity } else { 0.0 };
        let channel = |c: usize| byte(sums.colors[c][i] * per);
        *pixel = [channel(0), channel(1), channel(2), byte(opacity * 255.0)];
    }
}

/// The nearest byte.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is the clamp")]
fn byte(value: f32) -> u8 {
    (value + 0.5) as u8
}

/// Channels of a pixel as numbers; the opacity from 0 to 1.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "below 256")]
fn channels(pixel: [u8; 4], Joining { alpha, more, .. }: Joining) -> ([f32; 3], f32) {
    let word = u32::from_le_bytes(pixel);
    let channel = |shift: u32| ((word >> shift) & 255) as f32;
    let color = [channel(0) + more, channel(8) + more, channel(16) + more];
    (color, channel(24) * (alpha * (1.0 / 255.0)))
}

#[inline(always)]
fn cover(sums: &mut Sums, pixels: &[u8], how: Joining) {
    let [red, green, blue] = &mut sums.colors;
    let sums = red.iter_mut().zip(green).zip(blue).zip(&mut sums.opacity);
    for ((((red, green), blue), opacity), pixel) in sums.zip(pixels.as_chunks::<4>().0) {
        let (color, alpha) = channels(*pixel, how);
        let rest = 1.0 - alpha;
        *red = color[0] * alpha + *red * rest;
        *green = color[1] * alpha + *green * rest;
        *blue = color[2] * alpha + *blue * rest;
        *opacity = alpha + *opacity * rest;
    }
}

#[inline(always)]
fn blend(sums: &mut Sums, pixels: &[u8], how: Joining, function: impl Fn(f32, f32) -> f32) {
    let [red, green, blue] = &mut sums.colors;
    let sums = red.iter_mut().zip(green).zip(blue).zip(&mut sums.opacity);
    for ((((red, green), blue), opacity), pixel) in sums.zip(pixels.as_chunks::<4>().0) {
        let (color, alpha) = channels(*pixel, how);
        let beneath = *opacity;
        let per = if beneath > 0.0 { 1.0 / beneath } else { 0.0 };
        let (alone, both) = (alpha * (1.0 - beneath), alpha * beneath);
        for (sum, color) in [red, green, blue].into_iter().zip(color) {
            *sum = alone * color + (1.0 - alpha) * *sum + both * function(*sum * per, color);
        }
        *opacity = alpha + beneath * (1.0 - alpha);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula at the top of this file in f64, rounded after the last layer.
    fn slowly(layers: &[([u8; 4], f32, Blend)], background: [u8; 4]) -> [f64; 4] {
        let mut opacity = f64::from(background[3]) / 255.0;
        let mut sums = [0, 1, 2].map(|i| f64::from(background[i]) * opacity);
        for (pixel, alpha, blend) in layers {
            let alpha = f64::from(pixel[3]) / 255.0 * f64::from(*alpha);
            for (i, sum) in sums.iter_mut().enumerate() {
                let (b, c) = (if opacity > 0.0 { *sum / opacity } else { 0.0 }, f64::from(pixel[i]) + 0.49);
                let mixed = match blend {
                    Blend::Normal => c,
                    Blend::Add => (b + c).min(255.0),
                    Blend::Multiply => b * c / 255.0,
                    Blend::Screen => b + c - b * c / 255.0,
                    Blend::Lighten => b.max(c),
                    Blend::Darken => b.min(c),
                };
                *sum = (1.0 - opacity) * alpha * c + (1.0 - alpha) * *sum + alpha * opacity * mixed;
            }
            opacity = alpha + opacity - alpha * opacity;
        }
        let per = if opacity > 0.0 { 1.0 / opacity } else { 0.0 };
        [sums[0] * per, sums[1] * per, sums[2] * per, opacity * 255.0]
    }

    fn sheet(pixels: &[u8], alpha: f32, blend: Blend) -> Sheet<'_> {
        Sheet { pixels, joining: Joining::new(alpha, blend).unwrap().of_table() }
    }

    fn noise(seed: u32, count: usize) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        // A third of all pixels is empty, a third opaque.
        (0..count).flat_map(|i| [next(), next(), next(), [0, 255, next()][i % 3]]).collect()
    }

    #[test]
    fn every_mode_is_its_formula_over_any_ground() {
        let count = 3000;
        for background in [[255; 4], [0, 0, 0, 255], [10, 200, 30, 128], [0; 4]] {
            for (_, first) in Blend::ALL {
                for (_, second) in Blend::ALL {
                    let (a, b) = (noise(1, count), noise(2, count));
                    let sheets = [sheet(&a, 1.0, first), sheet(&b, 0.3, second)];
                    let made = composite(&sheets, background, 100, 30, 2);
                    for (i, pixel) in made.pixels.as_chunks::<4>().0.iter().enumerate() {
                        let of = |sheet: &[u8]| sheet.as_chunks::<4>().0[i];
                        let wanted = slowly(&[(of(&a), 1.0, first), (of(&b), 0.3, second)], background);
                        for (made, wanted) in pixel.iter().zip(wanted) {
                            let off = (f64::from(*made) - wanted).abs();
                            assert!(off < 0.51, "{first} then {second}: {made} for {wanted}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_opaque_keeps_its_bytes() {
        let pixels: Vec<u8> = (0..=255).flat_map(|i| [i, 255 - i, i / 2, 255]).collect();
        for joining in [Joining::new(1.0, Blend::Normal).unwrap(), Joining::new(1.0, Blend::Normal).unwrap().of_table()]
        {
            let sheets = [Sheet { pixels: &pixels, joining }, Sheet { pixels: &pixels, joining }];
            assert_eq!(composite(&sheets, [255; 4], 256, 1, 1).pixels, pixels);
        }
        for wrong in [-0.1, 1.1, f32::NAN] {
            assert!(Joining::new(wrong, Blend::Normal).is_err());
        }
    }

    #[test]
    fn the_order_of_layers_matters_and_threads_do_not() {
        let count = 400 * 300;
        let (a, b) = (noise(3, count), noise(4, count));
        let [below, above] = [&a, &b].map(|pixels| sheet(pixels, 1.0, Blend::Normal));
        let one = composite(&[below, above], [255; 4], 400, 300, 1);
        assert_eq!(one, composite(&[below, above], [255; 4], 400, 300, 3));
        assert_ne!(one, composite(&[above, below], [255; 4], 400, 300, 1));
        let none = composite(&[], [1, 2, 3, 4], 2, 2, 2);
        assert_eq!(none.pixels, [1, 2, 3, 4].repeat(4));
    }
}
