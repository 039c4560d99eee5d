//! Text to a scalar that every reader takes for that text.

use crate::read::{Dialect, Resolved};
use crate::scalar::{Scalar, Style};

/// Writes text so that readers of YAML 1.2 and 1.1 alike, as a key or a value, in block or
/// flow notation, get exactly this text: plain where that is safe, else in single quotes,
/// else, if it has line breaks or characters that must be escaped, in double quotes.
///
/// ```
/// assert_eq!(yaml::quote("worker-0"), "worker-0");
/// assert_eq!(yaml::quote("yes"), "'yes'");
/// assert_eq!(yaml::quote("12:30"), "'12:30'");
/// assert_eq!(yaml::quote("two\nlines"), r#""two\nlines""#);
/// ```
pub fn quote(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        single_quoted(text).unwrap_or_else(|| double_quoted(text))
    }
}

/// In double quotes, which can hold any text.
pub fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_printable(character) => out.push(character),
            _ => push_escaped(&mut out, character),
        }
    }
    out.push('"');
    out
}

/// As `\x85`, `\u2028` or `\U0001f600`, in the fewest digits.
fn push_escaped(out: &mut String, character: char) {
    let code = u32::from(character);
    let (letter, digits) = match code {
        0..=0xff => ('x', 2),
        0x100..=0xffff => ('u', 4),
        _ => ('U', 8),
    };
    out.push('\\');
    out.push(letter);
    for place in (0..digits).rev() {
        let digit = (code >> (4 * place)) & 0xf;
        out.extend(char::from_digit(digit, 16));
    }
}

/// In single quotes, unless it has a character that they cannot hold.
pub(crate) fn single_quoted(text: &str) -> Option<String> {
    text.chars()
        .all(is_printable)
        .then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Whether the text stands for itself without quotes, whoever reads it and wherever it stands.
pub(crate) fn is_plain(text: &str) -> bool {
    let word = |character: char| character.is_ascii_alphanumeric() || "_/.".contains(character);
    // Letters of other scripts: printable, and no reader takes them for anything else.
    let letter = |character: char| !character.is_ascii() && character.is_alphabetic();
    let inner = |character: char| {
        word(character) || letter(character) || "-:@+=~%^()$;<>| ".contains(character)
    };
    let starts = text.starts_with(|first: char| word(first) || letter(first));
    starts
        && !text.starts_with("...")
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && text.chars().all(inner)
        && Dialect::ALL.into_iter().all(|dialect| {
            let scalar = Scalar::new(text, Style::Plain);
            matches!(scalar.read(dialect), Resolved::Text(_))
        })
}

/// Characters that all readers take as they are within a line of a quoted scalar.
pub(crate) fn is_printable(character: char) -> bool {
    match character {
        // Line breaks of YAML 1.1, and marks that editors hide.
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => true,
        _ => false,
    }
}
