//! YAML to values.

use std::sync::Arc;

use diagnostics::{Diagnostics, Source};
use yaml::{Dialect, Limits, Node, Resolved};

use super::{Data, Field, Map, Number, Place, Value};
use crate::rules;

/// Every document of a file that is not empty, as a reader of a dialect has it.
pub fn documents(source: &Arc<Source>, dialect: Dialect) -> (Vec<Value>, Diagnostics) {
    let parsed = yaml::parse(source, &Limits::default());
    let mut problems = parsed.diagnostics;
    let mut values = Vec::new();
    for node in &parsed.documents {
        let value = read(node, source, dialect, &mut problems);
        if !value.is_null() {
            values.push(value);
        }
    }
    (values, problems)
}

/// A node as a reader of a dialect has it: merge keys resolved, scalars typed, keys as text.
/// What such a reader refuses is a problem, and null in the value.
pub fn read(
    node: &Node,
    source: &Arc<Source>,
    dialect: Dialect,
    problems: &mut Diagnostics,
) -> Value {
    let place = Place::new(source, node.range());
    let data = match node.value() {
        yaml::Value::Scalar(scalar) => match scalar.read(dialect) {
            Resolved::Null => Data::Null,
            Resolved::Bool(is) => Data::Bool(is),
            Resolved::Integer(number) => Data::Number(Number::Integer(number)),
            Resolved::BigInteger(digits) => match digits.parse() {
                Ok(number) => Data::Number(Number::Float(number)),
                Err(_) => Data::Text(digits),
            },
            Resolved::Float(number) => Data::Number(Number::Float(number)),
            Resolved::Text(text) | Resolved::Timestamp(text) | Resolved::Binary(text) => {
                Data::Text(text)
            }
            Resolved::Refused(why) => {
                problems.push(
                    rules::FLUX_UNREADABLE_VALUE
                        .report(why)
                        .at(source.location(node.range())),
                );
                Data::Null
            }
        },
        yaml::Value::Sequence(items) => Data::List(
            { items.iter() }
                .map(|item| read(item, source, dialect, problems))
                .collect(),
        ),
        yaml::Value::Mapping(mapping) => match mapping.merged(dialect) {
            Ok(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for entry in entries {
                    let Some(key) = key(&entry.key, source, dialect, problems) else {
                        continue;
                    };
                    let value = read(&entry.value, source, dialect, problems);
                    let key_place = Place::new(source, entry.key.range());
                    map.insert(
                        key,
                        Field {
                            key: key_place,
                            value,
                        },
                    );
                }
                Data::Map(map)
            }
            Err(bad) => {
                for range in &bad.places {
                    problems.push(
                        rules::FLUX_UNREADABLE_VALUE
                            .report(bad.to_string())
                            .at(source.location(range.clone())),
                    );
                }
                Data::Null
            }
        },
    };
    Value::new(data, place)
}

/// A key as text. To the readers of Kubernetes a truth value or number is one, too; kustomize
/// refuses it.
fn key(
    node: &Node,
    source: &Arc<Source>,
    dialect: Dialect,
    problems: &mut Diagnostics,
) -> Option<String> {
    let resolved = node.as_scalar().map(|scalar| scalar.read(dialect));
    match (resolved, dialect) {
        (Some(Resolved::Text(text)), _) => Some(text),
        (Some(Resolved::Bool(is)), Dialect::Kubernetes) => Some(is.to_string()),
        (Some(Resolved::Integer(number)), Dialect::Kubernetes) => Some(number.to_string()),
        (other, _) => {
            let kind = other.map_or("a list or a map", |resolved| resolved.kind_name());
            problems.push(
                rules::FLUX_UNREADABLE_VALUE
                    .report(format!("a key is text, not {kind}"))
                    .at(source.location(node.range()))
                    .hint("put the key in quotes"),
            );
            None
        }
    }
}
