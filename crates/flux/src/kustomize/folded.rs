//! Folded scalars (`>`), which kustomize does not take as they are: what it reads it writes and
//! reads once more, in the style that was found, and the writer of go-yaml counts one line break
//! too many.
//!
//! Source of the behaviour: `yaml_emitter_write_folded_scalar` of `go.yaml.in/yaml/v3` as kyaml
//! 0.21.2 has it: it looks for what follows a line break at the beginning of the text, not at the
//! line break.

use crate::value::{Data, Value};

/// Gives an object's folded texts the line breaks that kustomize gives them.
pub(super) fn refold(object: &mut Value) {
    below(object, &[]);
}

fn below(value: &mut Value, path: &[&str]) {
    let is_folded = is_folded(value);
    match &mut value.data {
        Data::Text(text) if is_folded => {
            if let Some(written) = written_and_read(text) {
                *text = written;
            }
        }
        Data::Map(map) => {
            for (key, field) in map.iter_mut() {
                let path = [path, &[key.as_str()]].concat();
                // These are put in anew, in no style.
                if path != ["metadata", "annotations"] {
                    below(&mut field.value, &path);
                }
            }
        }
        Data::List(items) => items.iter_mut().for_each(|item| below(item, &["-"])),
        _ => {}
    }
}

/// Whether a value is written as a folded scalar: behind what names or types it, nothing else
/// begins with this sign.
fn is_folded(value: &Value) -> bool {
    let source = value.place.source().filter(|_| value.as_text().is_some());
    let Some(text) = source.map(|source| source.text()) else {
        return false;
    };
    let range = value.place.range();
    let mut written = text.get(range.clone()).unwrap_or_default();
    if let Some(name) = written.strip_prefix('*') {
        // An alias is written as what it names, which stands before it.
        let before = text.get(..range.start).unwrap_or_default();
        let anchor = format!("&{} ", name.trim_end());
        let named = before.rfind(&anchor).and_then(|at| before.get(at..));
        written = named.unwrap_or_default();
    }
    let mut words = written.split_whitespace();
    let word = words.find(|word| !word.starts_with(['&', '!']));
    word.is_some_and(|word| word.starts_with('>'))
}

/// What comes of a text that is written folded and read again; none where it is not written so.
fn written_and_read(text: &str) -> Option<String> {
    let is_special = |one: char| one.is_control() && !matches!(one, '\n' | '\t');
    if text.contains(" \n") || text.ends_with(' ') || text.contains(is_special) {
        return None;
    }
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    // The look that goes wrong.
    let first = text.trim_start_matches('\n');
    let doubles = !first.is_empty() && !is_indented(first);
    let mut out = String::with_capacity(text.len() + 8);
    let mut breaks = 0_usize;
    let mut before: Option<&str> = None;
    for line in text.split('\n') {
        if line.is_empty() {
            breaks += 1;
            continue;
        }
        match before {
            None => out.push_str(&"\n".repeat(breaks)),
            Some(before) => {
                let written = breaks + usize::from(doubles && !is_indented(before));
                if is_indented(before) || is_indented(line) {
                    out.push_str(&"\n".repeat(written));
                } else if written == 1 {
                    out.push(' ');
                } else {
                    out.push_str(&"\n".repeat(written - 1));
                }
            }
        }
        out.push_str(line);
        before = Some(line);
        breaks = 1;
    }
    let last = before?;
    // A single one at the end is kept as one, and several are kept as they are written.
    let end = breaks - 1;
    let more = usize::from(end > 1 && doubles && !is_indented(last));
    out.push_str(&"\n".repeat(end + more));
    Some(out)
}
