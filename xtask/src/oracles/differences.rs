//! What ichor's objects and those of another program differ in, a line each, and the lists that have such lines
//! with their reasons.

use std::collections::BTreeSet;

use anyhow::Result;
use camino::Utf8Path;
use serde_json::Value;

use crate::files;

/// How much of a value is shown.
const SHOWN: usize = 160;

/// A line for each place in which two values are not the same; the values of Secrets are not shown. `who` is whose
/// the other one is.
pub(super) fn compare(
    place: &str,
    ours: &Value,
    theirs: &Value,
    who: &str,
    found: &mut Vec<String>,
) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let keys: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
            for key in keys {
                let place = format!("{place} .{key}");
                match (ours.get(key), theirs.get(key)) {
                    (Some(ours), Some(theirs)) => compare(&place, ours, theirs, who, found),
                    (Some(value), None) => {
                        found.push(format!("{place}: only ichor's: {}", shown(&place, value)));
                    }
                    (_, value) => found.push(format!(
                        "{place}: only {who}'s: {}",
                        shown(&place, value.unwrap_or(&Value::Null))
                    )),
                }
            }
        }
        (ours, theirs) if ours == theirs => {}
        (ours, theirs) => found.push(format!(
            "{place}: ichor {}, {who} {}",
            shown(place, ours),
            shown(place, theirs)
        )),
    }
}

fn shown(place: &str, value: &Value) -> String {
    if place.starts_with("Secret") && place.contains(" .data") {
        return "<redacted>".to_owned();
    }
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Has a list name every difference, and no other: a line each, in which a `*` stands for any text; those that begin
/// with `#` say why. With `bless`, what was found is written beside it.
pub(super) fn judge(
    list: &Utf8Path,
    found: &[String],
    bless: bool,
    faults: &mut Vec<String>,
) -> Result<()> {
    let text = files::text(list)?;
    let known: Vec<_> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    if bless {
        files::write(&list.with_extension("new"), found.join("\n") + "\n")?;
    }
    for difference in found {
        if !known.iter().any(|line| covers(line, difference)) {
            faults.push(format!("a difference that is not listed: {difference}"));
        }
    }
    for line in known {
        if !found.iter().any(|difference| covers(line, difference)) {
            faults.push(format!("listed, and not there any more: {line}"));
        }
    }
    Ok(())
}

/// Whether a line of a list has a difference.
fn covers(line: &str, difference: &str) -> bool {
    let mut parts = line.split('*');
    let Some(mut rest) = parts
        .next()
        .and_then(|begin| difference.strip_prefix(begin))
    else {
        return false;
    };
    let parts: Vec<_> = parts.collect();
    for part in &parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    !parts.is_empty() || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_line_with_a_star_stands_for_any_text_there() {
        for (line, covered) in [
            ("a: only ichor has it", true),
            ("a*", true),
            ("*has it", true),
            ("a*only*it", true),
            ("a", false),
            ("b*", false),
            ("a*it*only", false),
        ] {
            assert_eq!(covers(line, "a: only ichor has it"), covered, "{line}");
        }
    }
}
