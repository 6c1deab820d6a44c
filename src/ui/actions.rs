//! Everything that a key, a menu entry or the command palette can do, in one table.

use egui::{Key, KeyboardShortcut, Modifiers};

/// Something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Choose files and open them.
    Open,
    /// Open a path that is typed or pasted.
    OpenPath,
    /// Draw the example.
    Demo,
    /// Read the files anew.
    Reload,
    /// Choose files and show them as a layer over the active one.
    AddLayer,
    /// The active layer once more.
    DuplicateLayer,
    /// Take the active layer away.
    RemoveLayer,
    /// Move the active layer up.
    RaiseLayer,
    /// Move the active layer down.
    LowerLayer,
    /// Save the figure.
    Save,
    /// Save the figure in another file.
    SaveAs,
    /// Write the view as PNG.
    Export,
    /// Write the steps as a movie.
    Movie,
    /// Close the window.
    Quit,
    /// One step back.
    Undo,
    /// One step forward.
    Redo,
    /// Show all there is.
    Fit,
    /// Zoom in about the middle.
    ZoomIn,
    /// Zoom out about the middle.
    ZoomOut,
    /// Move the view.
    PanLeft,
    /// Move the view.
    PanRight,
    /// Move the view.
    PanUp,
    /// Move the view.
    PanDown,
    /// The view before this one.
    Back,
    /// The view after this one.
    Forward,
    /// Type exact ranges.
    TypeRange,
    /// Let the steps of fields follow each other, or stop.
    Play,
    /// The step before.
    StepBack,
    /// The step after.
    StepForward,
    /// Show or hide the side panel.
    TogglePanel,
    /// Show or hide grid lines.
    ToggleGrid,
    /// Light or dark.
    ToggleTheme,
    /// What is in the file.
    Info,
    /// What was told so far.
    Log,
    /// Stop the work in the background.
    Stop,
    /// Find a command by name.
    Palette,
    /// The keys.
    Help,
}

/// An action with its words and keys.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    /// Its name.
    pub name: &'static str,
    /// The key that is shown for it.
    pub key: Option<KeyboardShortcut>,
    /// Further keys.
    pub also: &'static [KeyboardShortcut],
    /// The group under which it is listed.
    pub group: &'static str,
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn command(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

const COMMAND_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };

const fn entry(action: Action, group: &'static str, name: &'static str, key: KeyboardShortcut) -> Entry {
    Entry { action, name, key: Some(key), also: &[], group }
}

const fn with(entry: Entry, also: &'static [KeyboardShortcut]) -> Entry {
    Entry { also, ..entry }
}

const FILE: &str = "File";
const EDIT: &str = "Edit";
const VIEW: &str = "View";
const WINDOW: &str = "Window";

/// All actions, in the order of menus and help.
pub const ENTRIES: &[Entry] = &[
    entry(Action::Open, FILE, "Open…", command(Key::O)),
    entry(Action::OpenPath, FILE, "Open path…", KeyboardShortcut::new(COMMAND_SHIFT, Key::O)),
    Entry { key: None, ..entry(Action::Demo, FILE, "Open the demo", plain(Key::D)) },
    entry(Action::AddLayer, FILE, "Add as a layer…", command(Key::L)),
    entry(Action::Save, FILE, "Save figure", command(Key::S)),
    entry(Action::SaveAs, FILE, "Save figure as…", KeyboardShortcut::new(COMMAND_SHIFT, Key::S)),
    with(entry(Action::Reload, FILE, "Reload", command(Key::R)), &[plain(Key::F5)]),
    entry(Action::Export, FILE, "Export PNG…", command(Key::E)),
    entry(Action::Movie, FILE, "Export movie…", KeyboardShortcut::new(COMMAND_SHIFT, Key::E)),
    entry(Action::Quit, FILE, "Quit", command(Key::Q)),
    entry(Action::Undo, EDIT, "Undo", command(Key::Z)),
    with(
        entry(Action::Redo, EDIT, "Redo", KeyboardShortcut::new(COMMAND_SHIFT, Key::Z)),
        &[KeyboardShortcut::new(Modifiers::COMMAND, Key::Y)],
    ),
    entry(Action::DuplicateLayer, EDIT, "Duplicate layer", command(Key::D)),
    entry(Action::RemoveLayer, EDIT, "Remove layer", plain(Key::Delete)),
    entry(Action::RaiseLayer, EDIT, "Move layer up", command(Key::CloseBracket)),
    entry(Action::LowerLayer, EDIT, "Move layer down", command(Key::OpenBracket)),
    with(entry(Action::Fit, VIEW, "Fit all data", plain(Key::F)), &[plain(Key::Home)]),
    with(entry(Action::ZoomIn, VIEW, "Zoom in", plain(Key::Plus)), &[plain(Key::Equals)]),
    entry(Action::ZoomOut, VIEW, "Zoom out", plain(Key::Minus)),
    entry(Action::PanLeft, VIEW, "Go left", plain(Key::ArrowLeft)),
    entry(Action::PanRight, VIEW, "Go right", plain(Key::ArrowRight)),
    entry(Action::PanUp, VIEW, "Go up", plain(Key::ArrowUp)),
    entry(Action::PanDown, VIEW, "Go down", plain(Key::ArrowDown)),
    with(entry(Action::Back, VIEW, "Earlier view", alt(Key::ArrowLeft)), &[plain(Key::Backspace)]),
    entry(Action::Forward, VIEW, "Later view", alt(Key::ArrowRight)),
    entry(Action::TypeRange, VIEW, "Type exact ranges…", plain(Key::R)),
    entry(Action::Play, VIEW, "Play or pause", plain(Key::Space)),
    entry(Action::StepBack, VIEW, "Step back in time", plain(Key::Comma)),
    entry(Action::StepForward, VIEW, "Step on in time", plain(Key::Period)),
    entry(Action::ToggleGrid, VIEW, "Grid lines", plain(Key::G)),
    entry(Action::ToggleTheme, VIEW, "Light or dark theme", plain(Key::T)),
    entry(Action::TogglePanel, WINDOW, "Side panel", plain(Key::S)),
    entry(Action::Info, WINDOW, "File information", plain(Key::I)),
    entry(Action::Log, WINDOW, "Log", plain(Key::L)),
    entry(Action::Stop, WINDOW, "Stop background work", plain(Key::Escape)),
    with(
        entry(Action::Palette, WINDOW, "Command palette…", KeyboardShortcut::new(Modifiers::COMMAND, Key::K)),
        &[KeyboardShortcut::new(COMMAND_SHIFT, Key::P)],
    ),
    with(entry(Action::Help, WINDOW, "Keys and mouse", plain(Key::Questionmark)), &[plain(Key::F1)]),
];

