//! Texts that may hold anything.

/// A text whose characters cannot command a terminal, nor make a line read as what it is not.
///
/// ```
/// assert_eq!(diagnostics::visible("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
/// ```
pub fn visible(text: &str) -> String {
    let commands = |one: char| {
        one.is_control() || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(commands, "\u{fffd}")
}

/// How much of another program's words a message repeats, in characters.
const MOST: usize = 1000;

/// The words of another program on one line, without an end if there are many.
///
/// ```
/// assert_eq!(diagnostics::words("no\n  such\tnode\u{7}"), "no such node\u{fffd}");
/// ```
pub fn words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = visible(&line);
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
