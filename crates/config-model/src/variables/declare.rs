//! One declaration.

use diagnostics::{Diagnostic, Diagnostics, Source};

use super::Author;
use super::attributes::{Attributes, attribute_map, attributes};
use super::defaults::declared_value;
use crate::keys::{Declaration, Default, Field, Kind, Presence, Section};
use crate::raw::RawEntry;
use crate::rules;

/// Reads one declaration; none if it is of no use.
pub(super) fn declaration(
    section: Section,
    entry: &RawEntry,
    author: Author,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<Declaration> {
    let map = attribute_map(entry, source, problems)?;
    let attributes = attributes(&map.entries, author, source, problems);
    let kind = kind(entry, &attributes, author, source, problems)?;
    let mut value = |what, declared: Option<&RawEntry>| {
        let declared = declared.filter(|declared| !declared.value.is_null())?;
        let secret = attributes.secret;
        declared_value(what, entry, declared, &kind, secret, source, problems)
    };
    let default = value("default", attributes.default);
    let example = value("example", attributes.example);
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
    let may_be_made =
        attributes.secret && matches!(kind, Kind::Text | Kind::Line) && section == Section::Cluster;
    if attributes.generate && !may_be_made {
        problems.push(not_made(entry, source));
    }
    let mut declaration = Declaration::new(section, "This repository", &entry.name, kind);
    // An empty default is none.
    let shown = example.or_else(|| default.clone().filter(|value| value != ""));
    declaration.sample = shown.map(|value| value.to_string()).unwrap_or_default();
    if let Some(text) = attributes.placeholder {
        declaration = declaration.placeholder(&text);
    }
    declaration.presence = match (attributes.required, attributes.required_with) {
        (true, _) => Presence::Required,
        (false, Some(other)) => Presence::RequiredWith(other),
        (false, None) => Presence::Optional,
    };
    declaration.default = match (default, attributes.follows) {
        (Some(value), _) => Default::Value(value),
        (None, Some(from)) => Default::Derived(from),
        (None, None) => Default::Unset,
    };
    declaration.secret = attributes.secret;
    declaration.generate = attributes.generate;
    declaration.description = attributes.description;
    declaration.declared_at = match author {
        Author::Repository => Some(source.location(entry.key.clone())),
        Author::Stack => None,
    };
    Some(declaration)
}

/// The problem of `generate` where it would have no effect.
fn not_made(entry: &RawEntry, source: &Source) -> Diagnostic {
    rules::VARIABLES_INVALID
        .report(format!(
            "no value can be made for `{}`, which is no secret text of `cluster.yaml`",
            entry.name
        ))
        .at(source.location(entry.key.clone()))
        .hint("add `secret: true` to a `type: string`, or remove `generate`")
}

fn kind(
    entry: &RawEntry,
    attributes: &Attributes<'_>,
    author: Author,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<Kind> {
    if let Some(keys) = attributes.keys {
        return record(keys, author, source, problems);
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
fn record(
    keys: &RawEntry,
    author: Author,
    source: &Source,
    problems: &mut Diagnostics,
) -> Option<Kind> {
    let map = attribute_map(keys, source, problems)?;
    let mut fields = Vec::with_capacity(map.entries.len());
    for entry in &map.entries {
        let read = declaration(Section::Cluster, entry, author, source, problems);
        let Some(declaration) = read else {
            continue;
        };
        if declaration.generate {
            problems.push(not_made(entry, source));
        }
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
