//! All keys of a file or of a node.

use diagnostics::{Diagnostics, Severity, Source};
use indexmap::IndexMap;

use super::any::any;
use super::reading::{Reading, shown};
use super::value::{is_unset, lower};
use crate::fields::{Fields, Slot};
use crate::keys::{Declaration, Declarations, Presence, Section};
use crate::raw::{RawEntry, RawMap};
use crate::rules;
use crate::templates::Templates;
use crate::used::Uses;

/// Beyond so many problems nobody reads what a key was meant to be.
const MOST_GUESSES: usize = 500;

/// How the keys of a map are read.
#[derive(Clone, Copy)]
pub(crate) struct Manner<'a> {
    pub(crate) declarations: &'a Declarations,
    pub(crate) templates: Templates,
    pub(crate) uses: Uses<'a>,
    /// Whether undeclared keys are let through.
    pub(crate) lenient: bool,
}

/// Checks each key of a map by itself, and that none is missing.
pub(crate) fn fields<'a>(
    raw: &RawMap,
    source: &Source,
    section: Section,
    manner: Manner<'a>,
    diagnostics: &mut Diagnostics,
) -> Fields<'a> {
    let declarations = manner.declarations;
    let mut fields = Fields {
        source: source.clone(),
        range: raw.range.clone(),
        section,
        declarations,
        slots: IndexMap::with_capacity(raw.entries.len()),
        extra: IndexMap::new(),
        uses: Some(manner.uses),
    };
    for entry in &raw.entries {
        match declarations.get(section, &entry.name) {
            Some(declaration) if fields.counts(&entry.name) => {
                declared(
                    entry,
                    declaration,
                    manner.templates,
                    &mut fields,
                    diagnostics,
                );
            }
            Some(declaration) => {
                // No template reads it, so nothing can come of it.
                let mut found = Diagnostics::new();
                declared(
                    entry,
                    declaration,
                    manner.templates,
                    &mut fields,
                    &mut found,
                );
                diagnostics.extend(found.into_iter().map(|mut problem| {
                    problem.severity = Severity::Note;
                    problem.message.push_str("; no template uses the key");
                    problem
                }));
            }
            None => undeclared(entry, &mut fields, manner.lenient, diagnostics),
        }
    }
    let written = |name: &str| raw.entries.iter().any(|entry| entry.name == name);
    for declaration in declarations.section(section) {
        if fields.is_set(&declaration.name) || !fields.counts(&declaration.name) {
            continue;
        }
        let name = &declaration.name;
        match &declaration.presence {
            Presence::Required if !written(name) => diagnostics.push(
                rules::KEY_MISSING
                    .report(format!("the required key `{name}` is missing"))
                    .at(fields.whole())
                    .hint(example(declaration)),
            ),
            Presence::RequiredWith(other) if is_on(&fields, other) => diagnostics.push(
                rules::KEY_MISSING
                    .report(format!(
                        "the key `{name}` is missing, which `{other}` requires"
                    ))
                    .at(fields.location(other)),
            ),
            _ => {}
        }
    }
    fields
}

