//! `printf`.

use super::print::{print_argument, quote};
use super::value::Value;

/// How wide a field may be.
const WIDEST: usize = 1000;

/// Formats values; the error says what is wrong.
pub(super) fn printf(values: &[Value<'_>], most: usize) -> Result<String, String> {
    let Some((Value::Text(format), mut rest)) = values.split_first() else {
        return Err("`printf` needs a format in quotes".to_owned());
    };
    let mut out = String::new();
    let mut letters = format.chars().peekable();
    while let Some(one) = letters.next() {
        if one != '%' {
            out.push(one);
            continue;
        }
        let mut verb = Verb::default();
        while let Some(flag) = letters.next_if(|one| "+-# 0".contains(*one)) {
            match flag {
                '-' => verb.left = true,
                '0' => verb.zeros = true,
                '+' => verb.sign = true,
                '#' => verb.base = true,
                _ => verb.blank = true,
            }
        }
        verb.width = number(&mut letters)?;
        if letters.next_if_eq(&'.').is_some() {
            verb.precision = Some(number(&mut letters)?.unwrap_or(0));
        }
        let Some(letter) = letters.next() else {
            return Err("the format ends within `%`".to_owned());
        };
        if letter == '%' {
            out.push('%');
            continue;
        }
        let Some((value, others)) = rest.split_first() else {
            return Err(format!("there is no value for `%{letter}`"));
        };
        rest = others;
        let text = verb.shown(letter, value)?;
        verb.pad(&text, &mut out);
        if out.len() > most {
            return Err("the result is too large".to_owned());
        }
    }
    if !rest.is_empty() {
        return Err("there are more values than the format has places".to_owned());
    }
    Ok(out)
}

fn number(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Option<usize>, String> {
    let mut number: Option<usize> = None;
    while let Some(digit) = letters.next_if(char::is_ascii_digit) {
        let digit = digit as usize - '0' as usize;
        let more = number.unwrap_or(0) * 10 + digit;
        if more > WIDEST {
            return Err(format!("a field is wider than {WIDEST}"));
        }
        number = Some(more);
    }
    Ok(number)
}

/// One place of a format.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are Go's flags")]
struct Verb {
    left: bool,
    zeros: bool,
    sign: bool,
    base: bool,
    blank: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Verb {
    fn shown(&self, letter: char, value: &Value<'_>) -> Result<String, String> {
        let wrong = || format!("`%{letter}` does not fit {}", value.kind());
        Ok(match (letter, value) {
            ('v' | 's', Value::Text(text)) => self.cut(text),
            ('q', Value::Text(text)) => quote(&self.cut(text)),
            ('v' | 'd', Value::Integer(number)) => {
                self.signed(*number, &number.unsigned_abs().to_string())
            }
            ('x', Value::Integer(number)) => {
                let prefix = if self.base { "0x" } else { "" };
                self.signed(*number, &format!("{prefix}{:x}", number.unsigned_abs()))
            }
            ('X', Value::Integer(number)) => {
                let prefix = if self.base { "0X" } else { "" };
                self.signed(*number, &format!("{prefix}{:X}", number.unsigned_abs()))
            }
            ('o', Value::Integer(number)) => {
                let prefix = if self.base { "0" } else { "" };
                self.signed(*number, &format!("{prefix}{:o}", number.unsigned_abs()))
            }
            ('b', Value::Integer(number)) => {
                self.signed(*number, &format!("{:b}", number.unsigned_abs()))
            }
            ('c', Value::Integer(number)) => u32::try_from(*number)
                .ok()
                .and_then(char::from_u32)
                .ok_or_else(wrong)?
                .to_string(),
            ('f', Value::Float(number)) => {
                format!("{:.*}", self.precision.unwrap_or(6), number)
            }
            ('x', Value::Text(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
            ('v' | 't', Value::Bool(flag)) => flag.to_string(),
            ('v', _) | ('s', Value::Url(_) | Value::List(_)) => {
                let mut out = String::new();
                print_argument(value, &mut out)?;
                out
            }
            _ => return Err(wrong()),
        })
    }

    fn cut(&self, text: &str) -> String {
        match self.precision {
            Some(length) => text.chars().take(length).collect(),
            None => text.to_owned(),
        }
    }

    fn signed(&self, number: i64, digits: &str) -> String {
        let sign = match number {
            ..0 => "-",
            _ if self.sign => "+",
            _ if self.blank => " ",
            _ => "",
        };
        let digits = format!("{digits:0>width$}", width = self.precision.unwrap_or(0));
        let width = self
            .width
            .filter(|_| self.zeros && !self.left && self.precision.is_none());
        let width = width.unwrap_or(0).saturating_sub(sign.len());
        format!("{sign}{digits:0>width$}")
    }

    fn pad(&self, text: &str, out: &mut String) {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        let blanks = " ".repeat(missing);
        if self.left {
            out.push_str(text);
            out.push_str(&blanks);
        } else {
            out.push_str(&blanks);
            out.push_str(text);
        }
    }
}
