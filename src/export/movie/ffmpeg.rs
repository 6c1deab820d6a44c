//! Videos by an ffmpeg on the PATH: raw frames go into its standard input, its complaints are kept.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use crate::export::error::ExportError;
use crate::figure::strips::Strips;

use super::{Encoder, Movie, opaque};

/// Lines of complaint that are kept.
const LAST_WORDS: usize = 6;

/// Kinds of video files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// `.mp4`, `.m4v`, `.mov`: H.264.
    Mp4,
    /// `.mkv`: H.264.
    Matroska,
    /// `.webm`: VP9.
    WebM,
    /// `.gif`: 256 colors a frame.
    Gif,
}

impl Container {
    /// That of a file's ending.
    pub fn of(ending: &str) -> Option<Self> {
        match ending {
            "mp4" | "m4v" | "mov" => Some(Self::Mp4),
            "mkv" => Some(Self::Matroska),
            "webm" => Some(Self::WebM),
            "gif" => Some(Self::Gif),
            _ => None,
        }
    }

    /// How ffmpeg is to encode and wrap.
    fn options(self) -> Vec<&'static str> {
        // Players take HD video for BT.709: say so, and mean it. Encoders want even sides.
        const VIDEO: [&str; 8] = [
            "-vf",
            "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
            "-colorspace",
            "bt709",
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
        ];
        const H264: [&str; 6] = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "17"];
        // Pieces that stand by themselves: what is written when the process dies can be played.
        const PIECES: [&str; 4] =
            ["-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-frag_duration", "1000000"];
        match self {
            Self::Mp4 => [&VIDEO[..], &H264, &PIECES].concat(),
            Self::Matroska => [&VIDEO[..], &H264].concat(),
            Self::WebM => {
                let vp9 = ["-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-row-mt", "1", "-cpu-used", "5"];
                [&VIDEO[..], &vp9, &["-deadline", "good"]].concat()
            }
            // A palette for each frame: one for all would hold them all in memory.
            Self::Gif => vec![
                "-vf",
                "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1:dither=none",
                "-loop",
                "0",
            ],
        }
    }
}

