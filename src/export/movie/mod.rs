//! Movies: one picture after another, into a video by an ffmpeg found on the PATH, an animated PNG, or a sequence of PNG.
//!
//! Pictures are made by the calling thread and written by another; never more than a few are in memory, however long the
//! movie is.

mod apng;
mod ffmpeg;
mod sequence;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::SystemTime;

use crate::figure::strips::Strips;

use super::error::ExportError;
use super::picture::Notes;
use apng::Apng;
use ffmpeg::{Container, Ffmpeg};
pub use sequence::Pattern;
use sequence::Sequence;

/// Pictures that wait to be written, at most.
const WAITING: usize = 2;

/// Frames a second that a movie may have.
pub const RATES: std::ops::RangeInclusive<f64> = 0.01..=240.0;

/// What a movie is written as; chosen by the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// A video, by ffmpeg.
    Video(Container),
    /// An animated PNG.
    Apng,
    /// A file for each frame.
    Sequence(Pattern),
}

impl Format {
    /// That of a file by its name: `.mp4`, `.m4v`, `.mov`, `.mkv`, `.webm`, `.gif`, `.apng`, or `frames/%05d.png`.
    ///
    /// # Errors
    /// [`ExportError::Movie`] for other names.
    pub fn of(path: &Path) -> Result<Self, ExportError> {
        let wrong = |what: String| ExportError::Movie { what, path: path.to_owned() };
        if let Some(pattern) = Pattern::of(path).map_err(wrong)? {
            return Ok(Self::Sequence(pattern));
        }
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "apng" => Ok(Self::Apng),
            "png" => {
                let what = "a .png holds one picture; number the frames, as in -o frames/%05d.png, or name an .apng";
                Err(wrong(what.to_owned()))
            }
            ending => Container::of(ending).map(Self::Video).ok_or_else(|| {
                wrong(format!(
                    "\".{ending}\" is no movie that can be written; use .mp4, .mov, .mkv, .webm, .gif, .apng or frames/%05d.png"
                ))
            }),
        }
    }
}

impl Format {
    /// Finds out whether there is what it takes to write a movie: an ffmpeg, for a video.
    ///
    /// # Errors
    /// [`ExportError::Movie`] without one.
    pub fn has_encoder(&self, path: &Path) -> Result<(), ExportError> {
        if let Self::Video(_) = self { ffmpeg::find(path) } else { Ok(()) }
    }

    /// Finds out, before anything is read or drawn, whether a movie can be written: there is an ffmpeg where it takes one,
    /// and a folder that takes files.
    ///
    /// # Errors
    /// [`ExportError::Movie`] without ffmpeg, [`ExportError::Io`] for folders.
    pub fn ready(&self, path: &Path) -> Result<(), ExportError> {
        self.has_encoder(path)?;
        if matches!(self, Self::Sequence(_)) || path.exists() {
            return Ok(());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let made = tempfile::tempfile_in(folder);
        drop(made.map_err(|source| ExportError::Io { doing: "creating the movie", source, path: path.to_owned() })?);
        Ok(())
    }
}

/// A movie to be written.
pub struct Movie<'a> {
    /// Where to.
    pub path: &'a Path,
    /// Frames a second.
    pub fps: f64,
    /// The steps that are its frames.
    pub steps: Range<u64>,
    /// What is said of a frame beside its pixels.
    pub notes: &'a (dyn Fn(u64) -> Notes + Sync),
    /// When the data last changed: numbered frames that are older are made again.
    pub newest: Option<SystemTime>,
    /// Whether the person has asked to stop.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
    /// Told of each frame that is in the movie: whether it was there already.
    pub told: &'a (dyn Fn(bool) + Sync),
}

/// What became of a movie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filmed {
    /// Frames in the movie.
    pub frames: u64,
    /// Those of them that were there already, of an earlier run.
    pub found: u64,
}

/// What writes frames one after another.
trait Encoder {
    /// Writes the next frame.
    fn write(&mut self, step: u64, picture: &(dyn Strips + Sync)) -> Result<(), ExportError>;

    /// Ends the movie.
    fn finish(self: Box<Self>) -> Result<(), ExportError>;

    /// Ends it early, as well as it can be.
    fn give_up(self: Box<Self>) -> Option<PathBuf>;
}

