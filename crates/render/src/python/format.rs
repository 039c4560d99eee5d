//! `text.format(…)`: replacement fields and format specifications.

use minijinja::Value;

use super::call::Arguments;
use super::dict::Dict;
use super::fault::{Fault, Outcome};
use super::float::{self, from_integer};
use super::items::check_text;
use super::numbers;
use super::objects::{List, Namespace};
use super::print;
use super::quote;
use super::view::View;

/// `text.format(*positional, **named)`.
pub(crate) fn format(text: &str, arguments: &Arguments) -> Outcome<String> {
    let named = Dict::from_names(
        arguments
            .named
            .iter()
            .map(|(name, value)| (name, value.clone())),
    );
    Formatter {
        positional: Some(&arguments.positional),
        named: &named,
        next: Some(0),
    }
    .run(text, 2)
}

/// `text.format_map(mapping)`.
pub(crate) fn format_map(text: &str, mapping: &Value) -> Outcome<String> {
    Formatter {
        positional: None,
        named: mapping,
        next: Some(0),
    }
    .run(text, 2)
}

struct Formatter<'a> {
    positional: Option<&'a [Value]>,
    named: &'a Value,
    /// The next automatic number; `None` once fields are numbered by hand.
    next: Option<usize>,
}

impl Formatter<'_> {
    fn run(&mut self, text: &str, depth: usize) -> Outcome<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(index) = rest.find(['{', '}']) {
            out.push_str(&rest[..index]);
            let brace = &rest[index..=index];
            rest = &rest[index + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                out.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return Err(Fault::value_error("a single `}` stands in the format"));
            }
            let end = closing(rest)
                .ok_or_else(|| Fault::value_error("a `{` of the format is not closed"))?;
            out.push_str(&self.field(&rest[..end], depth)?);
            check_text(out.len())?;
            rest = &rest[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn field(&mut self, field: &str, depth: usize) -> Outcome<String> {
        if depth == 0 {
            return Err(Fault::value_error(
                "fields of the format are nested too deeply",
            ));
        }
        let name_end = name_length(field);
        let (name, mut rest) = field.split_at(name_end);
        let mut conversion = None;
        if let Some(after) = rest.strip_prefix('!') {
            conversion = after.chars().next();
            let width = conversion.map_or(0, char::len_utf8);
            rest = &after[width..];
        }
        // Python numbers the field before those in its specification.
        let mut value = self.value(name)?;
        let specification = match rest.strip_prefix(':') {
            Some(specification) => self.run(specification, depth - 1)?,
            None if rest.is_empty() => String::new(),
            None => return Err(Fault::value_error("`:` is expected after a conversion")),
        };
        value = match conversion {
            None => value,
            Some('s') => Value::from(print::text(&value)?),
            Some('r') => Value::from(print::repr(&value)?),
            Some('a') => Value::from(quote::ascii(&print::repr(&value)?)),
            Some(_) => {
                return Err(Fault::value_error(
                    "a conversion is one of `!s`, `!r` and `!a`",
                ));
            }
        };
        apply(&value, &specification)
    }

    fn value(&mut self, name: &str) -> Outcome<Value> {
        let first_end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut rest) = name.split_at(first_end);
        let mut value = self.first(first)?;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('.') {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let (attribute, more) = after.split_at(end);
                let View::Namespace(namespace) = View::of(&value) else {
                    return Err(no_attribute(&value, attribute));
                };
                value = Namespace::get(namespace, attribute)
                    .ok_or_else(|| no_attribute(&value, attribute))?;
                rest = more;
            } else {
                let after = &rest[1..];
                let end = after
                    .find(']')
                    .ok_or_else(|| Fault::value_error("a `[` of the format is not closed"))?;
                value = item(&value, &after[..end])?;
                rest = &after[end + 1..];
            }
        }
        Ok(value)
    }

    fn first(&mut self, first: &str) -> Outcome<Value> {
        let index = if first.is_empty() {
            let next = self.next.ok_or_else(mixed)?;
            self.next = Some(next + 1);
            next
        } else if first.bytes().all(|byte| byte.is_ascii_digit()) {
            if self.next.is_some_and(|next| next > 0) {
                return Err(mixed());
            }
            self.next = None;
            first.parse().unwrap_or(usize::MAX)
        } else {
            let View::Dict(dict) = View::of(self.named) else {
                return Err(Fault::type_error("`format_map` needs a dict"));
            };
            return dict.get_text(first).ok_or_else(|| {
                Fault::arguments(format!("the format asks for `{first}`, which is not given"))
            });
        };
        self.positional
            .and_then(|positional| positional.get(index))
            .cloned()
            .ok_or_else(|| {
                Fault::arguments(format!(
                    "the format asks for argument {index}, which is not given"
                ))
            })
    }
}

