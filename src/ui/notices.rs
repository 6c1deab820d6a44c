//! What the window has to tell: toasts that come and go, and the log that keeps them.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::workbench::RawSpec;

use super::wording::for_window;

/// How long a note stays; errors stay until they are put away.
const STAYS: Duration = Duration::from_secs(8);
/// How long a note stays that offers something.
const OFFERED: Duration = Duration::from_secs(20);
/// Entries that the log keeps.
const KEPT: usize = 200;
/// Toasts that are shown at a time.
const SHOWN: usize = 5;

/// One thing to tell.
#[derive(Debug, Clone)]
pub struct Notice {
    /// A sentence: what is wrong and what to do.
    pub text: String,
    /// Whether something failed.
    pub is_error: bool,
    /// When it came.
    pub at: Instant,
    /// What can be done about it.
    pub offer: Option<Offer>,
    is_shown: bool,
}

impl Notice {
    /// How long it will still be shown, if it is no error.
    fn left(&self) -> Duration {
        let stays = if self.offer.is_some() { OFFERED } else { STAYS };
        stays.saturating_sub(self.at.elapsed())
    }
}

/// What a toast's button does.
#[derive(Debug, Clone)]
pub enum Offer {
    /// Opens files in another way.
    AsRaw {
        /// The files.
        inputs: Vec<PathBuf>,
        /// How they would be read.
        raw: RawSpec,
        /// Whether they would be a layer of the present figure.
        as_layer: bool,
    },
    /// Spreads points until they are near each other.
    LargerPoints,
}

impl Offer {
    /// What the button says.
    pub fn label(&self) -> &'static str {
        match self {
            Self::AsRaw { .. } => "Read as raw numbers",
            Self::LargerPoints => "Make points larger",
        }
    }
}

/// Toasts and log.
#[derive(Debug, Default)]
pub struct Notices {
    log: Vec<Notice>,
}

impl Notices {
    /// Tells something that is good to know.
    pub fn note(&mut self, text: impl Into<String>) {
        self.add(&text.into(), false, true, None);
    }

    /// Tells what failed.
    pub fn error(&mut self, text: impl Into<String>) {
        self.add(&text.into(), true, true, None);
    }

    /// Tells something that is good to know, and offers what to do about it.
    pub fn suggest(&mut self, text: impl Into<String>, offer: Offer) {
        self.add(&text.into(), false, true, Some(offer));
    }

    /// Tells what failed, and offers a way out.
    pub fn offer(&mut self, text: impl Into<String>, offer: Offer) {
        self.add(&text.into(), true, true, Some(offer));
    }

    /// Writes into the log only.
    pub fn remember(&mut self, text: impl Into<String>) {
        self.add(&text.into(), false, false, None);
    }

    fn add(&mut self, text: &str, is_error: bool, is_shown: bool, offer: Option<Offer>) {
        let (now, text) = (Instant::now(), for_window(text));
        // The same again, as while dragging over a bad range, takes the place of the first.
        if let Some(last) = self.log.last_mut().filter(|last| last.text == text) {
            (last.at, last.is_shown, last.offer) = (now, is_shown, offer);
            return;
        }
        if self.log.len() == KEPT {
            self.log.remove(0);
        }
        self.log.push(Notice { text, is_error, at: now, offer, is_shown });
    }

    /// Everything told, oldest first.
    pub fn log(&self) -> &[Notice] {
        &self.log
    }

    /// Numbers in the log of the toasts to show now, oldest first.
    pub fn toasts(&self) -> Vec<usize> {
        let is_fresh = |notice: &Notice| notice.is_shown && (notice.is_error || !notice.left().is_zero());
        let mut toasts: Vec<usize> =
            (0..self.log.len()).rev().filter(|i| is_fresh(&self.log[*i])).take(SHOWN).collect();
        toasts.reverse();
        toasts
    }

    /// Puts a toast away.
    pub fn put_away(&mut self, number: usize) {
        if let Some(notice) = self.log.get_mut(number) {
            notice.is_shown = false;
        }
    }

    /// Puts the toasts of a text away: what it complains about is mended.
    pub fn resolve(&mut self, text: &str) {
        let text = for_window(text);
        self.log.iter_mut().filter(|notice| notice.text == text).for_each(|notice| notice.is_shown = false);
    }

    /// Puts all toasts away. Says whether there were any.
    pub fn put_all_away(&mut self) -> bool {
        let any = !self.toasts().is_empty();
        self.log.iter_mut().for_each(|notice| notice.is_shown = false);
        any
    }

    /// When a toast will go by itself.
    pub fn next_change(&self) -> Option<Duration> {
        let shown = self.toasts().into_iter().filter_map(|i| self.log.get(i)).filter(|n| !n.is_error);
        shown.map(Notice::left).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_error_again_is_told_once_and_the_log_is_bounded() {
        let mut notices = Notices::default();
        for _ in 0..3 {
            notices.error("no such file");
        }
        assert_eq!(notices.log().len(), 1);
        for i in 0..1000 {
            notices.note(format!("{i}"));
        }
        assert_eq!(notices.log().len(), KEPT);
        assert_eq!(notices.toasts().len(), SHOWN);
        assert!(notices.put_all_away());
        assert!(notices.toasts().is_empty());
    }
}
