//! Advice in the window's own terms: errors and notes come from below and name options of commands, as those who type them
//! want it; whoever sits before the window has controls instead.

/// Whole pieces of advice, and what they are in the window.
const ADVICE: [(&str, &str); 9] = [
    (
        "; convert it to .npy or to raw numbers, or force raw reading with --dtype (for instance --dtype '<f4' --columns 2)",
        "; convert it to .npy or to raw numbers, or read it as raw numbers here",
    ),
    ("or force raw reading with --dtype", "or read it as raw numbers here"),
    ("to read raw numbers give --dtype", "it can be read as raw numbers all the same"),
    ("; give --dtype to overrule it", "; the panel's Layout of the bytes overrules it"),
    (" (scumble info lists them)", " (File information lists them)"),
    ("; try --engine cpu", "; start scumble with --engine cpu"),
    (", or use --engine cpu", ", or start scumble with --engine cpu"),
    ("; use --engine cpu", "; start scumble with --engine cpu"),
    ("(--mark image, in figure files mark = \"image\")", "(as an image)"),
];

/// Options, and what they are called on the panel. Those that have no control there keep their name.
const OPTIONS: [(&str, &str); 24] = [
    ("x-range", "x range"),
    ("y-range", "y range"),
    ("x-scale", "x scale"),
    ("y-scale", "y scale"),
    ("x", "x"),
    ("y", "y"),
    ("dtype", "dtype"),
    ("columns", "columns"),
    ("offset", "offset"),
    ("layout", "layout"),
    ("filter", "filter"),
    ("mark", "mark"),
    ("reduction", "reduction"),
    ("norm", "norm"),
    ("limits", "limits"),
    ("colormap", "colormap"),
    ("alpha", "alpha"),
    ("spread", "spread"),
    ("dynspread", "dynamic spread"),
    ("hatch", "hatching"),
    ("levels", "levels"),
    ("step", "step"),
    ("size", "size"),
    ("dpi", "DPI"),
];

/// The text with controls in the place of options.
pub fn for_window(text: &str) -> String {
    let text = ADVICE.iter().fold(text.to_owned(), |text, (advice, here)| text.replace(advice, here));
    let mut pieces = text.split("--");
    let mut worded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let len = piece.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(piece.len());
        let (name, rest) = piece.split_at(len);
        let is_option = !worded.ends_with(|c: char| c.is_alphanumeric() || c == '-');
        match OPTIONS.iter().find(|(option, _)| *option == name).filter(|_| is_option) {
            Some((_, control)) => {
                worded.push_str(control);
                worded.push_str(&rest.strip_prefix('=').map_or_else(|| rest.to_owned(), |rest| format!(" {rest}")));
            }
            None => {
                worded.push_str("--");
                worded.push_str(piece);
            }
        }
    }
    worded
}

#[cfg(test)]
mod tests {
    use super::for_window;

    #[test]
    fn options_become_controls() {
        for (told, here) in [
            ("give another --x-range=0..1", "give another x range 0..1"),
            ("these would divide: --offset 6, or --columns 1 or 3", "these would divide: offset 6, or columns 1 or 3"),
            ("draws each, --mark=circle:5 draws each", "draws each, mark circle:5 draws each"),
            ("a--x.npy is not there", "a--x.npy is not there"),
            ("read --shape 3,4", "read --shape 3,4"),
            ("start with --engine cpu --", "start with --engine cpu --"),
            ("x -- y", "x -- y"),
            ("--x", "x"),
        ] {
            assert_eq!(for_window(told), here);
        }
    }

    #[test]
    fn advice_on_files_is_about_the_window() {
        use crate::workbench::sources::Sources;
        let folder = std::env::temp_dir().join(format!("scumble-wording-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let refusals: [(&str, &[u8]); 4] = [
            ("a.png", b"\x89PNG\r\n\x1a\n0000000000000000"),
            ("a.csv", b"x,y\n1,2\n3,4\n5,6\n7,8\n9,10\n11,12\n"),
            ("a.npy", b"this is no npy file"),
            ("a.nc", b"CDF\x01 not really"),
        ];
        for (name, bytes) in refusals {
            let path = folder.join(name);
            std::fs::write(&path, bytes).unwrap();
            let sources = Sources { inputs: vec![path], ..Sources::default() };
            let error = sources.open(&crate::workbench::Progress::default()).unwrap_err().to_string();
            assert!(!for_window(&error).contains("--"), "{}", for_window(&error));
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
