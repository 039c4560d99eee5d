//! The values of a release against the schemas that its chart brings along.
//!
//! Source of the behaviour: Helm 4.3.1, `ValidateAgainstSchema`; helm-controller 1.6.0.

use diagnostics::{Diagnostics, closest};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::types::JsonType;
use serde_json::Value as Json;

use super::defaults::{NoMap, overlaid, switched};
use super::package::{Compiled, Package};
use crate::assembled::Release;
use crate::rules;
use crate::unknown;
use crate::value::{Place, Value};

/// How many words of a schema a message names.
const LISTED: usize = 6;

/// How long a text of a schema may be in a message, in characters.
const LONGEST: usize = 80;

/// What is found of the values of a release.
#[derive(Debug, Default)]
pub struct Judged {
    /// What Helm would refuse.
    pub problems: Diagnostics,
    /// Whether parts of a schema are not in the chart, or it cannot be used, so that not all of
    /// the values was checked.
    pub is_partial: bool,
}

/// Holds the values of a release against the schema of its chart, and those of the charts within.
///
/// No message holds a value; the places are those of the repository. Of what only the cluster
/// knows, see [`crate::unknown`], nothing is said.
pub fn judged(release: &Release, package: &Package) -> Judged {
    let mut judged = Judged::default();
    let Some(values) = &release.values else {
        return judged;
    };
    if is_off(release) {
        return judged;
    }
    let place = values.place.or(&release.object.place());
    let mut judge = Judge {
        release,
        place,
        judged: &mut judged,
    };
    let whole = switched(package, values).and_then(|package| {
        let values = overlaid(&package, values)?;
        Ok((package, values))
    });
    match whole {
        Ok((package, values)) => judge.chart(&package, &values, &mut Vec::new()),
        Err(NoMap { name, place }) => {
            let place = place.or(&judge.place);
            judge.add(
                &place,
                format!("`{name}` is no map, as the values of a chart within the chart are"),
                None,
            );
        }
    }
    judged
}

/// Whether helm-controller looks at no schema.
fn is_off(release: &Release) -> bool {
    ["install", "upgrade"].into_iter().all(|action| {
        let value = release
            .object
            .0
            .at(&["spec", action, "disableSchemaValidation"]);
        value.and_then(Value::as_bool) == Some(true)
    })
}

struct Judge<'a> {
    release: &'a Release,
    /// Where the values as a whole are written.
    place: Place,
    judged: &'a mut Judged,
}

impl Judge<'_> {
    fn chart(&mut self, package: &Package, values: &Value, path: &mut Vec<String>) {
        if let Some(schema) = &package.schema {
            match schema.compiled() {
                Some(compiled) => {
                    self.judged.is_partial |= compiled.is_partial;
                    let json = values.to_json();
                    for error in compiled.validator.iter_errors(&json) {
                        self.error(&error, compiled, values, path);
                    }
                }
                None => self.judged.is_partial = true,
            }
        }
        for chart in &package.charts {
            // A chart with nothing of its own in the values is not looked at.
            if let Some(inner) = values.get(&chart.name).filter(|inner| !inner.is_null()) {
                path.push(chart.name.clone());
                self.chart(chart, inner, path);
                path.pop();
            }
        }
    }

    /// `above` leads to the values of the chart whose schema it is.
    fn error(
        &mut self,
        error: &ValidationError<'_>,
        compiled: &Compiled,
        values: &Value,
        above: &[String],
    ) {
        if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind()
            && let Some(meant) = meant(context, error)
        {
            for error in meant {
                self.error(error, compiled, values, above);
            }
            return;
        }
        let spot = Spot::new(values, error.instance_path().as_str(), above);
        if unknown::within(spot.value) {
            return;
        }
        let (Kind::AdditionalProperties { unexpected }
        | Kind::UnevaluatedProperties { unexpected }) = error.kind()
        else {
            let message = format!("{} {}", spot.name(), words(error.kind(), spot.value));
            let place = spot.place.or(&self.place);
            self.add(&place, message, None);
            return;
        };
        let known = known(&compiled.schema, error);
        for key in unexpected {
            if unknown::is(key) {
                continue;
            }
            let map = spot.value.as_map();
            let at = map.and_then(|map| map.get(key)).map(|field| &field.key);
            let place = at.map_or_else(|| spot.place.clone(), |at| at.or(&spot.place));
            let (message, hint) = if is_secret(&place) {
                (
                    format!("{} has a key that it does not know", spot.name()),
                    None,
                )
            } else {
                let path = format!("{}.{key}", spot.path);
                let close = closest(key, known.iter().copied());
                (
                    format!("it does not know `{}`", path.trim_start_matches('.')),
                    close.map(|close| format!("did you mean `{close}`?")),
                )
            };
            let place = place.or(&self.place);
            self.add(&place, message, hint);
        }
    }

    fn add(&mut self, place: &Place, what: String, hint: Option<String>) {
        let id = &self.release.id;
        let problem = rules::FLUX_CHART_VALUES
            .report(format!("the chart of {id} refuses its values: {what}"));
        let problem = match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        };
        self.judged.problems.push(match place.location() {
            Some(location) if is_secret(place) => problem.at(location.without_excerpt()),
            Some(location) => problem.at(location),
            None => problem,
        });
    }
}

