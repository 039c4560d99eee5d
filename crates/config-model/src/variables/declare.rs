//! One declaration.

use diagnostics::{Diagnostics, Source};
use yaml::{Dialect, Node, Resolved};

use super::defaults::default_value;
use crate::keys::{Declaration, Default, Field, Kind, Presence, Section};
use crate::raw::{RawEntry, raw_map};
use crate::rules;

const ATTRIBUTES: &[&str] = &[
    "type",
    "default",
    "required",
    "required_with",
    "secret",
    "description",
    "choices",
    "minimum",
    "maximum",
    "keys",
];

/// What a declaration says, each part of which may be left out.
#[derive(Default)]
struct Attributes<'a> {
    kind: Option<&'a RawEntry>,
    default: Option<&'a RawEntry>,
    required: bool,
    required_with: Option<String>,
    secret: bool,
    description: String,
    choices: Option<Vec<String>>,
    minimum: Option<i64>,
    maximum: Option<i64>,
    keys: Option<&'a RawEntry>,
    /// Whether there are others, one of which may be a misspelt `type`.
    unknown: bool,
}

/// Reads one declaration; none if it is of no use.
pub(super) fn declaration(
    section: Section,
    entry: &RawEntry,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<Declaration> {
    let map = attribute_map(entry, source, problems)?;
    let attributes = attributes(&map.entries, source, problems);
    let kind = kind(entry, &attributes, source, problems)?;
    let default = match attributes.default {
        Some(default) if !default.value.is_null() => {
            default_value(entry, default, &kind, attributes.secret, source, problems)
        }
        _ => None,
    };
    if attributes.required && default.is_some() {
        problems.push(
            rules::VARIABLES_REQUIRED_DEFAULT
                .report(format!(
                    "`{}` is required, so its default is never used",
                    entry.name
                ))
                .at(source.location(entry.key.clone()))
                .hint("remove `required` or `default`"),
        );
    }
    let mut declaration = Declaration::new(section, "This repository", &entry.name, kind);
    declaration.presence = match (attributes.required, attributes.required_with) {
        (true, _) => Presence::Required,
        (false, Some(other)) => Presence::RequiredWith(other),
        (false, None) => Presence::Optional,
    };
    declaration.default = default.map_or(Default::Unset, Default::Value);
    declaration.secret = attributes.secret;
    declaration.description = attributes.description;
    declaration.declared_at = Some(source.location(entry.key.clone()));
    Some(declaration)
}

fn attribute_map(
    entry: &RawEntry,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<crate::raw::RawMap> {
    let map = raw_map(&entry.value, source, problems);
    if map.is_none() {
        let range = entry.value.range();
        let range = if range.is_empty() {
            entry.key.clone()
        } else {
            range
        };
        problems.push(
            rules::VARIABLES_INVALID
                .report(format!(
                    "the declaration of `{}` takes attributes such as `type`, not {}",
                    entry.name,
                    entry.value.kind_name()
                ))
                .at(source.location(range))
                .hint(format!("write `{}: {{ type: string }}`", entry.name)),
        );
    }
    map
}

fn attributes<'a>(
    entries: &'a [RawEntry],
    source: &Source,
    problems: &mut Diagnostics,
) -> Attributes<'a> {
    let mut attributes = Attributes::default();
    for entry in entries {
        let wrong = match entry.name.as_str() {
            "type" => {
                attributes.kind = Some(entry);
                None
            }
            "default" => {
                attributes.default = Some(entry);
                None
            }
            "keys" => {
                attributes.keys = Some(entry);
                None
            }
            "required" => keep(
                boolean(&entry.value),
                &mut attributes.required,
                "`true` or `false`",
            ),
            "secret" => keep(
                boolean(&entry.value),
                &mut attributes.secret,
                "`true` or `false`",
            ),
            "description" => {
                let text = entry.value.text().map(str::to_owned);
                keep(text, &mut attributes.description, "text")
            }
            "required_with" => {
                let text = entry.value.text().map(|text| Some(text.to_owned()));
                keep(text, &mut attributes.required_with, "the name of a key")
            }
            "choices" => keep(
                words(&entry.value).map(Some),
                &mut attributes.choices,
                "a list of words",
            ),
            "minimum" => keep(
                integer(&entry.value).map(Some),
                &mut attributes.minimum,
                "a whole number",
            ),
            "maximum" => keep(
                integer(&entry.value).map(Some),
                &mut attributes.maximum,
                "a whole number",
            ),
            other => {
                attributes.unknown = true;
                let mut problem = rules::VARIABLES_INVALID
                    .report(format!("`{other}` is not an attribute of a declaration"))
                    .at(source.location(entry.key.clone()));
                if let Some(meant) = diagnostics::closest(other, ATTRIBUTES.iter().copied()) {
                    problem = problem.hint(format!("did you mean `{meant}`?"));
                }
                problems.push(problem);
                None
            }
        };
        if let Some(wanted) = wrong {
            let range = entry.value.range();
            let range = if range.is_empty() {
                entry.key.clone()
            } else {
                range
            };
            problems.push(
                rules::VARIABLES_INVALID
                    .report(format!(
                        "`{}` takes {wanted}, not {}",
                        entry.name,
                        entry.value.kind_name()
                    ))
                    .at(source.location(range)),
            );
        }
    }
    attributes
}

