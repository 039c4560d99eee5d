//! The methods of Python's built-in types.

pub(crate) mod dicts;
mod lists;
pub(crate) mod text_cases;
pub(crate) mod text_parts;
pub(crate) mod texts;

use minijinja::Value;

use super::call::Arguments;
use super::fault::{Fault, Outcome};
use super::view::{View, integer};

pub use dicts::is_dict_method;

/// Whether a value has a method of that name.
pub(crate) fn exists(value: &Value, name: &str) -> bool {
    let names: &[&str] = match View::of(value) {
        View::Text(_) => texts::NAMES,
        View::List(_) => lists::NAMES,
        View::Tuple(_) | View::Range(_) => &["count", "index"],
        View::Dict(_) => dicts::NAMES,
        View::Bytes(_) => &["decode", "hex"],
        View::Integer(_) | View::Bool(_) => &["bit_length"],
        View::Float(_) => &["is_integer"],
        _ => &[],
    };
    names.contains(&name)
}

/// Calls a method that exists.
pub(crate) fn call(value: &Value, name: &str, arguments: Arguments) -> Outcome<Value> {
    match View::of(value) {
        View::Text(text) => texts::call(value, text, name, arguments),
        View::List(list) => lists::call(list, name, arguments),
        View::Tuple(tuple) => lists::call_sequence(&tuple.items, name, arguments),
        View::Range(_) => lists::call_sequence(&super::items::items(value)?, name, arguments),
        View::Dict(dict) => dicts::call(dict, name, arguments),
        View::Bytes(bytes) if name == "decode" => {
            let [encoding, _errors] = arguments.bind(name, ["encoding", "errors"], 0)?;
            texts::check_encoding(encoding.as_ref())?;
            std::str::from_utf8(bytes)
                .map(Value::from)
                .map_err(|_| Fault::value_error("these bytes are no UTF-8 text"))
        }
        View::Bytes(bytes) => {
            arguments.positional(name, 0, 0)?;
            let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            Ok(Value::from(hex.concat()))
        }
        View::Float(number) => {
            arguments.positional(name, 0, 0)?;
            Ok(Value::from(number.is_finite() && number.fract() == 0.0))
        }
        view => {
            arguments.positional(name, 0, 0)?;
            let number = view.as_integer().unwrap_or(0).unsigned_abs();
            Ok(integer((u128::BITS - number.leading_zeros()).into()))
        }
    }
}
