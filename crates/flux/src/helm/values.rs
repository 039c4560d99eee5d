//! The values of a HelmRelease.

use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Piece, Source};
use yaml::Dialect;

use super::nodes::{Map, map, merged, value_of};
use super::set::{Type, set};
use crate::entries::{self, Entry};
use crate::object::Object;
use crate::rules;
use crate::unknown::{self, Known};
use crate::value::{self, Place, Value};

/// What there is of a ConfigMap or Secret that a release names.
pub enum Found<'a> {
    /// It is there.
    Object(&'a Object),
    /// It may be in the cluster, with any content.
    Unknown,
    /// There is none.
    Missing,
}

/// The values of a HelmRelease: those of `valuesFrom` in their order, each over the ones before,
/// and `values` over all. `find` looks for a ConfigMap or Secret, by kind and name, in the
/// namespace of the release.
///
/// None where they depend on what only the cluster knows. A single value that is unknown is its
/// [`unknown::marker`].
///
/// # Errors
///
/// What keeps helm-controller from putting them together.
pub fn values<'a>(
    release: &Object,
    find: impl Fn(&str, &str) -> Found<'a>,
) -> Result<Option<Value>, Diagnostics> {
    let written = release.0.at(&["spec", "values"]);
    let inline = written.map_or_else(Map::default, map);
    let place = written.map_or_else(|| release.place(), |values| values.place.clone());
    let references = release.0.at(&["spec", "valuesFrom"]);
    let mut result = Map::default();
    let mut is_known = true;
    for reference in references.into_iter().flat_map(Value::items) {
        let Some(entry) = entry(reference, &find)? else {
            continue;
        };
        let path = text(reference, "targetPath");
        if path.is_empty() {
            match &entry.known {
                Known::Unknown => is_known = false,
                Known::Value(text) => {
                    let read = read(text, reference, &entry)?;
                    result = merged(&result, &map(&read));
                }
            }
            continue;
        }
        result = merged(&result, &inline);
        let literal = reference.get("literal").and_then(Value::as_bool) == Some(true);
        let (value, kind) = match &entry.known {
            Known::Unknown => (unknown::marker(path), Type::Text),
            Known::Value(text) if literal => (escaped(text), Type::Text),
            Known::Value(text) => unquoted(text),
        };
        set(&format!("{path}={value}"), &result, kind, &entry.place).map_err(|why| {
            let name = name(reference);
            let problem = rules::FLUX_VALUES_MERGE.report(format!(
                "{name} cannot be put at its `targetPath` `{path}`: {why}"
            ));
            let path = reference.get("targetPath").unwrap_or(reference);
            Diagnostics::from(at(problem, &path.place))
        })?;
    }
    let result = merged(&result, &inline);
    Ok(is_known.then(|| value_of(&result, &place)))
}

fn text<'a>(reference: &'a Value, key: &str) -> &'a str {
    let text = reference.get(key).and_then(Value::as_text);
    text.unwrap_or_default()
}

/// As messages name it.
fn name(reference: &Value) -> String {
    let (kind, name) = (text(reference, "kind"), text(reference, "name"));
    format!("the value of {kind} `{name}`")
}

fn at(problem: Diagnostic, place: &Place) -> Diagnostic {
    problem.at(place.location())
}

/// The value that a reference names; none where it may be missing, and is.
fn entry<'a>(
    reference: &Value,
    find: &impl Fn(&str, &str) -> Found<'a>,
) -> Result<Option<Entry>, Diagnostics> {
    let optional = reference.get("optional").and_then(Value::as_bool) == Some(true);
    let (kind, name) = (text(reference, "kind"), text(reference, "name"));
    let key = match text(reference, "valuesKey") {
        "" => "values.yaml",
        key => key,
    };
    let missing = |message: String| {
        let place = reference.get("name").unwrap_or(reference).place.clone();
        let problem = at(rules::FLUX_VALUES_MISSING.report(message), &place);
        Err(Diagnostics::from(
            problem.hint("add it, or set `optional: true`"),
        ))
    };
    if !matches!(kind, "ConfigMap" | "Secret") {
        let problem = rules::FLUX_VALUES_MERGE.report(format!(
            "values come from a ConfigMap or Secret, not from `{kind}`"
        ));
        return Err(at(problem, &reference.place).into());
    }
    match find(kind, name) {
        Found::Object(object) => match entries::of(object).remove(key) {
            Some(entry) => Ok(Some(entry)),
            None if optional => Ok(None),
            None => missing(format!("{kind} `{name}` has no key `{key}`")),
        },
        // What is optional and nowhere to be seen is most likely not there.
        Found::Missing | Found::Unknown if optional => Ok(None),
        Found::Unknown => Ok(Some(Entry {
            known: Known::Unknown,
            key: Place::default(),
            place: reference.place.clone(),
        })),
        Found::Missing => missing(format!("there is no {kind} `{name}`")),
    }
}

/// A value in quotes is text without them.
fn unquoted(text: &str) -> (String, Type) {
    let within = |quote| text.starts_with(quote) && text.ends_with(quote);
    if within('\'') || within('"') {
        (text.trim_matches(['\'', '"']).to_owned(), Type::Text)
    } else {
        (text.to_owned(), Type::Typed)
    }
}

/// A text in which nothing means anything.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | ',' | '[' | ']' | '{' | '}') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// Values that are YAML in a key of a ConfigMap or Secret.
fn read(text: &str, reference: &Value, entry: &Entry) -> Result<Value, Diagnostics> {
    let source = Arc::new(source(
        text,
        &entry.place,
        self::text(reference, "kind") == "Secret",
    ));
    let (values, problems) = value::documents(&source, Dialect::Kubernetes);
    let is_real =
        |problem: &&Diagnostic| problem.is_error() && !problem.is(&yaml::rules::YAML_DUPLICATE_KEY);
    let bad = |why: &str| {
        let problem = rules::FLUX_VALUES_MERGE.report(format!("{} is {why}", name(reference)));
        // The line may be a secret's.
        Diagnostics::from(at(problem, &entry.place)).without_lines()
    };
    if problems.iter().any(|problem| is_real(&problem)) {
        return Err(bad("no YAML that Helm reads"));
    }
    match values.into_iter().next() {
        None => Ok(Value::new(
            value::Data::Map(value::Map::default()),
            Place::default(),
        )),
        Some(value) if value.as_map().is_some() => Ok(value),
        Some(_) => Err(bad("no map")),
    }
}

/// A text that is a value of a file, so that places in it are places of the file, as far as
/// its lines stand there. Of a Secret nothing is shown.
fn source(text: &str, place: &Place, is_secret: bool) -> Source {
    let secret = is_secret.then_some(0..text.len());
    let Some(file) = place.source() else {
        return Source::new("", text).with_secrets(secret);
    };
    let made = Source::new(file.name(), text).with_secrets(secret);
    let mut cursor = place.range().start;
    let end = place.range().end;
    let mut pieces = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let region = file.text().get(cursor..end).unwrap_or_default();
        if !content.is_empty()
            && let Some(found) = region.find(content)
        {
            let from = cursor + found;
            cursor = from + content.len();
            pieces.push(Piece {
                start,
                from: from..cursor,
                copied: true,
            });
        } else {
            pieces.push(Piece {
                start,
                from: cursor..cursor,
                copied: false,
            });
        }
        start += line.len();
    }
    let hidden = is_secret.then(|| place.range());
    made.made_from(&Source::clone(file).with_secrets(hidden), pieces)
}
