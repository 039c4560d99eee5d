//! Colours. Each says what a word or a sign says, too, and is taken away where no terminal is.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

/// What a word tells of a file: what is new, changed, gone, in danger, or as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    New,
    Changed,
    Gone,
    Danger,
    Calm,
}

impl Tone {
    fn style(self) -> Style {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match self {
            Self::New => colour(AnsiColor::Green),
            Self::Changed => colour(AnsiColor::Yellow),
            Self::Gone => colour(AnsiColor::Red),
            Self::Danger => colour(AnsiColor::Red).bold(),
            Self::Calm => Style::new().dimmed(),
        }
    }
}

/// A word of a list, filled up to `width` columns.
pub(crate) fn word(word: &str, width: usize, tone: Tone) -> String {
    let style = tone.style();
    let blanks = " ".repeat(width.saturating_sub(word.chars().count()));
    format!("{style}{word}{style:#}{blanks}")
}

/// What stands above what it is about.
pub(super) fn heading(text: &str) -> String {
    let style = Style::new().bold();
    format!("{style}{text}{style:#}")
}

/// A line of code.
pub(super) fn code(line: &str) -> String {
    let style = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    format!("{style}{line}{style:#}")
}

/// A difference in unified format.
pub(super) fn diff(text: &str) -> String {
    let head = Style::new().bold();
    let hunk = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let (shown, end) = match line.strip_suffix('\n') {
            Some(shown) => (shown, "\n"),
            None => (line, ""),
        };
        let next_file = shown.starts_with("--- ") && !inside;
        let style = match shown.as_bytes().first() {
            Some(b'-') if next_file => head,
            Some(b'+') if !inside => head,
            Some(b'@') => {
                inside = true;
                hunk
            }
            Some(b'-') => Tone::Gone.style(),
            Some(b'+') => Tone::New.style(),
            Some(b' ' | b'\\') => Style::new(),
            _ => {
                inside = false;
                Style::new()
            }
        };
        // A stream that takes colours away takes these, too; a `String` takes everything.
        let _ = write!(out, "{style}{shown}{style:#}{end}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_and_removed_lines_have_colours_and_the_text_stays() {
        let text = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n--- b\n+++ c\n";
        let painted = diff(text);
        insta::assert_snapshot!(painted.replace('\u{1b}', "^"), @r"
        ^[1m--- a/x^[0m
        ^[1m+++ b/x^[0m
        ^[36m@@ -1,2 +1,2 @@^[0m
         a
        ^[31m--- b^[0m
        ^[32m+++ c^[0m
        ");
        assert_eq!(anstream::adapter::strip_str(&painted).to_string(), text);
        assert_eq!(diff("Only secrets differ"), "Only secrets differ");
    }

    #[test]
    fn words_are_filled_up_behind_their_colour() {
        let painted = word("create", 9, Tone::New);
        assert_eq!(
            anstream::adapter::strip_str(&painted).to_string(),
            "create   "
        );
        assert!(painted.starts_with('\u{1b}'));
    }
}
