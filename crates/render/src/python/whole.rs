//! Whole numbers as values.

use minijinja::Value;

/// A whole number as the engine keeps it.
pub(crate) fn integer(number: i128) -> Value {
    i64::try_from(number).map_or_else(|_| Value::from(number), Value::from)
}

/// A length as a value.
pub(crate) fn length(length: usize) -> Value {
    Value::from(i64::try_from(length).unwrap_or(i64::MAX))
}