fn is_secret(place: &Place) -> bool {
    place.is_marked() || place.secret().is_some()
}

/// The keys that a schema knows where it met one that it does not.
fn known<'a>(schema: &'a Json, error: &ValidationError<'_>) -> Vec<&'a str> {
    let path = error.schema_path().as_str();
    let around = path.rsplit_once('/').map_or("", |(around, _)| around);
    let properties = schema
        .pointer(around)
        .and_then(|schema| schema.get("properties"));
    let properties = properties.and_then(Json::as_object).into_iter().flatten();
    properties.map(|(key, _)| key.as_str()).collect()
}

/// The errors of the alternative that was meant: the one that takes such a value at all, if it is
/// the only one.
fn meant<'a>(
    context: &'a [Vec<ValidationError<'static>>],
    error: &ValidationError<'_>,
) -> Option<&'a [ValidationError<'static>]> {
    let here = error.instance_path().as_str();
    let is_other_kind = |inner: &ValidationError<'_>| {
        matches!(inner.kind(), Kind::Type { .. }) && inner.instance_path().as_str() == here
    };
    let mut fitting = context
        .iter()
        .filter(|errors| !errors.iter().any(is_other_kind));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) if !only.is_empty() => Some(only),
        _ => None,
    }
}

/// A value within the values.
struct Spot<'a> {
    value: &'a Value,
    /// Where it is written, or what it lies in.
    place: Place,
    /// The keys that lead to it, as they may be shown.
    path: String,
}

impl<'a> Spot<'a> {
    fn new(values: &'a Value, pointer: &str, above: &[String]) -> Self {
        let mut spot = Self {
            value: values,
            place: values.place.clone(),
            path: above.join("."),
        };
        for part in pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let (inner, shown) = match (spot.value.as_map(), spot.value.as_list()) {
                (Some(map), _) => match map.get(&part) {
                    Some(field) if is_secret(&field.key) => (&field.value, ".…".to_owned()),
                    Some(field) => (&field.value, format!(".{part}")),
                    None => break,
                },
                (_, Some(list)) => match part.parse().ok().and_then(|at: usize| list.get(at)) {
                    Some(item) => (item, format!("[{part}]")),
                    None => break,
                },
                _ => break,
            };
            spot.value = inner;
            spot.place = inner.place.or(&spot.place);
            spot.path.push_str(&shown);
        }
        spot
    }

    /// As messages name it.
    fn name(&self) -> String {
        match self.path.trim_start_matches('.') {
            "" => "the map of all values".to_owned(),
            path => format!("`{path}`"),
        }
    }
}

/// What is wrong with a value, without the value.
fn words(kind: &Kind, value: &Value) -> String {
    let bound = |what: &str, limit: &Json| format!("is {what} {limit}");
    match kind {
        Kind::Type { kind } => format!("is {}, not {}", value.kind_name(), types(kind)),
        Kind::Required { property } => {
            format!("lacks `{}`", property.as_str().unwrap_or_default())
        }
        Kind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            format!("is not {}", list(options.iter().map(ToString::to_string)))
        }
        Kind::Constant { expected_value } => format!("is not {}", cut(&expected_value.to_string())),
        Kind::Pattern { pattern } => format!("does not match `{}`", cut(pattern)),
        Kind::Format { format } => format!("is no `{}`", cut(format)),
        Kind::Maximum { limit } => bound("more than", limit),
        Kind::Minimum { limit } => bound("less than", limit),
        Kind::ExclusiveMaximum { limit } => bound("not less than", limit),
        Kind::ExclusiveMinimum { limit } => bound("not more than", limit),
        Kind::MaxLength { limit } => format!("is longer than {limit} characters"),
        Kind::MinLength { limit } => format!("is shorter than {limit} characters"),
        Kind::MaxItems { limit } => format!("has more than {limit} items"),
        Kind::MinItems { limit } => format!("has fewer than {limit} items"),
        Kind::MaxProperties { limit } => format!("has more than {limit} keys"),
        Kind::MinProperties { limit } => format!("has fewer than {limit} keys"),
        Kind::MultipleOf { multiple_of } => format!("is no multiple of {multiple_of}"),
        Kind::UniqueItems => "has an item twice".to_owned(),
        Kind::PropertyNames { .. } => "has a key that may not be called so".to_owned(),
        Kind::FalseSchema => "may not be there".to_owned(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            "has none of the shapes that it may have".to_owned()
        }
        Kind::OneOfMultipleValid { .. } => {
            "has several of the shapes of which it may have one".to_owned()
        }
        kind => format!("does not meet `{}` of its schema", kind.keyword()),
    }
}

fn types(kind: &TypeKind) -> String {
    let name = |kind: JsonType| match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "nothing",
        JsonType::Number => "a number",
        JsonType::Object => "a map",
        JsonType::String => "text",
    };
    match kind {
        TypeKind::Single(kind) => name(*kind).to_owned(),
        TypeKind::Multiple(kinds) => list(kinds.iter().map(|kind| name(kind).to_owned())),
    }
}

/// Some words, joined by "or".
fn list(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.map(|word| cut(&word)).collect();
    let more = words.len().saturating_sub(LISTED);
    let mut shown: Vec<String> = words.into_iter().take(LISTED).collect();
    if more > 0 {
        shown.push(format!("{more} others"));
    }
    match shown.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => shown.join(""),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
