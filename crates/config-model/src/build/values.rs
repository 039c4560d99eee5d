//! Values that are there and have their type.

use std::net::IpAddr;
use std::str::FromStr;

use serde_json::Value;

use crate::model::Values;
use crate::types::Address;

/// A text that is not empty.
pub(super) fn text<'a>(values: &'a Values, key: &str) -> Option<&'a str> {
    values.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// A text of a checked type.
pub(super) fn parsed<T: FromStr>(values: &Values, key: &str) -> Option<T> {
    text(values, key)?.parse().ok()
}

/// An address.
pub(super) fn address(values: &Values, key: &str) -> Option<IpAddr> {
    parsed::<Address>(values, key).map(Address::ip)
}

/// A switch.
pub(super) fn flag(values: &Values, key: &str) -> bool {
    values.get(key).and_then(Value::as_bool).unwrap_or(false)
}
