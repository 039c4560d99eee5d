//! What a declaration says, attribute by attribute.

use std::ops::Range;

use diagnostics::{Diagnostics, Source};
use yaml::{Dialect, Node, Resolved};

use super::Author;
use crate::raw::{RawEntry, RawMap, raw_map};
use crate::rules;

const ATTRIBUTES: &[&str] = &[
    "type",
    "default",
    "required",
    "required_with",
    "secret",
    "generate",
    "description",
    "choices",
    "minimum",
    "maximum",
    "keys",
];

/// What samples show, and where a value comes from: nothing that a repository could say.
const OF_STACKS: &[&str] = &["example", "placeholder", "follows"];

/// What a declaration says, each part of which may be left out.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are what a declaration says"
)]
pub(super) struct Attributes<'a> {
    pub(super) kind: Option<&'a RawEntry>,
    pub(super) default: Option<&'a RawEntry>,
    pub(super) required: bool,
    pub(super) required_with: Option<String>,
    pub(super) secret: bool,
    pub(super) generate: bool,
    pub(super) description: String,
    pub(super) choices: Option<Vec<String>>,
    pub(super) minimum: Option<i64>,
    pub(super) maximum: Option<i64>,
    pub(super) keys: Option<&'a RawEntry>,
    pub(super) example: Option<&'a RawEntry>,
    pub(super) placeholder: Option<String>,
    pub(super) follows: Option<String>,
    /// Whether there are others, one of which may be a misspelt `type`.
    pub(super) unknown: bool,
}

/// The attributes of a declaration; none if they are no map.
pub(super) fn attribute_map(
    entry: &RawEntry,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<RawMap> {
    let map = raw_map(&entry.value, source, problems);
    if map.is_none() {
        problems.push(
            rules::VARIABLES_INVALID
                .report(format!(
                    "the declaration of `{}` takes attributes such as `type`, not {}",
                    entry.name,
                    entry.value.kind_name()
                ))
                .at(source.location(place(entry)))
                .hint(format!("write `{}: {{ type: string }}`", entry.name)),
        );
    }
    map
}

pub(super) fn attributes<'a>(
    entries: &'a [RawEntry],
    author: Author,
    source: &Source,
    problems: &mut Diagnostics,
) -> Attributes<'a> {
    let mut attributes = Attributes::default();
    for entry in entries {
        let Some(name) = known(author).find(|known| *known == entry.name) else {
            attributes.unknown = true;
            let what = "an attribute of a declaration";
            problems.push(unknown(what, entry, known(author), source));
            continue;
        };
        let wrong = attribute(&mut attributes, name, entry);
        problems.extend(wrong.map(|wanted| refused(entry, wanted, source)));
    }
    attributes
}

/// Keeps an attribute, or says what it takes.
fn attribute<'a>(
    attributes: &mut Attributes<'a>,
    name: &str,
    entry: &'a RawEntry,
) -> Option<&'static str> {
    let value = &entry.value;
    match name {
        "type" => keep(Some(Some(entry)), &mut attributes.kind, ""),
        "default" => keep(Some(Some(entry)), &mut attributes.default, ""),
        "keys" => keep(Some(Some(entry)), &mut attributes.keys, ""),
        "example" => keep(Some(Some(entry)), &mut attributes.example, ""),
        "required" => keep(boolean(value), &mut attributes.required, TRUTH),
        "secret" => keep(boolean(value), &mut attributes.secret, TRUTH),
        "generate" => keep(boolean(value), &mut attributes.generate, TRUTH),
        "description" => keep(text(value), &mut attributes.description, TEXT),
        "placeholder" => keep(text(value).map(Some), &mut attributes.placeholder, TEXT),
        "follows" => keep(text(value).map(Some), &mut attributes.follows, TEXT),
        "required_with" => keep(
            text(value).map(Some),
            &mut attributes.required_with,
            "the name of a key",
        ),
        "choices" => keep(
            words(value).map(Some),
            &mut attributes.choices,
            "a list of words",
        ),
        "minimum" => keep(integer(value).map(Some), &mut attributes.minimum, WHOLE),
        _ => keep(integer(value).map(Some), &mut attributes.maximum, WHOLE),
    }
}

const TRUTH: &str = "`true` or `false`";
const TEXT: &str = "text";
const WHOLE: &str = "a whole number";

fn known(author: Author) -> impl Iterator<Item = &'static str> {
    let of_stacks: &[&str] = match author {
        Author::Repository => &[],
        Author::Stack => OF_STACKS,
    };
    ATTRIBUTES.iter().chain(of_stacks).copied()
}

/// Keeps a value, or says what was wanted.
pub(super) fn keep<T>(
    value: Option<T>,
    place: &mut T,
    wanted: &'static str,
) -> Option<&'static str> {
    match value {
        Some(value) => {
            *place = value;
            None
        }
        None => Some(wanted),
    }
}

/// The problem of an entry that nothing reads.
pub(super) fn unknown<'a>(
    what: &str,
    entry: &RawEntry,
    known: impl Iterator<Item = &'a str>,
    source: &Source,
) -> diagnostics::Diagnostic {
    let name = &entry.name;
    let problem = rules::VARIABLES_INVALID
        .report(format!("`{name}` is not {what}"))
        .at(source.location(entry.key.clone()));
    match diagnostics::closest(name, known) {
        Some(meant) => problem.hint(format!("did you mean `{meant}`?")),
        None => problem,
    }
}

/// The problem of an entry whose value is of the wrong kind.
pub(super) fn refused(entry: &RawEntry, wanted: &str, source: &Source) -> diagnostics::Diagnostic {
    rules::VARIABLES_INVALID
        .report(format!(
            "`{}` takes {wanted}, not {}",
            entry.name,
            entry.value.kind_name()
        ))
        .at(source.location(place(entry)))
}

/// Where a value stands; where it is empty, its key.
fn place(entry: &RawEntry) -> Range<usize> {
    let range = entry.value.range();
    if range.is_empty() {
        entry.key.clone()
    } else {
        range
    }
}

pub(super) fn text(node: &Node) -> Option<String> {
    node.text().map(str::to_owned)
}

fn boolean(node: &Node) -> Option<bool> {
    match node.as_scalar()?.read(Dialect::Yaml12) {
        Resolved::Bool(value) => Some(value),
        _ => None,
    }
}

fn integer(node: &Node) -> Option<i64> {
    match node.as_scalar()?.read(Dialect::Yaml12) {
        Resolved::Integer(value) => i64::try_from(value).ok(),
        _ => None,
    }
}

pub(super) fn words(node: &Node) -> Option<Vec<String>> {
    node.as_sequence()?.iter().map(text).collect()
}

/// One word, or a list of them.
pub(super) fn word_or_words(node: &Node) -> Option<Vec<String>> {
    text(node).map(|word| vec![word]).or_else(|| words(node))
}
