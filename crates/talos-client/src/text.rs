//! Texts that come from a machine: they may hold anything.

/// How much of a node's own words a message repeats.
const MOST: usize = 1000;

/// A text whose characters cannot command a terminal.
pub(crate) fn visible(text: &str) -> String {
    let commands = |one: char| {
        one.is_control() || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(commands, "\u{fffd}")
}

/// The words of a node on one line, without an end if there are many.
pub(crate) fn words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = visible(&line);
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
