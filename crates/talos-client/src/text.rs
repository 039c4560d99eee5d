//! Texts that come from a machine: they may hold anything.

/// How much of a node's own words a message repeats.
const MOST: usize = 1000;

/// The words of a node on one line, without an end if there are many.
pub(crate) fn words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = diagnostics::visible(&line);
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
