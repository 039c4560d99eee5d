//! Lines that are put into files of others, and taken out again.

use diagnostics::{Diagnostic, Source};
use serde::{Deserialize, Serialize};
use yaml::edit::Edits;
use yaml::{Limits, Node, Notation, Value};

use crate::rules;

/// What was put into a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Insertion {
    /// The file, from the root of the repository.
    pub(super) file: String,
    /// What it is.
    pub(super) role: Role,
    /// The text, letter for letter.
    pub(super) text: String,
}

/// What an insertion is. They are taken out in the order opposite to this.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Role {
    /// The section of `templates/variables.yaml` that declarations stand in.
    Section,
    /// The declaration of a key.
    Key(String),
    /// A version.
    Pin(String),
    /// What a list names.
    Item(String),
    /// Comments on the keys of an application.
    Comment(String),
}

/// The line break of a text, and that of a new one.
pub(super) fn line_break(text: &str) -> &'static str {
    Edits::new(text).line_break()
}

/// The start of the line behind the one that an offset stands in, or the end of the text.
fn after_line(text: &str, offset: usize) -> usize {
    text[offset..]
        .find('\n')
        .map_or(text.len(), |newline| offset + newline + 1)
}

/// Lines as they are put into a text at the start of a line, or at its end: with its line breaks,
/// and with one before them where the last line has none.
pub(super) fn lines_at(text: &str, at: usize, lines: &str) -> String {
    let line_break = line_break(text);
    let lines = lines.replace('\n', line_break);
    if at == 0 || text[..at].ends_with('\n') {
        return lines;
    }
    // The text ends as it did, without a line break.
    let lines = lines.strip_suffix(line_break).unwrap_or(&lines);
    format!("{line_break}{lines}")
}

/// A text with another put in.
pub(super) fn with(text: &str, at: usize, addition: &str) -> String {
    let (before, after) = text.split_at(at);
    format!("{before}{addition}{after}")
}

/// Where an entry goes that is to be the last of a map, and as what. `line` is the entry on one
/// line; none where the map has a form in which that is not known.
pub(super) fn entry(text: &str, map: &Node, line: &str) -> Option<(usize, String)> {
    let entries = map.as_mapping()?.entries();
    if map.is_alias() {
        return None;
    }
    if map.notation() == Notation::Flow {
        // At its front, each with its comma, so that any may go without the others.
        let start = map.range().start + 1;
        let is_braced = text.get(map.range())?.starts_with('{');
        return is_braced.then(|| (start, format!("{line}, ")));
    }
    let last = entries.last()?;
    let at = after_line(text, last.range().end);
    let indent = " ".repeat(column(text, map.range().start)?);
    Some((at, lines_at(text, at, &format!("{indent}{line}\n"))))
}

/// How many blanks stand before what begins a line there; none where something else does.
pub(super) fn column(text: &str, offset: usize) -> Option<usize> {
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let before = text[start..offset].trim_start_matches('\u{feff}');
    before
        .bytes()
        .all(|byte| byte == b' ')
        .then_some(before.len())
}

/// The start of the line behind a node.
pub(super) fn behind(text: &str, node: &Node) -> usize {
    after_line(text, node.range().end)
}

/// Takes an insertion out as it was put in; none where it is not there as that.
pub(super) fn cut(text: &str, insertion: &str) -> Option<String> {
    if insertion.is_empty() {
        return None;
    }
    let begins_lines = insertion.starts_with(['\n', '\r']);
    let ends_lines = insertion.ends_with('\n');
    let is_whole = |at: usize| {
        let (before, after) = (&text[..at], &text[at + insertion.len()..]);
        let starts = begins_lines
            || before.is_empty()
            || before.ends_with('\n')
            || (!ends_lines && before.ends_with(['{', ' ']));
        // Lines that were put behind one without a line break end as that did.
        let ends =
            !begins_lines || ends_lines || after.is_empty() || after.starts_with(['\n', '\r']);
        starts && ends
    };
    let at = { text.rmatch_indices(insertion).map(|(at, _)| at) }.find(|at| is_whole(*at))?;
    Some(format!("{}{}", &text[..at], &text[at + insertion.len()..]))
}

/// The documents of a YAML file, if there is nothing wrong with it.
pub(super) fn parsed(source: &Source) -> Result<yaml::Parsed, Diagnostic> {
    let parsed = yaml::parse(source, &Limits::default());
    let first = parsed.diagnostics.iter().find(|problem| problem.is_error());
    match first {
        Some(problem) => Err(not_understood(source, &problem.message)),
        None => Ok(parsed),
    }
}

/// A file that is left alone.
pub(super) fn not_understood(source: &Source, why: &str) -> Diagnostic {
    rules::APP_NOT_UNDERSTOOD
        .report(format!("`{}` is not edited: {why}", source.name()))
        .at(diagnostics::Location::file(source.name()))
}

