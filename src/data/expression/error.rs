//! What is wrong with an expression, and where.

use std::fmt;

/// What is wrong with an expression, and at which character of it. Its `Display` shows the place under the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// The expression.
    pub text: String,
    /// The character (from 1) at which it goes wrong; one past the last where something is missing at the end.
    pub at: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

impl std::error::Error for ExpressionError {}

/// Characters of the text that are shown before and behind the place.
const SHOWN: usize = 60;

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "reading the expression, column {}: {}", self.at, self.what)?;
        let place = self.at.saturating_sub(1);
        // Line ends and the like would move the caret.
        let characters = self.text.chars().map(|c| if c.is_control() { ' ' } else { c });
        let from = place.saturating_sub(SHOWN);
        let shown: String = characters.clone().skip(from).take(place - from + SHOWN).collect();
        let (before, behind) = (from > 0, characters.count() > place + SHOWN);
        let (before, behind) = (if before { "…" } else { "" }, if behind { "…" } else { "" });
        writeln!(f, "  {before}{shown}{behind}")?;
        write!(f, "  {:>1$}", "^", place - from + 1 + before.chars().count())
    }
}

/// Of some names those that are spelt nearly as `wanted`, nearest first, at most three.
pub fn similar<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    // Files may have thousands of columns with long names; what nobody mistypes is not looked at.
    const LONGEST: usize = 64;
    let wanted: Vec<char> = wanted.chars().flat_map(char::to_lowercase).take(LONGEST).collect();
    let most = (wanted.len() / 3).clamp(1, 3);
    let mut found: Vec<(usize, &str)> = names
        .filter(|name| name.len() <= LONGEST)
        .map(|name| (distance(&wanted, &name.chars().flat_map(char::to_lowercase).collect::<Vec<_>>()), name))
        // A name all of whose letters are wrong is another name.
        .filter(|(distance, name)| *distance <= most && *distance < name.chars().count())
        .collect();
    found.sort();
    found.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Levenshtein's distance: insertions, deletions and replacements from one to the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// "did you mean …?", or all there are, at most twelve.
pub fn alternatives(wanted: &str, names: &[&str], kind: &str) -> String {
    let near = similar(wanted, names.iter().copied());
    if !near.is_empty() {
        let near: Vec<String> = near.iter().map(|name| format!("\"{name}\"")).collect();
        return format!("did you mean {}?", near.join(" or "));
    }
    if names.is_empty() {
        return format!("there are no {kind} at all");
    }
    let shown = names.iter().take(12).copied().collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(12);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("the {kind} are {shown}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let error = ExpressionError { text: "a + $".into(), at: 5, what: "no".into() };
        assert_eq!(error.to_string(), "reading the expression, column 5: no\n  a + $\n      ^");
        let error = ExpressionError { text: "äöü +\n".into(), at: 7, what: "no".into() };
        assert_eq!(error.to_string(), "reading the expression, column 7: no\n  äöü + \n        ^");
        let text = format!("{}?{}", "a".repeat(100), "b".repeat(100));
        let shown = ExpressionError { text, at: 101, what: "no".into() }.to_string();
        let lines: Vec<Vec<char>> = shown.lines().map(|line| line.chars().collect()).collect();
        assert_eq!(lines[1][lines[2].iter().position(|c| *c == '^').unwrap()], '?');
        assert!(lines[1].len() < 130 && lines[1][2] == '…' && *lines[1].last().unwrap() == '…', "{shown}");
    }

    #[test]
    fn near_names_are_offered() {
        assert_eq!(similar("fluxx", ["flux", "fluo", "time"].into_iter()), ["flux"]);
        assert_eq!(similar("LON", ["lon", "lat"].into_iter()), ["lon"]);
        assert!(similar("q", ["x", "y"].into_iter()).is_empty());
        assert!(alternatives("zz", &["alpha", "beta"], "columns").contains("alpha, beta"));
    }
}
