//! Animated PNG: exact pixels, no further program; the file appears whole or not at all, as it begins with the number of
//! frames.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::PathBuf;
use std::rc::Rc;

use png::{BitDepth, ColorType, Compression, EncodingError, Writer};

use crate::export::error::ExportError;
use crate::export::output::Output;
use crate::figure::strips::Strips;

use super::{Encoder, Movie, opaque};

/// An animated PNG in the making.
pub struct Apng<'a> {
    writer: Writer<Shared<'a>>,
    out: Shared<'a>,
    path: PathBuf,
}

/// A file that is still there when the writer over it is done.
#[derive(Clone)]
struct Shared<'a>(Rc<RefCell<Output<'a>>>);

impl Write for Shared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

fn failed(path: &std::path::Path) -> impl Fn(EncodingError) -> ExportError + '_ {
    |source| match source {
        EncodingError::IoError(source) => ExportError::Io { doing: "writing the movie", source, path: path.to_owned() },
        source => ExportError::Png { source, path: path.to_owned() },
    }
}

impl<'a> Apng<'a> {
    /// Begins one of frames of a size.
    ///
    /// # Errors
    /// A folder that may not be written; more frames than the format counts.
    pub fn start(movie: &'a Movie<'_>, (width, height): (u32, u32)) -> Result<Self, ExportError> {
        let path = movie.path;
        let out = Shared(Rc::new(RefCell::new(Output::create(path, movie.stopped)?)));
        let frames = u32::try_from(movie.steps.end - movie.steps.start).map_err(|_| ExportError::Movie {
            what: "an animated PNG begins with the number of its frames, which is not known yet; use another format"
                .to_owned(),
            path: path.to_owned(),
        })?;
        let mut encoder = png::Encoder::new(out.clone(), width, height);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Fast);
        // The delay is a fraction of 16-bit numbers.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, as it should")]
        let delay = if movie.fps >= 1.0 {
            (100, (movie.fps * 100.0).round().min(65_535.0) as u16)
        } else {
            ((100.0 / movie.fps).round().min(65_535.0) as u16, 100)
        };
        let animate = |encoder: &mut png::Encoder<'_, Shared<'a>>| {
            encoder.set_animated(frames, 0)?;
            encoder.set_frame_delay(delay.0, delay.1)
        };
        animate(&mut encoder).map_err(failed(path))?;
        let writer = encoder.write_header().map_err(failed(path))?;
        Ok(Self { writer, out, path: path.to_owned() })
    }
}

impl Encoder for Apng<'_> {
    fn write(&mut self, _: u64, picture: &(dyn Strips + Sync)) -> Result<(), ExportError> {
        let mut pixels = Vec::new();
        opaque(picture, &self.path, |bytes| {
            pixels.extend_from_slice(bytes);
            Ok(())
        })?;
        self.writer.write_image_data(&pixels).map_err(failed(&self.path))
    }

    fn finish(self: Box<Self>) -> Result<(), ExportError> {
        let Self { writer, out, path } = *self;
        writer.finish().map_err(failed(&path))?;
        match Rc::try_unwrap(out.0) {
            Ok(out) => out.into_inner().finish(),
            Err(_) => Err(ExportError::Movie { what: "the encoder did not let go of it".to_owned(), path }),
        }
    }

    fn give_up(self: Box<Self>) -> Option<PathBuf> {
        None
    }
}
