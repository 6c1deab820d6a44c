//! Any bytes as a raw file: the guess never panics, and what it guesses can be laid out and fits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::data::error::DataError;
use scumble::data::guess::{self, Sample};
use scumble::data::raw::{self, RawSpec};

struct Bytes<'a>(&'a [u8]);

impl Sample for Bytes<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<usize, DataError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        let count = buf.len().min(self.0.len() - start);
        buf[..count].copy_from_slice(&self.0[start..start + count]);
        Ok(count)
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(guess) = guess::guess(&Bytes(bytes)) else { return };
    assert!((0.0..=1.0).contains(&guess.confidence), "{guess:?}");
    assert_eq!(guess::guess(&Bytes(bytes)).ok(), Some(guess.clone()), "not deterministic");
    let spec = guess.fill(&RawSpec::default());
    let layout = raw::layout(&spec, bytes.len() as u64).expect("a guess must be readable");
    assert!(layout.fits(bytes.len() as u64));
});
