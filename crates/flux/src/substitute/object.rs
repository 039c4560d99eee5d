//! Variables put into objects, with the places of what is written kept.

use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Source};
use yaml::{Dialect, Limits, Node};

use super::{Failure, Mode, Variables, filled, is_name, secret};
use crate::object::Object;
use crate::rules;
use crate::value::{self, Data, Field, Number, Place, Value};

/// The label and annotation that keeps an object as it is.
const SWITCH: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Whether an object says that no variables are put into it.
pub fn is_disabled(object: &Object) -> bool {
    let off = |value: Option<&str>| value == Some("disabled");
    off(object.label(SWITCH)) || off(object.annotation(SWITCH))
}

/// The substitution of a Kustomization.
#[derive(Debug, Clone, Default)]
pub struct Substitution {
    /// The variables.
    pub variables: Variables,
    /// What becomes of a variable that is not set.
    pub mode: Mode,
    /// Whether it is done where there are no variables at all, too: `substituteStrategy: Always`.
    pub always: bool,
}

impl Substitution {
    /// Whether there is anything to do.
    pub fn is_active(&self) -> bool {
        self.always || !self.variables.is_empty()
    }

    /// Problems of the variables themselves, which fail the build whatever it uses of them.
    pub fn problems(&self) -> Diagnostics {
        let bad = self.variables.iter().filter(|(name, _)| !is_name(name));
        bad.map(|(name, variable)| {
            let problem = rules::FLUX_VARIABLE_NAME
                .report(format!("`{name}` is no name of a variable"))
                .hint("use letters, digits and `_` only, or keep this key in another object");
            at(problem, &variable.place)
        })
        .collect()
    }

    /// An object with variables put into it; places stay those of what is written.
    ///
    /// # Errors
    ///
    /// Problems at the places of the values that have them; the build fails.
    pub fn apply(&self, object: &Object) -> Result<Object, Diagnostics> {
        if !self.is_active() || is_disabled(object) {
            return Ok(object.clone());
        }
        if !has_dollar(&object.0) {
            // What is printed and read again stays as it is, but numbers become Go's float64.
            let mut object = object.clone();
            round(&mut object.0);
            return Ok(object);
        }
        let printed = object.0.to_yaml();
        self.printed(object, &printed).map_err(|problems| {
            // A line of a Secret may hold more than the value that is wrong.
            if object.kind() == "Secret" {
                problems.without_lines()
            } else {
                problems
            }
        })
    }

    fn printed(&self, object: &Object, printed: &str) -> Result<Object, Diagnostics> {
        let places = || Printed::new(object, printed);
        let filled = filled(printed, &self.variables, self.mode).map_err(|failures| {
            let places = places();
            let mut problems: Diagnostics = { failures.iter() }
                .map(|failure| problem(failure, &places))
                .collect();
            problems.sort();
            problems
        })?;
        let source = Arc::new(Source::new("", filled.text.as_str()));
        let (values, problems) = value::documents(&source, Dialect::Kubernetes);
        let real = { problems.iter() }
            .find(|problem| problem.is_error() && !problem.is(&yaml::rules::YAML_DUPLICATE_KEY));
        let failed = |offset: usize, why: &str| {
            let problem = rules::FLUX_SUBSTITUTION_RESULT.report(format!(
                "with its variables filled in, {} is no YAML any more: {why}",
                object.id()
            ));
            let place = places().place(filled.origin(offset));
            Diagnostics::from(
                at(problem, &place).hint("put the value in quotes, so that it stays text"),
            )
        };
        if let Some(real) = real {
            let range = real.location.as_ref().and_then(|at| at.range.clone());
            // What such a message quotes may be a value.
            let why = if real.is(&rules::FLUX_UNREADABLE_VALUE) {
                "a value is none that the cluster takes"
            } else {
                "its syntax is broken"
            };
            return Err(failed(range.map_or(0, |range| range.start), why));
        }
        let Some(mut value) = values.into_iter().next().filter(|it| it.as_map().is_some()) else {
            return Err(failed(0, "it is no map"));
        };
        round(&mut value);
        if let Some(offset) = infinite(&value) {
            return Err(failed(offset, "a number is infinite, or none"));
        }
        secret::mark(&mut value, &filled.secrets);
        settle(&mut value, &object.0);
        Ok(Object(value))
    }
}

fn problem(failure: &Failure, places: &Printed<'_>) -> Diagnostic {
    let place = places.place(failure.start());
    let problem = match failure {
        Failure::Unset { name, .. } => rules::FLUX_UNSET_VARIABLE
            .report(format!("the variable `{name}` is not set"))
            .hint(format!(
                "set it in `postBuild`, give a default as in `${{{name}:=…}}`, or write `$${{` where the text is meant"
            )),
        Failure::Syntax { why, .. } => rules::FLUX_SUBSTITUTION_SYNTAX
            .report(format!("`${{` begins no variable that Flux understands: {why}"))
            .hint("write `$${` where the text is meant"),
        other => rules::FLUX_SUBSTITUTION_RESULT.report(other.to_string()),
    };
    at(problem, &place)
}

fn at(problem: Diagnostic, place: &Place) -> Diagnostic {
    problem.at(place.location())
}