/// Writes a movie of the pictures that `draw` makes of its steps; it ends early where there is no further one.
///
/// # Errors
/// What `draw` fails with; a place that may not be written, an encoder that is missing or ends early, a stop. What was
/// written of a video until then can be played, and numbered frames are taken up by the next run.
pub fn film<P, E>(movie: &Movie<'_>, mut draw: impl FnMut(u64) -> Result<Option<P>, E>) -> Result<Filmed, E>
where
    P: Strips + Send + Sync,
    E: From<ExportError> + Send,
{
    if !RATES.contains(&movie.fps) {
        let what = format!("{} frames a second are not between 0.01 and 240; give another --fps", movie.fps);
        return Err(ExportError::Movie { what, path: movie.path.to_owned() }.into());
    }
    if movie.steps.is_empty() {
        let what = "there is no step to film; give other --steps".to_owned();
        return Err(ExportError::Movie { what, path: movie.path.to_owned() }.into());
    }
    let format = Format::of(movie.path)?;
    let sequence = match &format {
        Format::Sequence(pattern) => Some(Sequence::new(pattern, movie)?),
        Format::Video(_) | Format::Apng => None,
    };
    let mut filmed = Filmed::default();
    thread::scope(|scope| {
        let (send, frames) = sync_channel::<Option<(u64, P)>>(WAITING);
        let writer = move || write_all(movie, &format, frames);
        let writer = thread::Builder::new().name("scumble-movie".to_owned()).spawn_scoped(scope, writer);
        let writer = writer.map_err(|source| ExportError::Io {
            doing: "starting a thread",
            source,
            path: movie.path.to_owned(),
        })?;
        let mut failed = None;
        for step in movie.steps.clone() {
            filmed.frames += 1;
            if sequence.as_ref().is_some_and(|sequence| sequence.has(step)) {
                filmed.found += 1;
                (movie.told)(true);
                continue;
            }
            match draw(step) {
                Ok(Some(picture)) => {
                    // A writer that is gone says itself why.
                    if send.send(Some((step, picture))).is_err() || (movie.stopped)() {
                        break;
                    }
                }
                Ok(None) => {
                    filmed.frames -= 1;
                    if !(movie.stopped)() {
                        // The end, as it should be.
                        let _ = send.send(None);
                    }
                    break;
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        drop(send);
        let written = writer.join().unwrap_or_else(|_| {
            Err(ExportError::Movie { what: "writing it failed".to_owned(), path: movie.path.to_owned() })
        });
        match (failed, written) {
            // A picture that was given up is what became of a stop; what is left of the movie says more.
            (Some(_), Err(stopped @ ExportError::Stopped { .. })) => Err(stopped.into()),
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(error.into()),
            (None, Ok(())) => Ok(filmed),
        }
    })
}

/// Writes what comes, and ends the movie.
fn write_all<P: Strips + Send + Sync>(
    movie: &Movie<'_>,
    format: &Format,
    frames: std::sync::mpsc::Receiver<Option<(u64, P)>>,
) -> Result<(), ExportError> {
    let mut encoder: Option<Box<dyn Encoder + '_>> = None;
    let (mut written, mut is_whole) = (0, false);
    for frame in frames {
        let Some((step, picture)) = frame else {
            is_whole = true;
            break;
        };
        let size = picture.size();
        let open = match encoder.take() {
            Some(open) => open,
            None => begin(movie, format, size)?,
        };
        match encoder.insert(open).write(step, &picture) {
            // A frame that was given up is none.
            Err(_) if (movie.stopped)() => break,
            written => written?,
        }
        written += 1;
        (movie.told)(false);
        if (movie.stopped)() {
            break;
        }
    }
    let wanted = movie.steps.end - movie.steps.start;
    let stopped = |kept| ExportError::Stopped { frames: written, of: wanted, kept };
    match encoder {
        // What is whole is ended in order, whatever is asked for now.
        Some(encoder) if written == wanted || is_whole => encoder.finish(),
        Some(encoder) if (movie.stopped)() => Err(stopped(encoder.give_up().filter(|_| written > 0))),
        None if (movie.stopped)() => Err(stopped(None)),
        // Other frames of a sequence were there already.
        Some(encoder) if matches!(format, Format::Sequence(_)) => encoder.finish(),
        Some(encoder) => {
            encoder.give_up();
            let what = format!("it ends after {written} of {wanted} frames");
            Err(ExportError::Movie { what, path: movie.path.to_owned() })
        }
        None => Ok(()),
    }
}

fn begin<'a>(movie: &'a Movie<'_>, format: &Format, size: (u32, u32)) -> Result<Box<dyn Encoder + 'a>, ExportError> {
    Ok(match format {
        Format::Video(container) => Box::new(Ffmpeg::start(movie, *container, size)?),
        Format::Apng => Box::new(Apng::start(movie, size)?),
        Format::Sequence(pattern) => Box::new(Sequence::new(pattern, movie)?),
    })
}

/// The pixels of a picture without their alpha, which a movie has none of; a picture that is not opaque lies on white.
fn opaque(
    picture: &(dyn Strips + Sync),
    path: &Path,
    mut take: impl FnMut(&[u8]) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let (height, rows) = (picture.size().1, picture.strip_rows().max(1));
    let mut bytes = Vec::new();
    for top in (0..height).step_by(rows as usize) {
        let strip = picture.strip(top..top.saturating_add(rows).min(height));
        let strip = strip.map_err(|source| ExportError::Strip { source, path: path.to_owned() })?;
        bytes.clear();
        bytes.reserve(strip.pixels.len() / 4 * 3);
        for [r, g, b, a] in strip.pixels.as_chunks::<4>().0 {
            let over = |c: u8| {
                let (c, a) = (u32::from(c), u32::from(*a));
                u8::try_from((c * a + 255 * (255 - a) + 127) / 255).unwrap_or(255)
            };
            if *a == 255 { bytes.extend([*r, *g, *b]) } else { bytes.extend([over(*r), over(*g), over(*b)]) }
        }
        take(&bytes)?;
    }
    Ok(())
}