/// A key as people know it: `Ctrl+[`, not the name that code has for it.
pub fn shown(ctx: &egui::Context, key: &KeyboardShortcut) -> String {
    let text = ctx.format_shortcut(key);
    let symbol = match key.logical_key {
        Key::Plus => "+",
        Key::Minus => "\u{2212}",
        Key::Equals => "=",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Comma => ",",
        Key::Period => ".",
        Key::Questionmark => "?",
        _ => return text,
    };
    text.strip_suffix(key.logical_key.name()).map_or_else(|| text.clone(), |held| format!("{held}{symbol}"))
}

/// The action's entry.
pub fn entry_of(action: Action) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.action == action)
}

/// The actions whose keys were pressed, which are then used up. Single letters are left to a text field that has the focus,
/// or will have it in a moment (`is_asking`). Escape is left to a field that had it in the last frame (`was_typing`).
pub fn pressed(ctx: &egui::Context, is_asking: bool, was_typing: bool) -> Vec<Action> {
    // What lies over everything has the keys to itself.
    let is_asking = is_asking || ctx.memory(|memory| memory.top_modal_layer().is_some());
    // So does a list that is open.
    let has_list = egui::Popup::is_any_open(ctx);
    let typing = is_asking || has_list || ctx.egui_wants_keyboard_input();
    let keeps_escape = was_typing || has_list;
    // Text has an undo of its own; what else has the focus does not.
    let is_writing = is_asking || ctx.text_edit_focused();
    let mut actions = Vec::new();
    // Those with more modifiers first: a shortcut also matches where more are held than it needs.
    let mut keys: Vec<(KeyboardShortcut, Action)> =
        ENTRIES.iter().flat_map(|e| e.key.iter().chain(e.also).map(|key| (*key, e.action))).collect();
    keys.sort_by_key(|(key, _)| std::cmp::Reverse(count(key.modifiers)));
    for (key, action) in keys {
        let is_plain = !key.modifiers.any();
        let is_for_text = is_plain && typing || is_writing && matches!(action, Action::Undo | Action::Redo);
        // Escape closes a menu that is open, or leaves a field, and does nothing else.
        if is_for_text || keeps_escape && action == Action::Stop {
            continue;
        }
        if ctx.input_mut(|input| input.consume_shortcut(&key)) {
            actions.push(action);
        }
    }
    actions
}

fn count(modifiers: Modifiers) -> usize {
    [modifiers.alt, modifiers.ctrl, modifiers.shift, modifiers.command].into_iter().filter(|held| *held).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_does_two_things() {
        let keys: Vec<_> = ENTRIES.iter().flat_map(|e| e.key.iter().chain(e.also)).collect();
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "{key:?} twice");
        }
    }

    #[test]
    fn keys_are_shown_as_they_are_printed() {
        let ctx = egui::Context::default();
        for entry in ENTRIES {
            for key in entry.key.iter().chain(entry.also) {
                let text = shown(&ctx, key);
                for name in ["Bracket", "mark", "Plus", "Minus", "Equals", "Comma", "Period"] {
                    assert!(!text.contains(name), "{text}");
                }
            }
        }
        let of = |action| entry_of(action).and_then(|entry| entry.key).map(|key| shown(&ctx, &key));
        assert_eq!(of(Action::RaiseLayer).as_deref(), Some("Ctrl+]"));
        assert_eq!(of(Action::Help).as_deref(), Some("?"));
    }

    #[test]
    fn every_action_is_listed_once() {
        for (i, entry) in ENTRIES.iter().enumerate() {
            assert!(ENTRIES[..i].iter().all(|e| e.action != entry.action && e.name != entry.name), "{}", entry.name);
        }
    }
}