fn mixed() -> Fault {
    Fault::value_error("numbered and unnumbered fields of a format cannot be mixed")
}

fn no_attribute(value: &Value, name: &str) -> Fault {
    Fault::type_error(format!(
        "{} has no attribute `{name}`",
        View::of(value).kind()
    ))
}

fn item(value: &Value, key: &str) -> Outcome<Value> {
    let index = key.parse::<usize>().ok();
    let found = match (View::of(value), index) {
        (View::Dict(dict), Some(_)) => {
            dict.get(&Value::from(key.parse::<i64>().unwrap_or(i64::MAX)))?
        }
        (View::Dict(dict), None) => dict.get_text(key),
        (View::List(list), Some(index)) => List::read(list).get(index).cloned(),
        (View::Tuple(tuple), Some(index)) => tuple.items.get(index).cloned(),
        _ => None,
    };
    found.ok_or_else(|| Fault::value_error("the format asks for an item that does not exist"))
}

/// Where the field ends, past nested fields.
fn closing(rest: &str) -> Option<usize> {
    let mut depth = 1;
    for (index, character) in rest.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// The length of a field's name: up to `!` or `:`, outside of brackets.
fn name_length(field: &str) -> usize {
    let mut in_brackets = false;
    for (index, character) in field.char_indices() {
        match character {
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            '!' | ':' if !in_brackets => return index,
            _ => {}
        }
    }
    field.len()
}

/// `[[fill]align][sign][#][0][width][,][.precision][type]`
#[derive(Default)]
struct Specification {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

fn apply(value: &Value, specification: &str) -> Outcome<String> {
    if specification.is_empty() {
        return print::text(value);
    }
    let specification = parse(specification)?;
    match View::of(value) {
        View::Text(text) => show_text(text, &specification),
        View::Bool(truth) if specification.kind.is_none() => {
            show_text(if truth { "True" } else { "False" }, &specification)
        }
        View::Float(number) => show_float(number, &specification),
        View::Undefined(Some(undefined)) => Err(undefined.fault()),
        view => match view.as_integer() {
            Some(number) => show_integer(number, &specification),
            None => Err(Fault::type_error(format!(
                "{} takes no format specification",
                view.kind()
            ))),
        },
    }
}

fn parse(text: &str) -> Outcome<Specification> {
    let mut specification = Specification::default();
    let mut characters: Vec<char> = text.chars().collect();
    characters.reverse();
    let is_align = |character: Option<&char>| matches!(character, Some('<' | '>' | '^' | '='));
    if is_align(characters.get(characters.len().wrapping_sub(2))) {
        specification.fill = characters.pop();
        specification.align = characters.pop();
    } else if is_align(characters.last()) {
        specification.align = characters.pop();
    }
    if matches!(characters.last(), Some('+' | '-' | ' ')) {
        specification.sign = characters.pop();
    }
    if characters.last() == Some(&'#') {
        characters.pop();
        specification.alternate = true;
    }
    if characters.last() == Some(&'0') {
        characters.pop();
        specification.zero = true;
    }
    specification.width = digits(&mut characters)?.unwrap_or(0);
    if matches!(characters.last(), Some(',' | '_')) {
        specification.grouping = characters.pop();
    }
    if characters.last() == Some(&'.') {
        characters.pop();
        let precision = digits(&mut characters)?;
        specification.precision =
            Some(precision.ok_or_else(|| Fault::value_error("a format lacks its precision"))?);
    }
    specification.kind = characters.pop();
    if !characters.is_empty() {
        return Err(Fault::value_error(
            "this format specification does not exist",
        ));
    }
    Ok(specification)
}

fn digits(characters: &mut Vec<char>) -> Outcome<Option<usize>> {
    let mut number = None;
    while let Some(digit) = characters
        .last()
        .and_then(|character| character.to_digit(10))
    {
        characters.pop();
        let digit = usize::try_from(digit).unwrap_or(0);
        number = Some(
            number
                .unwrap_or(0_usize)
                .saturating_mul(10)
                .saturating_add(digit),
        );
    }
    check_text(number.unwrap_or(0))?;
    Ok(number)
}

fn show_text(text: &str, specification: &Specification) -> Outcome<String> {
    let refused = specification.sign.is_some()
        || specification.grouping.is_some()
        || specification.align == Some('=')
        || !matches!(specification.kind, None | Some('s'));
    if refused {
        return Err(Fault::value_error(
            "this format specification is not for text",
        ));
    }
    let clipped: String = match specification.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    Ok(pad("", &clipped, specification, '<'))
}

fn show_integer(number: i128, specification: &Specification) -> Outcome<String> {
    let kind = specification.kind.unwrap_or('d');
    match kind {
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
            return show_float(from_integer(number), specification);
        }
        'c' => {
            let character = u32::try_from(number).ok().and_then(char::from_u32);
            return character
                .map(|character| pad("", &character.to_string(), specification, '<'))
                .ok_or_else(|| Fault::value_error("no character has this code"));
        }
        'b' | 'o' | 'x' | 'X' | 'd' | 'n' => {}
        _ => {
            return Err(Fault::value_error(
                "this format specification is not for ints",
            ));
        }
    }
    if specification.precision.is_some() {
        return Err(Fault::value_error("ints have no precision"));
    }
    let text = numbers::in_base(number, kind);
    let digits = text.trim_start_matches('-');
    let size = if matches!(kind, 'd' | 'n') { 3 } else { 4 };
    let digits = group(digits, specification.grouping, size);
    let prefix = match kind {
        'd' | 'n' => String::new(),
        _ if specification.alternate => format!("0{kind}"),
        _ => String::new(),
    };
    let sign = sign_of(number < 0, specification);
    Ok(pad(&format!("{sign}{prefix}"), &digits, specification, '>'))
}

fn show_float(number: f64, specification: &Specification) -> Outcome<String> {
    let magnitude = number.abs();
    let precision = specification.precision;
    let alternate = specification.alternate;
    let mut text = match specification.kind {
        None => match precision {
            None => float::repr(magnitude),
            Some(precision) => without_kind(magnitude, precision),
        },
        Some('e' | 'E') => numbers::scientific(magnitude, precision.unwrap_or(6)),
        Some('f' | 'F') => numbers::fixed(magnitude, precision.unwrap_or(6)),
        Some('g' | 'G' | 'n') => numbers::general(magnitude, precision.unwrap_or(6), alternate),
        Some('%') => numbers::fixed(magnitude * 100.0, precision.unwrap_or(6)) + "%",
        Some(_) => {
            return Err(Fault::value_error(
                "this format specification is not for floats",
            ));
        }
    };
    if specification.kind.is_some_and(char::is_uppercase) {
        text = text.to_uppercase();
    }
    if specification.grouping.is_some() {
        let whole = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        text = group(&text[..whole], specification.grouping, 3) + &text[whole..];
    }
    let sign = sign_of(number.is_sign_negative() && !number.is_nan(), specification);
    Ok(pad(sign, &text, specification, '>'))
}

/// As `g`, but with at least one decimal.
fn without_kind(number: f64, precision: usize) -> String {
    let text = numbers::general(number, precision, false);
    if text.contains(['.', 'e', 'n', 'i']) {
        text
    } else {
        text + ".0"
    }
}

fn sign_of(negative: bool, specification: &Specification) -> &'static str {
    match (negative, specification.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    }
}

fn group(digits: &str, separator: Option<char>, size: usize) -> String {
    let Some(separator) = separator else {
        return digits.to_owned();
    };
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

fn pad(sign: &str, body: &str, specification: &Specification, default: char) -> String {
    let length = sign.chars().count() + body.chars().count();
    let missing = specification.width.saturating_sub(length);
    let zero = specification.zero && specification.align.is_none();
    let align = specification
        .align
        .unwrap_or(if zero && default == '>' { '=' } else { default });
    let fill = specification
        .fill
        .unwrap_or(if specification.zero { '0' } else { ' ' });
    let blanks = |count| std::iter::repeat_n(fill, count).collect::<String>();
    match align {
        '<' => format!("{sign}{body}{}", blanks(missing)),
        '^' => {
            let left = missing / 2;
            format!("{}{sign}{body}{}", blanks(left), blanks(missing - left))
        }
        '=' => format!("{sign}{}{body}", blanks(missing)),
        _ => format!("{}{sign}{body}", blanks(missing)),
    }
}
