//! What becomes of files that cannot be opened, or cannot be opened as one.

use std::path::PathBuf;

use crate::scene::history::History;
use crate::scene::style::Style;
use crate::workbench::fields::{may_be_grids, suited};
use crate::workbench::figure::{FigureLayer, MAX_LAYERS};
use crate::workbench::session::{DataId, Refusal};
use crate::workbench::sources::Sources;
use crate::workbench::{Progress, RawSpec};

use super::super::notices::Offer;
use super::Model;
use super::files::{ADD_LAYER, OPEN, Paper};
use super::hues::next_colormap;

/// Files that could not be opened as one.
pub(super) struct Apart {
    /// Those that can be opened, each or all as a layer.
    layers: Vec<FigureLayer>,
    /// How many files these are.
    files: usize,
    /// The others, and why they cannot.
    refused: Vec<(PathBuf, Refusal)>,
}

impl Apart {
    /// Tries each file alone, and then those that can be opened as one; at most `room` layers. None where that helps nobody.
    fn of(sources: &Sources, room: usize) -> Option<Self> {
        let progress = Progress::default();
        let layer = |inputs: Vec<PathBuf>| {
            let some = Sources { inputs, ..sources.clone() };
            let layer =
                if may_be_grids(&some.raw) { suited(some, None, None, &progress) } else { FigureLayer::new(some) };
            layer.all_sources().open(&progress).map(|_| layer)
        };
        let (mut sound, mut layers, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for path in &sources.inputs {
            match layer(vec![path.clone()]) {
                Ok(one) => {
                    sound.push(path.clone());
                    layers.push(one);
                }
                Err(error) => refused.push((path.clone(), Refusal::of(&error, std::slice::from_ref(path)))),
            }
        }
        let files = sound.len();
        // All of them as one failed before.
        if files > 1
            && !refused.is_empty()
            && let Ok(one) = layer(sound)
        {
            layers = vec![one];
        }
        (1..=room).contains(&layers.len()).then_some(Self { layers, files, refused })
    }
}

impl Model {
    /// Takes in that data could not be opened.
    pub(super) fn open_failed(&mut self, id: DataId, refusal: Refusal) {
        let Some(candidate) = self.candidate.take_if(|candidate| candidate.waits_for.contains(&id)) else { return };
        candidate.waits_for.into_iter().for_each(|id| self.session.stop_opening(id));
        let Refusal { why, as_raw } = refusal;
        self.refused = Some((candidate.document.sources(), why.clone()));
        let as_layer = candidate.label == ADD_LAYER;
        let is_chosen = as_layer || candidate.label == OPEN;
        let sources = candidate.document.layer().sources.clone();
        if is_chosen && sources.inputs.len() > 1 {
            let taken = if as_layer { candidate.document.figure.layers.len() - 1 } else { 0 };
            let room = MAX_LAYERS.saturating_sub(taken);
            self.begin_paperwork(move || {
                Apart::of(&sources, room).map(|apart| Paper::Apart(apart, as_layer)).ok_or(why)
            });
            return;
        }
        let as_raw = as_raw.filter(|_| is_chosen && sources.raw == RawSpec::default());
        self.tell_refusal(sources.inputs, Refusal { why, as_raw }, as_layer);
    }

    /// Says why a file cannot be opened, and offers to read it as raw numbers where that is possible.
    fn tell_refusal(&mut self, inputs: Vec<PathBuf>, refusal: Refusal, as_layer: bool) {
        match refusal.as_raw {
            Some(raw) => self.notices.offer(refusal.why, Offer::AsRaw { inputs, raw, as_layer }),
            None => self.notices.error(refusal.why),
        }
    }

    /// Does what a toast offers.
    pub fn take_offer(&mut self, offer: Offer) {
        match offer {
            Offer::AsRaw { inputs, raw, as_layer } => {
                self.show_layer(FigureLayer::new(Sources { inputs, raw, ..Sources::default() }), as_layer);
            }
            Offer::LargerPoints => self.enlarge_points(),
        }
    }

    /// Shows what can be opened of files that cannot be opened as one.
    pub(super) fn show_apart(&mut self, apart: Apart, as_layer: bool) {
        let Apart { layers, files, refused } = apart;
        let count = layers.len();
        let mut layers = layers.into_iter();
        let present = self.document().filter(|_| as_layer).cloned();
        let Some(mut document) = present.or_else(|| layers.next().map(|first| self.alone(first))) else { return };
        for layer in layers {
            let colormap = next_colormap(&document, layer.mark.is_of_fields()).to_owned();
            let style = Style { colormap, ..layer.style.clone() };
            document.add(FigureLayer { style, ..layer });
        }
        if count > 1 {
            self.notices.note(format!("the {files} files hold different columns, so each is a layer of its own"));
        }
        self.settle();
        self.propose(if as_layer { ADD_LAYER } else { OPEN }, document, false);
        // A new try puts away what was said of the last one, but this is said of the new one.
        for (path, refusal) in refused {
            self.tell_refusal(vec![path], refusal, true);
        }
    }

    /// Something else is tried: what was said of the try before it is put away.
    pub(super) fn forget_refusal(&mut self) {
        if let Some((_, why)) = self.refused.take() {
            self.notices.resolve(&why);
        }
    }

    /// Takes a choice of data back that opened but could not be drawn, so that words and picture stay of the same.
    pub(super) fn take_back(&mut self, why: String) {
        let (Some(Some(before)), Some(present)) = (self.history.previous(), self.document()) else { return };
        let failed = present.sources();
        let is_shown = self
            .painted
            .as_ref()
            .zip(self.data_of(before))
            .is_some_and(|(painted, data)| painted.shown.is_of_data(data.iter()));
        if before.sources() != failed && is_shown {
            self.settle();
            self.at_the_same_step(History::undo);
            self.refused = Some((failed, why));
        }
    }
}
