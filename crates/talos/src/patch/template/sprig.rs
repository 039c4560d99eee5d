//! The functions of sprig that patches use: about texts, lists and choices. Those about time,
//! chance, keys and the environment are left out on purpose.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use serde_json::Value as Json;

use super::compare::compare;
use super::print::{LARGEST, print_argument, quote};
use super::value::Value;

/// All of them.
pub(super) const NAMES: &[&str] = &[
    "add",
    "add1",
    "append",
    "atoi",
    "b64dec",
    "b64enc",
    "cat",
    "coalesce",
    "compact",
    "concat",
    "contains",
    "default",
    "div",
    "empty",
    "fail",
    "first",
    "has",
    "hasPrefix",
    "hasSuffix",
    "indent",
    "initial",
    "int",
    "int64",
    "join",
    "last",
    "list",
    "lower",
    "max",
    "min",
    "mod",
    "mul",
    "nindent",
    "nospace",
    "prepend",
    "quote",
    "repeat",
    "replace",
    "rest",
    "reverse",
    "sortAlpha",
    "splitList",
    "squote",
    "sub",
    "substr",
    "ternary",
    "toJson",
    "toString",
    "trim",
    "trimAll",
    "trimPrefix",
    "trimSuffix",
    "trunc",
    "uniq",
    "until",
    "upper",
    "without",
];

/// Calls one; the error is a clause.
pub(super) fn call<'a>(name: &str, values: &[Value<'a>]) -> Result<Value<'a>, String> {
    let text = |at: usize| match values.get(at) {
        Some(Value::Text(text)) => Ok(text.clone()),
        other => Err(format!(
            "`{name}` takes text here, not {}",
            other.unwrap_or(&Value::Nothing).kind()
        )),
    };
    let number = |at: usize| whole(values.get(at).unwrap_or(&Value::Nothing));
    Ok(match (name, values) {
        ("contains", [_, _]) => Value::Bool(text(1)?.contains(&*text(0)?)),
        ("hasPrefix", [_, _]) => Value::Bool(text(1)?.starts_with(&*text(0)?)),
        ("hasSuffix", [_, _]) => Value::Bool(text(1)?.ends_with(&*text(0)?)),
        ("upper", [_]) => Value::text(text(0)?.to_uppercase()),
        ("lower", [_]) => Value::text(text(0)?.to_lowercase()),
        ("trim", [_]) => Value::text(text(0)?.trim()),
        ("trimAll", [_, _]) => {
            let letters = text(0)?;
            Value::text(text(1)?.trim_matches(|one| letters.contains(one)))
        }
        ("trimPrefix", [_, _]) => {
            let (part, whole) = (text(0)?, text(1)?);
            Value::text(whole.strip_prefix(&*part).unwrap_or(&whole))
        }
        ("trimSuffix", [_, _]) => {
            let (part, whole) = (text(0)?, text(1)?);
            Value::text(whole.strip_suffix(&*part).unwrap_or(&whole))
        }
        ("nospace", [_]) => Value::text(text(0)?.replace(char::is_whitespace, "")),
        ("replace", [_, _, _]) => {
            let (old, new, whole) = (text(0)?, text(1)?, text(2)?);
            let times = whole.matches(&*old).count();
            small(times.saturating_mul(new.len()).saturating_add(whole.len()))?;
            Value::text(whole.replace(&*old, &new))
        }
        ("repeat", [_, _]) => {
            let (times, part) = (usize::try_from(number(0)?).unwrap_or(0), text(1)?);
            small(times.saturating_mul(part.len().max(1)))?;
            Value::text(part.repeat(times))
        }
        ("indent" | "nindent", [_, _]) => {
            let (count, whole) = (usize::try_from(number(0)?).unwrap_or(0), text(1)?);
            let lines = whole.matches('\n').count() + 1;
            small(count.saturating_mul(lines).saturating_add(whole.len()))?;
            let blanks = " ".repeat(count);
            let start = if name == "indent" { "" } else { "\n" };
            let indented = whole.replace('\n', &format!("\n{blanks}"));
            Value::text(format!("{start}{blanks}{indented}"))
        }
        ("quote", _) => quoted(values, quote)?,
        ("squote", _) => quoted(values, |text| format!("'{text}'"))?,
        ("trunc", [_, _]) => {
            let (count, whole) = (number(0)?, text(1)?);
            let length = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
            let part = if length >= whole.len() {
                Some(&*whole)
            } else if count < 0 {
                whole.get(whole.len() - length..)
            } else {
                whole.get(..length)
            };
            Value::text(part.ok_or("the place is within a letter")?)
        }
        ("substr", [_, _, _]) => {
            let whole = text(2)?;
            let place = |number: i64, usual| usize::try_from(number).unwrap_or(usual);
            let start = place(number(0)?, 0);
            let end = place(number(1)?, whole.len()).min(whole.len());
            Value::text(
                whole
                    .get(start..end)
                    .ok_or("the places are outside of the text")?,
            )
        }
        ("toString", [value]) => Value::text(shown(value)?),
        ("toJson", [value]) => Value::text(json(value)?),
        ("cat", _) => Value::text(quoted(values, str::to_owned).and_then(|text| shown(&text))?),
        ("fail", [_]) => return Err(text(0)?.to_string()),
        ("int" | "int64" | "atoi", [_]) => Value::Integer(number(0)?),
        ("b64enc", [_]) => Value::text(STANDARD.encode(text(0)?.as_bytes())),
        ("b64dec", [_]) => {
            let bytes = STANDARD.decode(text(0)?.as_bytes()).ok();
            let decoded = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            Value::text(decoded.ok_or("the text is not base64 of a text")?)
        }
        ("add" | "sub" | "mul" | "div" | "mod" | "max" | "min" | "add1", _) => {
            Value::Integer(calculated(name, values)?)
        }
        ("default", [usual, value]) if is_empty(value) => usual.clone(),
        ("default", [_, value]) => value.clone(),
        ("default", [usual]) => usual.clone(),
        ("empty", [value]) => Value::Bool(is_empty(value)),
        ("coalesce", _) => { values.iter() }
            .find(|value| !is_empty(value))
            .cloned()
            .unwrap_or(Value::Nothing),
        ("ternary", [yes, no, condition]) => match condition {
            Value::Bool(true) => yes.clone(),
            Value::Bool(false) => no.clone(),
            other => {
                return Err(format!(
                    "`ternary` chooses by a truth value, not {}",
                    other.kind()
                ));
            }
        },
        _ => return of_lists(name, values),
    })
}

