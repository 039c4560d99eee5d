//! Taking text apart.

use minijinja::Value;

use crate::python::call::Arguments;
use crate::python::fault::{Fault, Outcome};
use crate::python::items::{check_text, is_true};
use crate::python::objects::List;
use crate::python::view::View;
use crate::syntax::is_space;

/// `split` and `rsplit`.
pub(super) fn split(text: &str, name: &str, arguments: Arguments) -> Outcome<Value> {
    let [separator, most] = arguments.bind(name, ["sep", "maxsplit"], 0)?;
    let most = most.map_or(Ok(-1), |most| {
        View::of(&most)
            .as_integer()
            .ok_or_else(|| Fault::type_error(format!("`{name}` needs an int for `maxsplit`")))
    })?;
    let most = usize::try_from(most).ok();
    let separator = separator.filter(|separator| !separator.is_none());
    let from_right = name == "rsplit";
    let parts: Vec<&str> = match &separator {
        None => split_space(text, most, from_right),
        Some(separator) => match View::of(separator) {
            View::Text("") => return Err(Fault::value_error("the separator is empty")),
            View::Text(separator) => match (most, from_right) {
                (None, _) => text.split(separator).collect(),
                (Some(most), false) => text.splitn(most + 1, separator).collect(),
                (Some(most), true) => {
                    let mut parts: Vec<_> = text.rsplitn(most + 1, separator).collect();
                    parts.reverse();
                    parts
                }
            },
            View::Undefined(Some(undefined)) => return Err(undefined.fault()),
            view => {
                return Err(Fault::type_error(format!(
                    "`{name}` needs a str to split at, not {}",
                    view.kind()
                )));
            }
        },
    };
    Ok(List::value(parts.into_iter().map(Value::from).collect()))
}

fn split_space(text: &str, most: Option<usize>, from_right: bool) -> Vec<&str> {
    let Some(most) = most else {
        return text
            .split(is_space)
            .filter(|part| !part.is_empty())
            .collect();
    };
    let mut parts = Vec::new();
    let mut rest = text.trim_matches(is_space);
    if !from_right {
        rest = text.trim_start_matches(is_space);
    } else if most > 0 || !rest.is_empty() {
        rest = text.trim_end_matches(is_space);
    }
    while !rest.is_empty() {
        let cut = if parts.len() == most {
            None
        } else if from_right {
            rest.rfind(is_space)
        } else {
            rest.find(is_space)
        };
        let Some(cut) = cut else {
            parts.push(rest);
            break;
        };
        if from_right {
            let width = rest[cut..].chars().next().map_or(1, char::len_utf8);
            parts.push(&rest[cut + width..]);
            rest = rest[..cut].trim_end_matches(is_space);
        } else {
            parts.push(&rest[..cut]);
            rest = rest[cut..].trim_start_matches(is_space);
        }
    }
    if from_right {
        parts.reverse();
    }
    parts
}

/// `splitlines`.
pub(super) fn split_lines(text: &str, keep_ends: Option<&Value>) -> Outcome<Value> {
    let keep_ends = keep_ends.map_or(Ok(false), is_true)?;
    Ok(List::value(
        lines(text, keep_ends)
            .into_iter()
            .map(Value::from)
            .collect(),
    ))
}

/// The lines of a text, at every line break that Python knows.
pub(crate) fn lines(text: &str, keep_ends: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        let is_break = matches!(
            character,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'
                ..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        );
        if !is_break {
            continue;
        }
        let mut end = index + character.len_utf8();
        if character == '\r' && characters.next_if(|(_, next)| *next == '\n').is_some() {
            end += 1;
        }
        lines.push(&text[start..if keep_ends { end } else { index }]);
        start = end;
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

/// `strip`, `lstrip` and `rstrip`.
pub(super) fn strip<'a>(text: &'a str, name: &str, set: Option<&Value>) -> Outcome<&'a str> {
    let set = match set.map(View::of) {
        None | Some(View::None) => None,
        Some(View::Text(set)) => Some(set),
        Some(View::Undefined(Some(undefined))) => return Err(undefined.fault()),
        Some(view) => {
            return Err(Fault::type_error(format!(
                "`{name}` needs a str of characters, not {}",
                view.kind()
            )));
        }
    };
    let goes = |character: char| match set {
        Some(set) => set.contains(character),
        None => is_space(character),
    };
    Ok(match name {
        "lstrip" => text.trim_start_matches(goes),
        "rstrip" => text.trim_end_matches(goes),
        _ => text.trim_matches(goes),
    })
}

/// `partition` and `rpartition`.
pub(super) fn partition<'a>(
    text: &'a str,
    name: &str,
    separator: &'a str,
) -> Outcome<[&'a str; 3]> {
    if separator.is_empty() {
        return Err(Fault::value_error("the separator is empty"));
    }
    Ok(if name == "partition" {
        match text.split_once(separator) {
            Some((head, tail)) => [head, separator, tail],
            None => [text, "", ""],
        }
    } else {
        match text.rsplit_once(separator) {
            Some((head, tail)) => [head, separator, tail],
            None => ["", "", text],
        }
    })
}

/// `expandtabs`.
pub(super) fn expand_tabs(text: &str, size: Option<&Value>) -> Outcome<Value> {
    let size = match size {
        None => 8,
        Some(size) => View::of(size)
            .as_integer()
            .ok_or_else(|| Fault::type_error("`expandtabs` needs an int"))?,
    };
    let size = usize::try_from(size).unwrap_or(0);
    let tabs = text.matches('\t').count();
    check_text(text.len().saturating_add(tabs.saturating_mul(size)))?;
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for character in text.chars() {
        match character {
            '\t' if size > 0 => {
                let blanks = size - column % size;
                out.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            '\t' => {}
            '\n' | '\r' => {
                out.push(character);
                column = 0;
            }
            _ => {
                out.push(character);
                column += 1;
            }
        }
    }
    Ok(Value::from(out))
}