/// Keeps a value, or says what was wanted.
fn keep<T>(value: Option<T>, place: &mut T, wanted: &'static str) -> Option<&'static str> {
    match value {
        Some(value) => {
            *place = value;
            None
        }
        None => Some(wanted),
    }
}

fn kind(
    entry: &RawEntry,
    attributes: &Attributes<'_>,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<Kind> {
    if let Some(keys) = attributes.keys {
        return record(keys, source, problems);
    }
    let Some(named) = attributes.kind else {
        if !attributes.unknown {
            problems.push(
                rules::VARIABLES_INVALID
                    .report(format!("the declaration of `{}` has no `type`", entry.name))
                    .at(source.location(entry.key.clone())),
            );
        }
        return None;
    };
    let name = named.value.text().unwrap_or_default();
    match (Kind::by_name(name), &attributes.choices) {
        (Some(Kind::Text), Some(words)) => Some(Kind::Choice(words.clone())),
        (Some(Kind::Integer { .. }), _) => Some(Kind::Integer {
            minimum: attributes.minimum,
            maximum: attributes.maximum,
        }),
        (Some(kind), _) => Some(kind),
        (None, _) => {
            let base = name.rsplit(" of ").next().unwrap_or(name);
            let shown: String = name.chars().take(60).collect();
            let cut = if shown.len() < name.len() { "…" } else { "" };
            let mut problem = rules::VARIABLES_UNKNOWN_TYPE
                .report(format!("`{shown}{cut}` is not a type"))
                .at(source.location(named.value.range()));
            problem = match diagnostics::closest(base, Kind::names()) {
                _ if Kind::by_name(base).is_some() => problem.hint(
                    "before it stand `list of` or `map of`, in small letters and at most 16 times",
                ),
                Some(meant) => problem.hint(format!("did you mean `{meant}`?")),
                None => problem.hint("use `string`, `bool`, `integer`, `list of string`, `map` or another type of the guide"),
            };
            problems.push(problem);
            None
        }
    }
}

/// A map with declared keys.
fn record(keys: &RawEntry, source: &Source, problems: &mut Diagnostics) -> Option<Kind> {
    let map = attribute_map(keys, source, problems)?;
    let mut fields = Vec::with_capacity(map.entries.len());
    for entry in &map.entries {
        let Some(declaration) = declaration(Section::Cluster, entry, source, problems) else {
            continue;
        };
        fields.push(Field {
            name: declaration.name,
            kind: declaration.kind,
            required: declaration.presence == Presence::Required,
            secret: declaration.secret,
            default: match declaration.default {
                Default::Value(value) => Some(value),
                Default::Unset | Default::Derived(_) => None,
            },
            description: declaration.description,
        });
    }
    Some(Kind::Record(fields))
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

fn words(node: &Node) -> Option<Vec<String>> {
    let items = node.as_sequence()?;
    items
        .iter()
        .map(|item| item.text().map(str::to_owned))
        .collect()
}