/// Whether two nodes say the same, but for entries with these names at the end of this way of
/// keys.
pub(super) fn same_but(
    old: Option<&Node>,
    new: Option<&Node>,
    way: &[&str],
    names: &[&str],
) -> bool {
    let (key, rest) = match way {
        [] => {
            let is_new = |name: &str| names.contains(&name);
            return same(old, new, &is_new);
        }
        [key, rest @ ..] => (*key, rest),
    };
    let inner = |node: Option<&Node>| node.and_then(|node| node.get(key)).cloned();
    let is_key = |name: &str| name == key;
    same(old, new, &is_key) && same_but(inner(old).as_ref(), inner(new).as_ref(), rest, names)
}

/// Whether two nodes say the same; in maps at this level, some names do not count.
fn same(old: Option<&Node>, new: Option<&Node>, skip: &dyn Fn(&str) -> bool) -> bool {
    let nothing = |node: Option<&Node>| match node.map(Node::value) {
        None => true,
        Some(Value::Mapping(map)) => {
            let mut names = map.iter().map(|entry| entry.key.text());
            names.all(|name| name.is_some_and(skip))
        }
        Some(_) => node.is_some_and(Node::is_null),
    };
    if nothing(old) || nothing(new) {
        return nothing(old) && nothing(new);
    }
    let (Some(old), Some(new)) = (old, new) else {
        return false;
    };
    let none = |_: &str| false;
    match (old.value(), new.value()) {
        (Value::Scalar(one), Value::Scalar(other)) => {
            one.text() == other.text() && one.style() == other.style()
        }
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len() && { one.iter().zip(other) }
                .all(|(one, other)| same(Some(one), Some(other), &none))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            let kept = |map: &yaml::Mapping| {
                let entries = map.iter().cloned();
                let kept = entries.filter(|entry| !entry.key.text().is_some_and(skip));
                kept.collect::<Vec<_>>()
            };
            let (one, other) = (kept(one), kept(other));
            one.len() == other.len() && { one.iter().zip(&other) }.all(|(one, other)| {
                same(Some(&one.key), Some(&other.key), &none)
                    && same(Some(&one.value), Some(&other.value), &none)
            })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Option<Node> {
        let parsed = yaml::parse(&Source::new("a.yaml", text), &Limits::default());
        parsed.documents.into_iter().next()
    }

    /// Puts an entry into the map at the root.
    fn put(text: &str, line: &str) -> Option<(String, String)> {
        let map = root(text)?;
        let (at, addition) = entry(text, &map, line)?;
        Some((with(text, at, &addition), addition))
    }

    #[test]
    fn what_is_put_in_comes_out_again_in_any_order() {
        for text in [
            "a: 1\n",
            "a: 1",
            "a: 1 # why\n# end\n",
            "a:\n  b: 1\n\n# comment\n",
            "a: 1\r\nb: 2\r\n",
            "a: 1\r\nb: 2",
            "{}\n",
            "{a: 1}",
            "\u{feff}a: 1\n",
            "a: |\n  text\n\n",
        ] {
            let (one, first) = put(text, "x: { y: 1 }").expect(text);
            let (both, second) = put(&one, "xx: { y: 1 }").expect(text);
            let names = root(&both).expect("a map");
            assert!(
                names.get("x").is_some() && names.get("xx").is_some(),
                "{both:?}"
            );
            assert!(
                same_but(root(text).as_ref(), Some(&names), &[], &["x", "xx"]),
                "{both:?}"
            );
            let back = |order: [&str; 2]| {
                let text = cut(&both, order[0])?;
                cut(&text, order[1])
            };
            assert_eq!(back([&second, &first]).as_deref(), Some(text), "{both:?}");
            assert_eq!(back([&first, &second]).as_deref(), Some(text), "{both:?}");
            assert_eq!(both.contains("\r\n"), text.contains("\r\n"), "{both:?}");
        }
    }

    #[test]
    fn a_part_of_a_line_is_no_insertion() {
        assert_eq!(cut("aa: 1\n", "a: 1\n"), None);
        assert_eq!(cut("b: 0\na: 12", "\na: 1"), None);
        assert_eq!(cut("b: 0", "a: 1\n"), None);
    }

    #[test]
    fn other_values_are_noticed() {
        let is_same = |one: &str, other: &str| {
            same_but(root(one).as_ref(), root(other).as_ref(), &["c"], &["new"])
        };
        assert!(is_same("c:\n  a: 1\n", "c:\n  a: 1\n  new: 2\n"));
        assert!(is_same("# nothing\n", "c:\n  new: 2\n"));
        assert!(!is_same("c:\n  a: 1\n", "c:\n  a: 2\n  new: 2\n"));
        assert!(!is_same("c:\n  a: 1\n", "c:\n  a: '1'\n"));
        assert!(!is_same("c: {}\nd: [1]\n", "c: {}\nd: [1, 2]\n"));
        assert!(!is_same(
            "c:\n  a: |\n    x\n",
            "c:\n  a: |\n    x\n    new: 1\n"
        ));
    }
}
