//! A field whose text counts when it is entered, or the field is left. What is refused stays as it was typed, marked as wrong, and
//! keeps the keys.

use egui::text::{CCursor, CCursorRange};
use egui::{Id, Key, Response, RichText, StrokeKind, TextEdit, Ui};

use super::super::model::Model;
use super::super::notices::Notices;

/// What a field keeps from frame to frame.
#[derive(Default)]
pub struct Entry {
    /// The text, while the field has the focus, or its text is looked at or wrong.
    typed: Option<String>,
    /// The text that files are just opened with.
    asked: Option<String>,
    /// What is wrong with the text.
    wrong: Option<Wrong>,
    /// Whether the field gets the keys back, once nothing else has them.
    wants_focus: bool,
}

/// A text that was refused.
struct Wrong {
    why: String,
    text: String,
    /// What there was instead.
    before: String,
}

/// Selects all of a field's text, so that what is typed takes its place.
pub fn select_all(ui: &Ui, field: Id, text: &str) {
    let mut state = TextEdit::load_state(ui.ctx(), field).unwrap_or_default();
    let ends = [0, text.chars().count()].map(CCursor::new);
    state.cursor.set_char_range(Some(CCursorRange::two(ends[0], ends[1])));
    state.store(ui.ctx(), field);
}

impl Entry {
    /// Shows the field, with `shown` in it as long as nobody types. Gives a text that was entered and differs from that;
    /// whoever gets it accepts or refuses it, or asks for it.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        notices: &mut Notices,
        shown: &str,
        (hint, width): (&str, f32),
        label: impl Into<Option<Id>>,
    ) -> (Option<String>, Response) {
        // What was changed by other means is not what the complaint was about.
        if self.wrong.as_ref().is_some_and(|wrong| wrong.before != shown) {
            self.accept(notices);
        }
        let mut text = self.typed.take().unwrap_or_else(|| shown.to_owned());
        let color = self.wrong.as_ref().map(|_| ui.visuals().error_fg_color);
        let field = TextEdit::singleline(&mut text).desired_width(width).hint_text(hint).text_color_opt(color);
        let mut response = ui.add(field);
        if let Some(label) = label.into() {
            response = response.labelled_by(label);
        }
        // Who comes by a key types something else, or moves the cursor first.
        if response.gained_focus() && !ui.input(|input| input.pointer.any_pressed()) {
            select_all(ui, response.id, &text);
        }
        if let (Some(color), Some(wrong)) = (color, &self.wrong) {
            ui.painter().rect_stroke(response.rect, 2.0, (1.0, color), StrokeKind::Outside);
            response = response.on_hover_text(RichText::new(&wrong.why).monospace());
        }
        if std::mem::take(&mut self.wants_focus) && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        let (enter, escape) = ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
        // Who goes on by Tab or a click means what was typed too; what was refused is refused once.
        let is_news = text != shown && self.wrong.as_ref().is_none_or(|wrong| wrong.text != text);
        let is_entered = response.lost_focus() && (enter || is_news && !escape);
        if response.lost_focus() && escape || is_entered && text == shown {
            self.accept(notices);
            return (None, response);
        }
        if response.has_focus() || is_entered || self.asked.is_some() || self.wrong.is_some() {
            self.typed = Some(text.clone());
        }
        (is_entered.then_some(text), response)
    }

    /// The text that was entered is right: a complaint about one before it goes away.
    pub fn accept(&mut self, notices: &mut Notices) {
        (self.typed, self.asked) = (None, None);
        if let Some(Wrong { why, .. }) = self.wrong.take() {
            notices.resolve(&why);
        }
    }

    /// The text that was entered is wrong: it stays until it is mended or something else is chosen. `shown` is what there is
    /// instead.
    pub fn refuse(&mut self, why: String, shown: &str, notices: &mut Notices) {
        let text = self.typed.take();
        self.accept(notices);
        notices.error(why.clone());
        self.wrong = Some(Wrong { why, text: text.clone().unwrap_or_default(), before: shown.to_owned() });
        (self.typed, self.wants_focus) = (text, true);
    }

    /// Files are being opened with the text that was entered.
    pub fn ask(&mut self, text: String) {
        self.asked = Some(text);
    }

    /// Takes in what became of that. `present` is what the figure has now, `shown` what the field shows of it.
    pub fn follow(&mut self, model: &mut Model, present: &str, shown: &str) {
        if self.asked.is_none() || model.is_opening() {
            return;
        }
        let asked = self.asked.take();
        match model.refusal().map(ToOwned::to_owned).filter(|_| asked.as_deref() != Some(present)) {
            Some(why) => self.refuse(why, shown, &mut model.notices),
            None => self.accept(&mut model.notices),
        }
    }
}
