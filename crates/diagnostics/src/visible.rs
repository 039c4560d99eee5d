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
