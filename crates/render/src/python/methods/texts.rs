//! Methods of `str`.

use minijinja::Value;

use super::{text_cases, text_parts};
use crate::python::call::Arguments;
use crate::python::fault::{Fault, Outcome};
use crate::python::format;
use crate::python::items::{check_text, items};
use crate::python::objects::Tuple;
use crate::python::slice::slice;
use crate::python::view::{View, length};

pub(super) const NAMES: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
    "zfill",
];

pub(super) fn call(value: &Value, text: &str, name: &str, arguments: Arguments) -> Outcome<Value> {
    match name {
        "format" => return format::format(text, &arguments).map(Value::from),
        "format_map" => {
            let arguments = arguments.positional(name, 1, 1)?;
            return format::format_map(text, &arguments[0]).map(Value::from);
        }
        "split" | "rsplit" => return text_parts::split(text, name, arguments),
        "splitlines" => {
            let [keep_ends] = arguments.bind(name, ["keepends"], 0)?;
            return text_parts::split_lines(text, keep_ends.as_ref());
        }
        "encode" => {
            let [encoding, _errors] = arguments.bind(name, ["encoding", "errors"], 0)?;
            check_encoding(encoding.as_ref())?;
            return Ok(Value::from_bytes(text.as_bytes().to_vec()));
        }
        "expandtabs" => {
            let [size] = arguments.bind(name, ["tabsize"], 0)?;
            return text_parts::expand_tabs(text, size.as_ref());
        }
        _ => {}
    }
    if let Some(result) = text_cases::convert(text, name) {
        arguments.positional(name, 0, 0)?;
        return Ok(same_safety(value, result));
    }
    if let Some(answer) = text_cases::ask(text, name) {
        arguments.positional(name, 0, 0)?;
        return Ok(Value::from(answer));
    }
    let (least, most) = match name {
        "strip" | "lstrip" | "rstrip" => (0, 1),
        "startswith" | "endswith" | "find" | "rfind" | "index" | "rindex" | "count" => (1, 3),
        "replace" => (2, 3),
        "center" | "ljust" | "rjust" => (1, 2),
        _ => (1, 1),
    };
    let arguments = arguments.positional(name, least, most)?;
    match name {
        "strip" | "lstrip" | "rstrip" => {
            let stripped = text_parts::strip(text, name, arguments.first())?;
            Ok(same_safety(value, stripped.to_owned()))
        }
        "startswith" | "endswith" => affix(value, name, &arguments).map(Value::from),
        "find" | "rfind" | "index" | "rindex" => find(text, name, &arguments),
        "count" => count(text, &arguments),
        "replace" => {
            let times = arguments
                .get(2)
                .map_or(Ok(-1), |times| integer(name, times))?;
            let (old, new) = (
                argument(name, &arguments[0])?,
                argument(name, &arguments[1])?,
            );
            replace(text, old, new, times).map(Value::from)
        }
        "center" | "ljust" | "rjust" => pad(text, name, &arguments).map(Value::from),
        "zfill" => zero_fill(text, &arguments[0]).map(Value::from),
        "join" => join(text, &arguments[0]),
        "partition" | "rpartition" => {
            let separator = argument(name, &arguments[0])?;
            text_parts::partition(text, name, separator)
                .map(|parts| Tuple::value(parts.iter().map(|part| Value::from(*part)).collect()))
        }
        _ => {
            let affix = argument(name, &arguments[0])?;
            let rest = if name == "removeprefix" {
                text.strip_prefix(affix)
            } else {
                text.strip_suffix(affix)
            };
            Ok(Value::from(rest.unwrap_or(text)))
        }
    }
}

/// Replaces up to `times` occurrences, all if negative.
pub(crate) fn replace(text: &str, old: &str, new: &str, times: i128) -> Outcome<String> {
    let found = if old.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(old).count()
    };
    let times = usize::try_from(times).unwrap_or(found).min(found);
    check_text(text.len().saturating_add(times.saturating_mul(new.len())))?;
    Ok(text.replacen(old, new, times))
}

/// Only UTF-8 exists here.
pub(super) fn check_encoding(encoding: Option<&Value>) -> Outcome<()> {
    let Some(encoding) = encoding else {
        return Ok(());
    };
    let name = argument("encode", encoding)?
        .to_lowercase()
        .replace('_', "-");
    if matches!(name.as_str(), "utf-8" | "utf8") {
        return Ok(());
    }
    Err(Fault::value_error("only the encoding `utf-8` is supported"))
}

fn same_safety(value: &Value, text: String) -> Value {
    if value.is_safe() {
        Value::from_safe_string(text)
    } else {
        Value::from(text)
    }
}