/// Whether substitution changes anything: a dollar, or a text that is written plain and read
/// as something else.
fn has_dollar(value: &Value) -> bool {
    let changes = |text: &str| text.contains('$') || text == "<<" || text == "=";
    match &value.data {
        Data::Text(text) => changes(text),
        Data::List(items) => items.iter().any(has_dollar),
        Data::Map(map) => {
            { map.iter() }.any(|(key, field)| changes(key) || has_dollar(&field.value))
        }
        Data::Null | Data::Bool(_) | Data::Number(_) => false,
    }
}

/// Numbers as Go's float64 has them, whole ones whole.
fn round(value: &mut Value) {
    match &mut value.data {
        Data::Number(number) => *number = number.through_json(),
        Data::List(items) => items.iter_mut().for_each(round),
        Data::Map(map) => map.values_mut().for_each(|field| round(&mut field.value)),
        Data::Null | Data::Bool(_) | Data::Text(_) => {}
    }
}

/// Where a number stands that JSON has not.
fn infinite(value: &Value) -> Option<usize> {
    match &value.data {
        Data::Number(Number::Float(number)) if !number.is_finite() => {
            Some(value.place.range().start)
        }
        Data::List(items) => items.iter().find_map(infinite),
        Data::Map(map) => map.values().find_map(|field| infinite(&field.value)),
        _ => None,
    }
}

/// Gives what was read from the printed text the places of what was printed.
pub(crate) fn settle(new: &mut Value, old: &Value) {
    new.place = new.place.moved(&old.place);
    match (&mut new.data, &old.data) {
        (Data::Map(fresh), Data::Map(before)) => {
            // Keys may have variables in them; those that do stand in the same order.
            let missing: Vec<&Field> = { before.iter() }
                .filter(|(key, _)| !fresh.contains_key(*key))
                .map(|(_, field)| field)
                .collect();
            let mut missing = missing.into_iter();
            for (key, field) in fresh.iter_mut() {
                match before.get(key).or_else(|| missing.next()) {
                    Some(was) => {
                        field.key = field.key.moved(&was.key);
                        settle(&mut field.value, &was.value);
                    }
                    None => {
                        field.key = field.key.moved(&old.place);
                        all_at(&mut field.value, &old.place);
                    }
                }
            }
        }
        (Data::List(fresh), Data::List(before)) => {
            for (index, item) in fresh.iter_mut().enumerate() {
                match before.get(index) {
                    Some(was) => settle(item, was),
                    None => all_at(item, &old.place),
                }
            }
        }
        _ => all_at(new, &old.place),
    }
}

fn all_at(value: &mut Value, place: &Place) {
    value.place = value.place.moved(place);
    match &mut value.data {
        Data::List(items) => items.iter_mut().for_each(|item| all_at(item, place)),
        Data::Map(map) => {
            for field in map.values_mut() {
                field.key = field.key.moved(place);
                all_at(&mut field.value, place);
            }
        }
        _ => {}
    }
}

/// The printed text of an object, to find who wrote what stands at an offset of it.
struct Printed<'a> {
    object: &'a Object,
    text: &'a str,
    root: Option<Node>,
}

impl<'a> Printed<'a> {
    fn new(object: &'a Object, text: &'a str) -> Self {
        let parsed = yaml::parse(&Source::new("", text), &Limits::default());
        Self {
            object,
            text,
            root: parsed.documents.into_iter().next(),
        }
    }

    /// Where the key or value is written that an offset lies in: its `${…}` if that stands
    /// there letter for letter, else all of it.
    fn place(&self, offset: usize) -> Place {
        let root = self.root.as_ref();
        let found = root.map(|node| innermost(node, &self.object.0, offset));
        let whole = found.unwrap_or_default().or(&self.object.place());
        let written = self.text.get(offset..).unwrap_or_default();
        let end = written
            .find(['}', '\n'])
            .map_or(written.len(), |end| end + 1);
        let written = written.get(..end).unwrap_or_default().trim_end();
        let Some(source) = whole.source().filter(|_| written.starts_with("${")) else {
            return whole;
        };
        let range = whole.range();
        let there = source.text().get(range.clone()).unwrap_or_default();
        match there.find(written) {
            Some(at) => {
                let start = range.start + at;
                Place::new(source, start..start + written.len())
            }
            None => whole,
        }
    }
}

fn innermost(node: &Node, value: &Value, offset: usize) -> Place {
    let holds = |node: &Node| {
        let range = node.range();
        (range.start..=range.end).contains(&offset)
    };
    if let (Some(mapping), Data::Map(map)) = (node.as_mapping(), &value.data) {
        for entry in mapping {
            let field = entry.key.text().and_then(|key| map.get(key));
            let Some(field) = field else { continue };
            if holds(&entry.key) {
                return field.key.or(&value.place);
            }
            if holds(&entry.value) {
                return innermost(&entry.value, &field.value, offset).or(&value.place);
            }
        }
    }
    if let (Some(nodes), Data::List(items)) = (node.as_sequence(), &value.data) {
        for (node, item) in nodes.iter().zip(items) {
            if holds(node) {
                return innermost(node, item, offset).or(&value.place);
            }
        }
    }
    value.place.clone()
}