fn of_lists<'a>(name: &str, values: &[Value<'a>]) -> Result<Value<'a>, String> {
    let list = |items: Vec<Value<'a>>| Value::List(Rc::new(items));
    Ok(match (name, values) {
        ("list", items) => list(flat(name, items)?),
        ("append", [Value::List(items), more]) => {
            flat(name, std::slice::from_ref(more))?;
            list(items.iter().chain([more]).cloned().collect())
        }
        ("prepend", [Value::List(items), more]) => {
            flat(name, std::slice::from_ref(more))?;
            list([more].into_iter().chain(items.iter()).cloned().collect())
        }
        ("concat", _) => {
            let mut out = Vec::new();
            for value in values {
                let Value::List(items) = value else {
                    return Err(format!("`concat` takes lists, not {}", value.kind()));
                };
                out.extend(items.iter().cloned());
            }
            list(out)
        }
        ("uniq", [Value::List(items)]) => {
            let mut out: Vec<Value<'a>> = Vec::new();
            small(items.len().saturating_mul(items.len()))?;
            for item in items.iter().filter(|item| !matches!(item, Value::Nothing)) {
                if !out.iter().any(|known| same(known, item)) {
                    out.push(item.clone());
                }
            }
            list(out)
        }
        ("without", [Value::List(items), others @ ..]) => {
            small(items.len().saturating_mul(others.len()))?;
            let kept = items
                .iter()
                .filter(|item| !others.iter().any(|other| same(item, other)));
            list(kept.cloned().collect())
        }
        ("compact", [Value::List(items)]) => list(
            items
                .iter()
                .filter(|item| !is_empty(item))
                .cloned()
                .collect(),
        ),
        ("sortAlpha", [Value::List(items)]) => {
            let mut texts: Vec<_> = items.iter().map(shown).collect::<Result<_, _>>()?;
            texts.sort();
            list(texts.into_iter().map(Value::text).collect())
        }
        ("join", [Value::Text(between), value]) => {
            let one = std::slice::from_ref(value);
            let items = if let Value::List(items) = value {
                items.as_slice()
            } else {
                one
            };
            let texts: Vec<_> = items.iter().map(shown).collect::<Result<_, _>>()?;
            let length: usize = texts.iter().map(|text| text.len() + between.len()).sum();
            small(length)?;
            Value::text(texts.join(between))
        }
        ("splitList", [between, value]) => {
            let (Value::Text(between), Value::Text(whole)) = (between, value) else {
                return Err("`splitList` takes texts".to_owned());
            };
            if between.is_empty() {
                list(
                    whole
                        .chars()
                        .map(|one| Value::text(one.to_string()))
                        .collect(),
                )
            } else {
                list(whole.split(&**between).map(Value::text).collect())
            }
        }
        ("first", [Value::List(items)]) => items.first().cloned().unwrap_or(Value::Nothing),
        ("last", [Value::List(items)]) => items.last().cloned().unwrap_or(Value::Nothing),
        ("initial", [Value::List(items)]) => list(
            items
                .get(..items.len().saturating_sub(1))
                .unwrap_or_default()
                .to_vec(),
        ),
        ("rest", [Value::List(items)]) => list(items.get(1..).unwrap_or_default().to_vec()),
        ("reverse", [Value::List(items)]) => list(items.iter().rev().cloned().collect()),
        ("has", [wanted, Value::List(items)]) => {
            Value::Bool(items.iter().any(|item| same(item, wanted)))
        }
        ("until", [count]) => {
            let count = whole(count)?;
            small(usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX))?;
            list(if count < 0 {
                (count + 1..=0).rev().map(Value::Integer).collect()
            } else {
                (0..count).map(Value::Integer).collect()
            })
        }
        _ => {
            let kinds: Vec<_> = values.iter().map(Value::kind).collect();
            return Err(match kinds.as_slice() {
                [] => format!("`{name}` needs a value"),
                kinds => format!("`{name}` cannot take {}", kinds.join(", ")),
            });
        }
    })
}

