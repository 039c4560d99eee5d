//! Values as YAML text.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use yaml::{Dialect, Resolved, Scalar, Style};
use zeroize::Zeroizing;

use crate::sops::value::{Kind, Value};

/// Where a value goes.
pub(super) struct Room {
    /// The column that a block's content goes to, if a block fits there.
    pub(super) block: Option<Block>,
}

pub(super) struct Block {
    /// The column of the key or dash.
    pub(super) outer: usize,
    /// Blanks that the content is set in by, from there.
    pub(super) step: usize,
    pub(super) line_break: &'static str,
}

/// A value in the clear, so that go-yaml reads it back with the same type.
pub(super) fn render(value: &Value, room: &Room) -> Zeroizing<String> {
    let text = value.as_text().unwrap_or_default();
    Zeroizing::new(match value.kind() {
        Kind::Nothing => "null".to_owned(),
        Kind::Bool => text.to_ascii_lowercase(),
        Kind::Integer | Kind::Time => text.to_owned(),
        Kind::Float => match text {
            "NaN" => ".nan".to_owned(),
            "+Inf" => ".inf".to_owned(),
            "-Inf" => "-.inf".to_owned(),
            // Without a point it would read as a whole number.
            _ if text.contains('.') => text.to_owned(),
            _ => format!("{text}.0"),
        },
        Kind::Text | Kind::Comment => match value.as_text() {
            Some(text) => self::text(text, room),
            None => format!("!!binary \"{}\"", BASE64_STANDARD.encode(value.as_bytes())),
        },
    })
}

/// Text as go-yaml would write it in metadata: plain wherever that reads back as text.
pub(super) fn plain_or_quoted(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        yaml::double_quoted(text)
    }
}

/// A literal block: its header, then its lines at a column. `None` if the text has no such form.
pub(super) fn literal(text: &str, block: &Block) -> Option<String> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let fits = |line: &str| {
        let printable = |character: char| character == '\t' || is_printable(character);
        line.chars().all(printable) && (line.is_empty() || !line.trim().is_empty())
    };
    if body.is_empty() || body.ends_with('\n') || !body.split('\n').all(fits) {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    out.push('|');
    if body.starts_with([' ', '\n', '\t']) {
        if block.step > 9 {
            return None;
        }
        out.push_str(&block.step.to_string());
    }
    if !text.ends_with('\n') {
        out.push('-');
    }
    for line in body.split('\n') {
        out.push_str(block.line_break);
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', block.outer + block.step));
            out.push_str(line);
        }
    }
    Some(out)
}

fn text(text: &str, room: &Room) -> String {
    if text.contains('\n')
        && let Some(block) = &room.block
        && let Some(literal) = literal(text, block)
    {
        return literal;
    }
    yaml::quote(text)
}

fn is_plain(text: &str) -> bool {
    let starts = text
        .chars()
        .next()
        .is_some_and(|first| !first.is_whitespace() && !"-?:,[]{}#&*!|>'\"%@`".contains(first));
    starts
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_printable)
        && matches!(
            Scalar::new(text, Style::Plain).read(Dialect::Go),
            Resolved::Text(_)
        )
}

/// Characters that no reader takes for a line break or refuses.
fn is_printable(character: char) -> bool {
    match character {
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => true,
        _ => false,
    }
}