/// Makes sure that there is an ffmpeg.
///
/// # Errors
/// None on the PATH, or one that cannot be started.
pub fn find(path: &Path) -> Result<(), ExportError> {
    let mut command = Command::new("ffmpeg");
    command.arg("-version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().map(drop).map_err(|source| not_started(source, path))
}

fn not_started(source: io::Error, path: &Path) -> ExportError {
    match source.kind() {
        io::ErrorKind::NotFound => ExportError::Movie {
            what: "ffmpeg makes videos, and there is none on the PATH; install it, or write what needs none: \
                   an .apng, or numbered frames, -o frames/%05d.png"
                .to_owned(),
            path: path.to_owned(),
        },
        _ => ExportError::Io { doing: "starting ffmpeg", source, path: path.to_owned() },
    }
}

/// A running ffmpeg.
pub struct Ffmpeg {
    child: Child,
    input: Option<ChildStdin>,
    complaints: Option<JoinHandle<VecDeque<String>>>,
    container: Container,
    path: PathBuf,
    frames: u64,
    size: (u32, u32),
}

impl Ffmpeg {
    /// Starts it for frames of a size.
    ///
    /// # Errors
    /// No ffmpeg, a folder that may not be written.
    pub fn start(movie: &Movie<'_>, container: Container, size: (u32, u32)) -> Result<Self, ExportError> {
        let path = movie.path.to_owned();
        let io = |doing: &'static str, source| ExportError::Io { doing, source, path: path.clone() };
        // A place that may not be written is said in plain words, before a frame is drawn in vain.
        let is_new = !path.exists();
        let open = std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        drop(open.map_err(|e| io("creating the movie", e))?);
        let mut command = Command::new("ffmpeg");
        command
            .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"])
            .args(["-s", &format!("{}x{}", size.0, size.1), "-r", &movie.fps.to_string(), "-i", "pipe:0"])
            .args(container.options())
            .arg(named(&path))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        {
            // Ctrl-C is for this process, which then ends the movie in order.
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        let started = command.spawn().inspect_err(|_| {
            if is_new {
                // Nothing was there, and nothing is to be.
                let _ = std::fs::remove_file(&path);
            }
        });
        let mut child = started.map_err(|source| not_started(source, &path))?;
        let (input, errors) = (child.stdin.take(), child.stderr.take());
        let listen = move || {
            let mut last = VecDeque::new();
            for line in errors.into_iter().flat_map(|errors| BufReader::new(errors).lines().map_while(Result::ok)) {
                if last.len() == LAST_WORDS {
                    last.pop_front();
                }
                last.push_back(line);
            }
            last
        };
        let complaints = thread::Builder::new().name("scumble-ffmpeg".to_owned()).spawn(listen);
        let complaints = Some(complaints.map_err(|e| io("starting a thread", e))?);
        Ok(Self { child, input, complaints, container, path, frames: 0, size })
    }

    /// Waits for its end.
    fn end(&mut self) -> Result<(), ExportError> {
        drop(self.input.take());
        let status = self.child.wait().map_err(|source| ExportError::Io {
            doing: "waiting for ffmpeg",
            source,
            path: self.path.clone(),
        })?;
        let complaints = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        Err(ExportError::Movie { what: last_words(status, self.frames, &complaints), path: self.path.clone() })
    }

    /// Puts the index of an mp4, of which pieces were written, at its front: players find their way faster, and know how
    /// many frames there are.
    fn index(&self) -> Result<(), ExportError> {
        if self.container != Container::Mp4 {
            return Ok(());
        }
        let failed = |doing, source| ExportError::Io { doing, source, path: self.path.clone() };
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let ending = self.path.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
        let beside = tempfile::Builder::new().prefix(".scumble-").suffix(&ending).tempfile_in(folder);
        let beside = beside.map_err(|e| failed("creating the movie", e))?.into_temp_path();
        let status = Command::new("ffmpeg")
            .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-i"])
            .arg(named(&self.path))
            .args(["-c", "copy", "-movflags", "+faststart"])
            .arg(named(&beside))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(|e| failed("starting ffmpeg", e))?;
        if !status.success() {
            // What is there plays as well.
            return Ok(());
        }
        if let Ok(facts) = self.path.metadata() {
            // As any program's new file.
            let _ = std::fs::set_permissions(&beside, facts.permissions());
        }
        beside.persist(&self.path).map_err(|e| failed("putting the movie in its place", e.error))
    }
}

/// A path that ffmpeg takes for no option and no protocol.
fn named(path: &Path) -> std::ffi::OsString {
    let mut name = std::ffi::OsString::from("file:");
    name.push(path);
    name
}

fn last_words(status: ExitStatus, frames: u64, complaints: &VecDeque<String>) -> String {
    let words = complaints.iter().map(|line| line.trim()).collect::<Vec<_>>().join("; ");
    let words = if words.is_empty() { "it said nothing".to_owned() } else { format!("it said: {words}") };
    format!("ffmpeg ended after {frames} frames ({status}); {words}")
}

impl Encoder for Ffmpeg {
    fn write(&mut self, _: u64, picture: &(dyn Strips + Sync)) -> Result<(), ExportError> {
        if picture.size() != self.size {
            let what = "its frames differ in size".to_owned();
            return Err(ExportError::Movie { what, path: self.path.clone() });
        }
        let path = self.path.clone();
        let mut is_gone = false;
        if let Some(input) = &mut self.input {
            opaque(picture, &path, |bytes| {
                is_gone = is_gone || input.write_all(bytes).is_err();
                Ok(())
            })?;
        }
        if is_gone {
            self.end()?;
            let what = format!("ffmpeg took no more than {} frames", self.frames);
            return Err(ExportError::Movie { what, path });
        }
        self.frames += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), ExportError> {
        self.end()?;
        self.index()
    }

    fn give_up(mut self: Box<Self>) -> Option<PathBuf> {
        self.end().ok()?;
        self.index().ok()?;
        Some(self.path.clone())
    }
}

impl Drop for Ffmpeg {
    /// Nobody waits for a movie that failed; ffmpeg ends what it has when its input ends.
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
