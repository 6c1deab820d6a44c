//! Pixels of the screen and of PNG files.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

pub type Pixel = [u8; 3];

/// What lies around the plot in a dark figure; nothing else in the window has this color.
const SURROUND: Pixel = [14, 15, 19];

/// The background of a dark figure's plot; nothing else in the figure has this color.
const PLOT: Pixel = [0, 0, 0];

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Area {
    /// A share of the way along both sides, in pixels.
    pub fn at(&self, along: f64, down: f64) -> (i32, i32) {
        let place = |from: usize, size: usize, share: f64| (from as f64 + size as f64 * share).round() as i32;
        (place(self.x, self.width, along), place(self.y, self.height, down))
    }
}

/// A picture without alpha.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Pixel>,
}

impl Picture {
    /// What Xvfb keeps in its file (`-fbdir`): an X window dump, all of whose numbers are big-endian, with pixels of
    /// four bytes, blue first.
    pub fn of_dump(bytes: &[u8]) -> Self {
        let word = |i: usize| u32::from_be_bytes(bytes[4 * i..4 * i + 4].try_into().unwrap()) as usize;
        let (header, width, height, bits, stride, colors) = (word(0), word(4), word(5), word(11), word(12), word(19));
        assert_eq!((bits, word(7)), (32, 0), "the display has an unexpected format");
        let rows = bytes[header + 12 * colors..].chunks_exact(stride).take(height);
        let pixels: Vec<Pixel> =
            rows.flat_map(|row| row.as_chunks::<4>().0[..width].iter().map(|p| [p[2], p[1], p[0]])).collect();
        assert_eq!(pixels.len(), width * height);
        Self { width, height, pixels }
    }

    /// An opaque PNG, with the texts in it.
    pub fn read(path: &Path) -> (Self, Vec<(String, String)>) {
        let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut reader = png::Decoder::new(BufReader::new(file)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let facts = reader.next_frame(&mut bytes).unwrap();
        assert_eq!((facts.color_type, facts.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
        let texts =
            reader.info().uncompressed_latin1_text.iter().map(|t| (t.keyword.clone(), t.text.clone())).collect();
        let (width, height) = (facts.width as usize, facts.height as usize);
        (Self { width, height, pixels: bytes.as_chunks::<3>().0[..width * height].to_vec() }, texts)
    }

    /// Writes a PNG, for people who look after a failure.
    pub fn save(&self, path: &Path) {
        let mut encoder = png::Encoder::new(File::create(path).unwrap(), self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(self.pixels.as_flattened()).unwrap();
    }

    pub fn at(&self, x: usize, y: usize) -> Pixel {
        self.pixels[y * self.width + x]
    }

    pub fn crop(&self, area: Area) -> Self {
        let rows = (area.y..area.y + area.height).map(|y| y * self.width + area.x);
        let pixels = rows.flat_map(|start| &self.pixels[start..start + area.width]).copied().collect();
        Self { width: area.width, height: area.height, pixels }
    }

    /// Where a dark figure is on the screen, if one is.
    pub fn figure(&self) -> Option<Area> {
        self.bounds(|pixel, _| pixel == SURROUND).filter(|area| area.width > 300 && area.height > 300)
    }

    /// Where the plot is in a dark figure.
    pub fn plot(&self) -> Area {
        self.bounds(|pixel, _| pixel == PLOT).expect("no plot in the picture")
    }

    /// Whether a figure's plot has the badge in its upper right corner that says "preview": gray words, which no
    /// colormap in use has.
    pub fn is_preview(&self) -> bool {
        let plot = self.plot();
        let (width, height) = (plot.width.min(180), plot.height.min(34));
        let corner = self.crop(Area { x: plot.x + plot.width - width, y: plot.y, width, height });
        corner.count(|[r, g, b]| r == g && g == b && r > 100) > 0
    }

    /// Where this picture differs from another of the same size.
    pub fn difference(&self, other: &Self) -> Option<Area> {
        assert_eq!((self.width, self.height), (other.width, other.height));
        self.bounds(|pixel, i| pixel != other.pixels[i])
    }

    /// Pixels for which something holds.
    pub fn count(&self, is_counted: impl Fn(Pixel) -> bool) -> usize {
        self.pixels.iter().filter(|pixel| is_counted(**pixel)).count()
    }

    /// Which pixels of the plot have something in them, and the plot's size.
    pub fn marks(&self) -> (Vec<bool>, Area) {
        let plot = self.plot();
        (self.crop(plot).pixels.iter().map(|pixel| *pixel != PLOT).collect(), plot)
    }

    fn bounds(&self, is_inside: impl Fn(Pixel, usize) -> bool) -> Option<Area> {
        let (mut left, mut top, mut right, mut bottom) = (usize::MAX, usize::MAX, 0, 0);
        for (i, pixel) in self.pixels.iter().enumerate() {
            if is_inside(*pixel, i) {
                let (x, y) = (i % self.width, i / self.width);
                (left, top) = (left.min(x), top.min(y));
                (right, bottom) = (right.max(x), bottom.max(y));
            }
        }
        (left <= right).then(|| Area { x: left, y: top, width: right - left + 1, height: bottom - top + 1 })
    }
}