fn declared(
    entry: &RawEntry,
    declaration: &Declaration,
    templates: Templates,
    fields: &mut Fields<'_>,
    diagnostics: &mut Diagnostics,
) {
    let name = &entry.name;
    if declaration.presence == Presence::Derived {
        let (message, hint) = match templates {
            Templates::BuiltIn => (
                format!("`{name}` cannot be set: it follows from other keys"),
                "remove the line",
            ),
            Templates::Own => (
                format!("`{name}` is set, although it follows from other keys"),
                "remove the line, unless these templates mean another value",
            ),
        };
        diagnostics.push(
            templates
                .report(&rules::KEY_DERIVED, message)
                .at(fields.source.location(entry.key.clone()))
                .hint(hint),
        );
        if templates == Templates::BuiltIn {
            return;
        }
    }
    if is_unset(&entry.value) {
        if declaration.presence == Presence::Required && fields.counts(name) {
            let range = entry.value.range();
            let range = if range.is_empty() {
                entry.key.clone()
            } else {
                range
            };
            // An alias without an anchor was reported where it stands.
            if entry.value.is_alias() {
                fields.slots.insert(name.clone(), Slot::Invalid);
                return;
            }
            diagnostics.push(
                rules::KEY_EMPTY
                    .report(format!("the required key `{name}` has no value"))
                    .at(fields.source.location(range)),
            );
            fields.slots.insert(name.clone(), Slot::Invalid);
        }
        return;
    }
    let mut reading = Reading {
        source: &fields.source,
        name,
        secret: declaration.secret,
        placeholder: declaration.placeholder_text(),
        diagnostics,
    };
    let slot = match lower(&mut reading, &entry.value, &declaration.kind) {
        Some(lowered) => Slot::Valid {
            value: lowered.value,
            range: fields.own_place(entry.value.range()),
            items: lowered.items,
        },
        None => Slot::Invalid,
    };
    fields.slots.insert(name.clone(), slot);
}

fn undeclared(
    entry: &RawEntry,
    fields: &mut Fields<'_>,
    lenient: bool,
    diagnostics: &mut Diagnostics,
) {
    if lenient {
        let mut reading = Reading {
            source: &fields.source,
            name: &entry.name,
            secret: true,
            placeholder: None,
            diagnostics,
        };
        if let Some(value) = any(&mut reading, &entry.value) {
            fields.extra.insert(entry.name.clone(), value);
        }
        return;
    }
    let section = fields.section;
    let settable = fields
        .declarations
        .section(section)
        .filter(|declaration| declaration.presence != Presence::Derived)
        .map(|declaration| declaration.name.as_str());
    let name = shown(&entry.name);
    let mut problem = rules::KEY_UNKNOWN
        .report(match section {
            Section::Cluster => format!("`{name}` is not a key of `cluster.yaml`"),
            Section::Nodes => format!("`{name}` is not a key of a node"),
        })
        .at(fields.source.location(entry.key.clone()));
    let other = match section {
        Section::Cluster => Section::Nodes,
        Section::Nodes => Section::Cluster,
    };
    let meant = (diagnostics.len() < MOST_GUESSES)
        .then(|| diagnostics::closest(&entry.name, settable))
        .flatten();
    if let Some(meant) = meant {
        problem = problem.hint(format!("did you mean `{meant}`?"));
    } else if fields.declarations.get(other, &entry.name).is_some() {
        problem = problem.hint(match other {
            Section::Cluster => "move it to `cluster.yaml`",
            Section::Nodes => "move it to a node in `nodes.yaml`",
        });
    } else {
        problem = problem.hint("declare keys of your own in `templates/variables.yaml`");
    }
    diagnostics.push(problem);
}

/// Whether a key that requires another is set to something other than `false`.
fn is_on(fields: &Fields<'_>, name: &str) -> bool {
    match fields.set(name) {
        Some(value) => value.as_bool() != Some(false),
        None => fields.is_set(name) || fields.flag(name),
    }
}

/// What to add for a key that is missing. A sample's value would be one that is refused, or
/// one that belongs to somebody else, so the key's description stands in its place.
fn example(declaration: &Declaration) -> String {
    let sentence = declaration.description.split(". ").next().unwrap_or("");
    let sentence = sentence.trim_end_matches('.');
    let (first, rest) = sentence.split_once(' ').unwrap_or((sentence, ""));
    let about = match first {
        "" => return format!("add `{}: …`", declaration.name),
        "A" | "An" | "How" | "The" | "Whether" => {
            format!("{} {rest}", first.to_ascii_lowercase())
        }
        _ => sentence.to_owned(),
    };
    format!("add `{}: …`: {about}", declaration.name)
}