fn argument<'a>(callee: &str, value: &'a Value) -> Outcome<&'a str> {
    match View::of(value) {
        View::Text(text) => Ok(text),
        View::Undefined(Some(undefined)) => Err(undefined.fault()),
        view => Err(Fault::type_error(format!(
            "`{callee}` needs a str, not {}",
            view.kind()
        ))),
    }
}

fn integer(callee: &str, value: &Value) -> Outcome<i128> {
    let view = View::of(value);
    view.as_integer()
        .ok_or_else(|| Fault::type_error(format!("`{callee}` needs an int, not {}", view.kind())))
}

/// The part of a text that optional start and end arguments leave, and where it begins.
fn window(value: &Value, arguments: &[Value]) -> Outcome<(String, usize)> {
    let none = Value::from(());
    let start = arguments.get(1).unwrap_or(&none);
    let end = arguments.get(2).unwrap_or(&none);
    let part = slice(value, [start, end, &none])?;
    let part = part.as_str().unwrap_or_default().to_owned();
    let text_length = value.as_str().map_or(0, |text| text.chars().count());
    let offset = match View::of(start).as_integer() {
        None => 0,
        Some(start) if start < 0 => {
            let length = i128::try_from(text_length).unwrap_or(i128::MAX);
            usize::try_from((start + length).max(0)).unwrap_or(0)
        }
        Some(start) => usize::try_from(start)
            .unwrap_or(usize::MAX)
            .min(text_length),
    };
    Ok((part, offset))
}

fn affix(value: &Value, name: &str, arguments: &[Value]) -> Outcome<bool> {
    let (text, _) = window(value, arguments)?;
    let matches = |affix: &Value| {
        let affix = argument(name, affix)?;
        Ok(if name == "startswith" {
            text.starts_with(affix)
        } else {
            text.ends_with(affix)
        })
    };
    if let View::Tuple(tuple) = View::of(&arguments[0]) {
        for item in &tuple.items {
            if matches(item)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    matches(&arguments[0])
}

fn find(text: &str, name: &str, arguments: &[Value]) -> Outcome<Value> {
    let (part, offset) = window(&Value::from(text), arguments)?;
    let needle = argument(name, &arguments[0])?;
    let found = if name.starts_with('r') {
        part.rfind(needle)
    } else {
        part.find(needle)
    };
    match found {
        Some(index) => Ok(length(offset + part[..index].chars().count())),
        None if name.ends_with("find") => Ok(Value::from(-1)),
        None => Err(Fault::value_error("the text does not hold this part")),
    }
}

fn count(text: &str, arguments: &[Value]) -> Outcome<Value> {
    let (part, _) = window(&Value::from(text), arguments)?;
    let needle = argument("count", &arguments[0])?;
    Ok(length(if needle.is_empty() {
        part.chars().count() + 1
    } else {
        part.matches(needle).count()
    }))
}

fn pad(text: &str, name: &str, arguments: &[Value]) -> Outcome<String> {
    let width = integer(name, &arguments[0])?;
    let fill = arguments
        .get(1)
        .map_or(Ok(" "), |fill| argument(name, fill))?;
    if fill.chars().count() != 1 {
        return Err(Fault::type_error(format!(
            "`{name}` fills with exactly one character"
        )));
    }
    let width = usize::try_from(width.max(0)).unwrap_or(usize::MAX);
    let missing = width.saturating_sub(text.chars().count());
    check_text(
        text.len()
            .saturating_add(missing.saturating_mul(fill.len())),
    )?;
    let (left, right) = match name {
        "ljust" => (0, missing),
        "rjust" => (missing, 0),
        // Python puts the odd one on the left of an odd width.
        _ => {
            let left = missing / 2 + (missing & width & 1);
            (left, missing - left)
        }
    };
    Ok(format!("{}{text}{}", fill.repeat(left), fill.repeat(right)))
}

fn zero_fill(text: &str, width: &Value) -> Outcome<String> {
    let width = usize::try_from(integer("zfill", width)?.max(0)).unwrap_or(usize::MAX);
    let missing = width.saturating_sub(text.chars().count());
    check_text(text.len().saturating_add(missing))?;
    let sign = text.len() - text.trim_start_matches(['+', '-']).len();
    let (sign, digits) = text.split_at(sign.min(1));
    Ok(format!("{sign}{}{digits}", "0".repeat(missing)))
}

fn join(separator: &str, values: &Value) -> Outcome<Value> {
    let mut out = String::new();
    for (index, item) in items(values)?.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        let View::Text(text) = View::of(item) else {
            return Err(Fault::type_error(format!(
                "`join` joins texts, but item {index} is {}",
                View::of(item).kind()
            ))
            .hint("the filter `join` takes all types"));
        };
        out.push_str(text);
        check_text(out.len())?;
    }
    Ok(Value::from(out))
}
