//! A value of any kind.

use std::ops::Range;

use serde_json::{Map, Value};
use yaml::Node;

use super::any::any;
use super::reading::{Reading, shown};
use super::scalar::{label_key, label_value, scalar};
use crate::keys::{Field, Kind};
use crate::raw::merged;
use crate::rules;

/// A value that is good by itself.
pub(crate) struct Lowered {
    pub(crate) value: Value,
    /// Where each entry of a list stands.
    pub(crate) items: Vec<Range<usize>>,
}

impl From<Value> for Lowered {
    fn from(value: Value) -> Self {
        Self {
            value,
            items: Vec::new(),
        }
    }
}

/// Whether a value counts as not set: a null, or an empty text.
pub(super) fn is_unset(node: &Node) -> bool {
    node.is_null() || node.text() == Some("")
}

/// Reads a value that is set. Reports all that is wrong with it; then there is none.
pub(crate) fn lower(reading: &mut Reading<'_>, node: &Node, kind: &Kind) -> Option<Lowered> {
    match kind {
        Kind::Any => any(reading, node).map(Lowered::from),
        Kind::List { of, may_be_empty } => list(reading, node, of, *may_be_empty, kind),
        Kind::OneOrList(of) => match node.as_scalar() {
            Some(_) => Some(Lowered {
                value: lower(reading, node, of)?.value,
                items: vec![node.range()],
            }),
            None => list(reading, node, of, false, kind),
        },
        Kind::Labels => labels(reading, node),
        Kind::Map(of) => map(reading, node, of),
        Kind::Record(fields) => record(reading, node, fields),
        _ => match node.as_scalar() {
            Some(text) => scalar(reading, node, text, kind).map(Lowered::from),
            None => wrong_type(reading, node, kind),
        },
    }
}

fn wrong_type<T>(reading: &mut Reading<'_>, node: &Node, kind: &Kind) -> Option<T> {
    let hint = match (kind, node.as_scalar()) {
        (Kind::List { .. }, Some(text)) if !text.text().is_empty() => {
            Some("put it in brackets: `[…]`")
        }
        _ => None,
    };
    let name = reading.name;
    let problem =
        rules::VALUE_WRONG_TYPE.report(format!("`{name}` takes {kind}, not {}", node.kind_name()));
    let problem = match hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    };
    reading.report(node, problem);
    None
}

fn list(
    reading: &mut Reading<'_>,
    node: &Node,
    of: &Kind,
    may_be_empty: bool,
    kind: &Kind,
) -> Option<Lowered> {
    let Some(nodes) = node.as_sequence() else {
        return wrong_type(reading, node, kind);
    };
    if nodes.is_empty() && !may_be_empty {
        reading.refuse(node, &rules::VALUE_EMPTY_LIST, "is an empty list", None);
        return None;
    }
    let mut good = true;
    let mut values = Vec::with_capacity(nodes.len());
    let mut items = Vec::with_capacity(nodes.len());
    for item in nodes {
        items.push(item.range());
        let value = if item.is_null() && !matches!(of, Kind::Any) {
            let problem = rules::VALUE_WRONG_TYPE
                .report(format!("an entry of `{}` has no value", reading.name));
            reading.report(item, problem);
            None
        } else {
            lower(reading, item, of)
        };
        match value {
            Some(lowered) => values.push(lowered.value),
            None => good = false,
        }
    }
    good.then(|| Lowered {
        value: Value::Array(values),
        items,
    })
}

fn labels(reading: &mut Reading<'_>, node: &Node) -> Option<Lowered> {
    let entries = entries(reading, node, &Kind::Labels)?;
    let mut good = true;
    let mut labels = Map::new();
    for (key, name, value) in entries {
        if let Err(invalid) = label_key(&name) {
            reading.refuse(&key, invalid.rule(), &invalid.to_string(), invalid.hint());
            good = false;
        }
        let text = value.as_scalar().filter(|_| !value.is_null());
        let label = match text {
            Some(text) => label_value(reading, &value, text),
            None => wrong_type(&mut reading.inner(&name, false), &value, &Kind::Text),
        };
        match label {
            Some(label) => drop(labels.insert(name, label)),
            None => good = false,
        }
    }
    good.then(|| Value::Object(labels).into())
}

fn map(reading: &mut Reading<'_>, node: &Node, of: &Kind) -> Option<Lowered> {
    let entries = entries(reading, node, &Kind::Map(Box::new(Kind::Any)))?;
    let mut good = true;
    let mut map = Map::new();
    for (_, name, value) in entries {
        match lower(&mut reading.inner(&name, false), &value, of) {
            Some(lowered) => drop(map.insert(name, lowered.value)),
            None => good = false,
        }
    }
    good.then(|| Value::Object(map).into())
}

fn record(reading: &mut Reading<'_>, node: &Node, fields: &[Field]) -> Option<Lowered> {
    let entries = entries(reading, node, &Kind::Record(Vec::new()))?;
    let mut good = true;
    let mut map = Map::new();
    for (key, name, value) in entries {
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            let known = fields.iter().map(|field| field.name.as_str());
            let mut problem = rules::KEY_UNKNOWN.report(format!(
                "`{}` is not a key of `{}`",
                shown(&name),
                reading.name
            ));
            if let Some(meant) = diagnostics::closest(&name, known) {
                problem = problem.hint(format!("did you mean `{meant}`?"));
            }
            reading.report(&key, problem);
            good = false;
            continue;
        };
        if is_unset(&value) {
            continue;
        }
        match lower(&mut reading.inner(&name, field.secret), &value, &field.kind) {
            Some(lowered) => drop(map.insert(name, lowered.value)),
            None => good = false,
        }
    }
    for field in fields
        .iter()
        .filter(|field| !map.contains_key(&field.name))
        .collect::<Vec<_>>()
    {
        if let Some(default) = &field.default {
            map.insert(field.name.clone(), default.clone());
        } else if field.required && good {
            let problem = rules::KEY_MISSING.report(format!(
                "the required key `{}` of `{}` is missing",
                field.name, reading.name
            ));
            reading.report(node, problem);
            good = false;
        }
    }
    good.then(|| Value::Object(map).into())
}

/// Key node, key text and value of each entry, merge keys resolved.
fn entries(
    reading: &mut Reading<'_>,
    node: &Node,
    kind: &Kind,
) -> Option<Vec<(Node, String, Node)>> {
    let Some(mapping) = node.as_mapping() else {
        return wrong_type(reading, node, kind);
    };
    let mut good = true;
    let mut entries = Vec::with_capacity(mapping.len());
    for entry in merged(mapping, reading.source, reading.diagnostics).iter() {
        if let Some(text) = entry.key.text() {
            entries.push((entry.key.clone(), text.to_owned(), entry.value.clone()));
        } else {
            let problem = rules::KEY_NOT_TEXT.report(format!(
                "{} stands where the name of a key is expected",
                entry.key.kind_name()
            ));
            reading.report(&entry.key, problem);
            good = false;
        }
    }
    good.then_some(entries)
}
