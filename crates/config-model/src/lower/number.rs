//! Truth values and numbers, where YAML 1.1 and 1.2 disagree.

use serde_json::{Number, Value};
use yaml::{Dialect, Node, Resolved, Scalar, Style};

use super::reading::Reading;
use crate::rules;

/// Reads `true` or `false`.
pub(super) fn boolean(reading: &mut Reading<'_>, node: &Node, scalar: &Scalar) -> Option<Value> {
    if let Resolved::Bool(value) = scalar.read(Dialect::Yaml12) {
        return Some(Value::Bool(value));
    }
    if let Resolved::Bool(value) = scalar.read(Dialect::Python) {
        reading.refuse(
            node,
            &rules::VALUE_AMBIGUOUS_BOOLEAN,
            &format!("is text in YAML 1.2 and {value} in YAML 1.1"),
            Some(&format!("write `{value}`")),
        );
        return None;
    }
    let quoted = scalar.style() != Style::Plain && matches!(scalar.text(), "true" | "false");
    let hint = if quoted {
        Some(format!("remove the quotes: `{}`", scalar.text()))
    } else {
        None
    };
    let reason = format!(
        "is {}, but `{}` takes `true` or `false`",
        node.kind_name(),
        reading.name
    );
    reading.refuse(node, &rules::VALUE_WRONG_TYPE, &reason, hint.as_deref());
    None
}

/// Reads a whole number within bounds.
pub(super) fn integer(
    reading: &mut Reading<'_>,
    node: &Node,
    scalar: &Scalar,
    minimum: Option<i64>,
    maximum: Option<i64>,
) -> Option<Value> {
    let number = agreed(reading, node, scalar)?;
    let Resolved::Integer(number) = number else {
        wrong_number(reading, node, scalar, "a whole number");
        return None;
    };
    let range = match (minimum, maximum) {
        (Some(least), Some(most)) => format!("from {least} to {most}"),
        (Some(least), None) => format!("of at least {least}"),
        (None, Some(most)) => format!("of at most {most}"),
        (None, None) => "that fits into 64 bits".to_owned(),
    };
    let fitting = i64::try_from(number)
        .ok()
        .filter(|number| minimum.is_none_or(|least| *number >= least))
        .filter(|number| maximum.is_none_or(|most| *number <= most));
    if fitting.is_none() {
        let reason = format!(
            "is out of range: `{}` takes a whole number {range}",
            reading.name
        );
        reading.refuse(node, &rules::VALUE_OUT_OF_RANGE, &reason, None);
    }
    fitting.map(Value::from)
}

/// Reads a number, whole or not.
pub(super) fn number(reading: &mut Reading<'_>, node: &Node, scalar: &Scalar) -> Option<Value> {
    let value = match agreed(reading, node, scalar)? {
        Resolved::Integer(number) => i64::try_from(number).ok().map(Value::from),
        Resolved::Float(number) => Number::from_f64(number).map(Value::Number),
        _ => None,
    };
    if value.is_none() {
        wrong_number(reading, node, scalar, "a number");
    }
    value
}

/// What both YAML versions read, reported if they see different numbers.
fn agreed(reading: &mut Reading<'_>, node: &Node, scalar: &Scalar) -> Option<Resolved> {
    let new = scalar.read(Dialect::Yaml12);
    let old = scalar.read(Dialect::Python);
    let is_number = |value: &Resolved| matches!(value, Resolved::Integer(_) | Resolved::Float(_));
    if !new.is_same(&old) && (is_number(&new) || is_number(&old)) {
        let reason = format!(
            "is {} in YAML 1.2 and {} in YAML 1.1",
            named(&new),
            named(&old)
        );
        reading.refuse(
            node,
            &rules::VALUE_AMBIGUOUS_NUMBER,
            &reason,
            Some("write the number in decimal digits without leading zeros"),
        );
        return None;
    }
    Some(new)
}

/// A number as it is, anything else by its kind.
pub(super) fn named(value: &Resolved) -> String {
    match value {
        Resolved::Integer(number) => number.to_string(),
        Resolved::Float(number) => number.to_string(),
        other => other.kind_name().to_owned(),
    }
}

fn wrong_number(reading: &mut Reading<'_>, node: &Node, scalar: &Scalar, wanted: &str) {
    let digits = scalar.text().bytes().all(|byte| byte.is_ascii_digit());
    let hint = (scalar.style() != Style::Plain && digits && !scalar.text().is_empty())
        .then(|| format!("remove the quotes: `{}`", scalar.text()));
    let reason = format!(
        "is {}, but `{}` takes {wanted}",
        node.kind_name(),
        reading.name
    );
    reading.refuse(node, &rules::VALUE_WRONG_TYPE, &reason, hint.as_deref());
}
