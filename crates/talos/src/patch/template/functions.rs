//! Functions: Go's own, and which of sprig's there are.

use std::rc::Rc;

use super::Fault;
use super::compare::compare;
use super::format::printf;
use super::print::{LARGEST, print_argument};
use super::sprig;
use super::value::{Text, Value};

/// Go's own. `and` and `or` are done where their arguments are, since they stop early.
const BUILT_IN: [&str; 15] = [
    "and", "eq", "ge", "gt", "index", "le", "len", "lt", "ne", "not", "or", "print", "printf",
    "println", "slice",
];

/// What talhelper has that does not depend on files alone.
const UNSTEADY: [&str; 14] = [
    "ago",
    "date",
    "derivePassword",
    "env",
    "expandenv",
    "genCA",
    "genPrivateKey",
    "getHostByName",
    "htpasswd",
    "now",
    "randAlpha",
    "randAlphaNum",
    "randNumeric",
    "uuidv4",
];

/// A function that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Function(pub(super) &'static str);

impl Function {
    /// The function of a name; the place of the fault starts at 0.
    pub(super) fn named(name: &str) -> Result<Self, Fault> {
        let known = || BUILT_IN.iter().chain(sprig::NAMES).copied();
        if let Some(name) = known().find(|known| *known == name) {
            return Ok(Self(name));
        }
        let range = 0..name.len();
        if UNSTEADY.contains(&name) {
            let message = format!("`{name}` is not supported: what is made depends on files alone");
            return Err(Fault::new(range, message));
        }
        let fault = Fault::new(
            range,
            format!("there is no function `{name}` for templates here"),
        );
        Err(match diagnostics::closest(name, known()) {
            Some(close) => fault.hint(format!("did you mean `{close}`?")),
            None => fault.hint("write the value itself, or a variable of `talenv.yaml`"),
        })
    }

    /// Calls it; the error is a clause.
    pub(super) fn call<'a>(self, values: &[Value<'a>]) -> Result<Value<'a>, String> {
        let name = self.0;
        let made = match (name, values) {
            ("eq" | "ne" | "lt" | "le" | "gt" | "ge", _) => Value::Bool(compare(name, values)?),
            ("not", [value]) => Value::Bool(!value.is_true()),
            ("len", [value]) => Value::Integer(length(value)?),
            ("index", [value, keys @ ..]) => keys
                .iter()
                .try_fold(value.clone(), |value, key| index(&value, key))?,
            ("slice", [value, bounds @ ..]) if bounds.len() <= 2 => slice(value, bounds)?,
            ("print", _) => print(values, "", "")?,
            ("println", _) => print(values, " ", "\n")?,
            ("printf", _) => Value::text(printf(values, LARGEST)?),
            _ if BUILT_IN.contains(&name) => {
                return Err(format!("`{name}` has too few or too many values"));
            }
            _ => sprig::call(name, values)?,
        };
        if made.size() > LARGEST {
            return Err("the result is too large".to_owned());
        }
        Ok(made)
    }
}

fn length(value: &Value<'_>) -> Result<i64, String> {
    let length = match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.len(),
        Value::Map(map) => map.len(),
        other => return Err(format!("{} has no length", other.kind())),
    };
    Ok(i64::try_from(length).unwrap_or(i64::MAX))
}

fn index<'a>(value: &Value<'a>, key: &Value<'a>) -> Result<Value<'a>, String> {
    match (value, key) {
        (Value::List(items), Value::Integer(at)) => usize::try_from(*at)
            .ok()
            .and_then(|at| items.get(at))
            .cloned()
            .ok_or_else(|| format!("there is no item {at}: the list has {}", items.len())),
        (Value::Text(text), Value::Integer(at)) => usize::try_from(*at)
            .ok()
            .and_then(|at| text.as_bytes().get(at))
            .map(|byte| Value::Integer(i64::from(*byte)))
            .ok_or_else(|| format!("there is no letter {at}: the text has {}", text.len())),
        (Value::Map(map), Value::Text(key)) => {
            // Go has an empty text where a map of texts has no entry.
            let texts = map.values().all(|value| matches!(value, Value::Text(_)));
            let nothing = if texts {
                Value::Text(Text::Borrowed(""))
            } else {
                Value::Nothing
            };
            Ok(map.get(&**key).cloned().unwrap_or(nothing))
        }
        (Value::Nothing, _) => Err("nothing is there to be looked into".to_owned()),
        (value, key) => Err(format!("{} has no place for {}", value.kind(), key.kind())),
    }
}

fn slice<'a>(value: &Value<'a>, bounds: &[Value<'a>]) -> Result<Value<'a>, String> {
    let bound = |at: usize, usual: usize| match bounds.get(at) {
        None => Ok(usual),
        Some(Value::Integer(number)) => {
            usize::try_from(*number).map_err(|_| format!("{number} is no place in the value"))
        }
        Some(other) => Err(format!("{} is no place in the value", other.kind())),
    };
    let outside = || "the places are outside of the value".to_owned();
    match value {
        // sprig's takes the place of Go's, which would take texts too.
        Value::List(items) => {
            let range = bound(0, 0)?..bound(1, items.len())?;
            let part = items.get(range).ok_or_else(outside)?;
            Ok(Value::List(Rc::new(part.to_vec())))
        }
        other => Err(format!("{} has no parts", other.kind())),
    }
}

/// Values in a row. Go puts a blank between two neighbours of which none is text.
fn print<'a>(values: &[Value<'a>], between: &str, end: &str) -> Result<Value<'a>, String> {
    let mut out = String::new();
    let mut before_is_text = true;
    for (position, value) in values.iter().enumerate() {
        let is_text = matches!(value, Value::Text(_));
        if position > 0 {
            let blank = !before_is_text && !is_text && between.is_empty();
            out.push_str(if blank { " " } else { between });
        }
        print_argument(value, &mut out)?;
        before_is_text = is_text;
    }
    out.push_str(end);
    Ok(Value::text(out))
}
