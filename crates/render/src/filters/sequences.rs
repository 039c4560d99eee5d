//! Filters on lists and what can be gone through.

use minijinja::{Error, Value};

use super::choice::attribute_path;
use crate::python::call::Call;
use crate::python::fault::{Fault, Outcome};
use crate::python::items::{self, check_count, check_text};
use crate::python::objects::{List, Stream, Tuple};
use crate::python::print;
use crate::python::view::{self, View};

pub(super) fn length(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["obj"], 1)?;
    Ok(items::length(&value.unwrap_or_default()).map(view::length)?)
}

pub(super) fn list(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    Ok(items::items(&value.unwrap_or_default()).map(List::value)?)
}

pub(super) fn first(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["seq"], 1)?;
    let value = value.unwrap_or_default();
    let first = match View::of(&value) {
        View::Stream(stream) => stream.next(),
        _ => items::items(&value)?.into_iter().next(),
    };
    Ok(first.unwrap_or_else(|| call.undefined("No first item, sequence was empty.")))
}

pub(super) fn last(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["seq"], 1)?;
    let value = value.unwrap_or_default();
    if let View::Stream(_) = View::of(&value) {
        return Err(Fault::type_error("a generator has no last item")
            .hint("make a list of it with `| list` first")
            .into());
    }
    let last = items::items(&value)?.pop();
    Ok(last.unwrap_or_else(|| call.undefined("No last item, sequence was empty.")))
}

pub(super) fn random(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    Err(
        Fault::unknown(format!("`{}` gives something else at every run", call.name))
            .hint("the output must be the same every time: choose an item yourself")
            .into(),
    )
}

pub(super) fn join(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, separator, attribute] = call.bind(["value", "d", "attribute"], 1)?;
    let mode = call.settings.undefined;
    let separator = separator.as_ref().map_or(Ok(String::new()), print::text)?;
    let path = attribute_path(attribute.as_ref())?;
    let mut out = String::new();
    for (index, item) in items::items(&value.unwrap_or_default())?
        .into_iter()
        .enumerate()
    {
        if index > 0 {
            out.push_str(&separator);
        }
        print::write_text(&mut out, &path.get(item, mode, None)?)?;
        check_text(out.len())?;
    }
    Ok(Value::from(out))
}

pub(super) fn reverse(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let value = value.unwrap_or_default();
    if let View::Text(text) = View::of(&value) {
        return Ok(Value::from(text.chars().rev().collect::<String>()));
    }
    let mut reversed = items::items(&value)?;
    reversed.reverse();
    Ok(match View::of(&value) {
        View::Stream(_) | View::Undefined(_) => List::value(reversed),
        _ => Stream::value("reverse iterator", reversed),
    })
}

pub(super) fn items(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let value = value.unwrap_or_default();
    let pairs = match View::of(&value) {
        View::Undefined(_) => Vec::new(),
        View::Dict(dict) => dict.pairs(),
        view => {
            return Err(
                Fault::type_error(format!("`items` needs a dict, not {}", view.kind())).into(),
            );
        }
    };
    let pairs = pairs
        .into_iter()
        .map(|(key, value)| Tuple::value(vec![key, value]));
    Ok(Stream::value("generator", pairs.collect()))
}

pub(super) fn batch(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, count, fill] = call.bind(["value", "linecount", "fill_with"], 2)?;
    let count = positive(call.name, count.as_ref())?;
    let fill = fill.filter(|fill| !fill.is_none());
    let all = items::items(&value.unwrap_or_default())?;
    let mut rows = Vec::new();
    for row in all.chunks(count) {
        let mut row = row.to_vec();
        if let Some(fill) = &fill {
            check_count(count)?;
            row.resize(count, fill.clone());
        }
        rows.push(List::value(row));
    }
    Ok(Stream::value("generator", rows))
}

pub(super) fn slice(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, slices, fill] = call.bind(["value", "slices", "fill_with"], 2)?;
    let slices = positive(call.name, slices.as_ref())?;
    check_count(slices)?;
    let fill = fill.filter(|fill| !fill.is_none());
    let all = items::items(&value.unwrap_or_default())?;
    let (each, extra) = (all.len() / slices, all.len() % slices);
    let mut rest = all.as_slice();
    let mut columns = Vec::with_capacity(slices);
    for index in 0..slices {
        let (column, more) = rest.split_at(each + usize::from(index < extra));
        rest = more;
        let mut column = column.to_vec();
        if index >= extra {
            column.extend(fill.clone());
        }
        columns.push(List::value(column));
    }
    Ok(Stream::value("generator", columns))
}

fn positive(filter: &str, count: Option<&Value>) -> Outcome<usize> {
    count
        .map(View::of)
        .and_then(|count| count.as_integer())
        .and_then(|count| usize::try_from(count).ok())
        .filter(|&count| count > 0)
        .ok_or_else(|| Fault::value_error(format!("`{filter}` needs a count above 0")))
}
