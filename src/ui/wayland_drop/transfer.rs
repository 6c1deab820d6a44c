//! One list of files on its way from the program that is dragged from, through a pipe.

use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read as _};
use std::time::{Duration, Instant};

/// How long the other program may take.
const TIME: Duration = Duration::from_secs(5);
/// Bytes of the list at most.
const MOST_BYTES: usize = 1 << 20;
/// Bytes of one read; what a pipe holds.
const CHUNK: usize = 1 << 16;

/// The receiving end, read only when there is something, so that it never waits.
#[derive(Debug)]
pub struct Transfer {
    pipe: PipeReader,
    bytes: Vec<u8>,
    deadline: Instant,
}

/// How far a transfer is.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// More is to come.
    Going,
    /// All of it.
    Whole(Vec<u8>),
    /// Too long, or the pipe broke.
    Failed,
}

impl Transfer {
    /// A transfer, and the end to hand to the other program.
    pub fn new(now: Instant) -> io::Result<(Self, PipeWriter)> {
        let (pipe, writer) = io::pipe()?;
        Ok((Self { pipe, bytes: Vec::new(), deadline: now + TIME }, writer))
    }

    /// To sleep on until there is something to read.
    pub fn pipe(&self) -> &PipeReader {
        &self.pipe
    }

    /// When to give it up.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Grants the full time once more.
    pub fn prolong(&mut self, now: Instant) {
        self.deadline = now + TIME;
    }

    /// Reads what has arrived. Call it only when the pipe is ready, else it waits.
    pub fn receive(&mut self) -> Progress {
        let start = self.bytes.len();
        self.bytes.resize(start + CHUNK, 0);
        let result = self.pipe.read(&mut self.bytes[start..]);
        let read = *result.as_ref().unwrap_or(&0);
        self.bytes.truncate(start + read);
        match result {
            Ok(0) => Progress::Whole(std::mem::take(&mut self.bytes)),
            Ok(_) if self.bytes.len() > MOST_BYTES => Progress::Failed,
            Ok(_) => Progress::Going,
            Err(problem) if problem.kind() == ErrorKind::Interrupted => Progress::Going,
            Err(_) => Progress::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::thread;

    use super::*;

    fn to_end(transfer: &mut Transfer) -> Progress {
        loop {
            let progress = transfer.receive();
            if progress != Progress::Going {
                return progress;
            }
        }
    }

    #[test]
    fn a_list_in_pieces_arrives_whole() {
        let (mut transfer, mut writer) = Transfer::new(Instant::now()).unwrap();
        writer.write_all(b"file:///a\r\n").unwrap();
        assert_eq!(transfer.receive(), Progress::Going);
        writer.write_all(b"file:///b\r\n").unwrap();
        drop(writer);
        assert_eq!(to_end(&mut transfer), Progress::Whole(b"file:///a\r\nfile:///b\r\n".to_vec()));
    }

    #[test]
    fn a_mebibyte_arrives_and_more_is_refused() {
        for (len, is_whole) in [(MOST_BYTES, true), (MOST_BYTES + 1, false)] {
            let (mut transfer, mut writer) = Transfer::new(Instant::now()).unwrap();
            let write = thread::spawn(move || writer.write_all(&vec![b'a'; len]));
            let progress = to_end(&mut transfer);
            drop(transfer);
            assert_eq!(matches!(progress, Progress::Whole(bytes) if bytes.len() == len), is_whole);
            // A refused writer may meet a closed pipe.
            let _ = write.join().unwrap();
        }
    }

    #[test]
    fn nothing_is_an_empty_list() {
        let (mut transfer, writer) = Transfer::new(Instant::now()).unwrap();
        drop(writer);
        assert_eq!(transfer.receive(), Progress::Whole(Vec::new()));
    }

    #[test]
    fn the_time_is_bounded_and_can_be_granted_again() {
        let now = Instant::now();
        let (mut transfer, _writer) = Transfer::new(now).unwrap();
        assert_eq!(transfer.deadline(), now + Duration::from_secs(5));
        transfer.prolong(now + TIME);
        assert_eq!(transfer.deadline(), now + Duration::from_secs(10));
    }
}
