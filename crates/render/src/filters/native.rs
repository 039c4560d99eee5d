//! The filters of cluster templates: those that their Python plugin gave them, and ichor's own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use minijinja::{Error, Value};
use tree::Digest;

use super::layout::not_text;
use crate::python::call::Call;
use crate::python::fault::{Fault, Outcome};
use crate::python::view::View;

/// The file name of a path without its last extension (Python's `Path(value).stem`).
pub(super) fn basename(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let value = value.unwrap_or_default();
    let View::Text(path) = View::of(&value) else {
        return Err(not_text("basename", &value).into());
    };
    let name = path
        .split('/')
        .rfind(|part| !part.is_empty() && *part != ".")
        .unwrap_or_default();
    let stem = match name.rfind('.') {
        Some(dot) if dot > 0 && dot + 1 < name.len() => &name[..dot],
        _ => name,
    };
    Ok(Value::from(stem))
}

/// Base64 of a text's UTF-8.
pub(super) fn b64encode(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let value = value.unwrap_or_default();
    match View::of(&value) {
        View::Text(text) => Ok(Value::from(STANDARD.encode(text))),
        View::Bytes(bytes) => Ok(Value::from(STANDARD.encode(bytes))),
        _ => Err(not_text("b64encode", &value).into()),
    }
}

/// The text that base64 holds.
pub(super) fn b64decode(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let value = value.unwrap_or_default();
    let View::Text(text) = View::of(&value) else {
        return Err(not_text("b64decode", &value).into());
    };
    // Python leaves out what is no digit of base64.
    let digits: String = text
        .chars()
        .filter(|digit| digit.is_ascii_alphanumeric() || "+/=".contains(*digit))
        .collect();
    STANDARD
        .decode(digits)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(Value::from)
        .ok_or_else(|| Fault::value_error("what `b64decode` was given is no text in base64").into())
}

/// The SHA-256 digest of a text's UTF-8, in 64 hexadecimal digits: what an object is named after
/// that has to be made anew whenever the text changes.
pub(super) fn sha256(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let value = value.unwrap_or_default();
    let View::Text(text) = View::of(&value) else {
        return Err(not_text("sha256", &value).into());
    };
    Ok(Value::from(Digest::of(text.as_bytes()).to_string()))
}

/// The n-th address of a network, `false` if there is none
/// (Python's `ip_network(value, strict=False)[n]`).
pub(super) fn nthhost(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, query] = call.bind(["value", "query"], 1)?;
    let value = value.unwrap_or_default();
    let View::Text(text) = View::of(&value) else {
        return Err(not_text("nthhost", &value).into());
    };
    let Some(network) = read_network(text) else {
        return Ok(Value::from(false));
    };
    let index = number(query.as_ref())?;
    Ok(nth(&network, index).map_or_else(
        || Value::from(false),
        |address| Value::from(address.to_string()),
    ))
}

/// A network; an address alone is one of a single address.
fn read_network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        .map(|network| network.trunc())
}

fn number(query: Option<&Value>) -> Outcome<i128> {
    match query.map(View::of) {
        None => Ok(0),
        Some(View::Text(text)) => text
            .trim()
            .parse()
            .map_err(|_| Fault::value_error("`nthhost` needs a whole number")),
        Some(View::Undefined(Some(undefined))) => Err(undefined.fault()),
        Some(view) => view.as_integer().ok_or_else(|| {
            Fault::type_error(format!("`nthhost` needs an int, not {}", view.kind()))
        }),
    }
}

/// Counts from the end where the index is negative.
fn nth(network: &IpNet, index: i128) -> Option<IpAddr> {
    let (first, last): (u128, u128) = match (network.network(), network.broadcast()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (u32::from(first).into(), u32::from(last).into()),
        (IpAddr::V6(first), IpAddr::V6(last)) => (first.into(), last.into()),
        _ => return None,
    };
    let address = if index < 0 {
        last.checked_sub(index.unsigned_abs() - 1)
    } else {
        first.checked_add(index.unsigned_abs())
    }
    .filter(|address| (first..=last).contains(address))?;
    Some(match network {
        IpNet::V4(_) => IpAddr::V4(Ipv4Addr::from(u32::try_from(address).ok()?)),
        IpNet::V6(_) => IpAddr::V6(Ipv6Addr::from(address)),
    })
}