/// Lists of lists have no use here, and no end.
fn flat<'a>(name: &str, items: &[Value<'a>]) -> Result<Vec<Value<'a>>, String> {
    let nested = |value: &Value<'_>| matches!(value, Value::List(_) | Value::Map(_));
    if items.iter().any(nested) {
        return Err(format!("`{name}` puts no lists and no maps into lists"));
    }
    Ok(items.to_vec())
}

/// Whether two values are the same, where they can be compared.
fn same(left: &Value<'_>, right: &Value<'_>) -> bool {
    compare("eq", &[left.clone(), right.clone()]) == Ok(true)
}

/// A value as JSON, as Go writes it.
fn json(value: &Value<'_>) -> Result<String, String> {
    fn made(value: &Value<'_>) -> Result<Json, String> {
        Ok(match value {
            Value::Nothing => Json::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Integer(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Text(text) => (**text).into(),
            Value::Pointer(inner) => made(inner)?,
            Value::List(items) => items
                .iter()
                .map(made)
                .collect::<Result<Vec<_>, _>>()?
                .into(),
            Value::Map(map) => { map.iter() }
                .map(|(key, value)| Ok((key.clone(), made(value)?)))
                .collect::<Result<serde_json::Map<_, _>, String>>()?
                .into(),
            other => return Err(format!("`toJson` cannot take {}", other.kind())),
        })
    }
    let mut text = made(value)?.to_string();
    for (one, escape) in [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026")] {
        text = text.replace(one, escape);
    }
    Ok(text)
}

fn small(size: usize) -> Result<(), String> {
    if size > LARGEST {
        return Err("the result is too large".to_owned());
    }
    Ok(())
}

/// A value as text.
fn shown(value: &Value<'_>) -> Result<String, String> {
    let mut out = String::new();
    print_argument(value, &mut out)?;
    Ok(out)
}

/// A value as a whole number: what is none is 0 to sprig, and an error here.
fn whole(value: &Value<'_>) -> Result<i64, String> {
    let value = value.pointed();
    let number = match value {
        Value::Integer(number) => Some(*number),
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Text(text) => text.parse().ok().or_else(|| {
            let float = text.parse::<f64>().ok()?;
            Some(cut(float))
        }),
        Value::Float(number) => Some(cut(*number)),
        _ => None,
    };
    number.ok_or_else(|| format!("{} is no whole number", value.kind()))
}

#[expect(clippy::cast_possible_truncation, reason = "as Go cuts it")]
fn cut(number: f64) -> i64 {
    number as i64
}

fn calculated(name: &str, values: &[Value<'_>]) -> Result<i64, String> {
    let numbers: Vec<i64> = values.iter().map(whole).collect::<Result<_, _>>()?;
    let Some((first, rest)) = numbers.split_first() else {
        return Err(format!("`{name}` needs a number"));
    };
    let two = || match rest {
        [second] => Ok(*second),
        _ => Err(format!("`{name}` needs two numbers")),
    };
    let zero = || "a division by zero".to_owned();
    let large = || "the number is too large".to_owned();
    match name {
        "add" => rest
            .iter()
            .try_fold(*first, |sum, next| sum.checked_add(*next))
            .ok_or_else(large),
        "mul" => rest
            .iter()
            .try_fold(*first, |product, next| product.checked_mul(*next))
            .ok_or_else(large),
        "add1" => first.checked_add(1).ok_or_else(large),
        "sub" => first.checked_sub(two()?).ok_or_else(large),
        "div" => first.checked_div(two()?).ok_or_else(zero),
        "mod" => first.checked_rem(two()?).ok_or_else(zero),
        "max" => Ok(rest.iter().fold(*first, |most, next| most.max(*next))),
        _ => Ok(rest.iter().fold(*first, |least, next| least.min(*next))),
    }
}

/// Whether sprig takes a value for none: unlike Go, whatever is pointed to counts as itself.
fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Pointer(_) => false,
        other => !other.is_true(),
    }
}

fn quoted<'a>(values: &[Value<'a>], quote: impl Fn(&str) -> String) -> Result<Value<'a>, String> {
    let texts: Vec<_> = values
        .iter()
        .filter(|value| !matches!(value, Value::Nothing))
        .map(|value| shown(value).map(|text| quote(&text)))
        .collect::<Result<_, _>>()?;
    small(texts.iter().map(|text| text.len() + 1).sum())?;
    Ok(Value::text(texts.join(" ")))
}
