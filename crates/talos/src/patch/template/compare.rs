//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`: values of one kind, as Go compares them.

use std::cmp::Ordering;

use super::value::Value;

/// Compares the first of several with the others.
pub(super) fn compare(name: &str, values: &[Value<'_>]) -> Result<bool, String> {
    let Some((first, rest)) = values.split_first() else {
        return Err(format!("`{name}` needs two values"));
    };
    if rest.is_empty() || (name != "eq" && rest.len() > 1) {
        return Err(format!("`{name}` needs two values"));
    }
    match name {
        "eq" => {
            for other in rest {
                if equal(first, other)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        "ne" => equal(first, rest.first().unwrap_or(&Value::Nothing)).map(|equal| !equal),
        _ => {
            let other = rest.first().unwrap_or(&Value::Nothing);
            let order = order(first, other)?.ok_or_else(|| unlike(first, other))?;
            Ok(match name {
                "lt" => order == Ordering::Less,
                "le" => order != Ordering::Greater,
                "gt" => order == Ordering::Greater,
                _ => order != Ordering::Less,
            })
        }
    }
}

fn equal(left: &Value<'_>, right: &Value<'_>) -> Result<bool, String> {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
        (Value::Nothing, Value::Nothing) => Ok(true),
        // Whether something is there may be asked of what may be absent.
        (Value::Nothing, Value::Pointer(_) | Value::Section(..) | Value::Url(_))
        | (Value::Pointer(_) | Value::Section(..) | Value::Url(_), Value::Nothing) => Ok(false),
        _ => order(left, right)?
            .map(|order| order == Ordering::Equal)
            .ok_or_else(|| unlike(left, right)),
    }
}

fn order(left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, String> {
    if let (Value::Pointer(_), _) | (_, Value::Pointer(_)) = (left, right) {
        return Err(
            "a value that may be absent cannot be compared, only asked whether it is there"
                .to_owned(),
        );
    }
    Ok(match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => Some(left.cmp(right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        (Value::Text(left), Value::Text(right)) => Some((**left).cmp(&**right)),
        _ => None,
    })
}

fn unlike(left: &Value<'_>, right: &Value<'_>) -> String {
    format!("{} and {} cannot be compared", left.kind(), right.kind())
}
