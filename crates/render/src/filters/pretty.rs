//! `pprint`: Python's `pprint.pformat` at 80 columns.

use minijinja::{Error, Value};

use crate::python::call::Call;
use crate::python::compare;
use crate::python::dict::Dict;
use crate::python::fault::{Fault, Outcome};
use crate::python::items::check_text;
use crate::python::methods::text_parts;
use crate::python::objects::{List, Tuple};
use crate::python::print;
use crate::python::quote::quoted;
use crate::python::view::View;

const WIDTH: usize = 80;

/// How deep containers may hold each other.
const DEPTH_LIMIT: usize = 100;

pub(super) fn pprint(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let sorted = sort_keys(&value.unwrap_or_default(), 0)?;
    let mut out = String::new();
    write(&mut out, &sorted, 0, 0, 1)?;
    Ok(Value::from(out))
}

/// The same value with the keys of every dict in order.
fn sort_keys(value: &Value, depth: usize) -> Outcome<Value> {
    if depth > DEPTH_LIMIT {
        return Err(Fault::limit(
            "this value is nested too deeply to be printed",
        ));
    }
    let all = |items: &[Value]| {
        items
            .iter()
            .map(|item| sort_keys(item, depth + 1))
            .collect::<Outcome<Vec<_>>>()
    };
    Ok(match View::of(value) {
        View::List(list) => List::value(all(&list.read().clone())?),
        View::Tuple(tuple) => Tuple::value(all(&tuple.items)?),
        View::Dict(dict) => {
            let mut pairs = dict.pairs();
            // Keys without an order keep the one they have.
            let mut ordered = pairs.clone();
            if compare::sort(&mut ordered, false, |(key, _)| key).is_ok() {
                pairs = ordered;
            }
            let mut sorted = Vec::with_capacity(pairs.len());
            for (key, value) in pairs {
                sorted.push((key, sort_keys(&value, depth + 1)?));
            }
            Dict::from_pairs(sorted)?
        }
        _ => value.clone(),
    })
}

fn write(
    out: &mut String,
    value: &Value,
    indent: usize,
    allowance: usize,
    level: usize,
) -> Outcome<()> {
    check_text(out.len())?;
    let whole = print::repr(value)?;
    if whole.chars().count() + indent + allowance <= WIDTH {
        out.push_str(&whole);
        return Ok(());
    }
    match View::of(value) {
        View::List(list) => {
            let items = list.read().clone();
            out.push('[');
            write_items(out, &items, indent, allowance + 1, level)?;
            out.push(']');
        }
        View::Tuple(tuple) => {
            let close = if tuple.items.len() == 1 { ",)" } else { ")" };
            out.push('(');
            write_items(out, &tuple.items, indent, allowance + close.len(), level)?;
            out.push_str(close);
        }
        View::Dict(dict) => {
            let pairs = dict.pairs();
            out.push('{');
            for (index, (key, value)) in pairs.iter().enumerate() {
                if index > 0 {
                    next_line(out, ",", indent + 1);
                }
                let key = print::repr(key)?;
                let width = key.chars().count();
                out.push_str(&key);
                out.push_str(": ");
                let after = if index + 1 == pairs.len() {
                    allowance + 1
                } else {
                    1
                };
                write(out, value, indent + 1 + width + 2, after, level + 1)?;
            }
            out.push('}');
        }
        View::Text(text) => write_text(out, text, &whole, indent, allowance, level),
        _ => out.push_str(&whole),
    }
    Ok(())
}

fn write_items(
    out: &mut String,
    items: &[Value],
    indent: usize,
    allowance: usize,
    level: usize,
) -> Outcome<()> {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            next_line(out, ",", indent + 1);
        }
        let after = if index + 1 == items.len() {
            allowance
        } else {
            1
        };
        write(out, item, indent + 1, after, level + 1)?;
    }
    Ok(())
}

fn next_line(out: &mut String, separator: &str, indent: usize) {
    out.push_str(separator);
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// A long text in pieces, broken after line breaks and blanks.
fn write_text(
    out: &mut String,
    text: &str,
    whole: &str,
    mut indent: usize,
    mut allowance: usize,
    level: usize,
) {
    if level == 1 {
        indent += 1;
        allowance += 1;
    }
    let width = WIDTH.saturating_sub(indent);
    let fits = |text: &str, width: usize| quoted(text).chars().count() <= width;
    let lines = text_parts::lines(text, true);
    let mut pieces: Vec<String> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let last_line = index + 1 == lines.len();
        let line_width = width.saturating_sub(if last_line { allowance } else { 0 });
        if fits(line, line_width) {
            pieces.push(quoted(line));
            continue;
        }
        let words = words(line);
        let mut current = String::new();
        for (word_index, word) in words.iter().enumerate() {
            let last = last_line && word_index + 1 == words.len();
            let word_width = width.saturating_sub(if last { allowance } else { 0 });
            let candidate = format!("{current}{word}");
            if fits(&candidate, word_width) {
                current = candidate;
            } else {
                if !current.is_empty() {
                    pieces.push(quoted(&current));
                }
                (*word).clone_into(&mut current);
            }
        }
        if !current.is_empty() {
            pieces.push(quoted(&current));
        }
    }
    if pieces.len() <= 1 {
        out.push_str(whole);
        return;
    }
    if level == 1 {
        out.push('(');
    }
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            next_line(out, "", indent);
        }
        out.push_str(piece);
    }
    if level == 1 {
        out.push(')');
    }
}

/// Words, each with the blanks after it.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let word = rest.find(crate::syntax::is_space).unwrap_or(rest.len());
        let blanks = rest[word..]
            .find(|character| !crate::syntax::is_space(character))
            .unwrap_or(rest.len() - word);
        let (head, tail) = rest.split_at(word + blanks);
        words.push(head);
        rest = tail;
    }
    words
}
