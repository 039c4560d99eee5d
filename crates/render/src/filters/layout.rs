//! Filters that lay text out: indentation, width.

use minijinja::{Error, Value};

use super::texts::soft_text;
use crate::python::arithmetic;
use crate::python::call::{Arguments, Call};
use crate::python::fault::{Fault, Outcome};
use crate::python::items::{check_text, is_true};
use crate::python::methods::{self, text_parts};
use crate::python::view::View;

pub(super) fn center(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, width] = call.bind(["value", "width"], 1)?;
    let text = soft_text(&value.unwrap_or_default())?;
    let width = width.unwrap_or_else(|| Value::from(80));
    Ok(methods::call(&text, "center", Arguments::from([width]))?)
}

/// Indents all lines but the first, blank ones too if asked; keeps a final line break.
pub(super) fn indent(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, width, first, blank] = call.bind(["s", "width", "first", "blank"], 1)?;
    let value = value.unwrap_or_default();
    let View::Text(text) = View::of(&value) else {
        return Err(not_text("indent", &value).into());
    };
    let margin = match width.as_ref().map(View::of) {
        None => "    ".to_owned(),
        Some(View::Text(margin)) => margin.to_owned(),
        Some(view) => {
            let width = view
                .as_integer()
                .ok_or_else(|| Fault::type_error("`indent` needs an int or a str for `width`"))?;
            let width = usize::try_from(width).unwrap_or(0);
            check_text(width)?;
            " ".repeat(width)
        }
    };
    let first = first.as_ref().map_or(Ok(false), is_true)?;
    let blank = blank.as_ref().map_or(Ok(false), is_true)?;
    // The added line break makes a final one of the text survive.
    let whole = format!("{text}\n");
    let lines = text_parts::lines(&whole, false);
    check_text(
        whole
            .len()
            .saturating_add(lines.len().saturating_mul(margin.len())),
    )?;
    let safe = value.is_safe();
    let margin = if safe {
        arithmetic::escape(&margin)
    } else {
        margin
    };
    let mut out = String::with_capacity(whole.len() + lines.len() * margin.len());
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        if index == 0 && first || index > 0 && (blank || !line.is_empty()) {
            out.push_str(&margin);
        }
        out.push_str(line);
    }
    Ok(if safe {
        Value::from_safe_string(out)
    } else {
        Value::from(out)
    })
}

pub(super) fn truncate(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, length, killwords, end, leeway] =
        call.bind(["s", "length", "killwords", "end", "leeway"], 1)?;
    let value = value.unwrap_or_default();
    let View::Text(text) = View::of(&value) else {
        return Err(not_text("truncate", &value).into());
    };
    let length = count(length.as_ref(), 255)?;
    let leeway = count(leeway.as_ref(), 5)?;
    let killwords = killwords.as_ref().map_or(Ok(false), is_true)?;
    let end = end.unwrap_or_else(|| Value::from("..."));
    let end = end
        .as_str()
        .ok_or_else(|| Fault::type_error("`truncate` needs a str for `end`"))?;
    let Some(kept) = length.checked_sub(end.chars().count()) else {
        return Err(
            Fault::value_error("`truncate` cannot make a text shorter than its `end`").into(),
        );
    };
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(value);
    }
    let clipped: String = text.chars().take(kept).collect();
    let clipped = if killwords {
        clipped.as_str()
    } else {
        clipped
            .rsplit_once(' ')
            .map_or(clipped.as_str(), |(head, _)| head)
    };
    Ok(Value::from(format!("{clipped}{end}")))
}

/// The error of a filter that only works on text.
pub(super) fn not_text(filter: &str, value: &Value) -> Fault {
    match View::of(value) {
        View::Undefined(Some(undefined)) => undefined.fault(),
        view => Fault::type_error(format!("`{filter}` needs a str, not {}", view.kind()))
            .hint("make text of it with `| string` first"),
    }
}

fn count(value: Option<&Value>, default: usize) -> Outcome<usize> {
    match value.map(View::of) {
        None | Some(View::None) => Ok(default),
        Some(view) => {
            let count = view.as_integer().ok_or_else(|| {
                Fault::type_error(format!("an int is needed, not {}", view.kind()))
            })?;
            usize::try_from(count).map_err(|_| Fault::value_error("a length cannot be negative"))
        }
    }
}
